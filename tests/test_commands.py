"""The commands: what they print, in words and as data, and how they fail."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from connectors.models import Client
from sync_portal.bench import Bench, Result
from sync_portal.management.commands import bench
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.sync import engine
from sync_portal.sync.models import Run
from tests.flows.conftest import make_world, small, template  # noqa: F401  fixtures
from tests.flows.portal import World

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "demo.toml"


def output(*command: str, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def failed(*command: str) -> tuple[str, str]:
    """(what it printed, what it failed with)."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*command, stdout=out)
    return out.getvalue(), str(error.value)


# --- sync ---------------------------------------------------------------------------------------------------------


@pytest.mark.flow
def test_sync_prints_the_run_as_data(small: World) -> None:  # noqa: F811
    found = json.loads(output("sync", "demo", "catalogue", "--json"))
    assert isinstance(found.pop("run"), int)
    assert found.pop("seconds") >= 0
    assert found.pop("requests")["POST"] > 0
    assert found.pop("read") > 100
    written = found.pop("written")
    assert written == small.client.shops.get().bindings.count()
    assert found == {
        "client": "demo",
        "flow": "catalogue",
        "state": "succeeded",
        "preview": False,
        "scope": {},
        "unchanged": 6,  # products that go with no other one
        "to_write": written,
        "confirmed": written,
        "held": 0,
        "rejected": 0,
        "cause": "",
        "facts": {},
        "causes": {},
    }


@pytest.mark.flow
def test_sync_tells_the_run_in_a_line(small: World) -> None:  # noqa: F811
    told = output("sync", "demo", "customers")
    assert told.startswith("customers: succeeded (44 read, ")
    assert told.count("\n") == 1


@pytest.mark.flow
def test_a_preview_writes_nothing(small: World) -> None:  # noqa: F811
    mark = small.shop.mark()
    found = json.loads(output("sync", "demo", "catalogue", "--preview", "--json"))
    assert (found["preview"], found["written"], found["to_write"] > 0) == (True, 0, True)
    assert small.shop.since(mark).write_requests == 0


@pytest.mark.flow
def test_a_run_that_fails_prints_its_data_and_fails_with_the_sentence(small: World) -> None:  # noqa: F811
    small.shop_connection(active=False)
    printed, error = failed("sync", "demo", "catalogue", "--json")
    assert (json.loads(printed)["state"], json.loads(printed)["cause"]) == ("failed", "portal.no_shop")
    assert error == "This client has no active shop yet."


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["sync", "check_client"])
def test_an_unknown_client_is_told_with_those_there_are(client_acme: Client, command: str) -> None:
    arguments = ["nobody", "catalogue"] if command == "sync" else ["nobody"]
    assert failed(command, *arguments) == ("", "no client is called 'nobody'; there are: acme")


@pytest.mark.django_db
def test_an_unknown_flow_is_told_with_those_there_are(client_acme: Client) -> None:
    _printed, error = failed("sync", "acme", "tea")
    assert "'tea'" in error
    assert "catalogue" in error


LIMITED = [{"undo": 1}, {"plan": 1, "changes": [], "fields": []}]


@pytest.mark.django_db
@pytest.mark.parametrize("scope", LIMITED, ids=["undo", "preview"])
def test_a_run_that_waits_and_cannot_do_this_work_is_named(client_acme: Client, scope: dict[str, Any]) -> None:
    waiting = Run.objects.create(client=client_acme, flow="stock", scope=scope)
    with pytest.raises(CommandError, match=f"run {waiting.pk} of stock waits already") as busy:
        call_command("sync", "acme", "stock")
    assert busy.value.returncode == 5


@pytest.mark.flow
def test_a_limited_run_that_waits_is_taken_along(small: World) -> None:  # noqa: F811
    small.publish()
    waiting = Run.objects.create(client=small.client, flow="catalogue", scope={"product": "SECATEUR"})
    found = json.loads(output("sync", "demo", "catalogue", "--json"))
    assert (found["run"], found["scope"], found["state"]) == (waiting.pk, {"refresh": ["SECATEUR"]}, "succeeded")


@pytest.mark.django_db
def test_a_flow_that_runs_elsewhere_is_told_and_its_run_stays_in_the_queue(client_acme: Client) -> None:
    Run.objects.create(client=client_acme, flow="stock", state="running")
    with pytest.raises(CommandError, match="running elsewhere") as busy:
        call_command("sync", "acme", "stock")
    assert (busy.value.returncode, Run.objects.filter(state="queued").count()) == (5, 1)


@pytest.mark.flow
def test_everything_that_a_page_asks_for_can_be_asked_for_here(small: World) -> None:  # noqa: F811
    def run(*options: str) -> dict[str, Any]:
        return json.loads(output("sync", "demo", "catalogue", "--json", *options))

    preview = run("--preview")
    applied = run("--apply", str(preview["run"]))
    assert (applied["scope"]["plan"], applied["written"]) == (preview["run"], preview["to_write"])
    assert run("--full") | {"run": 0, "seconds": 0, "requests": {}, "read": 0} == {
        **{name: applied[name] for name in ("client", "flow", "state", "preview", "cause", "facts", "causes")},
        **dict.fromkeys(("run", "seconds", "read", "to_write", "written", "confirmed", "held", "rejected"), 0),
        "requests": {},
        "scope": {"full": True},
        "unchanged": applied["written"] + 6,
    }
    one = run("--product", "SECATEUR")
    assert (one["scope"], one["written"]) == ({"product": "SECATEUR"}, 0)
    renamed = "UPDATE F_ARTICLE SET AR_Design = 'Autre', cbModification = datetime('now', 'localtime') WHERE AR_Ref = ?"
    small.company.execute((renamed, ("SECATEUR",)))
    changed = run()
    assert changed["written"] == 1
    undone = run("--undo", str(changed["run"]))
    assert (undone["scope"], undone["written"]) == ({"undo": changed["run"]}, 1)
    again = run("--retry", str(changed["run"]))
    assert (again["scope"], again["to_write"]) == ({"retry": changed["run"]}, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["stock", "--product", "NADA"], "no product or article is called 'NADA'"),
        (["customers", "--product", "NADA"], "knows no products"),
        (["orders", "--order", "NADA"], "no order 'NADA' was seen yet"),
        (["stock", "--order", "NADA"], "goes with the flow orders"),
        (["stock", "--retry", "999999"], "acme has no run 999999"),
        (["stock", "--retry", "preview"], "is a preview"),
        (["prices", "--retry", "over"], "is one of the flow stock"),
        (["stock", "--retry", "waits"], "is not over yet"),
        (["stock", "--apply", "over"], "is no preview"),
        (["stock", "--apply", "preview"], "older than 4 hours"),
        (["stock", "--undo", "over"], "wrote nothing"),
        (["stock", "--undo", "over", "--preview"], "--preview goes with neither"),
        (["stock", "--undo", "1", "--full"], "not allowed with"),
        (["stock", "--product", ""], "no product or article is called ''"),
        (["orders", "--order", ""], "no order '' was seen yet"),
        (["stock", "--retry", "0"], "acme has no run 0"),
        (["stock", "--apply", "0"], "acme has no run 0"),
        (["stock", "--undo", "theirs"], "acme has no run"),
        (["orders", "--full"], "the flow orders derives nothing"),
        (["drift", "--preview"], "the flow drift writes nothing"),
        (["drift", "--retry", "checked"], "the flow drift is refused nothing"),
        (["stock", "--apply", "failed"], "it is a preview and failed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_asked_for_says_why(client_acme: Client, options: list[str], said: str) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    made = {"state": "succeeded", "ended_at": long_ago}
    runs = {
        "over": Run.objects.create(client=client_acme, flow="stock", **made),
        "preview": Run.objects.create(client=client_acme, flow="stock", preview=True, **made),
        "waits": Run.objects.create(client=client_acme, flow="stock"),
        "theirs": Run.objects.create(client=Client.objects.create(slug="other", name="Other"), flow="stock", **made),
        "checked": Run.objects.create(client=client_acme, flow="drift", **made),
        "failed": Run.objects.create(client=client_acme, flow="stock", preview=True, **(made | {"state": "failed"})),
    }
    _printed, error = failed("sync", "acme", *(str(runs[one].pk) if one in runs else one for one in options))
    assert said in error


@pytest.mark.flow
def test_a_held_order_is_examined_again(small: World) -> None:  # noqa: F811
    shop = small.client.shops.get()
    held = {"state": OrderState.HELD, "cause": "order.customer"}
    order = LedgerOrder.objects.create(shop=shop, shop_order_id=77, reference="ABCDEFGHI", **held)
    LedgerOrder.objects.create(shop=shop, shop_order_id=78, reference="ANOTHERONE", **held)
    json.loads(output("sync", "demo", "orders", "--order", "ABCDEFGHI", "--preview", "--json"))
    assert set(LedgerOrder.objects.values_list("state", flat=True)) == {OrderState.HELD}, "a look frees nothing"
    run = json.loads(output("sync", "demo", "orders", "--order", "ABCDEFGHI", "--json"))
    assert (run["flow"], run["scope"], run["held"]) == ("orders", {"orders": [order.pk]}, 1)
    _printed, error = failed("sync", "demo", "orders", "--order", "NADA")
    assert "was seen yet" in error


@pytest.mark.django_db
def test_an_order_of_a_shop_that_is_switched_off_is_told(client_acme: Client) -> None:
    shop = client_acme.shops.create(name="Fermée", url="http://127.0.0.1:1", active=False)
    order = LedgerOrder.objects.create(shop=shop, shop_order_id=7, reference="XYZ", state=OrderState.HELD)
    _printed, error = failed("sync", "acme", "orders", "--order", "XYZ")
    assert "the order XYZ is of the shop Fermée, which is not active" in error
    order.state = OrderState.IMPORTED
    order.save()
    _printed, error = failed("sync", "acme", "orders", "--order", "XYZ")
    assert "the order XYZ is not held: it is imported" in error


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "code"), [("stopped", 3), ("cancelled", 4), ("failed", 1)])
def test_the_exit_code_says_how_a_run_ended(
    client_acme: Client, state: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(run: Run, **_options: object) -> None:
        Run.objects.filter(pk=run.pk).update(state=state, cause="portal.no_shop")

    monkeypatch.setattr(engine, "execute", execute)
    with pytest.raises(CommandError) as ended:
        call_command("sync", "acme", "stock")
    assert ended.value.returncode == code


# --- check_client -------------------------------------------------------------------------------------------------


@pytest.mark.flow
def test_check_client_says_what_was_found_on_both_sides(small: World) -> None:  # noqa: F811
    sage, shop = json.loads(output("check_client", "demo", "--json"))
    assert (sage["name"], sage["ok"], sage["cause"]) == ("Sage", True, "")
    assert sage["found"]["records"]["articles"] == 6
    assert (shop["name"], shop["ok"], shop["cause"]) == ("Boutique", True, "")
    assert shop["found"]["version"].startswith("8.")


@pytest.mark.flow
def test_check_client_fails_when_a_connection_does(small: World) -> None:  # noqa: F811
    small.shop_connection(key="K" * 32)
    printed, error = failed("check_client", "demo", "--json")
    assert [(part["name"], part["ok"], part["cause"]) for part in json.loads(printed)] == [
        ("Sage", True, ""),
        ("Boutique", False, "shop.key_inactive"),
    ]
    assert error == "a connection does not work"
    assert "K" * 32 not in printed


# --- client -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_client_load_says_what_it_changed_and_then_nothing(make_user: Callable[..., Any]) -> None:
    for name in ("commercial", "agence", "administrateur"):
        make_user(name)
    first = output("client", "load", str(EXAMPLE), "--set", "client.slug=acme")
    assert first.splitlines()[0] == "created: Comptoir Atlantique"
    again = output("client", "load", str(EXAMPLE), "--set", "client.slug=acme")
    assert again == "nothing changed\n"
    assert output("client", "load", str(EXAMPLE), "--set", "client.slug=acme", "--set", "client.name=Acmé") == (
        "changed: Acmé (name)\n"
    )


@pytest.mark.django_db
def test_client_load_names_the_bad_value() -> None:
    _printed, error = failed("client", "load", str(EXAMPLE), "--set", "sage.port=0")
    assert error.startswith("sage.port: ")
    assert not Client.objects.exists()


@pytest.mark.flow
def test_client_export_prints_a_file_without_secrets_unless_asked(small: World, tmp_path: Path) -> None:  # noqa: F811
    key = small.running.key
    assert key not in output("client", "export", "demo")
    assert key in output("client", "export", "demo", "--with-secrets")
    file = tmp_path / "demo.toml"
    file.write_text(output("client", "export", "demo"), encoding="utf-8")
    assert output("client", "load", str(file)) == "nothing changed\n"


# --- sandbox ------------------------------------------------------------------------------------------------------


def test_sandbox_sage_builds_a_company_and_says_what_it_holds(tmp_path: Path) -> None:
    base = tmp_path / "made" / "sage.sqlite3"
    told = output("sandbox", "sage", "--path", str(base), "--media", str(tmp_path / "media"), "--articles", "3")
    assert told.startswith(f"{base}: CompanySummary(articles=")
    assert base.stat().st_size > 0
    assert list((tmp_path / "media" / "Articles").glob("POLO-BLEU-M*.jpg"))


def test_sandbox_shop_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        _printed, error = failed("sandbox", "shop", "--state", str(tmp_path / "shop"), "--port", str(port))
    assert error.startswith(f"port {port}: ")


# --- demo ---------------------------------------------------------------------------------------------------------


def test_demo_says_that_its_port_is_taken_before_it_does_anything(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        printed, error = failed("demo", "--port", str(port))
    assert error == f"port {port} is taken by another program: choose another one with --port"
    assert printed == ""
    assert not (tmp_path / "data").exists()


# --- bench --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    def good(_bench: Bench) -> Result:
        return Result("good", ratio=0, limit=0, figures={"rows": 3})

    def bad(_bench: Bench) -> Result:
        return Result("bad", ratio=2.5, limit=2)

    monkeypatch.setattr(bench, "BENCHMARKS", {"good": good, "bad": bad})
    monkeypatch.setattr(bench, "own_database", nullcontext)


@pytest.mark.usefixtures("two_benchmarks")
def test_bench_prints_one_object_a_line() -> None:
    assert json.loads(output("bench", "--only", "good", "--json")) == {
        "name": "good",
        "ratio": 0,
        "limit": 0,
        "ok": True,
        "rows": 3,
    }


@pytest.mark.usefixtures("two_benchmarks")
def test_bench_ends_with_an_error_when_one_is_over_its_limit() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("bench", stdout=out)
    assert ended.value.code == 1
    assert out.getvalue() == "good: 0 (limit 0) ok\n  rows: 3\nbad: 2.5 (limit 2) TOO MUCH\n"
