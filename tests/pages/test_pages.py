"""Each page answers, in both languages, and says what it is there to say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.pages import factories
from tests.pages.conftest import World

PAGES = {
    "client": {"fr": "Lancer", "en": "Run now"},
    "flow-lines": {"fr": "Dernier succès", "en": "Last success"},
    "runs": {"fr": "1 modifié", "en": "1 changed"},
    "run": {"fr": "inchangés", "en": "unchanged"},
    "run-live": {"fr": "inchangés", "en": "unchanged"},
    "products": {"fr": "Prêt à vendre", "en": "Ready to sell"},
    "product": {"fr": "Ce que reçoit la boutique, et pourquoi", "en": "What the shop gets, and why"},
    "orders": {"fr": "Reçue", "en": "Received"},
    "order": {"fr": "Preuve des montants", "en": "Money proof"},
    "decisions": {"fr": "Changé dans la boutique", "en": "Changed in the shop"},
    "groupings": {"fr": "Pas un groupe", "en": "Not a group"},
    "grouping": {"fr": "Dissoudre ce groupe", "en": "Dissolve this group"},
    "grouping-new": {"fr": "Cherchez le premier article", "en": "Search for the first article"},
    "grouping-suggestion": {"fr": "Pourquoi cette proposition", "en": "Why it is suggested"},
    "run-undo": {"fr": "Voici ce qu’elle fait", "en": "It does this"},
    "schedule-edit": {"fr": "Expression cron", "en": "Cron expression"},
    "alerting": {"fr": "Adresses électroniques", "en": "E-mail addresses"},
    "schedules": {"fr": "toutes les heures", "en": "every hour"},
    "mapping-table": {"fr": "Tables de correspondance", "en": "Mapping tables"},
    "quality": {"fr": "Contrôle du catalogue", "en": "Catalogue check"},
    "quality-topic": {"fr": "Sans photo", "en": "No photo"},
    "acts": {"fr": "Modifications", "en": "Changes by people"},
    "exchange": {"fr": "Attributs", "en": "Attribute values"},
    "connections": {"fr": "enregistrée, chiffrée", "en": "missing"},
}
NEEDS = {
    "run": {"run_id"},
    "run-live": {"run_id"},
    "run-undo": {"run_id"},
    "schedule-edit": {"flow_name"},
    "product": {"product_id"},
    "order": {"order_id"},
    "grouping": {"group_id"},
    "grouping-suggestion": {"suggestion_id"},
    "quality-topic": {"topic_name"},
    "mapping-table": {"table_name"},
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_answers_in_each_language(
    name: str, language: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    if language == "fr":
        world.shop.key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
        world.shop.save()
    browser = signed_in(world.client)
    browser.cookies["django_language"] = language
    url = reverse(f"pages:{name}", kwargs=world.arguments({"slug", *NEEDS.get(name, set())}))

    response = browser.get(url)

    assert response.status_code == 200
    assert PAGES[name][language] in response.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    "name", ["client", "runs", "products", "groupings", "orders", "decisions", "schedules", "connections"]
)
def test_each_list_of_a_new_client_explains_what_will_come(name: str, signed_in: Callable[..., Browser]) -> None:
    client = factories.ClientFactory()

    response = signed_in(client).get(reverse(f"pages:{name}", args=[client.slug]))

    assert response.status_code == 200


def test_a_stored_key_is_never_shown(world: World, signed_in: Callable[..., Browser]) -> None:
    world.shop.key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    world.shop.save()

    page = signed_in(world.client).get(reverse("pages:connections", args=[world.client.slug])).content.decode()

    assert "ABCDEFGH" not in page


def test_one_client_is_opened_at_once(world: World, signed_in: Callable[..., Browser]) -> None:
    response = signed_in(world.client).get(reverse("pages:home"))

    assert response["Location"] == reverse("pages:client", args=[world.client.slug])


def test_the_agency_sees_first_who_waits_then_who_is_late_then_who_is_broken(
    signed_in: Callable[..., Browser],
) -> None:
    fine, broken, waiting, late = (
        factories.ClientFactory(name=name) for name in ("A fine", "B broken", "C waiting", "D late")
    )
    factories.RunFactory(client=fine)
    factories.RunFactory(client=broken, state="failed", cause="shop.wrong_key")
    factories.RunFactory(client=waiting, state="incomplete", held=2)
    factories.RunFactory(client=late, state="failed", cause="shop.wrong_key", preview=True)
    old = factories.RunFactory(client=late, flow="stock")
    old.ended_at = old.ended_at.replace(year=2020)
    old.save()
    factories.FlowScheduleFactory(client=late, flow="stock")

    response = signed_in(fine, broken, waiting, late, role="agency").get(reverse("pages:home"))

    assert [line.client.name for line in response.context["lines"]] == ["C waiting", "D late", "B broken", "A fine"]


def test_somebody_without_a_client_is_told_so(signed_in: Callable[..., Browser]) -> None:
    page = signed_in().get(reverse("pages:home")).content.decode()

    assert "Demandez à votre agence" in page


def test_the_language_is_switched_from_the_menu(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)

    browser.post(reverse("set_language"), {"language": "en"})

    assert 'lang="en"' in browser.get(reverse("pages:client", args=[world.client.slug])).content.decode()


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
)
def test_pages_before_the_sign_in_wear_the_portals_clothes(name: str, db: None) -> None:
    page = Browser().get(reverse(name)).content.decode()

    assert "entrance-brand" in page


@pytest.mark.parametrize("name", ["account_change_password", "account_email", "account_logout", "mfa_index"])
def test_pages_of_ones_account_wear_the_portals_clothes(
    name: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(world.client).get(reverse(name)).content.decode()

    assert "navbar-brand" in page
