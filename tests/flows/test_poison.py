"""A mistake of ours that one record brings to light costs that record only, and is told at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync_portal.sync import apply_images, forms, sending
from sync_portal.sync.models import Run
from tests.flows.portal import World, causes_of, writes

pytestmark = pytest.mark.flow

REFUSED = {"SECATEUR": "portal.unexpected"}


def break_for(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, concerns: Callable[..., bool]) -> None:
    """This function fails on what concerns the one record."""
    original = getattr(module, name)

    def broken(*given: Any, **named: Any) -> Any:
        if concerns(*given, **named):
            raise ZeroDivisionError("a mistake of ours")
        return original(*given, **named)

    monkeypatch.setattr(module, name, broken)


def encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, forms, "encode", lambda _kind, fields, *_more: fields.get("reference") == "SECATEUR")


def sending_it(monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, forms, "to_entity", lambda _kind, values, **_more: values.get("reference") == "SECATEUR")


@pytest.mark.parametrize("mistake", [encoding, sending_it])
def test_a_record_that_breaks_the_program_does_not_stand_before_the_others(
    small: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mistake(monkeypatch)
    run = small.run("catalogue")
    told = run.changes.filter(kind="products").order_by("key").values_list("key", "state", "cause")
    assert (run.state, run.rejected, causes_of(run)) == ("incomplete", 1, REFUSED), run.detail
    assert {key: state for key, state, _cause in told} == {
        "CAFET-ISO": "confirmed",
        "CARNET-A5": "confirmed",
        "POLO-BLEU-M": "confirmed",
        "SARDINE-VIN": "confirmed",
        "SECATEUR": "rejected",
        "STYLO-BILLE": "confirmed",
    }
    assert "ZeroDivisionError" in run.changes.get(key="SECATEUR", kind="products").detail
    monkeypatch.undo()
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_PoidsNet="280")
    small.publish("catalogue")
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(key for key, *_more in told)
    assert writes(small.run("catalogue")) == {}


def test_what_was_written_before_the_mistake_is_found_and_not_doubled(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_secateur(_resolver: Any, _kind: Any, encoded: Any, _row: Any) -> bool:
        return bool(encoded.get("reference") == "SECATEUR")

    break_for(monkeypatch, sending, "_mismatches", of_secateur)
    run = small.run("catalogue")
    assert (run.state, len(small.shop.list("products"))) == ("succeeded", 6)
    monkeypatch.undo()
    assert writes(small.run("catalogue")) == {}


def test_a_photo_that_breaks_the_program_does_not_stand_before_the_others(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish("catalogue")
    break_for(
        monkeypatch, apply_images, "_content", lambda _resolver, task, _files: task.change.key.startswith("SECATEUR")
    )
    run = small.run("images")
    refused = set(run.changes.filter(kind="images", state="rejected").values_list("cause", flat=True))
    assert (run.state, refused) == ("incomplete", {"portal.unexpected"})
    others = Run.objects.get(pk=run.pk).changes.filter(kind="images").exclude(key__startswith="SECATEUR")
    assert set(others.values_list("state", flat=True)) == {"confirmed"}


def test_a_mistake_that_every_record_brings_to_light_ends_the_run(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_for(monkeypatch, forms, "encode", lambda kind, *_more: kind.name == "products")
    run = small.run("catalogue")
    assert (run.state, run.cause, run.facts) == ("failed", "portal.unexpected", {"error": "ZeroDivisionError"})
    assert not run.changes.filter(state="rejected").exists()
    monkeypatch.undo()
    small.publish("catalogue")
