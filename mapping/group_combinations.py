"""The combinations of a group's product: one for each member, or for each combination that a member has. Pure.

A member with gammes (or packagings) of its own brings all its combinations, and their values beside the group's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mapping.articles import Workshop
from mapping.catalogue import CatalogueCombination, CatalogueProduct, Problem
from mapping.choices.base import join_key, split
from mapping.gammes import Value
from mapping.groups import Group
from mapping.numbers import plain, said
from mapping.packagings import packaging_number
from mapping.pricing import NO_VARIANT
from mapping.source import PACKAGING, Variant


@dataclass(frozen=True, slots=True)
class Part:
    """One combination of a group's product, and what of Sage it is."""

    member: str
    """Reference of the article."""
    variant: Variant
    combination: CatalogueCombination
    order: tuple[Any, ...]
    """Its place among the others."""


def parts_of(
    shop: Workshop, group: Group, alone: Mapping[str, CatalogueProduct], base: CatalogueProduct
) -> tuple[list[Part], list[Problem]]:
    """The combinations in the order of their values, and why some cannot be.

    ``alone``: the members as they would be sold alone; ``base``: the one whose price and weight are the product's.
    Of two members with the same values the one that is sold, then the master, then the first by reference is shown.
    """
    found: dict[tuple[str, ...], Part] = {}
    problems: list[Problem] = []
    for reference in sorted(alone, key=lambda one: (alone[one].readiness != "ready", one != group.master, one)):
        member = alone[reference]
        facts = {"reference": reference, "name": member.name, "product": group.anchor}
        if not all(value.strip() for value in group.members[reference]):
            problems.append(Problem("catalogue.group_value_missing", facts))
            continue
        for part in _of_member(shop, group, member, base):
            cell = tuple(sorted(part.combination.value_keys))
            if cell not in found:
                found[cell] = part
            elif part.combination.active:
                values = " · ".join(label for _option, label in part.combination.values)
                more = {"other": found[cell].member, "values": values}
                problems.append(Problem("catalogue.group_cell_doubled", {**facts, **more}))
    parts = sorted(found.values(), key=lambda part: (part.order, part.combination.key))
    return _numbered(parts, group.master), problems


def _of_member(shop: Workshop, group: Group, member: CatalogueProduct, base: CatalogueProduct) -> Iterator[Part]:
    labels = zip(group.axes, group.members[member.key], strict=True)
    values = [shop.gammes.spelt(axis, label, axis=place, order=(0, 0)) for place, (axis, label) in enumerate(labels)]
    if not member.combinations:
        yield Part(
            member.key,
            NO_VARIANT,
            _plain(group, member, base, values),
            _order(shop, [value.key for value in values], 0),
        )
    for own in member.combinations:
        # An axis that is also a gamme of the article: what Sage says of each combination is more precise.
        more_precise = {_option(key): key for key in own.value_keys}
        kept = [value for value in values if _option(value.key) not in more_precise]
        keys = [more_precise.get(_option(value.key), value.key) for value in values]
        combination = _own(group, member, base, own, kept)
        yield Part(member.key, variant_of(own.key), combination, _order(shop, keys, own.position))


def _plain(
    group: Group, member: CatalogueProduct, base: CatalogueProduct, values: Sequence[Value]
) -> CatalogueCombination:
    """The one combination of a member that has none itself."""
    return CatalogueCombination(
        key=_key(group, member.key, ("0", "0")),
        reference=member.reference,
        ean13=member.ean13,
        values=tuple((value.option, value.label) for value in values),
        value_keys=tuple(value.key for value in values),
        price_impact=member.price - base.price,
        weight_impact=member.weight - base.weight,
        quantity=member.quantity,
        position=0,
        active=member.readiness == "ready",
        article=member.key,
        default=True,
        explanations={
            "reference": member.explanations["reference"],
            "ean13": _of(member, member.explanations["ean13"]),
            "values": f"valeurs de l'article {member.key} dans le produit groupé",
            "quantity": _of(member, member.explanations["quantity"]),
            "price_impact": _of(member, f"{member.explanations['price']} ; {_difference(base)}"),
            "weight_impact": _weight_words(member, base),
        },
    )


def _own(
    group: Group,
    member: CatalogueProduct,
    base: CatalogueProduct,
    own: CatalogueCombination,
    values: Sequence[Value],
) -> CatalogueCombination:
    """A combination that the member has in Sage, with the group's values in front."""
    words = {name: _of(member, text) for name, text in own.explanations.items()}
    words["weight_impact"] = _weight_words(member, base)
    if member.key != base.key:
        words["price_impact"] = f"{words['price_impact']} ; {_difference(base)}"
    return replace(
        own,
        key=_key(group, member.key, split(own.key)[1:]),
        values=(*((value.option, value.label) for value in values), *own.values),
        value_keys=(*(value.key for value in values), *own.value_keys),
        price_impact=member.price + own.price_impact - base.price,
        weight_impact=member.weight + own.weight_impact - base.weight,
        active=own.active and member.readiness == "ready",
        article=member.key,
        explanations=words,
    )


def _key(group: Group, member: str, rest: Sequence[str]) -> str:
    """The anchor's own combinations keep their keys, and with them their ids in the shop."""
    return join_key((group.anchor, *rest) if member == group.anchor else (group.anchor, member, *rest))


def variant_of(key: str) -> Variant:
    """The variant behind a combination's key: a pair of gamme numbers, or a packaging."""
    parts = split(key)
    packaging = packaging_number(parts)
    return (packaging, PACKAGING) if packaging is not None else (int(parts[-2]), int(parts[-1]))


def _option(value_key: str) -> str:
    """ "VAL:couleur|bleu" -> "couleur"."""
    return value_key.removeprefix("VAL:").partition("|")[0]


def _order(shop: Workshop, value_keys: Sequence[str], position: int) -> tuple[Any, ...]:
    """By the group's axes, one after the other, then as the article's own combinations stand."""
    return (*(shop.gammes.place(key) for key in value_keys), position)


def _numbered(parts: Sequence[Part], master: str) -> list[Part]:
    """With their positions, and one default among those that are sold: the master's where it can be."""
    sold = [part for part in parts if part.combination.active]
    own = [part for part in sold if part.member == master]
    chosen = next((part for part in own if part.combination.default), next(iter([*own, *sold]), None))
    return [
        replace(part, combination=replace(part.combination, position=position, default=part is chosen))
        for position, part in enumerate(parts)
    ]


def _of(member: CatalogueProduct, text: str) -> str:
    return f"article {member.key} : {text}"


def _difference(base: CatalogueProduct) -> str:
    return f"écart avec l'article {base.key}, {said(base.price, 'fr')} HT"


def _weight_words(member: CatalogueProduct, base: CatalogueProduct) -> str:
    return _of(member, f"{plain(member.weight)} kg ; écart avec l'article {base.key}, {plain(base.weight)} kg")
