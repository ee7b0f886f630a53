"""Several articles as one product with a combination each. Pure.

Every member is derived as if it were sold alone; `mapping.group_combinations` then says how it differs from the master.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.sage.records import Article
from mapping.articles import Workshop, product
from mapping.catalogue import ZERO, CatalogueCombination, CataloguePrice, CatalogueProduct, Problem, Readiness
from mapping.documents import documents_of
from mapping.group_combinations import Part, parts_of
from mapping.group_prices import Sold, group_prices
from mapping.groups import Group
from mapping.photos import photos_of_group

_AMOUNTS = ("price", "tax", "weight")


def product_of(shop: Workshop, reference: str) -> CatalogueProduct:
    """What an article is in the shop: a product of its own, the product of its group, or part of another product."""
    anchor = shop.groups.anchor_of(reference)
    if anchor is None:
        return product(shop, shop.data.articles[reference])
    group = shop.groups.of(anchor)
    if group is None or anchor != reference:
        return member_page(shop, reference, anchor)
    return group_product(shop, group)


def member_page(shop: Workshop, reference: str, anchor: str) -> CatalogueProduct:
    """The page that a member may have had before it joined: hidden, and visitors are led to the group's."""
    article = shop.data.articles[reference]
    facts = {"reference": reference, "name": article.label, "product": anchor}
    alone = product(shop, article)
    return replace(
        alone,
        readiness="out",
        active=False,
        problems=(Problem("catalogue.grouped", facts),),
        explanations={**alone.explanations, "active": f"vendu comme déclinaison du produit {anchor}"},
        combinations=(),
        specific_prices=(),
        images=(),
        documents=(),
        grouped_in=anchor,
        away="redirect",
        redirect_to=anchor,
    )


def group_product(shop: Workshop, group: Group) -> CatalogueProduct:
    """The group's product; its key is the anchor's reference. At least one member is in Sage.

    The master gives the texts, and the price, tax and weight from which the others differ. Where it is not in Sage, the
    first member by reference that is ready stands in; where only its price or VAT is missing, another one gives those.
    """
    alone = {one: _alone(shop, group, shop.data.articles[one]) for one in group.members if one in shop.data.articles}
    master = alone.get(group.master) or _first_ready(alone)
    base = master if master.readiness == "ready" or _is_whole(master) else _first_ready(alone)
    parts, cell_problems = parts_of(shop, group, alone, base)
    combinations = tuple(part.combination for part in parts)
    readiness, problems = _state(group, alone, master, cell_problems)
    out = readiness == "out"
    images = photos_of_group(shop, group.anchor, _photographed(alone, parts, master), legend=master.name)
    article = shop.data.articles[master.key]
    return replace(
        master,
        key=group.anchor,
        reference=group.anchor,
        ean13="",
        weight=base.weight,
        price=base.price,
        tax_rate=base.tax_rate,
        quantity=_quantity(combinations),
        active=readiness == "ready",
        readiness=readiness,
        sleeping=all(one.sleeping for one in alone.values()),
        problems=problems,
        explanations=_explanations(group, alone, master, base, readiness),
        combinations=combinations,
        specific_prices=_prices(shop, group, base, parts),
        images=images.shown,
        images_left_out=images.left_out,
        documents=documents_of(shop, article, group.anchor, tuple(alone)),
        members=tuple(group.members),
        pack=(),
        away=(master.away or "hide") if out else "",
        redirect_to=master.redirect_to if out else "",
    )


def _alone(shop: Workshop, group: Group, member: Article) -> CatalogueProduct:
    try:
        return _named(product(shop, _as_group(member, group), group.anchor), group)
    except Exception as error:
        error.add_note(f"while the member {member.reference} of the group {group.anchor} was derived")
        raise


def _as_group(article: Article, group: Group) -> Article:
    """The member under the product's name: "Polo", where its own is "Polo bleu M"."""
    return replace(article, label=group.name) if group.name else article


def _named(member: CatalogueProduct, group: Group) -> CatalogueProduct:
    """The same, saying where the name comes from."""
    if not group.name:
        return member
    texts = {
        field: {language: replace(text, why=_of_group(text.why)) for language, text in by_language.items()}
        for field, by_language in member.texts.items()
    }
    explanations = {**member.explanations, "name": _of_group(member.explanations["name"])}
    return replace(member, explanations=explanations, texts=texts)


def _of_group(why: str) -> str:
    return why.replace("AR_Design", "nom du groupe")


def _first_ready(alone: Mapping[str, CatalogueProduct]) -> CatalogueProduct:
    """The first member by reference that can be sold; when none can, the first one."""
    return min(alone.values(), key=lambda one: (one.readiness != "ready", one.key))


def _is_whole(member: CatalogueProduct) -> bool:
    """Whether it has a price and a VAT: asleep or unpublished, a master still gives both."""
    return member.price > ZERO and member.tax_rate is not None


def _quantity(combinations: Sequence[CatalogueCombination]) -> int | None:
    tracked = [one.quantity for one in combinations if one.quantity is not None and one.active]
    return sum(tracked) if tracked else None


def _photographed(
    alone: Mapping[str, CatalogueProduct], parts: Sequence[Part], master: CatalogueProduct
) -> dict[str, tuple[str, ...]]:
    """Member -> the combinations that its photos show, the master first; those that are not sold show nothing."""
    order = sorted(alone, key=lambda one: (one != master.key, one))
    keys = {
        one: tuple(part.combination.key for part in parts if part.member == one and part.combination.active)
        for one in order
    }
    return {one: found for one, found in keys.items() if found}


def _state(
    group: Group, alone: Mapping[str, CatalogueProduct], master: CatalogueProduct, cell_problems: Sequence[Problem]
) -> tuple[Readiness, tuple[Problem, ...]]:
    """Ready while one member is; else held while one could be sold; else out, for the master's reason."""
    found: list[Problem] = []
    if master.key != group.master:
        facts = {"reference": group.anchor, "name": master.name, "master": group.master, "other": master.key}
        found.append(Problem("catalogue.group_master_gone", facts))
    found += cell_problems
    states = {one.readiness for one in alone.values()}
    if states == {"out"}:
        return "out", master.problems
    held = [problem for one in alone.values() if one.readiness == "held" for problem in one.problems]
    worth_a_look = [problem for one in alone.values() if one.readiness == "ready" for problem in one.problems]
    first = found + held + worth_a_look if "ready" in states else held + found + worth_a_look
    return ("ready" if "ready" in states else "held"), tuple(first)


def _prices(shop: Workshop, group: Group, base: CatalogueProduct, parts: Sequence[Part]) -> tuple[CataloguePrice, ...]:
    """Of everybody, the groups, and the customers who have terms for one of the members."""
    sold = [
        Sold(shop.data.articles[part.member], part.variant, part.combination.key, part.combination.price_impact)
        for part in parts
        if part.combination.active
    ]
    buyers = dict.fromkeys(buyer for one in group.members for buyer in shop.buyers.get(one, ()))
    audiences = sorted(buyers, key=lambda one: one.customer_key)
    rows = group_prices(
        shop.prices,
        group.anchor,
        shop.data.articles[base.key],
        base.price,
        sold,
        (*shop.audiences, *audiences),
        tiers=shop.rules.prices.tiers,
    )
    return tuple(row for row in rows if row.price > ZERO)


def _explanations(
    group: Group,
    alone: Mapping[str, CatalogueProduct],
    master: CatalogueProduct,
    base: CatalogueProduct,
    readiness: Readiness,
) -> dict[str, str]:
    """Which member gives what, in French."""
    sold = [one for one in alone if alone[one].readiness == "ready"]
    said = {"ready": "en ligne", "held": "retenu", "out": "hors de cette boutique"}[readiness]
    amounts = {name: base.explanations[name] for name in _AMOUNTS}
    return {
        **{name: f"article {master.key} : {text}" for name, text in master.explanations.items()},
        **{name: f"article {base.key} : {text}" for name, text in amounts.items()},
        "reference": f"produit groupé : la page est celle de l'article {group.anchor}",
        "ean13": "produit groupé : chaque déclinaison a le code-barres de son article",
        "quantity": "somme des déclinaisons",
        "active": f"{len(sold)} article(s) sur {len(group.members)} en vente ({', '.join(sold) or 'aucun'}) : {said}",
    }
