"""What one run is to write into one shop: derived and planned first, judged with those of the other shops, then carried
out. Its lines are in the history, so that many plans take no more memory than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.models import ShopConnection
from mapping.rules import ShopRules
from sync_portal.sync import drift, same_shop, undo
from sync_portal.sync import scope as scopes
from sync_portal.sync.apply import apply
from sync_portal.sync.brakes import Tripped
from sync_portal.sync.context import RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.planned import Planned
from sync_portal.sync.resolver import Resolver


@dataclass(frozen=True)
class ShopPlan:
    """A plan that waits to be carried out."""

    context: RunContext
    resolver: Resolver
    rules: ShopRules
    planned: Planned
    kinds: Sequence[str]
    """In the order in which they are written."""
    derivation: Derivation | None = None
    """None: an earlier run backwards."""

    def tripped(self) -> list[Tripped]:
        """The limits of this shop that it passes."""
        totals = self.resolver.bindings.totals()
        return self.planned.tally.tripped(totals, self.rules.brakes, self.resolver.shop.pk)

    def carry_out(self) -> None:
        """Write it and leave the derivation's mark.

        Raises:
            ConfigurationError, RetryableError, Cancelled, LeaseLost: it stops here; what was done is stored.
        """
        self.context.step("apply", self.planned.to_write)
        if self.planned.to_write:
            same_shop.make_sure(self.resolver.shop, self.resolver.webservice)
        apply(self.context, self.resolver, self.kinds)
        if self.derivation is not None:
            self.derivation.leave_mark()
        else:
            undo.look_again(self.context.run)


def plan_for(context: RunContext, shop: ShopConnection, rules: ShopRules, *, keep: bool) -> ShopPlan:
    """Derive what the shop should hold and compare, or plan a run backwards.

    ``keep``: this is the shop whose catalogue people see.
    """
    resolver, scope = Resolver(shop, context.webservice(shop)), context.run.scope
    if "undo" in scope:
        planned = Planned(context, resolver)
        planned.keep(undo.plan_undo(scope["undo"], resolver))
        return ShopPlan(context, resolver, rules, planned, undo.kinds_in_order(context.run))
    _prepare(context, resolver, rules)
    derivation = Derivation(context, get_flow(context.run.flow), shop, rules, keep=keep)
    planned = Planned(context, resolver)
    planned.keep(derivation.changes(resolver, resolver.owner_of))
    context.count(unchanged=derivation.unchanged)
    return ShopPlan(context, resolver, rules, planned, derivation.kinds, derivation)


def _prepare(context: RunContext, resolver: Resolver, rules: ShopRules) -> None:
    """What the scope asks for before the plan is made: refused records may go again, a product is looked at afresh."""
    resolver.bindings.unpark(scopes.places_to_unpark(context.run.scope, resolver.shop.pk))
    products = scopes.products_to_refresh(context.run.scope)
    if products and not context.preview:
        drift.refresh(resolver, rules, [place for name in products for place in resolver.bindings.of_product(name)])
