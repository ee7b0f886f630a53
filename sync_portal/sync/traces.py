"""What each article last came to (`DerivationTrace`), so that a run that looks at some of them knows of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import islice

from django.db.models import Count, Sum

from mapping import touches
from mapping.catalogue import CatalogueProduct
from mapping.derive import shared_keys
from mapping.models import DerivationMark, DerivationTrace
from mapping.state import SHOPS_OWN
from sync_portal.sync.bindings import Place

_BATCH = 500
UNKNOWN = ""
"""The fingerprint of an article that could not be derived."""
_COLUMNS = ("article", "fingerprint", "resources", "category_key", "shared_keys", "removable", "again")


def product_fingerprint(product: CatalogueProduct) -> str:
    """Equal when everything about the product is."""
    return blake2b(repr(product).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Trace:
    """What one article came to: see `DerivationTrace`."""

    article: str
    fingerprint: str = UNKNOWN
    resources: int = 0
    category_key: str = ""
    shared_keys: str = ""
    removable: tuple[Place, ...] = ()
    again: bool = False


def trace(product: CatalogueProduct, resources: int, removable: Iterable[Place]) -> Trace:
    """The trace of a product that was just derived."""
    out = product.readiness == "out"
    return Trace(
        article=product.key,
        fingerprint=product_fingerprint(product),
        resources=resources,
        category_key="" if out else product.category_key,
        shared_keys="" if out else "\n".join(shared_keys(product)),
        removable=tuple(removable),
    )


class Traces:
    """The traces of one mark, and the new ones of a run, which are stored only when it has gone well."""

    def __init__(self, mark: DerivationMark | None) -> None:
        self._rows = DerivationTrace.objects.filter(mark=mark) if mark else DerivationTrace.objects.none()
        # Of those that came out as before nothing is kept, so that deriving everything anew takes little memory.
        self._changed: dict[str, Trace] = {}
        self._gone: set[str] = set()
        self._resources = 0
        self._totals: dict[str, Counter[str]] = {"category_key": Counter(), "shared_keys": Counter()}

    def articles(self) -> set[str]:
        """Of all that are stored."""
        return set(self._rows.values_list("article", flat=True))

    def fingerprints(self, articles: Collection[str]) -> dict[str, str]:
        """Article -> fingerprint of the product that it last came to."""
        names, found = sorted(articles), dict[str, str]()
        for start in range(0, len(names), _BATCH):
            rows = self._rows.filter(article__in=names[start : start + _BATCH])
            found |= dict(rows.values_list("article", "fingerprint"))
        return found

    def fingerprints_now(self, articles: Collection[str]) -> dict[str, str]:
        """The same with what this run made of them; one that came to no product is left out."""
        here = {name: self._changed[name].fingerprint for name in articles if name in self._changed}
        return {name: made for name, made in (self.fingerprints(articles) | here).items() if name not in self._gone}

    def removable(self, articles: Collection[str]) -> set[Place]:
        """What these articles last had in the shop of the kinds that go when they are no longer wanted."""
        rows = self._rows.filter(article__in=articles).values_list("removable", flat=True)
        return {(kind, key) for places in rows for kind, key in places}

    def replace(self, articles: Collection[str], new: Iterable[Trace]) -> dict[str, Trace]:
        """These articles were derived, to that; returns what they were before. One without a new trace is gone."""
        old = self._read(articles)
        self._note(old, {one.article: one for one in new})
        return old

    def leave(self, articles: Collection[str]) -> set[str]:
        """These could not be derived: what they last came to stands, and is not compared with what they come to next.
        Returns those of which nothing was known.
        """
        stored = self._read(articles)
        new = {name: Trace(name, resources=1) for name in articles if name not in stored}
        self._note({}, new)
        self._changed.update({name: replace(one, fingerprint=UNKNOWN) for name, one in stored.items()})
        return set(new)

    def _read(self, articles: Collection[str]) -> dict[str, Trace]:
        rows = self._rows.filter(article__in=articles).values_list(*_COLUMNS)
        return {
            article: Trace(article, mark, resources, category, values, tuple(map(tuple, removable)), again)
            for article, mark, resources, category, values, removable, again in rows
        }

    def _note(self, old: Mapping[str, Trace], new: Mapping[str, Trace]) -> None:
        for sign, traces in ((-1, old), (1, new)):
            for one in traces.values():
                self._resources += sign * one.resources
                for column, total in self._totals.items():
                    total[getattr(one, column)] += sign
        self._changed.update({article: one for article, one in new.items() if old.get(article) != one})
        self._gone.update(old.keys() - new.keys())

    def resources(self) -> int:
        """Of all articles, those derived in this run included."""
        stored: int = self._rows.aggregate(total=Sum("resources"))["total"] or 0
        return stored + self._resources

    def per_category(self) -> Counter[str]:
        """Category key -> how many products are for sale in it."""
        return +self._total("category_key")

    def shared_keys(self) -> set[str]:
        """What the products that are for sale share: see `mapping.derive.shared_keys`."""
        return {key for keys, amount in self._total("shared_keys").items() if amount > 0 for key in keys.split("\n")}

    def _total(self, column: str) -> Counter[str]:
        rows = self._rows.exclude(**{column: ""}).values_list(column).annotate(amount=Count("pk")).order_by()
        total: Counter[str] = Counter(dict(rows))
        total.update(self._totals[column])
        del total[""]
        return total

    def keep(self, articles: Mapping[str, Collection[Place]]) -> None:
        """What these articles have in the shop still, although it should be gone."""
        stored = self._read([article for article in articles if article not in self._changed])
        for article, places in articles.items():
            known = self._changed.get(article) or stored.get(article, Trace(article))
            known = Trace(article) if article in self._gone else known
            self._changed[article] = replace(known, removable=(*dict.fromkeys((*known.removable, *places)),))
            self._gone.discard(article)

    def store(self, mark: DerivationMark, again: Collection[str]) -> None:
        """Make the new traces the stored ones; ``again`` are to be derived by the next run in any case.

        What is the shop's own comes to nothing and leaves no trace: the next run is told of it anew.
        """
        changed = iter(self._changed.values())
        while part := list(islice(changed, _BATCH)):
            DerivationTrace.objects.bulk_create(
                [DerivationTrace(mark=mark, **_columns(one, again=one.article in again)) for one in part],
                update_conflicts=True,
                unique_fields=["mark", "article"],
                update_fields=_COLUMNS[1:],
            )
        gone, others = sorted(self._gone), sorted(set(again) - self._changed.keys())
        for names, act in ((gone, lambda rows: rows.delete()), (others, lambda rows: rows.update(again=True))):
            for start in range(0, len(names), _BATCH):
                act(DerivationTrace.objects.filter(mark=mark, article__in=names[start : start + _BATCH]))
        if own := sorted(name for name in again if name.startswith(SHOPS_OWN)):
            touches.touch_articles(mark.shop.client, own)


def _columns(one: Trace, *, again: bool) -> Mapping[str, object]:
    values = {name: getattr(one, name) for name in _COLUMNS}
    return {**values, "removable": [list(place) for place in one.removable], "again": again}
