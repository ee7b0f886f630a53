"""What a running flow holds in its hands: its run, its sessions, its counters."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from connectors import connections
from connectors.errors import ConfigurationError
from connectors.models import Client, SageConnection, ShopConnection
from connectors.prestashop.webservice import Webservice
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession
from mapping.rules import ShopRules, load_rules
from sync_portal.sync import claims
from sync_portal.sync.brakes import Tripped, judge
from sync_portal.sync.models import Change, Run

HEARTBEAT_SECONDS = 2.0
COUNTERS = ("read", "unchanged", "to_write", "written", "confirmed", "held", "rejected")


class Cancelled(Exception):
    """A person asked the run to stop; raised between records."""


class RunContext:
    """One run in progress. Opens sessions when first asked, keeps counters, beats, notices a cancellation."""

    def __init__(self, run: Run, *, on_progress: Callable[[str, int, int], None] | None = None) -> None:
        self.run = run
        self.client: Client = run.client
        self.preview: bool = run.preview
        self.began_at = timezone.now()
        """Sage is read after this."""
        self.looked_ahead = False
        """Whether the shops were asked for their newest orders."""
        self.counters: Counter[str] = Counter()
        self.tripped: list[Tripped] = []
        """The limits that this run passed, those among them that a person approved."""
        self._on_progress = on_progress
        self._beaten = 0.0
        self._thread = threading.current_thread()
        self._step, self._done, self._total = "", 0, 0
        self._step_started_at = self.began_at
        self._sage: SageSession | None = None
        self._capabilities: Capabilities | None = None
        self._webservices: dict[int, Webservice] = {}

    # --- sessions -----------------------------------------------------------------------------------------------------

    @property
    def sage(self) -> SageSession:
        """The open Sage session; opened at the first use."""
        if self._sage is None:
            if not SageConnection.objects.filter(client=self.client).exists():
                raise ConfigurationError("portal.no_sage")
            self._sage = connections.open_sage(self.client)
        return self._sage

    @property
    def capabilities(self) -> Capabilities:
        """What the Sage base has, probed once per run."""
        if self._capabilities is None:
            self._capabilities = connections.probe_sage(self.client, self.sage)
        return self._capabilities

    def shops(self) -> list[ShopConnection]:
        """The client's active shops, in their order."""
        shops = list(self.client.shops.filter(active=True))
        if not shops:
            raise ConfigurationError("portal.no_shop")
        return shops

    def webservice(self, shop: ShopConnection) -> Webservice:
        """The shop's webservice, one per run, its requests counted."""
        if shop.pk not in self._webservices:
            self._webservices[shop.pk] = connections.open_shop(shop, before_write=self._before_write)
        return self._webservices[shop.pk]

    def rules(self, shop: ShopConnection) -> ShopRules:
        """The shop's rules, validated.

        Raises:
            ConfigurationError: they are not valid; names the place and the value.
        """
        try:
            return load_rules(shop.rules)
        except ValueError as error:
            raise ConfigurationError("portal.rules", {"shop": shop.name, "message": str(error)}) from error

    def close(self) -> None:
        """Close what was opened."""
        if self._sage is not None:
            self._sage.close()
        for webservice in self._webservices.values():
            webservice.close()

    # --- progress -----------------------------------------------------------------------------------------------------

    def step(self, name: str, total: int = 0) -> None:
        """Say which step begins, and how many records it has."""
        self._step, self._done, self._total = name, 0, total
        self._step_started_at = timezone.now()
        self.beat(force=True)

    def progress(self, done: int) -> None:
        """Say how far the step is.

        Raises:
            Cancelled: a person asked for it.
            LeaseLost: the run is no longer ours.
        """
        self._done = done
        self.beat()

    def beat(self, *, force: bool = False) -> None:
        """Prolong the lease and store the progress, at most every two seconds."""
        if self._on_progress:
            self._on_progress(self._step, self._done, self._total)
        now = time.monotonic()
        if not force and now - self._beaten < HEARTBEAT_SECONDS:
            return
        self._beaten = now
        step = {"step": self._step, "step_started_at": self._step_started_at, "done": self._done, "total": self._total}
        claims.extend(self.run, **step, **self.stored_counters())
        if Run.objects.filter(pk=self.run.pk, cancel_requested=True).exists():
            raise Cancelled

    def hold(self) -> None:
        """Make sure that the run is still ours, now: before something is sent, and where its outcome is stored.

        Raises:
            LeaseLost: another worker has it.
        """
        claims.extend(self.run)

    def keep(self, row: Model, *columns: str) -> None:
        """Store a row at once, these columns or the whole, only while the run is still ours.

        Raises:
            LeaseLost: another worker has it.
        """
        with transaction.atomic():
            self.hold()
            row.save(update_fields=columns or None)

    def _before_write(self) -> None:
        """A slice is many requests: who stood still between two of them must not send the rest.

        Also called by the threads that send. The database is asked only where the lease is over: the heartbeat, which
        prolongs it, stood still as well.
        """
        if not claims.lease_is_over(self.run):
            return
        try:
            self.hold()
        finally:
            if threading.current_thread() is not self._thread:
                connection.close()

    # --- brakes -------------------------------------------------------------------------------------------------------

    def pass_brakes(self, tripped: Sequence[Tripped]) -> None:
        """Stop here unless a person approved as much.

        Raises:
            BrakeTripped: this goes further than what was approved.
        """
        self.tripped += tripped
        judge(tripped, [Tripped.from_json(one) for one in self.run.allowed])

    # --- results ------------------------------------------------------------------------------------------------------

    def count(self, **amounts: int) -> None:
        """Add to the run's counters (`read`, `unchanged`, ..., and `sage` for statements written into Sage)."""
        self.counters.update(amounts)

    def stored_counters(self) -> dict[str, Any]:
        """The counters in the run's columns."""
        return {name: self.counters[name] for name in COUNTERS} | {"requests": self.requests()}

    def requests(self) -> dict[str, int]:
        """Webservice requests by verb over all shops, and documents written into Sage."""
        total: Counter[str] = Counter({"sage": self.counters["sage"]})
        for webservice in self._webservices.values():
            for (verb, _resource), amount in webservice.counters.requests.copy().items():
                total[verb] += amount
        return dict(total)

    def line(
        self,
        *,
        kind: str,
        key: str,
        label: str,
        action: str,
        state: str,
        shop: ShopConnection | None = None,
        differences: Sequence[Mapping[str, Any]] = (),
        cause: str = "",
        facts: Mapping[str, str] | None = None,
        detail: str = "",
    ) -> Change:
        """One line of the run's history, for flows that do not go through the plan; to be stored with others."""
        return Change(
            run=self.run,
            shop=shop,
            kind=kind,
            key=key,
            label=label[:300],
            action=action,
            state=state,
            differences=list(differences),
            cause=cause,
            facts=dict(facts or {}),
            detail=detail,
        )
