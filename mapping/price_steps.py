"""The steps by which a price was found, and the sentence of each in French and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mapping.numbers import said, said_plain

Fact = Decimal | int | str | bool | date
Facts = Mapping[str, Fact]

SENTENCES: Mapping[str, tuple[str, str]] = {
    "article.price": ("Fiche article : AR_PrixVen = {amount} {mode}", "Article: AR_PrixVen = {amount} {mode}"),
    "article.coefficient": (
        "Fiche article : AR_PrixAch {purchase} × AR_Coef {coefficient} = {amount} {mode}",
        "Article: AR_PrixAch {purchase} × AR_Coef {coefficient} = {amount} {mode}",
    ),
    "article.variant": (
        "Déclinaison : TG_Prix = {amount} {mode}",
        "Combination: TG_Prix = {amount} {mode}",
    ),
    "category.price": (
        "Catégorie tarifaire {owner} : AC_PrixVen = {amount} {mode}",
        "Tariff category {owner}: AC_PrixVen = {amount} {mode}",
    ),
    "category.coefficient": (
        "Catégorie tarifaire {owner} : AR_PrixAch {purchase} × AC_Coef {coefficient} = {amount} {mode}",
        "Tariff category {owner}: AR_PrixAch {purchase} × AC_Coef {coefficient} = {amount} {mode}",
    ),
    "category.variant": (
        "Catégorie tarifaire {owner}, déclinaison : TG_Prix = {amount} {mode}",
        "Tariff category {owner}, combination: TG_Prix = {amount} {mode}",
    ),
    "category.packaging": (
        "Catégorie tarifaire {owner}, conditionnement de {units} : TC_Prix = {amount} {mode}",
        "Tariff category {owner}, packaging of {units}: TC_Prix = {amount} {mode}",
    ),
    "customer.packaging": (
        "Tarif du client {owner}, conditionnement de {units} : TC_Prix = {amount} {mode}",
        "Price of customer {owner}, packaging of {units}: TC_Prix = {amount} {mode}",
    ),
    "packaging": ("Par {units} : {amount}", "By {units}: {amount}"),
    "customer.price": (
        "Tarif du client {owner} : AC_PrixVen = {amount} {mode}",
        "Price of customer {owner}: AC_PrixVen = {amount} {mode}",
    ),
    "customer.coefficient": (
        "Tarif du client {owner} : AR_PrixAch {purchase} × AC_Coef {coefficient} = {amount} {mode}",
        "Price of customer {owner}: AR_PrixAch {purchase} × AC_Coef {coefficient} = {amount} {mode}",
    ),
    "customer.variant": (
        "Tarif du client {owner}, déclinaison : TG_Prix = {amount} {mode}",
        "Price of customer {owner}, combination: TG_Prix = {amount} {mode}",
    ),
    "nothing": ("Aucun prix dans Sage", "No price in Sage"),
    "future": ("Prix futur, appliqué depuis le {date}", "Future price, in force since {date}"),
    "without_tax": (
        "TTC converti en HT avec la TVA à {rate} % : {amount}",
        "Tax taken out at {rate}% VAT: {amount}",
    ),
    "without_ecotax": (
        "Éco-taxe de {ecotax} HT retirée : {amount}",
        "Eco-tax of {ecotax} excl. tax taken out: {amount}",
    ),
    "tier": ("À partir de {quantity} unités", "From {quantity} units on"),
    "tier.net": ("Prix net du palier : {amount} {mode}", "Net price of the tier: {amount} {mode}"),
    "discount.percent": ("Remise de {percent} % : {amount}", "Discount of {percent}%: {amount}"),
    "discount.amount": (
        "Remise de {discount} {mode} par unité : {amount}",
        "Discount of {discount} {mode} per unit: {amount}",
    ),
    "net": ("Hors remise : aucune autre remise", "Net price: no other discount"),
    "first_combination": (
        "Article sans prix propre : prix de la première déclinaison",
        "Article without a price of its own: price of the first combination",
    ),
}
"""Code -> (French, English)."""

_PLAIN = frozenset({"rate", "percent", "coefficient", "quantity", "units"})
_MODES = {"fr": ("HT", "TTC"), "en": ("excl. tax", "incl. tax")}


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step. ``mode`` among the facts is True for an amount with tax."""

    code: str
    facts: Facts = field(default_factory=dict)


def sentence(step: PriceStep, language: str = "fr") -> str:
    """The step in words: ``sentence(PriceStep("tier", {"quantity": 10}))`` is "À partir de 10 unités"."""
    french, english = SENTENCES[step.code]
    template = french if language == "fr" else english
    return template.format(**{name: _said(name, value, language) for name, value in step.facts.items()})


def _said(name: str, value: Fact, language: str) -> str:
    if isinstance(value, bool):
        return _MODES["fr" if language == "fr" else "en"][value]
    if isinstance(value, Decimal):
        return said_plain(value, language) if name in _PLAIN else said(value, language)
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y") if language == "fr" else value.isoformat()
    return str(value)


def explained(steps: tuple[PriceStep, ...], language: str = "fr") -> str:
    """All the steps in one line."""
    return " ; ".join(sentence(step, language) for step in steps)
