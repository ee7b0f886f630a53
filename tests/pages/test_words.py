"""Numbers, sentences and differences as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from connectors.models import Client
from sync_portal.pages import numbers
from sync_portal.pages.differences import change_rows, readable
from sync_portal.pages.sentences import exact, run_sentence
from sync_portal.sync.models import Run
from tests.pages import factories


def spaces(text: str) -> str:
    """French puts unbreakable spaces into numbers and before colons: compared as plain ones."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (Decimal("12.5"), "12,50 €", "€12.50"),
        (Decimal("1234567.891"), "1 234 567,891 €", "€1,234,567.891"),
        (Decimal("18.123456"), "18,123456 €", "€18.123456"),
        (Decimal(0), "0,00 €", "€0.00"),
        (Decimal(100), "100,00 €", "€100.00"),
        (None, "", ""),
    ],
    ids=str,
)
def test_money(value: Decimal | None, fr: str, en: str) -> None:
    with translation.override("fr"):
        assert spaces(numbers.money(value)) == fr
    with translation.override("en"):
        assert numbers.money(value) == en


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "moins d’1 s"),
        (0.5, "moins d’1 s"),
        (41, "41 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (4320, "1 h 12 min"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    with translation.override("fr"):
        assert numbers.duration(timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("10.000000", "12.500000", "+25 %"),
        ("10", "8.75", "−12,5 %"),
        ("10000", "10001", "+moins de 0,1 %"),
        ("10", "10.0", ""),
        ("0", "5", ""),
        (None, "5", ""),
        ("", "5", ""),
        ("NaN", "5", ""),
    ],
)
def test_the_size_of_a_change(before: str | None, after: str, expected: str) -> None:
    with translation.override("fr"):
        assert spaces(numbers.change_of(before, after)) == expected


@given(st.text())
def test_no_stored_text_breaks_the_size_of_a_change(text: str) -> None:
    assert isinstance(numbers.change_of(text, "1"), str)


START = datetime(2026, 11, 24, 6, tzinfo=UTC)
DONE = {"started_at": START, "ended_at": START + timedelta(seconds=41)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"state": "succeeded", "written": 214, "held": 3, "unchanged": 12430, **DONE},
            "Prix : 214 modifiés, 3 retenus, 12 430 inchangés, 41 s, planifié",
        ),
        ({"state": "succeeded", "written": 1, **DONE}, "Prix : 1 modifié, 41 s, planifié"),
        ({"state": "succeeded", "unchanged": 12, **DONE}, "Prix : rien à modifier, 12 inchangés, 41 s, planifié"),
        (
            {"state": "succeeded", "preview": True, "to_write": 12, "trigger": "person", **DONE},
            "Prix : aperçu, 12 à modifier, 41 s, lancé par une personne",
        ),
        (
            {"state": "stopped", "to_write": 12, **DONE},
            "Prix : arrêté par un garde-fou, 12 à modifier, 41 s, planifié",
        ),
        ({"state": "failed", **DONE}, "Prix : échoué, rien d’écrit, 41 s, planifié"),
        ({"state": "queued"}, "Prix : attend son tour, planifié"),
        ({"state": "running", "started_at": START}, "Prix : en cours, planifié"),
        ({"state": "succeeded", "held": 2}, "Prix : 2 retenus, planifié"),
        ({"state": "succeeded", "held": 9, "flow": "drift"}, "Contrôle de la boutique : 9 à décider, planifié"),
        (
            {"state": "stopped", "to_write": 3, "trigger": "undo"},
            "Prix : arrêté par un garde-fou, 3 à modifier, annulation d’une exécution",
        ),
        ({"state": "cancelled", "trigger": "command"}, "Prix : annulé, rien d’écrit, en ligne de commande"),
    ],
    ids=[
        "changed",
        "one",
        "nothing",
        "preview",
        "stopped",
        "failed",
        "queued",
        "running",
        "held",
        "questions",
        "undo",
        "cancelled",
    ],
)
def test_a_run_is_told_in_a_sentence(fields: dict[str, Any], expected: str) -> None:
    with translation.override("fr"):
        assert spaces(run_sentence(Run(**{"flow": "prices", "trigger": "schedule"} | fields))) == expected


def test_a_run_of_a_flow_that_is_gone_keeps_its_name() -> None:
    with translation.override("en"):
        assert run_sentence(Run(flow="fax", state="queued", trigger="schedule")).startswith("fax: ")


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        ({"field": "price", "before": "10.000000", "after": "12.500000"}, ("Prix HT", "10,00 €", "12,50 €", "+25 %")),
        ({"field": "active", "before": "1", "after": "0"}, ("En ligne", "oui", "non", "")),
        (
            {"field": "name", "before": None, "after": {"fr": "Thé", "en": "Tea"}},
            ("Nom", "", "fr : Thé · en : Tea", ""),
        ),
        ({"field": "name", "before": {"fr": "Thé"}, "after": {"fr": "Tisane"}}, ("Nom", "Thé", "Tisane", "")),
        ({"field": "reference", "before": "007", "after": "7"}, ("Référence", "007", "7", "")),
        (
            {"field": "tax", "before": None, "after": {"ref": ["taxes", "5.5"]}},
            ("TVA", "", "5,5 %", ""),
        ),
        (
            {"field": "categories", "before": [], "after": [{"ref": ["categories", "@home"]}, {"ref": ["x", "K"]}]},
            ("Catégories", "", "Accueil, K", ""),
        ),
        ({"field": "some_thing", "before": "a", "after": "b"}, ("Some thing", "a", "b", "")),
    ],
    ids=["number", "flag", "languages", "one language", "text", "tax", "references", "unknown field"],
)
def test_a_difference_in_words(difference: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    with translation.override("fr"):
        shown = readable(difference, {})

    told = (shown.label, spaces(shown.before), spaces(shown.after), spaces(shown.size))
    assert told == expected


def test_references_are_named_with_one_query_per_kind(client_acme: Client, django_assert_num_queries: Any) -> None:
    category = factories.CategoryFactory(client=client_acme, key="FAM:1", path="Maison > Thé")
    product = factories.ProductFactory(client=client_acme)
    run = factories.RunFactory(client=client_acme)
    reference = {"field": "category", "before": None, "after": {"ref": ["categories", category.key]}, "why": ""}
    changes = [factories.ChangeFactory(run=run, key=product.key, differences=[reference]) for _number in range(5)]

    with django_assert_num_queries(2):
        rows = change_rows(client_acme, changes)

    assert {row.differences[0].after for row in rows} == {"Maison > Thé"}
    assert {row.product_id for row in rows} == {product.pk}


@pytest.mark.parametrize(
    ("language", "expected"), [("fr", "11/12/2026 14:05"), ("en", "11 Dec 2026, 14:05")], ids=["fr", "en"]
)
def test_a_date_cannot_be_taken_for_another_one(language: str, expected: str) -> None:
    with translation.override(language), timezone.override(UTC):
        assert exact(datetime(2026, 12, 11, 14, 5, tzinfo=UTC)) == expected
