"""What the shop would refuse is refused before it is sent, alone, with the value and what to write instead."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from connectors.errors import RejectedRecordError
from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.sandbox.shop.server import running_shop
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.sending import encode
from sync_portal.sync.tasks import Task


def task(**values: Any) -> Task:
    return Task(cast(Any, SimpleNamespace(differences=[{"field": n, "after": v} for n, v in values.items()])), "")


@pytest.mark.parametrize(
    ("version", "reference", "facts"),
    [
        ("8.2.1", "A<1>", {"rule": "isReference", "proposal": "A1"}),
        ("8.2.1", "R" * 33, None),
        ("1.6.1.24", "R" * 33, {"rule": "length 32"}),
    ],
    ids=["a forbidden sign", "long, and the version takes it", "too long for 1.6"],
)
def test_a_bad_value_fails_alone_and_before_anything_is_sent(
    tmp_path: Path, version: str, reference: str, facts: dict[str, str] | None
) -> None:
    with running_shop(tmp_path / "shop", version=version) as running:
        settings = ShopSettings(url=running.url, key=running.key, private_network=True)
        with Webservice(settings) as shop:
            bindings = SimpleNamespace(preload=list)
            resolver = cast(
                Resolver, SimpleNamespace(webservice=shop, id_of=None, languages={"fr": 1}, bindings=bindings)
            )
            tasks = [task(reference="GOOD"), task(reference=reference), task(reference="TOO")]
            encode(resolver, KINDS["products"], tasks)
            assert shop.counters.writes == 0
    errors = [one.error for one in tasks]
    assert (errors[0], errors[2]) == (None, None)
    if facts is None:
        assert errors[1] is None
        return
    assert isinstance(errors[1], RejectedRecordError)
    assert errors[1].cause == "shop.invalid_value"
    assert errors[1].facts == {
        "resource": "products",
        "field": "reference",
        "value": reference,
        "message": facts["rule"],
        **facts,
    }
