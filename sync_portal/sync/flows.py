"""What a flow is: a declaration. The engine does the rest (docs/engine.md shows how to add one)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapping.catalogue import Catalogue
    from mapping.rules import ShopRules
    from mapping.state import Desired
    from sync_portal.sync.context import RunContext

Desire = Callable[["Catalogue", "ShopRules"], Iterable["Desired"]]


@dataclass(frozen=True)
class Flow:
    """A named, schedulable piece of work.

    A flow towards the shop names the Sage `streams` it needs, the `parts` of the catalogue it refreshes, and the
    `desires` that say what the shop should hold, in the order in which they are to be written. A flow of another
    shape gives `run`.
    """

    name: str
    label: Any
    icon: str
    streams: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    desires: tuple[Desire, ...] = ()
    removes: frozenset[str] = frozenset()
    """Kinds whose resources are deleted from the shop when they are no longer wanted; all others stay."""
    removable: Callable[[str, str], bool] = lambda kind, key: True
    """Which of them, by kind and local key."""
    hides: Callable[[Iterable[tuple[str, str]], ShopRules], Iterable[Desired]] | None = None
    """What becomes of the categories of ours, (key, name), that are no longer wanted: they stay, hidden."""
    minds_orders: bool = False
    """What it writes depends on what the shops have sold: orders newer than the last import are asked for first."""
    run: Callable[[RunContext], None] | None = None
    lane: str = "slow"
    promise_minutes: int = 24 * 60
    """The freshness promise: a confirmed success at most this old."""


class UnknownFlowError(KeyError):
    """No flow has that name: an update may have taken it away."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no flow is called {name!r}; there are: {', '.join(_FLOWS)}")
        self.facts = {"flow": name}


_FLOWS: dict[str, Flow] = {}


def register(flow: Flow) -> Flow:
    """Make a flow known to schedules, pages and commands."""
    _FLOWS[flow.name] = flow
    return flow


def get_flow(name: str) -> Flow:
    """The flow of that name.

    Raises:
        UnknownFlowError (a KeyError): there is none; the message lists those there are.
    """
    try:
        return _FLOWS[name]
    except KeyError:
        raise UnknownFlowError(name) from None


def all_flows() -> list[Flow]:
    """Every flow, in the order in which people should see and run them."""
    return list(_FLOWS.values())
