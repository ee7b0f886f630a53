"""What a shop can do, what it cannot, what it holds and what the key may not do, in words. Pure.

`describe_shop` gives codes with facts, for a page or a command in either language; `sentence` puts them into words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.prestashop.overview import LISTS, RIGHTS, Named, missing_rights
from connectors.prestashop.versions import ShopCapabilities

Told = tuple[str, dict[str, str]]
_MOST_NAMES = 30

WORDS: dict[str, tuple[str, str]] = {
    "version": ("PrestaShop {version}.", "PrestaShop {version}."),
    "version_unknown": ("La boutique ne dit pas sa version.", "The shop does not tell its version."),
    "patch": (
        "Seuls les champs modifiés sont envoyés (PATCH).",
        "Only the fields that change are sent (PATCH).",
    ),
    "no_patch": (
        "Pas de modification partielle : chaque fiche est lue, complétée et renvoyée entière.",
        "No partial change: each record is read, completed and sent back whole.",
    ),
    "images": (
        "Photos : {types}, {megabytes} Mo au plus ; les autres sont converties ou réduites.",
        "Photos: {types}, {megabytes} MB at most; others are converted or made smaller.",
    ),
    "attachments": (
        "Documents joints aux articles : {megabytes} Mo au plus.",
        "Documents of products: {megabytes} MB at most.",
    ),
    "no_attachments": (
        "Pas de documents joints : cette version n’en a pas, ou la clé n’y a pas droit.",
        "No documents of products: this version has none, or the key may not use them.",
    ),
    "reference_length": (
        "Référence d’article : {length} caractères au plus.",
        "Product reference: {length} characters at most.",
    ),
    "no_emoji": (
        "Les émojis seraient enregistrés « ???? » : ils sont refusés avant l’envoi.",
        "Emoji would be stored as “????”: they are refused before anything is sent.",
    ),
    "siret_checked": (
        "La boutique vérifie les numéros SIRET : un numéro faux est refusé.",
        "The shop checks SIRET numbers: a wrong one is refused.",
    ),
    "same_email": (
        "La boutique accepte deux clients avec la même adresse électronique : le portail les recherche d’abord.",
        "The shop accepts two customers with the same e-mail address: the portal looks for them first.",
    ),
    "orders_left_alone": (
        "Les commandes ne sont jamais modifiées directement : chaque modification ajouterait une ligne d’historique.",
        "Orders are never changed directly: each change would add a line to their history.",
    ),
    "new_group": (
        "Un groupe créé par le webservice ne voit que la catégorie Accueil et aucun moyen de paiement : "
        "ouvrez-lui les catégories et les paiements dans la boutique.",
        "A group made by the webservice sees the Home category only and no means of payment: "
        "open the categories and the payments to it in the shop.",
    ),
    "new_category": (
        "Une catégorie créée plus tard n’est ouverte qu’aux groupes 1, 2 et 3 : ouvrez-la aux autres dans la boutique.",
        "A category made later is open to the groups 1, 2 and 3 only: open it to the others in the shop.",
    ),
    "clock": (
        "Heure de la boutique : {zone}, décalée de {seconds} s.",
        "The shop's time: {zone}, off by {seconds} s.",
    ),
    "languages": ("Langues : {names}.", "Languages: {names}."),
    "currencies": ("Devises : {names}.", "Currencies: {names}."),
    "shops": ("Boutiques : {names}.", "Shops: {names}."),
    "groups": ("Groupes de clients : {names}.", "Customer groups: {names}."),
    "tax_rule_groups": ("Règles de taxe : {names}.", "Tax rules: {names}."),
    "carriers": ("Transporteurs : {names}.", "Carriers: {names}."),
    "order_states": ("États de commande : {names}.", "Order states: {names}."),
    "payment_modules": (
        "Moyens de paiement vus dans les commandes : {names}.",
        "Means of payment seen in the orders: {names}.",
    ),
    "no_payment_modules": (
        "Moyens de paiement : inconnus tant que la boutique n’a pas de commande, le webservice ne les liste pas.",
        "Means of payment: unknown until the shop has an order, the webservice does not list them.",
    ),
    "list_empty": ("« {resource} » : aucun.", "“{resource}”: none."),
    "list_unreadable": (
        "« {resource} » ne peut pas être lu : cochez GET pour la clé, dans la boutique.",
        "“{resource}” cannot be read: tick GET for the key, in the shop.",
    ),
    "flow_ready": ("{flow} : la clé a tous les droits qu’il faut.", "{flow}: the key has every right it needs."),
    "rights_missing": (
        "{flow} : il manque à la clé {rights}. Cochez-les dans la boutique.",
        "{flow}: the key lacks {rights}. Tick them in the shop.",
    ),
}
"""Code -> (French, English); ``{names}`` are the facts."""

FLOWS: dict[str, tuple[str, str]] = {
    "catalogue": ("Articles", "Articles"),
    "prices": ("Prix", "Prices"),
    "stock": ("Stock", "Stock"),
    "images": ("Photos", "Photos"),
    "customers": ("Acheteurs", "Customers"),
    "orders": ("Commandes", "Orders"),
    "payments": ("Règlements", "Payments"),
    "order-status": ("État des commandes", "Order status"),
}


def describe_shop(
    known: ShopCapabilities, lists: Mapping[str, Sequence[Named]], payment_modules: Mapping[str, str] | None
) -> list[Told]:
    """Everything there is to tell of a shop, in the order of reading. `payment_modules` is None when the key may not
    read orders.
    """
    return [*_abilities(known), *_version_traps(known), *_holdings(lists, payment_modules), *_rights(known)]


def sentence(code: str, facts: Mapping[str, str], language: str = "en") -> str:
    """One thing in words. French for ``fr`` and ``fr-...``, English for all others."""
    place = 0 if language.startswith("fr") else 1
    told = dict(facts)
    if "flow" in told:
        told["flow"] = FLOWS[told["flow"]][place]
    return WORDS[code][place].format_map(told)


def _abilities(known: ShopCapabilities) -> Iterator[Told]:
    yield ("version", {"version": known.version}) if known.version else ("version_unknown", {})
    yield ("patch" if known.has_patch else "no_patch"), {}
    limits = known.limits
    types = ", ".join(sorted(limits.image_types))
    yield "images", {"types": types, "megabytes": f"{limits.image_bytes / 1_000_000:g}"}
    if "attachments" in known.resources:
        yield "attachments", {"megabytes": f"{limits.attachment_bytes / 1024 / 1024:g}"}
    else:
        yield "no_attachments", {}
    products = known.schema("products")
    if products and "reference" in products.fields and products.fields["reference"].max_size:
        yield "reference_length", {"length": str(products.fields["reference"].max_size)}
    yield "clock", {"zone": known.timezone, "seconds": f"{known.clock_shift.total_seconds():.0f}"}


def _version_traps(known: ShopCapabilities) -> Iterator[Told]:
    """What no setting mends and a person should know."""
    if known.major <= (1, 6):
        for code in ("no_emoji", "siret_checked", "same_email", "orders_left_alone"):
            yield code, {}
    yield "new_group", {}
    if not known.has_patch:
        yield "new_category", {}


def _holdings(lists: Mapping[str, Sequence[Named]], payment_modules: Mapping[str, str] | None) -> Iterator[Told]:
    for resource in LISTS:
        if resource not in lists:
            yield "list_unreadable", {"resource": resource}
        elif active := [entry for entry in lists[resource] if entry.active]:
            yield resource, {"names": _names([f"{entry.name} ({entry.id})" for entry in active])}
        else:
            yield "list_empty", {"resource": resource}
    if payment_modules is None:
        yield "list_unreadable", {"resource": "orders"}
    elif payment_modules:
        yield "payment_modules", {"names": _names([f"{name} ({module})" for module, name in payment_modules.items()])}
    else:
        yield "no_payment_modules", {}


def _rights(known: ShopCapabilities) -> Iterator[Told]:
    for flow in RIGHTS:
        missing: dict[str, list[str]] = {}
        for resource, verb in missing_rights(known, flow):
            missing.setdefault(resource, []).append(verb.upper())
        if not missing:
            yield "flow_ready", {"flow": flow}
            continue
        rights = "; ".join(f"{resource} {', '.join(verbs)}" for resource, verbs in missing.items())
        yield "rights_missing", {"flow": flow, "rights": rights}


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}… ({len(names)})"
