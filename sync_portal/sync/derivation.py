"""Only what changed is derived and planned: for one run and one shop, with the mark that it leaves.

What is looked at is found by `lookout`. What was not looked at and is as it should be is still counted, and what of it
was held is told again, both as the last run left them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from connectors.connections import media_paths
from connectors.models import ShopConnection
from mapping import choosing, joining, loading, ordering, store, touches
from mapping.affected import dated
from mapping.apart import taken_apart
from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.derive import Company
from mapping.desired.customers import closed_customers
from mapping.groups import Groups
from mapping.image_choices import UPLOADED
from mapping.models import Binding, DerivationMark, SourceRecord
from mapping.parts import Part
from mapping.rules import ShopRules
from mapping.state import Desired
from sync_portal.sync import last_words, marks, ordered, same_content
from sync_portal.sync import scope as scopes
from sync_portal.sync.asked_away import AskedAway
from sync_portal.sync.bindings import Place
from sync_portal.sync.context import RunContext
from sync_portal.sync.flows import Desire, Flow
from sync_portal.sync.lookout import PER_ARTICLE, Lookout
from sync_portal.sync.looks import Lines, Look, PartPlan, with_products
from sync_portal.sync.mistakes import is_a_mistake
from sync_portal.sync.models import Change, ChangeState
from sync_portal.sync.named_photos import without_refused
from sync_portal.sync.plan import OwnerOf, PlannedChange, make_plan, removals
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.traces import UNKNOWN, Traces, product_fingerprint, trace
from sync_portal.sync.underived import Underived, Wish, drained, each_customers_own
from sync_portal.sync.undone import Undone

_JOINING = "catalogue"
"""The flow before which new articles join groups."""
_OF_THE_WHOLE = "categories"
"""Also given with some products only, because a product names its branch: those are not the shop's categories."""


class Derivation:
    """One run's derivation for one shop: `changes`, then, once all of it was written, `leave_mark`."""

    def __init__(self, context: RunContext, flow: Flow, shop: ShopConnection, rules: ShopRules, *, keep: bool) -> None:
        """``keep``: this is the shop whose catalogue people see."""
        self._context, self._client, self._flow, self._shop = context, context.client, flow, shop
        self._rules, self._keep = rules, keep
        self._parts = frozenset(flow.parts) or store.PARTS
        self._fingerprint = marks.rules_fingerprint(rules)
        self._began = timezone.now()
        # The day in the client's own time zone: a future price begins at its midnight.
        self._today: date = timezone.localdate(timezone=ZoneInfo(context.client.time_zone))
        self._mark = DerivationMark.objects.filter(shop=shop, flow=flow.name).first()
        self._traces = Traces(self._mark)
        self._undone = Undone(shop)
        self._underived = Underived(context, shop, self._mark)
        self._lines = Lines([{} for _desire in flow.desires])
        self._strayed: list[str] = []
        self._asked_away = AskedAway(flow.removes)
        self._lookout = Lookout(context, flow, shop, rules, self._mark, self._asked_away, today=self._today)
        self._by_article = self._lookout.by_article
        self._look = Look(frozenset())
        self.unchanged = 0
        """All resources of the flow that are as wanted; known once `changes` is through."""

    @property
    def kinds(self) -> list[str]:
        """The kinds of resources that the flow wants or takes away, in the order in which they are to be written."""
        wanted = (kind for kinds in self._lines.by_desire for kind in kinds)
        return list(dict.fromkeys([*wanted, *sorted(self._flow.removes)]))

    def changes(self, resolver: Resolver, owner_of: OwnerOf) -> Iterator[list[PlannedChange]]:
        """What would have to be written, part by part; kinds are in no order."""
        self._context.step("derive")
        self._let_join()
        # The vocabulary first: a spelling that gave way to another one reaches everything.
        vocabulary = touches.vocabulary(self._client)
        ordered.settle(self._context, self._flow)
        look = self._lookout.look()
        if not look.nothing and ordered.look_ahead(self._context, self._flow, self._shop):
            look = self._lookout.look()
        if look.nothing:
            self._look = look
        else:
            if self._lookout.news and not self._context.preview:  # something will have to be written, most likely
                resolver.webservice.get_ready()
            choices = choosing.common_choices(self._client)
            self._look = look = with_products(look, Groups(choices))
            common = loading.common_data(self._client, accounts=self._needs_accounts())
            company = Company(
                common,
                self._rules,
                today=self._today,
                vocabulary=vocabulary,
                choices=choices,
                files=self._lookout.files if self._by_article else None,
                shop=self._shop.name,
                ordered=ordering.of_client(self._client),
            )
            self._underived.customers.update(company.failed_accounts)
            if self._by_article:
                for part in last_words.derived(self._context, company, common, self._articles()):
                    yield from self._plan_articles(company, part, resolver, owner_of)
                    self._context.beat()
            for changes in self._plan_common(company, resolver, owner_of):
                self._lines.changes += len(changes)
                yield changes
        if self._strayed:
            marks.tell_strays(self._context.run, self._strayed)
        yield from self._finished(resolver)

    def leave_mark(self) -> None:
        """All up to here is carried into the shop; a run of a part leaves that part to the next whole one."""
        if scopes.partial(self._context.run.scope):
            touches.touch_articles(self._client, self._look.articles or ())
            return
        bound = Binding.objects.filter(shop=self._shop, kind__in=self._kinds()).aggregate(
            newest=Max("pk"), bound_at=Max("confirmed_at")
        )
        again = self._to_repeat()
        self._traces.keep(self._not_gone())
        with transaction.atomic():
            self._context.hold()  # who took the run over leaves a mark of its own
            mark, _made = DerivationMark.objects.update_or_create(
                shop=self._shop,
                flow=self._flow.name,
                defaults={
                    "position": self._lookout.position,
                    "rules": self._fingerprint,
                    "day": self._today,
                    "common_resources": self._common_resources(),
                    "common_again": None in again,
                    "kinds": sorted(self._kinds()),
                    "bindings": Binding.objects.filter(shop=self._shop, kind__in=self._kinds()).count(),
                    "newest_binding": bound["newest"] or 0,
                    "bound_at": bound["bound_at"],
                    "run": self._context.run.pk,
                    "began_at": self._began,
                    **({"full_at": self._began} if self._look.articles is None else {}),
                },
            )
            self._traces.store(mark, {article for article in again if article is not None})

    def _let_join(self) -> None:
        """New articles join the groups that they fit: once per client, and not while somebody only looks or chooses."""
        only_looks = self._context.preview or scopes.partial(self._context.run.scope)
        if not self._keep or self._flow.name != _JOINING or only_looks:
            return
        reached = None if self._mark is None else touches.since(self._client, self._mark.position)
        articles = None if reached is None or reached.everything else reached.articles
        joining.join_new(self._client, self._rules, articles)

    # --- what it is made of ----------------------------------------------------------------------------------------

    def _articles(self) -> Collection[str]:
        if self._look.articles is not None:
            return self._look.articles
        stored = store.stored_products(self._client) if self._keep else set()
        published = Binding.objects.filter(shop=self._shop, kind="products", remote_id__isnull=False)
        known = loading.all_articles(self._client) | stored | self._traces.articles()
        return known | set(published.values_list("key", flat=True))

    def _needs_accounts(self) -> bool:
        """Whether the customers are loaded: for their own sake, or because one has terms for an article."""
        if self._rules.customers.publish == "none":
            return False
        if self._look.articles is None or self._look.accounts:
            return True
        terms = SourceRecord.objects.filter(client=self._client, deleted_at=None, link__isnull=False)
        tariffs = terms.filter(stream__in=["article_tariffs", "gamme_prices"], subject__in=self._look.articles)
        return self._rules.prices.customer_prices and tariffs.exists()

    @property
    def _last_day(self) -> date:
        return self._mark.day if self._mark else self._today

    def _look_for_strays(self, products: Sequence[CatalogueProduct], due: Collection[str]) -> None:
        """Products that came out otherwise although nothing told that they would: partial runs had missed something."""
        if self._look.expected is None:
            return
        quiet = [one for one in products if one.key not in self._look.expected and one.key not in due]
        known = self._traces.fingerprints([one.key for one in quiet])
        self._strayed += [one.key for one in quiet if known.get(one.key) not in {product_fingerprint(one), UNKNOWN}]

    # --- the plan --------------------------------------------------------------------------------------------------

    def _plan_articles(
        self, company: Company, part: Part, resolver: Resolver, owner_of: OwnerOf
    ) -> Iterator[list[PlannedChange]]:
        products = {product.key: product for product in part.products}

        def plan(references: Sequence[str]) -> PartPlan:
            some = tuple(products[one] for one in references if one in products)
            return self._part_plan(company, references, some, resolver, owner_of)

        done, failed = taken_apart(part.references, plan, is_a_mistake)
        for planned in done:
            self._look_for_strays(planned.products, dated(part.data, after=self._last_day, until=self._today))
            for changes in planned.changes:
                self._lines.changes += len(changes)
                yield changes
            before = self._traces.replace(planned.references, planned.traces)
            if self._look.articles is not None:
                had = {place for one in before.values() for place in one.removable}
                gone = had | self._asked_away.of(planned.references)
                yield self._remove(resolver, gone - set(planned.places))
        if failed or part.failed:
            self._leave({**part.failed, **dict(failed)})

    def _leave(self, failed: Mapping[str, Exception]) -> None:
        """The articles that could not be derived stay as they are in the shop, with all that is theirs."""
        self._underived.articles.update(failed)
        self._underived.untraced.update(self._traces.leave(failed))
        self._lines.changes += len(failed)
        self._lines.seen.update(self._underived.tell("products", failed))

    def _part_plan(
        self,
        company: Company,
        references: Sequence[str],
        products: tuple[CatalogueProduct, ...],
        resolver: Resolver,
        owner_of: OwnerOf,
    ) -> PartPlan:
        shown = [one for one in products if one.readiness != "out"]
        further = {key for one in shown for key in one.categories}
        branches = company.categories(Counter(one.category_key for one in shown), further)
        gone = tuple(sorted(set(references) - {product.key for product in products}))
        derived = Catalogue(categories=branches, products=products, gone=gone)
        catalogue = self._stored(derived, PER_ARTICLE, articles=references)
        left_out = (one for product in catalogue.products for one in product.images_left_out)
        self._lines.left_out.update(("images", one.key) for one in left_out)
        if "images" in self._parts:
            same_content.follow(resolver, catalogue.products, self._traces.removable(references))
        changes, places = drained(self._plan_part(catalogue, resolver, owner_of, without=_OF_THE_WHOLE))
        by_key = {product.key: product for product in catalogue.products}
        amounts: Counter[str | None] = Counter()
        removable: dict[str | None, list[Place]] = {}
        for place in places:
            owner = marks.owner_of_key(place[1], by_key)
            amounts[owner] += 1
            if self._may_go(place):
                removable.setdefault(owner, []).append(place)
        traces = [trace(one, amounts[one.key], removable.get(one.key, ())) for one in products]
        return PartPlan(references, products, changes, places, traces)

    def _plan_common(self, company: Company, resolver: Resolver, owner_of: OwnerOf) -> Iterator[list[PlannedChange]]:
        catalogue = company.catalogue((), per_category=self._traces.per_category(), shared=self._traces.shared_keys())
        parts = store.PARTS - PER_ARTICLE - (frozenset() if self._accounts_are_known() else {"customers"})
        catalogue = self._stored(catalogue, parts)
        self._leave_customers(company.failed_accounts)
        places = yield from self._plan_part(catalogue, resolver, owner_of)
        hidden = yield from self._plan_hidden(places, resolver, owner_of)
        closed = yield from self._plan_closed(resolver, owner_of)
        self._lines.common = len(places) + hidden + closed

    def _leave_customers(self, failed: Mapping[str, Exception]) -> None:
        """Those that could not be derived stay as they are in the shop, and so do the prices that are theirs."""
        if failed and self._parts & {"customers", "prices"} and self._accounts_are_known():
            self._underived.customers.update(failed)
            self._lines.changes += len(failed)
            self._lines.seen.update(self._underived.tell("customers", failed))

    def _plan_hidden(
        self, wanted: Sequence[Place], resolver: Resolver, owner_of: OwnerOf
    ) -> Generator[list[PlannedChange], None, int]:
        """Categories in the shop by us that no product leads to any more; returns how many there are.

        Only when the categories of all products are known: a run of a part may rest on an older whole one. What a
        person chose of a preview is planned as the preview was. While the shop has a product of which nobody knows
        where it belongs none is taken for empty.
        """
        scope = self._context.run.scope
        if self._underived.untraced and self._underived.in_the_shop(self._underived.untraced):
            return 0
        if self._flow.hides is None or (scopes.partial(scope) and "plan" not in scope):
            return 0
        left = marks.unwanted_names(self._shop, _OF_THE_WHOLE, {key for kind, key in wanted if kind == _OF_THE_WHOLE})
        desired = list(self._flow.hides(left, self._rules))
        return (yield from self._plan_further(desired, resolver, owner_of))

    def _plan_closed(self, resolver: Resolver, owner_of: OwnerOf) -> Generator[list[PlannedChange], None, int]:
        """The accounts of customers that Sage has deleted; returns how many there are."""
        if "customers" not in self._parts or not self._accounts_are_known():
            return 0
        desired = list(closed_customers(marks.deleted_customers(self._shop), self._rules))
        return (yield from self._plan_further(desired, resolver, owner_of))

    def _plan_further(
        self, desired: Sequence[Desired], resolver: Resolver, owner_of: OwnerOf
    ) -> Generator[list[PlannedChange], None, int]:
        places = [(item.kind, item.key) for item in desired]
        yield self._compare(desired, places, resolver, owner_of)
        self._lines.by_desire[-1].update(dict.fromkeys(kind for kind, _key in places))
        if self._look.articles is not None:
            self._lines.seen.update(places)
        return len(places)

    def _stored(
        self, catalogue: Catalogue, parts: frozenset[str], *, articles: Collection[str] | None = None
    ) -> Catalogue:
        """Kept for people to see, when this is the shop that they see; with the content of its photos."""
        parts &= self._parts
        paths = media_paths(self._client)
        if self._keep:
            return store.save_catalogue(self._client, catalogue, media_paths=paths, only=parts, articles=articles)
        if "images" in parts:
            return store.with_image_content(self._client, catalogue, media_paths=paths)
        return catalogue

    def _plan_part(
        self, catalogue: Catalogue, resolver: Resolver, owner_of: OwnerOf, *, without: str = ""
    ) -> Generator[list[PlannedChange], None, list[Place]]:
        """Compare this part with the shop; returns all its resources."""
        places: list[Place] = []
        if self._undone.any:  # before anything is compared: an option comes before the value that needs it
            all_desired = (item for desire in self._flow.desires for item in desire(catalogue, self._rules))
            self._undone.need(resolver, [item for item in all_desired if item.kind != without], owner_of)
        for desire, kinds in zip(self._flow.desires, self._lines.by_desire, strict=True):

            def wish(some: Catalogue, desire: Desire = desire) -> Wish:
                desired = [item for item in desire(some, self._rules) if item.kind != without]
                mine = [(item.kind, item.key) for item in desired]
                return mine, self._compare(desired, mine, resolver, owner_of)

            wishes, failed = each_customers_own(catalogue, wish)
            self._leave_customers(failed)
            for mine, changes in wishes:
                places += mine
                kinds.update(dict.fromkeys(kind for kind, _key in mine))
                yield changes
        self._lines.wanted.update(place for place in places if self._may_go(place))
        if self._look.articles is not None:
            self._lines.seen.update(places)
        return places

    def _may_go(self, place: Place) -> bool:
        """Whether the flow deletes it when it is no longer wanted."""
        return place[0] in self._flow.removes and self._flow.removable(*place)

    def _compare(
        self, desired: Sequence[Desired], places: Sequence[Place], resolver: Resolver, owner_of: OwnerOf
    ) -> list[PlannedChange]:
        named = self._undone.without_followers(without_refused(resolver, desired))
        changes = make_plan(named, self._undone.bound(resolver.bound_of(places)), owner_of).changes
        resolver.bindings.forget()
        return changes

    def _remove(self, resolver: Resolver, places: Collection[Place]) -> list[PlannedChange]:
        kept = {place for place in places if self._underived.keeps(place)}
        self._lines.kept |= kept
        places = [place for place in places if place not in kept]
        if not self._rules.images.remove:
            places = [place for place in places if place[0] != "images" or self._taken_away(place)]
        bound = resolver.bound_of(sorted(places))
        changes = removals(self._flow.removes, set(), bound, self._why_gone(bound))
        resolver.bindings.forget()
        self._lines.leaving.update((change.kind, change.key) for change in changes)
        return changes

    def _why_gone(self, places: Iterable[Place]) -> Callable[[str], str]:
        """Key -> what decides that it goes: the rules, and what its article came to."""
        names = {name for _kind, key in places for name in marks.possible_articles(key)}
        made = self._traces.fingerprints_now(names) if names else {}
        return lambda key: self._fingerprint + made.get(marks.owner_of_key(key, made) or "", "")

    def _taken_away(self, place: Place) -> bool:
        """A photo that is not merely gone from its source: a person hid it, or removed what a person had brought."""
        return place in self._lines.left_out or UPLOADED in place[1]

    def _finished(self, resolver: Resolver) -> Iterator[list[PlannedChange]]:
        if self._look.articles is None and self._flow.removes:
            left = marks.unwanted(self._shop, self._flow.removes, self._lines.wanted)
            yield self._remove(resolver, [place for place in left if self._flow.removable(*place)])
        if scopes.partial(self._context.run.scope):
            self.unchanged = max(len(self._lines.seen) - self._lines.changes - len(self._lines.leaving), 0)
            return
        still = self._hold_again()
        resources = self._traces.resources() + self._common_resources()
        self.unchanged = max(resources - self._lines.changes - still, 0)

    def _common_resources(self) -> int:
        known = self._mark.common_resources if self._mark else 0
        return self._lines.common if self._look.common and self._accounts_are_known() else known

    def _accounts_are_known(self) -> bool:
        return self._look.accounts or self._look.articles is None or "customers" not in self._parts

    # --- what stays and what comes back ----------------------------------------------------------------------------

    def _hold_again(self) -> int:
        """What the last run held and this one did not look at is still held: told again, so that people find it."""
        if self._mark is None or self._look.articles is None:
            return 0
        still = Q(state=ChangeState.HELD) | marks.UNDERIVED
        held = Change.objects.filter(still, run=self._mark.run, shop=self._shop)
        rows = [row for row in held.order_by("pk").iterator() if not self._was_looked_at((row.kind, row.key))]
        for row in rows:
            row.pk, row.run, row.wanted, row.state = None, self._context.run, "", ChangeState.HELD
            row._state.adding = True
        Change.objects.bulk_create(rows, batch_size=500)
        self._context.count(held=len(rows))
        return len(rows)

    def _was_looked_at(self, place: Place) -> bool:
        looked = self._look.articles or ()
        return place in self._lines.seen or marks.owner_of_key(place[1], looked) is not None

    def _kinds(self) -> set[str]:
        return {*self.kinds, *(self._mark.kinds if self._mark else ())}

    def _not_gone(self) -> dict[str, list[Place]]:
        """Article -> what of it was to be deleted and is still in the shop: no later run must forget that."""
        left = marks.still_in_the_shop(self._shop, self._lines.leaving | self._lines.kept)
        names = {name for _kind, key in left for name in marks.possible_articles(key)}
        articles, found = marks.known_articles(self._client, names), dict[str, list[Place]]()
        for kind, key in sorted(left):
            found.setdefault(marks.owner_of_key(key, articles) or key, []).append((kind, key))
        return found

    def _to_repeat(self) -> set[str | None]:
        """The articles to be looked at again, None for what belongs to none: their changes did not get through, or
        others moved in the shop meanwhile what is theirs.
        """
        found: set[str | None] = set()
        for keys in marks.unconfirmed(self._context.run, self._shop, self._kinds(), since=self._began):
            names = {name for key in keys for name in marks.possible_articles(key)} if self._by_article else set()
            articles = marks.known_articles(self._client, names)
            found.update(marks.owner_of_key(key, articles) for key in keys)
        return found
