"""What the benchmarks of runs share: the demo client beside a slow shop, its writes recorded and sent again bare."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import requests
from django.utils import timezone

from connectors.models import Client
from connectors.prestashop.settings import ShopSettings
from mapping.models import Binding
from mapping.state import to_json
from sync_portal.bench.frame import Bench
from sync_portal.bench.shop_frame import REQUEST_SECONDS, STOCK_SECONDS, Delay, bare_session, slow_shop
from sync_portal.sync import collect
from sync_portal.sync.context import RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.plan import PlannedChange, owned_by_rules
from sync_portal.sync.resolver import Resolver

WRITES = ("POST", "PUT", "PATCH", "DELETE")
# Medians of a real PrestaShop 8.2.1 (two cores, loopback), per entity in a batch.
DELAYS = [
    Delay("products", ("POST",), REQUEST_SECONDS, 0.018),
    Delay("products", ("PATCH", "PUT"), REQUEST_SECONDS, 0.012),
    Delay("combinations", ("POST", "PATCH", "PUT"), REQUEST_SECONDS, 0.005),
    Delay("stock_availables", ("PATCH", "PUT"), REQUEST_SECONDS, STOCK_SECONDS),
    Delay("specific_prices", WRITES, REQUEST_SECONDS, 0.0008),
    Delay("", ("GET",), REQUEST_SECONDS),
]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changed the shop, as it was sent."""

    verb: str
    path: str
    """With its query, from the shop's address on."""
    body: bytes

    @property
    def resource(self) -> str:
        return self.path.removeprefix("/api/").partition("?")[0].partition("/")[0]


@contextmanager
def client_of_a_slow_shop(bench: Bench, *, articles: int, products: int = 0) -> Iterator[tuple[Client, ShopSettings]]:
    """The demo client on a company with so many generated articles, and a shop at a real shop's pace with so many
    products and as many rows of stock.
    """
    with slow_shop(bench.folder / "shop", products=products, delays=DELAYS) as settings:
        yield bench.load_client(articles=articles, url=settings.url, key=settings.key), settings


@contextmanager
def recorded_writes() -> Iterator[list[Write]]:
    """The writes that any webservice sends meanwhile, in the order in which they were answered."""
    sent: list[Write] = []
    send = requests.Session.send

    def remember(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        answer = send(session, request, **options)
        if request.method in WRITES:
            body = request.body or b""
            sent.append(Write(request.method, request.path_url, body if isinstance(body, bytes) else body.encode()))
        return answer

    with patch.object(requests.Session, "send", remember):
        yield sent


def send_bare(settings: ShopSettings, writes: list[Write]) -> float:
    """Send them again one after the other and do nothing else; returns seconds."""
    start = time.perf_counter()
    with bare_session(settings) as session:
        for one in writes:
            answer = session.request(one.verb, settings.url + one.path, data=one.body, timeout=120)
            answer.raise_for_status()
    return time.perf_counter() - start


def take_as_published(client: Client, flow: str) -> int:
    """The state after a first run of the flow in which the shop took everything, without the shop: for companies so
    large that publishing them would take the benchmark's time. Returns how many resources that were.

    The ids of each kind are counted from 1, as those of a shop that `slow_shop` filled.
    """
    run = Run.objects.create(client=client, flow=flow, state=RunState.RUNNING, started_at=timezone.now())
    context = RunContext(run)
    declared, (shop,) = get_flow(flow), context.shops()
    rules = context.rules(shop)
    read_up_to = collect.collect(context, declared.streams, min_rows_percent=0)
    derivation = Derivation(context, declared, shop, rules, keep=True)
    bound = Counter[str]()
    for part in derivation.changes(Resolver(shop, context.webservice(shop)), owned_by_rules(rules.owners)):
        _bind(run, shop.pk, part, bound)
    derivation.leave_mark()
    collect.advance(context, read_up_to)
    Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, ended_at=timezone.now())
    context.close()
    return derivation.unchanged + bound.total()


def _bind(run: Run, shop: int, changes: Sequence[PlannedChange], bound: Counter[str]) -> None:
    """``bound``: how many of each kind are already; counts on."""
    now = timezone.now()
    places = {"shop_id": shop}
    for start in range(0, len(changes), _BATCH):
        part = changes[start : start + _BATCH]
        Binding.objects.bulk_create(
            [
                Binding(
                    **places,
                    kind=change.kind,
                    key=change.key,
                    remote_id=_next(bound, change.kind),
                    confirmed={name: to_json(value) for name, value in change.fields.items()},
                    confirmed_at=now,
                )
                for change in part
                if change.held is None
            ],
            ignore_conflicts=True,
        )
        Change.objects.bulk_create(
            [
                Change(
                    **places,
                    run=run,
                    kind=change.kind,
                    key=change.key,
                    label=change.label[:300],
                    action=change.action,
                    state=ChangeState.HELD if change.held else ChangeState.CONFIRMED,
                    wanted=change.wanted,
                )
                for change in part
            ]
        )


def _next(bound: Counter[str], kind: str) -> int:
    bound[kind] += 1
    return bound[kind]
