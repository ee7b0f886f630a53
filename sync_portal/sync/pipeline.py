"""One slice is on its way to the shop while the one before it is stored and the one after it is encoded.

Never two on their way at once: what a slice created is known before the next one looks whether the shop has it already.
A slice that refers to what is still on its way, is of another kind, or deletes, waits until that is stored.

A mistake of ours that one record brings to light must not end each run at that record: its slice is taken apart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from connectors.errors import ConfigurationError, ConnectorError, RetryableError, blameless
from sync_portal.sync import begun, sending, turns
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.mistakes import is_a_mistake, refusal
from sync_portal.sync.models import Action
from sync_portal.sync.outcomes import store
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.sending import Parcel
from sync_portal.sync.tasks import Task, references

logger = logging.getLogger(__name__)

Sender = Callable[[RunContext, Resolver, Kind, list[Task]], None]
"""Writes a slice whose records are sent each in its own way: photos, documents."""

UNCLEAR = frozenset({"shop.not_xml", "shop.empty_500"})
"""What a shop in trouble says to everything, and a good one to a record that it chokes on."""
FEW = 3
"""So many records, all of a slice, are not likely to be bad all together."""
AWAY = frozenset({"shop.unreachable", "shop.timeout", "shop.busy", "shop.quiet_hours"})
"""What all records of a slice can only share when the shop itself is away, or not to be written to."""


@dataclass(frozen=True)
class _UnderWay:
    tasks: list[Task]
    parcel: Parcel
    exchanged: Future[None]

    @property
    def places(self) -> set[tuple[str, str]]:
        return {(self.parcel.kind.name, task.change.key) for task in self.tasks}


class Pipeline:
    """Carries slices to one shop, each to its stored outcome. Leaving it stores what was still on its way."""

    def __init__(self, context: RunContext, resolver: Resolver, senders: Mapping[str, Sender]) -> None:
        self._context, self._resolver, self._senders = context, resolver, senders
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"run-{context.run.pk}")
        self._under_way: _UnderWay | None = None
        self._done = 0
        self._in_trouble = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._landed(judged=error is None)
        finally:
            self._pool.shutdown()

    def carry(self, kind: Kind, tasks: list[Task]) -> None:
        """Send a slice once the one before it has come back; its outcome is stored with the next one, or at the end.

        Raises:
            ConfigurationError, RetryableError, Cancelled, LeaseLost: the run stops here; what was done is stored.
        """
        self._resolver.bindings.preload([(kind.name, task.change.key) for task in tasks])
        if self._has_to_wait(kind, tasks):
            self._landed()
        if kind.name in self._senders:
            self._send_alone(self._senders[kind.name], kind, tasks)
        else:
            self._send(kind, tasks)

    def _has_to_wait(self, kind: Kind, tasks: Sequence[Task]) -> bool:
        if self._under_way is None:
            return False
        if kind.shared or kind is not self._under_way.parcel.kind or tasks[0].change.action == Action.DELETE:
            return True
        places = self._under_way.places
        return any(place in places for task in tasks for place in references(task.values.values()))

    def _send(self, kind: Kind, tasks: list[Task]) -> None:
        before = None
        try:
            self._encode(kind, tasks)
            before = self._arrived()
            parcel = self._ready(kind, tasks)
            self._under_way = _UnderWay(tasks, parcel, self._pool.submit(sending.exchange, self._resolver, parcel))
        except BaseException as error:
            if before is not None:
                self._keep(before.parcel.kind, before.tasks)
            if is_a_mistake(error):
                self._one_by_one(kind, tasks, error)
                return
            self._keep(kind, tasks)
            raise
        if before is not None:
            self._keep(before.parcel.kind, before.tasks)
            self._tell(before.tasks)

    def _encode(self, kind: Kind, tasks: Sequence[Task]) -> None:
        if tasks[0].change.action != Action.DELETE:
            sending.encode(self._resolver, kind, tasks)

    def _ready(self, kind: Kind, tasks: Sequence[Task]) -> Parcel:
        turns.take(self._context, self._resolver, kind, tasks)
        ready = sending.prepare_to_leave if tasks[0].change.action == Action.DELETE else sending.prepare
        parcel = ready(self._resolver, kind, tasks)
        # Whoever stood still longer than its lease would make again what another worker made meanwhile.
        begun.note(self._context, self._resolver, kind, parcel.new)
        return parcel

    def _send_alone(self, send: Sender, kind: Kind, tasks: list[Task]) -> None:
        try:
            send(self._context, self._resolver, kind, tasks)
        except BaseException as error:
            if is_a_mistake(error):
                self._one_by_one(kind, tasks, error)
                return
            self._keep(kind, tasks)
            raise
        self._keep(kind, tasks)
        self._tell(tasks)

    def _one_by_one(self, kind: Kind, tasks: Sequence[Task], mistake: BaseException) -> None:
        """Take a slice apart that our own program failed on: the record that it fails on again is refused, with the
        technical text, and the others go on. What was written before is found in the shop.

        Raises:
            Exception: the mistake, where it is no single record's.
        """
        logger.error("a slice of %s is taken apart: %r", kind.name, mistake, exc_info=mistake)
        failed = []
        for task in (Task(task.change) for task in tasks):
            try:
                self._carry_one(kind, task)
            except Exception as error:
                if not is_a_mistake(error):
                    raise
                task.error = refusal(error)
                failed.append(task)
            else:
                self._keep(kind, [task])
                self._tell([task])
        if len(failed) == len(tasks) >= FEW:
            raise mistake
        if failed:
            self._keep(kind, failed)
            self._tell(failed)

    def _carry_one(self, kind: Kind, task: Task) -> None:
        self._resolver.bindings.preload([(kind.name, task.change.key)])
        if kind.name in self._senders:
            self._senders[kind.name](self._context, self._resolver, kind, [task])
            return
        self._encode(kind, [task])
        parcel = self._ready(kind, [task])
        sending.exchange(self._resolver, parcel)
        sending.settle(self._resolver, parcel)
        self._resolver.bindings.give(kind.name, [task.shop_id] if task.shop_id is not None else [])

    def _arrived(self, *, judged: bool = True) -> _UnderWay | None:
        """The slice that was on its way, once the shop has answered: its ids are known, its outcome is to be stored.
        None also where it had to be taken apart and is stored.
        """
        before, self._under_way = self._under_way, None
        if before is None:
            return None
        try:
            before.exchanged.result()
            sending.settle(self._resolver, before.parcel)
        except BaseException as error:
            if judged and is_a_mistake(error):
                self._one_by_one(before.parcel.kind, before.tasks, error)
                return None
            self._keep(before.parcel.kind, before.tasks)
            raise
        given = [task.shop_id for task in before.tasks if task.shop_id is not None]
        self._resolver.bindings.give(before.parcel.kind.name, given)
        return before

    def _landed(self, *, judged: bool = True) -> None:
        """Wait for what is on its way and store it; ``judged``: stop the run where the rest would be pointless."""
        before = self._arrived(judged=judged)
        if before is None:
            return
        self._keep(before.parcel.kind, before.tasks)
        if judged:
            self._tell(before.tasks)

    def _keep(self, kind: Kind, tasks: Sequence[Task]) -> None:
        _blame_the_shop(tasks)
        bindings = self._resolver.bindings
        store(self._context, self._resolver, kind, tasks)
        bindings.forget(keep=self._under_way.places if self._under_way else ())

    def _tell(self, tasks: Sequence[Task]) -> None:
        _stop_if_the_rest_is_pointless(tasks)
        self._stop_at_the_second_in_trouble(tasks)
        self._done += len(tasks)
        self._context.progress(self._done)

    def _stop_at_the_second_in_trouble(self, tasks: Sequence[Task]) -> None:
        """One slice may be of bad records after all, and must not stand before the others at each run."""
        trouble = next((one.error for one in tasks if one.error is not None and _is_the_shops(one.error)), None)
        if trouble is not None and self._in_trouble:
            raise trouble
        self._in_trouble = trouble is not None


def _blame_the_shop(tasks: Sequence[Task]) -> None:
    """Where nothing of a slice could be written and the shop does not say why, it is no fault of its records: refused,
    they would wait for a person, each of them, although the shop was only down for a while.
    """
    written = [task for task in tasks if task.sent and not task.as_found and task.error is None]
    unclear = [task for task in tasks if task.error is not None and task.error.cause in UNCLEAR]
    if not written and len(unclear) >= FEW and len({task.error.cause for task in unclear if task.error}) == 1:
        for task in unclear:
            task.error = blameless(task.error) if task.error else None


def _is_the_shops(error: ConnectorError) -> bool:
    return isinstance(error, RetryableError) and error.cause in UNCLEAR


def _stop_if_the_rest_is_pointless(tasks: Sequence[Task]) -> None:
    errors = [task.error for task in tasks if task.error is not None]
    for error in errors:
        if isinstance(error, ConfigurationError):
            raise error
    if len(errors) == len(tasks) and all(error.cause in AWAY for error in errors):
        raise errors[0]
