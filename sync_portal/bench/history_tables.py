"""A long history for the benchmarks: the portal's own tables filled by bulk SQL, in a small and in a large database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from connectors.models import Client, Membership, Role, ShopConnection
from mapping.models import Binding, Product
from sync_portal.sync.flows import all_flows
from sync_portal.sync.history import RECENT
from sync_portal.sync.models import Change, ChangeState, Run, RunState

CLIENTS = 30
SHARE = 10
"""The small history has the same runs to look at, and a tenth of all the others."""
LARGE_RUN_SHARE, PREVIEW_SHARE = 25, 100
"""One change of so many belongs to the large run, and to the large preview."""
CHANGES_OF_A_RUN = 100
CHANGES_OF_AN_ARTICLE = 40
BUSY_DAYS = 60
"""Younger than whatever retention takes; the runs that found nothing to do are older, and keep their rows."""

# What `n`, counted from 0, makes of a change: most go well, every cause comes up now and then.
_STATE = (
    "CASE WHEN n % 50 = 0 THEN 'rejected' WHEN n % 51 = 0 THEN 'held' WHEN n % 250 = 7 THEN 'later'"
    " ELSE 'confirmed' END"
)
_CAUSE = (
    "CASE WHEN n % 50 = 0 THEN 'shop.refused' WHEN n % 51 = 0 THEN 'catalogue.price_zero'"
    " WHEN n % 250 = 7 THEN 'shop.busy' ELSE '' END"
)
_KIND = "CASE n % 4 WHEN 0 THEN 'products' WHEN 1 THEN 'stock' WHEN 2 THEN 'combinations' ELSE 'specific_prices' END"
_PART = "CASE WHEN n % 4 < 2 THEN '' ELSE '|1|0' END"
_DIFFERENCES = [
    {"field": "price", "before": "10.000000", "after": "12.500000", "why": "AR_PrixVen = 12,50"},
    {"field": "name", "before": {"fr": "Chemise"}, "after": {"fr": "Chemise en lin"}, "why": "AR_Design"},
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pages and the engine are asked about: the same rows in both databases."""

    client: Client
    shop: ShopConnection
    user: User
    product: Product
    ordinary: Run
    large: Run
    preview: Run
    fresh: Run
    """One that has just begun: it has no changes yet."""
    ageing: list[int]
    """Ids of ordinary runs, for retention."""


class Histories:
    """Two databases, and which of them is asked."""

    def __init__(self) -> None:
        self._names = {"large": connection.settings_dict["NAME"]}

    @contextmanager
    def small_kept(self) -> Iterator[None]:
        """What the database holds now is the small one, as a copy, for the time of the context."""
        connection.close()  # SQLite: what is still in its log enters the file that is copied
        creation = connection.creation
        creation.clone_test_db("small", verbosity=0)
        self._names["small"] = creation.get_test_db_clone_settings("small")["NAME"]
        try:
            yield
        finally:
            self.use("large")
            creation.destroy_test_db(suffix="small", verbosity=0)

    def use(self, name: str) -> None:
        """Ask this one from now on: "small" or "large"."""
        connection.close()
        connection.settings_dict["NAME"] = self._names[name]


def fill_small(changes: int) -> Seen:
    """The first tenth of a history of so many changes, with everything in it that is looked at."""
    clients = Client.objects.bulk_create(Client(slug=f"history-{n}", name=f"History {n}") for n in range(CLIENTS))
    shops = ShopConnection.objects.bulk_create(
        ShopConnection(client=client, name="Shop", url="http://127.0.0.1:9", key="A" * 32) for client in clients
    )
    user = User.objects.create(username="history")
    Membership.objects.bulk_create(Membership(user=user, client=client, role=Role.AGENCY) for client in clients)
    large, preview = changes // LARGE_RUN_SHARE, changes // PREVIEW_SHARE
    others = max(changes // SHARE - large - preview, CHANGES_OF_A_RUN)
    with _filling():
        first, _amount = _fill_ordinary(clients, others, articles=_articles(others))
        client, shop = clients[0], shops[0]
        runs = {
            "large": _fill_run(client, shop, large, _STATE, _CAUSE, preview=False),
            "preview": _fill_run(client, shop, preview, "'planned'", "''", preview=True),
        }
    ordinary = Run.objects.get(pk=first)
    return Seen(
        client=client,
        shop=ShopConnection.objects.get(pk=shop.pk),
        user=user,
        product=Product.objects.create(client=client, key="C0-ART-0", reference="C0-ART-0", name="Article 0"),
        ordinary=ordinary,
        fresh=_run(client, flow=ordinary.flow, state=RunState.FAILED),
        ageing=list(range(first + 1, first + others // CHANGES_OF_A_RUN)),
        **runs,
    )


def fill_the_rest(changes: int, seen: Seen) -> None:
    """Until there are so many changes: nine times as many runs that are not looked at."""
    clients = list(Client.objects.filter(slug__startswith="history-").order_by("pk"))
    others = changes - Change.objects.filter(run__client__in=clients).count()
    with _filling():
        _fill_ordinary(clients, others, articles=_articles(others), quiet=SHARE - 1)


def _articles(changes: int) -> int:
    """The more changes, the more articles there are for them in each catalogue."""
    return max(changes // CLIENTS // CHANGES_OF_AN_ARTICLE, 1)


def _fill_ordinary(clients: list[Client], changes: int, *, articles: int, quiet: int = 1) -> tuple[int, int]:
    """Runs of all clients and flows: those without a change, then those with some. (First id, amount) of the latter."""
    flows = [flow.name for flow in all_flows()]
    old, young = timezone.now() - timedelta(days=340), timezone.now() - timedelta(days=BUSY_DAYS)
    busy = max(changes // CHANGES_OF_A_RUN, 1)
    idle = CLIENTS * len(flows) * (RECENT + 1) * quiet
    _multiply(_template(clients[0], flows[0], old, thinned=True), idle, _of_a_run(clients, flows, 240 * 86400 / idle))
    first = _multiply(_template(clients[0], flows[0], young), busy, _of_a_run(clients, flows, BUSY_DAYS * 86400 / busy))
    run = f"(n / {CHANGES_OF_A_RUN})"
    of_the_client = f"({run} / {CLIENTS} * {CHANGES_OF_A_RUN} + n % {CHANGES_OF_A_RUN})"
    columns = {
        "run_id": f"{first} + CASE WHEN {run} < {busy} THEN {run} ELSE {busy - 1} END",
        "key": f"'C' || ({run} % {CLIENTS}) || '-ART-' || ({of_the_client} / 4 % {articles}) || {_PART}",
        "kind": _KIND,
        "state": _STATE,
        "cause": _CAUSE,
        "risk": "n * 7 % 90",
    }
    _multiply(_change(Run.objects.get(pk=first), None), changes, columns)
    return first, busy


def _fill_run(client: Client, shop: ShopConnection, changes: int, state: str, cause: str, *, preview: bool) -> Run:
    run = _run(
        client,
        preview=preview,
        state=RunState.SUCCEEDED if preview else RunState.INCOMPLETE,
        to_write=changes,
        rejected=0 if preview else changes // 50,
    )
    columns = {"key": "'LARGE-' || n", "kind": _KIND, "state": state, "cause": cause, "risk": "n * 7 % 90"}
    _multiply(_change(run, shop), changes, columns)
    if not preview:
        binding = Binding.objects.create(shop=shop, kind="products", key="first", confirmed_at=run.ended_at)
        _multiply(binding, changes, {"key": "'LARGE-' || n", "kind": _KIND, "remote_id": "n + 1"})
    return run


def _run(client: Client, **fields: Any) -> Run:
    now = timezone.now()
    return Run.objects.create(**{"flow": "catalogue", "started_at": now, "ended_at": now} | fields, client=client)


def _template(client: Client, flow: str, at: Any, **fields: Any) -> Run:
    return _run(client, flow=flow, state=RunState.SUCCEEDED, started_at=at, ended_at=at, **fields)


def _change(run: Run, shop: ShopConnection | None) -> Change:
    return Change.objects.create(
        run=run,
        shop=shop,
        kind="products",
        key="first",
        label="Chemise en lin à manches longues",
        action="update",
        differences=_DIFFERENCES,
        state=ChangeState.CONFIRMED,
    )


def _of_a_run(clients: list[Client], flows: list[str], seconds: float) -> dict[str, str]:
    """Columns of the n-th run: clients and flows in turns, the runs so many seconds apart."""
    names = " ".join(f"WHEN {place} THEN '{flow}'" for place, flow in enumerate(flows))
    if connection.vendor == "sqlite":
        later = "strftime('%Y-%m-%d %H:%M:%f', {0}, '+' || CAST(n * {1} AS INTEGER) || ' seconds')"
    else:
        later = "{0} + n * {1} * interval '1 second'"
    return {
        "client_id": f"{clients[0].pk} + n % {CLIENTS}",
        "flow": f"CASE (n / {CLIENTS}) % {len(flows)} {names} END",
        **{name: later.format(name, round(seconds, 3)) for name in ("queued_at", "started_at", "ended_at")},
        "state": "CASE WHEN n % 23 = 5 THEN 'incomplete' WHEN n % 7 = 3 THEN 'failed' ELSE 'succeeded' END",
        "rejected": "CASE WHEN n % 23 = 5 THEN 2 ELSE 0 END",
        "claim": "'bench-' || n",
    }


def _multiply(template: models.Model, amount: int, columns: Mapping[str, str]) -> int:
    """Replace a row by so many of its kind: `columns` by an expression of `n`, counted from 0, the others as they are.
    Returns the first new id; they follow each other.
    """
    model = type(template)
    table = model._meta.db_table
    names = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(columns.get(name, f'"{name}"') for name in names)
    counted = _COUNTED[connection.vendor].format(last=amount - 1)
    listed = ", ".join(f'"{name}"' for name in names)
    # Every part of it is a constant of this module, the name of a column or a number.
    statement = f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table}, ({counted}) AS numbers"  # noqa: S608
    _run_sql(f"{statement} WHERE id = {template.pk}")
    newest: int = model._default_manager.aggregate(newest=Max("pk"))["newest"]
    model._default_manager.filter(pk=template.pk).delete()
    return newest - amount + 1


_COUNTED = {
    "sqlite": "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < {last}) SELECT n FROM g",
    "postgresql": "SELECT n FROM generate_series(0, {last}) AS g(n)",
}
"""Vendor -> `n` from 0."""


@contextmanager
def _filling() -> Iterator[None]:
    """Rows enter without the indexes and checks that each would have to pass; the indexes are made anew at the end."""
    editor = connection.SchemaEditorClass(connection)
    indexes = {index.name: str(index.create_sql(Change, editor)) for index in Change._meta.indexes}
    _run_sql(*_CARELESS.get(connection.vendor, ()), *(f'DROP INDEX "{name}"' for name in indexes))
    try:
        yield
    finally:
        _run_sql(*indexes.values())
        connection.close()  # and with it the carelessness
    if connection.vendor == "postgresql":  # as autovacuum does; SQLite knows no such thing
        _run_sql(*(f"VACUUM ANALYZE {model._meta.db_table}" for model in (Run, Change)))


_CARELESS = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"),
    "postgresql": ("SET session_replication_role = replica",),
}
"""For this connection alone. PostgreSQL lets a superuser say so; the tests' own server is run by one."""


def _run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
