"""How many can be sold: Sage's quantities through the client's formula. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from connectors.sage.records import Article, ArticleStock, GammeStock, KitComponent
from mapping.catalogue import Problem
from mapping.numbers import said_plain
from mapping.ordered import NONE, Ordered
from mapping.rules import ShopRules, StockRules
from mapping.source import SageData, Variant

StockRow = ArticleStock | GammeStock
ZERO = Decimal(0)
NO_VARIANT: Variant = (0, 0)
KITS = frozenset({2, 3})
"""AR_Nomencl: "commerciale", sold as its components."""

FORMULAS: Mapping[str, tuple[str, Callable[[StockRow], Decimal]]] = {
    "real": ("stock réel", lambda row: row.physical),
    "available": ("réel - préparé - à contrôler", lambda row: row.physical - row.preparing - row.to_control),
    "available_advanced": (
        "réel - réservé - préparé - à contrôler",
        lambda row: row.physical - row.reserved - row.preparing - row.to_control,
    ),
    "future": (
        "réel + commandé - réservé - préparé - à contrôler",
        lambda row: row.physical + row.ordered - row.reserved - row.preparing - row.to_control,
    ),
}
"""Name -> (words, formula). Quantities back to back (ResCM, ComCM) are left out of all of them."""


@dataclass(frozen=True, slots=True)
class Availability:
    """``quantity`` in whole units; None: Sage does not track this article's stock."""

    quantity: int | None
    explanation: str
    problems: tuple[Problem, ...] = ()
    less: bool = False
    """Less than Sage says, because of what shops have sold and Sage does not count yet."""


def counts_orders(rules: StockRules) -> bool:
    """Whether what customers have ordered lowers the stock under this formula."""
    formula = FORMULAS[rules.formula][1]
    nothing = ArticleStock(article="", depot=0)
    return formula(replace(nothing, reserved=Decimal(1))) < formula(nothing)


class StockBook:
    """The availability of a company's articles under one shop's rules."""

    def __init__(self, data: SageData, rules: ShopRules, ordered: Ordered = NONE) -> None:
        """``ordered``: what shops have sold and Sage does not count yet; left out where the rules say so."""
        self._data = data
        self._ordered = ordered if rules.stock.deduct_orders else NONE
        self._published_only = rules.articles.published_only
        self._words, self._formula = FORMULAS[rules.stock.formula]
        self._depots = frozenset(rules.stock.depots) or _main_depots(data)

    def availability(self, article: Article, variant: Variant = NO_VARIANT) -> Availability:
        """For an article or one of its variants; for a kit, what its components allow; of a packaging, whole ones."""
        packaging = self._data.packaging(article.reference, variant)
        if packaging is None:
            return self._availability(article, variant, inside=())
        found = self._availability(article, NO_VARIANT, inside=())
        if found.quantity is None or packaging.quantity <= 0:
            return found
        packs = int(found.quantity // packaging.quantity)
        words = f"{found.explanation}, par {said_plain(packaging.quantity, 'fr')} : {packs}"
        return Availability(packs, words, found.problems, found.less)

    def _availability(self, article: Article, variant: Variant, *, inside: tuple[str, ...]) -> Availability:
        components = self._components(article, variant)
        if components and article.reference not in inside:
            return self._kit(article, components, inside=(*inside, article.reference))
        if article.stock_tracking == 0:
            return Availability(None, "AR_SuiviStock = 0 : stock non suivi")
        rows = [row for row in self._rows(article, variant) if self._serves(row)]
        whole, in_sage = self._sum(self._ordered.with_orders(row) for row in rows), self._sum(rows)
        depots = ", ".join(str(number) for number in sorted(self._depots)) or "tous"
        words = f"{self._words}, dépôts {depots} : {whole}"
        if whole == in_sage:
            return Availability(whole, words)
        sold = sum((self._ordered.of(row.article, variant, row.depot) for row in rows), ZERO)
        return Availability(whole, f"{words} ({_said_of_orders(in_sage, sold)})", less=True)

    def _sum(self, rows: Iterable[StockRow]) -> int:
        quantity = sum((max(self._formula(row), ZERO) for row in rows), ZERO)
        return int(quantity.to_integral_value(ROUND_FLOOR))

    def _components(self, article: Article, variant: Variant) -> list[KitComponent]:
        if article.nomenclature not in KITS:
            return []
        every = self._data.kit_components.get(article.reference, [])
        return [one for one in every if (one.kit_gamme1, one.kit_gamme2) in {NO_VARIANT, variant}]

    def _rows(self, article: Article, variant: Variant) -> Iterable[StockRow]:
        if variant == NO_VARIANT:
            return self._data.article_stock.get(article.reference, [])
        return self._data.gamme_stock.get((article.reference, variant), [])

    def _serves(self, row: StockRow) -> bool:
        return not self._depots or row.depot in self._depots

    def _kit(self, kit: Article, components: Iterable[KitComponent], *, inside: tuple[str, ...]) -> Availability:
        """The smallest number of kits that a tracked component allows; untracked ones do not limit."""
        possible: list[tuple[int, str, bool]] = []
        for component in components:
            article = self._data.articles.get(component.component)
            if article is None or not self._sellable(article):
                return _unavailable(kit, component.component)
            found = self._availability(article, (component.gamme1, component.gamme2), inside=inside)
            per_kit = component.quantity / (kit.kit_quantity or Decimal(1))
            if found.problems:
                return _unavailable(kit, component.component)
            if found.quantity is not None and per_kit > 0:
                possible.append((int(found.quantity // per_kit), _said(component, found, per_kit), found.less))
        if not possible:
            return Availability(None, "nomenclature dont aucun composant n'est suivi en stock")
        kits, words, less = min(possible)
        return Availability(kits, f"nomenclature limitée par {words} : {kits}", less=less)

    def _sellable(self, article: Article) -> bool:
        return not article.asleep and (article.published or not self._published_only)


def _main_depots(data: SageData) -> frozenset[int]:
    """The main depot; where Sage names none, the first one."""
    main = frozenset(depot.number for depot in data.depots if depot.main)
    return main or frozenset(depot.number for depot in data.depots[:1])


def _unavailable(kit: Article, component: str) -> Availability:
    facts = {"reference": kit.reference, "component": component}
    words = f"composant {component} en sommeil, non publié ou indisponible"
    return Availability(0, words, (Problem("stock.kit_component_unavailable", facts),))


def _said(component: KitComponent, found: Availability, per_kit: Decimal) -> str:
    less = ", commandes de la boutique déduites" if found.less else ""
    return f"{component.component} ({found.quantity} en stock{less}, {said_plain(per_kit, 'fr')} par pack)"


def _said_of_orders(in_sage: int, sold: Decimal) -> str:
    """ "12 en stock, dont 3 commandés sur la boutique et pas encore réservés dans Sage"."""
    link, plural = "dont" if sold <= in_sage else "pour", "s" if sold >= 2 else ""
    amount = f"{said_plain(sold, 'fr')} commandé{plural} sur la boutique"
    return f"{in_sage} en stock, {link} {amount} et pas encore réservé{plural} dans Sage"
