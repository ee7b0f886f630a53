"""One demo company, built once per session; every test gets a copy of its base, a shop of its own and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from connectors.sandbox.sage import build_company
from connectors.sandbox.shop.server import DEFAULT_VERSION, running_shop
from tests.flows.beginnings import Beginnings
from tests.flows.company import Company, keep_only
from tests.flows.portal import World, load_demo

FEW = ("POLO-BLEU-M", "STYLO-BILLE", "CARNET-A5", "SARDINE-VIN", "SECATEUR", "CAFET-ISO")


@dataclass(frozen=True)
class Template:
    """Files that are built once and only copied afterwards."""

    whole: Path
    small: Path
    media: Path
    beginnings: Beginnings


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("sage-template")
    whole, small, media = folder / "whole.sqlite3", folder / "small.sqlite3", folder / "media"
    build_company(whole, media=media)
    small.write_bytes(whole.read_bytes())
    keep_only(Company(small, media), FEW)
    return Template(whole, small, media, Beginnings(folder))


@contextmanager
def a_world(
    template: Template, folder: Path, *, small: bool = False, version: str = DEFAULT_VERSION
) -> Iterator[World]:
    """The demo client on a copy of the company and a shop of its own, of this version."""
    folder.mkdir()
    base = folder / "sage.sqlite3"
    base.write_bytes((template.small if small else template.whole).read_bytes())
    company = Company(base, template.media)
    with running_shop(folder / "shop", version=version) as shop:
        yield World(load_demo(company, shop), company, shop, template.beginnings)


@pytest.fixture(scope="module")
def published(
    template: Template, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    """The whole company published once for tests that only look at the shop; the portal's rows are gone by then."""
    with ExitStack() as stack:
        with django_db_blocker.unblock(), transaction.atomic():
            world = stack.enter_context(a_world(template, tmp_path_factory.mktemp("published") / "world"))
            world.publish()
            transaction.set_rollback(True)
        yield world


@pytest.fixture
def make_world(template: Template, tmp_path: Path, db: None) -> Iterator[Callable[..., World]]:
    """Make the demo client: `make_world(small=True, version="1.6")`."""
    with ExitStack() as stack:
        numbers = count()
        yield lambda *, small=False, version=DEFAULT_VERSION: stack.enter_context(
            a_world(template, tmp_path / f"world-{next(numbers)}", small=small, version=version)
        )


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """The demo client with the whole company and a fresh shop; nothing was published yet."""
    return make_world()


@pytest.fixture
def small(make_world: Callable[..., World]) -> World:
    """The same with six articles, where what matters is what happens to a run."""
    return make_world(small=True)
