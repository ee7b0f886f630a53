"""Everything that can be wrong around a run: it ends in a named cause, writes nothing half, and works once mended."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, OperationalError

from connectors.connections import SageConnection
from mapping import mirror
from mapping.models import Binding
from sync_portal.sync.causes import describe
from sync_portal.sync.models import Cursor, Run
from tests.flows.portal import World, causes_of, changes_of
from tests.flows.test_changes import own_media

pytestmark = pytest.mark.flow

Break = Callable[[World, pytest.MonkeyPatch], Callable[[], None] | None]
"""Breaks something; returns what mends it, or None when `monkeypatch.undo` does."""


# --- Sage ---------------------------------------------------------------------------------------------------------


def sage_file_is_away(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
    away = world.company.path.with_suffix(".away")
    world.company.path.rename(away)

    def back() -> None:
        away.rename(world.company.path)

    return back


def sage_file_is_something_else(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
    content = world.company.path.read_bytes()
    world.company.path.write_bytes(b"Ceci n'est pas une base Sage. " * 400)

    def back() -> None:
        world.company.path.write_bytes(content)

    return back


def table_is_missing(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
    world.company.execute(("ALTER TABLE F_ARTICLE RENAME TO F_ARTICLE_AWAY", ()))

    def back() -> None:
        world.company.execute(("ALTER TABLE F_ARTICLE_AWAY RENAME TO F_ARTICLE", ()))

    return back


def sage_answers(code: str, message: str) -> Break:
    """Every connection is refused with what the driver would say."""

    def install(_world: World, patch: pytest.MonkeyPatch) -> None:
        import pyodbc

        def refuse(*_args: object, **_options: object) -> Any:
            raise pyodbc.Error(code, message)

        patch.setattr(pyodbc, "connect", refuse)

    return install


def no_sage(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
    row = SageConnection.objects.get(client=world.client)
    SageConnection.objects.filter(pk=row.pk).delete()
    world.client = type(world.client).objects.get(pk=world.client.pk)

    def back() -> None:
        row.save(force_insert=True)
        world.client = type(world.client).objects.get(pk=world.client.pk)

    return back


# --- the shop -----------------------------------------------------------------------------------------------------


def shop_connection(**values: object) -> Break:
    def install(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
        shop = world.client.shops.get()
        before = {name: getattr(shop, name) for name in values}
        world.shop_connection(**values)

        def back() -> None:
            world.shop_connection(**before)

        return back

    return install


def nobody_listens(world: World, patch: pytest.MonkeyPatch) -> Callable[[], None] | None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return shop_connection(url=f"http://127.0.0.1:{port}")(world, patch)


def key(*, active: bool = True, without: str = "") -> Break:
    """The shop's own settings of our key."""

    def install(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
        shop = world.running.shop
        verbs = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"]
        rights = {name: verbs for name in shop.resources if name != without}
        shop.allow(world.running.key, rights, active=active)

        def back() -> None:
            shop.allow(world.running.key)

        return back

    return install


def webservice_is_off(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
    world.running.shop.set_setting("enabled", "0")

    def back() -> None:
        world.running.shop.set_setting("enabled", "1")

    return back


def shop_misbehaves(kind: str, **details: Any) -> Break:
    def install(world: World, _patch: pytest.MonkeyPatch) -> Callable[[], None]:
        world.shop.misbehave(kind, times=-1, **details)
        return world.running.shop.misbehaviours.clear

    return install


# --- the portal ---------------------------------------------------------------------------------------------------


def raised_by_the_mirror(error: Exception) -> Break:
    """What the portal's own database says when its rows are to be written."""

    def install(_world: World, patch: pytest.MonkeyPatch) -> None:
        def fail(*_args: object, **_options: object) -> None:
            raise error

        patch.setattr(mirror, "_write", fail)

    return install


def credentials_key_changed(_world: World, patch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    patch.setattr(settings, "CREDENTIALS_KEYS", [Fernet.generate_key().decode()])


@pytest.mark.parametrize(
    ("broken", "cause", "fact"),
    [
        pytest.param(sage_file_is_away, "sage.unreachable", None, id="the Sage file is away"),
        pytest.param(sage_file_is_something_else, "sage.unknown_database", None, id="the Sage file is something else"),
        pytest.param(table_is_missing, "sage.missing_table", ("table", "F_ARTICLE"), id="a table is missing"),
        pytest.param(
            sage_answers("28000", "[28000] Login failed for user 'portail'. (18456) (SQLDriverConnect)"),
            "sage.wrong_password",
            None,
            id="Sage refuses the password",
        ),
        pytest.param(no_sage, "portal.no_sage", None, id="no Sage connection"),
        pytest.param(shop_connection(active=False), "portal.no_shop", None, id="no active shop"),
        pytest.param(nobody_listens, "shop.unreachable", None, id="nobody listens at the shop's address"),
        pytest.param(shop_connection(key="K" * 32), "shop.key_inactive", None, id="a key that the shop does not know"),
        pytest.param(shop_connection(key="short"), "shop.wrong_key", None, id="a key that is none"),
        pytest.param(key(active=False), "shop.key_inactive", None, id="an inactive key"),
        pytest.param(
            key(without="products"), "shop.no_right", ("resource", "products"), id="a key without a right on products"
        ),
        pytest.param(webservice_is_off, "shop.disabled", None, id="the webservice is switched off"),
        pytest.param(shop_misbehaves("html"), "shop.no_webservice", None, id="the shop answers a page"),
        pytest.param(shop_misbehaves("redirect"), "shop.wrong_domain", None, id="the shop redirects"),
        pytest.param(shop_misbehaves("unavailable"), "shop.busy", ("status", "503"), id="the shop is in maintenance"),
        pytest.param(
            shop_connection(private_network=False), "shop.forbidden_address", None, id="an address that is not allowed"
        ),
        pytest.param(
            shop_connection(rules={"language": "fr", "colour": "blue"}), "portal.rules", None, id="invalid rules"
        ),
        pytest.param(
            raised_by_the_mirror(OSError(errno.ENOSPC, "No space left on device")),
            "portal.disk_full",
            None,
            id="the portal's disk is full",
        ),
        pytest.param(
            raised_by_the_mirror(OperationalError("database or disk is full")),
            "portal.disk_full",
            None,
            id="the portal's database says so",
        ),
        pytest.param(
            raised_by_the_mirror(DatabaseError("the connection is closed")),
            "portal.database",
            None,
            id="the portal's database is away",
        ),
        pytest.param(
            raised_by_the_mirror(ZeroDivisionError("a mistake of ours")),
            "portal.unexpected",
            ("error", "ZeroDivisionError"),
            id="a mistake of ours",
        ),
        pytest.param(credentials_key_changed, "portal.credentials_key", None, id="the key of the secrets changed"),
    ],
)
def test_a_run_ends_with_the_cause_and_works_once_it_is_mended(
    small: World,
    monkeypatch: pytest.MonkeyPatch,
    quick: None,
    broken: Break,
    cause: str,
    fact: tuple[str, str] | None,
) -> None:
    with monkeypatch.context() as patch:
        mend = broken(small, patch)
        run = carry(small)
    assert (run.state, run.cause) == ("failed", cause), run.detail
    assert "?" not in describe(run.cause, run.facts, "fr").sentence, "the sentence lacks a fact"
    if fact:
        assert run.facts[fact[0]] == fact[1]
    assert small.running.shop.count("products") == 0
    assert not Cursor.objects.exists()
    if mend:
        mend()
    small.publish("catalogue")
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(SIX)


SIX = ("POLO-BLEU-M", "STYLO-BILLE", "CARNET-A5", "SARDINE-VIN", "SECATEUR", "CAFET-ISO")


def carry(world: World) -> Run:
    """A run as a worker carries it: what it needs to know is read again from the database."""
    from sync_portal.sync import claims, engine

    row = Run.objects.create(client_id=world.client.pk, flow="catalogue")
    claimed = claims.claim(row.pk)
    assert claimed is not None
    engine.execute(claimed)
    return Run.objects.get(pk=row.pk)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait between retries."""
    from dataclasses import replace

    from connectors.prestashop import webservice

    original = webservice.Webservice.__init__

    def impatient(self: Any, settings: Any, *args: Any, **options: Any) -> None:
        changed = replace(settings, retries=0, backoff=0.0, settle=0.05, connect_timeout=30.0, read_timeout=60.0)
        original(self, changed, *args, **options)

    monkeypatch.setattr(webservice.Webservice, "__init__", impatient)


# --- one record of many -------------------------------------------------------------------------------------------


def test_a_php_notice_before_the_xml_changes_nothing(small: World, quick: None) -> None:
    small.shop.misbehave("php_notice", times=-1)
    small.publish()
    small.running.shop.misbehaviours.clear()
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(SIX)
    assert {run.rejected for run in Run.objects.all()} == {0}


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        pytest.param("empty_500", {"path": "/api/products", "methods": ["POST"]}, id="empty 500, nothing saved"),
        pytest.param("empty_500_after", {"path": "/api/products", "methods": ["POST"]}, id="empty 500, all saved"),
        pytest.param(
            "saved_500", {"path": "/api/products", "methods": ["POST"], "entity": 3}, id="500 of one entity, saved"
        ),
        pytest.param("cut", {"path": "/api/products", "methods": ["POST"]}, id="cut after everything was saved"),
        pytest.param("cut_before", {"path": "/api/products", "methods": ["POST"]}, id="cut before anything was saved"),
        pytest.param("cut", {"path": "/api/combinations", "methods": ["POST"]}, id="cut after combinations"),
        pytest.param("cut", {"path": "/api/categories", "methods": ["POST"]}, id="cut after categories"),
        pytest.param("too_many", {"path": "/api/products"}, id="429 once"),
    ],
)
def test_a_shop_that_stumbles_once_holds_everything_once(
    small: World, quick: None, kind: str, details: dict[str, Any]
) -> None:
    small.shop.misbehave(kind, **details)
    first = small.run("catalogue")
    assert first.state in {"succeeded", "incomplete", "failed"}
    small.publish("catalogue")
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(SIX)
    assert sorted(row["reference"] for row in small.shop.combinations("CARNET-A5")) == [
        "CARNET-A5-01",
        "CARNET-A5-02",
        "CARNET-A5-03",
    ]
    paths = [small.shop.path(row["id"]) for row in small.shop.list("categories")]
    assert len(set(paths[2:])) == len(paths[2:])
    mark = small.shop.mark()
    small.publish("catalogue")
    assert small.shop.since(mark).write_requests == 0


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"path": "/api/images"}, id="photos"),
        pytest.param({"path": "/api/specific_prices", "methods": ["POST"]}, id="prices"),
        pytest.param({"path": "/api/stock_availables", "methods": ["PATCH"]}, id="stock"),
        pytest.param({"path": "/api/customers", "methods": ["POST"]}, id="customers"),
        pytest.param({"path": "/api/addresses", "methods": ["POST"]}, id="addresses"),
    ],
)
def test_a_connection_cut_after_the_shop_did_its_work_doubles_nothing(
    small: World, quick: None, details: dict[str, Any]
) -> None:
    small.shop.misbehave("cut", **details)
    for flow in ("catalogue", "stock", "customers", "prices", "images"):
        small.run(flow)
    small.publish()
    assert counts(small) == {"images": 19, "specific_prices": 30, "customers": 17, "addresses": 17, "products": 6}


def counts(world: World) -> dict[str, int]:
    names = ("images", "specific_prices", "customers", "addresses", "products")
    return {name: world.running.shop.count(name) for name in names}


def test_one_entity_that_the_shop_chokes_on_does_not_stop_the_others(
    small: World, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    choke_on(small, monkeypatch, "SECATEUR")
    run = small.run("catalogue")
    assert (run.state, run.rejected, causes_of(run)) == ("incomplete", 1, {"SECATEUR": "shop.empty_500"})
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(set(SIX) - {"SECATEUR"})
    monkeypatch.undo()
    waiting = small.run("catalogue")
    assert list(waiting.changes.values_list("key", "state", "cause")) == [("SECATEUR", "held", "shop.empty_500")]
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_PoidsNet="280")
    again = small.run("catalogue")
    assert (again.state, list(changes_of(again))) == ("succeeded", [("products", "SECATEUR")])


def choke_on(world: World, monkeypatch: pytest.MonkeyPatch, reference: str) -> None:
    """The shop dies on every product that carries this reference, as with a broken module's hook."""
    from connectors.sandbox.shop import webservice

    original = webservice.respond

    def respond(shop: Any, call: Any, given: str | None) -> Any:
        answer_nothing = call.method == "POST" and call.resource == "products" and reference.encode() in call.body
        if answer_nothing:
            return webservice.Answer(status=500, body=b"", content_type="text/html; charset=utf-8")
        return original(shop, call, given)

    monkeypatch.setattr(webservice, "respond", respond)


def test_a_missing_photo_is_held_and_the_others_go_on(small: World) -> None:
    own_media(small)
    small.publish("catalogue")
    photo = small.company.media / "Articles" / "POLO-BLEU-M.jpg"
    content = photo.read_bytes()
    photo.unlink()
    run = small.run("images")
    held = list(run.changes.filter(state="held").values_list("cause", "facts__path"))
    assert held == [("media.missing_file", r"C:\Sage\Multimedia\Articles\POLO-BLEU-M.jpg")]
    assert (run.state, run.written) == ("succeeded", 18)
    photo.write_bytes(content)
    again = small.run("images")
    assert (again.written, small.running.shop.count("images")) == (2, 19), "the photo, and that it is the cover"


def test_an_unreadable_photo_is_refused_with_its_name_and_the_others_go_on(small: World) -> None:
    own_media(small)
    small.publish("catalogue")
    photo = small.company.media / "Articles" / "POLO-BLEU-M.jpg"
    content = photo.read_bytes()
    photo.write_bytes(b"not a photo")
    run = small.run("images")
    refused = list(run.changes.filter(state="rejected").values_list("cause", "facts__file"))
    assert refused == [("image.unreadable", "POLO-BLEU-M.jpg")]
    assert (run.state, run.confirmed) == ("incomplete", 18)
    assert sum(small.run("images").requests.values()) == 0, "what was refused is not sent again unchanged"
    photo.write_bytes(content)
    small.publish("images")
    assert small.running.shop.count("images") == 19


def test_a_right_that_is_missing_for_one_resource_keeps_what_was_written_before(small: World, quick: None) -> None:
    verbs = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"]
    rights = dict.fromkeys(small.running.shop.resources, verbs) | {"combinations": ["GET", "HEAD"]}
    small.running.shop.allow(small.running.key, rights)
    run = small.run("catalogue")
    assert (run.state, run.cause, run.facts["verb"], run.facts["resource"]) == (
        "failed",
        "shop.no_right",
        "POST",
        "combinations",
    )
    assert Binding.objects.filter(kind="products").exclude(remote_id=None).count() == len(SIX)
    small.running.shop.allow(small.running.key)
    small.publish("catalogue")
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(SIX)


def test_no_failure_shows_a_secret(small: World, quick: None) -> None:
    small.shop_connection(key="K" * 32)
    run = carry(small)
    assert run.cause == "shop.key_inactive"
    assert "K" * 32 not in f"{run.facts} {run.detail}"
