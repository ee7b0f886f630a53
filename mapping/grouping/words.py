"""Why articles are proposed as one product, in words: code -> (French, English). Pure data.

``{fact}`` is filled with the real value.
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str]] = {
    "rule": ("règle « {rule} » de vos réglages", "rule “{rule}” of your settings"),
    "shared_beginning": ("les références commencent toutes par « {text} »", "all references begin with “{text}”"),
    "shared_design": (
        "même désignation à part les valeurs : « {text} »",
        "same designation but for the values: “{text}”",
    ),
    "shared_source": ("même {source} : « {text} »", "same {source}: “{text}”"),
    "known_values": ("{axis} : {values} reconnus", "{axis}: {values} recognised"),
    "some_known_values": (
        "{axis} : {known} valeurs sur {all} reconnues ({values})",
        "{axis}: {known} of {all} values recognised ({values})",
    ),
    "unknown_values": (
        "{axis} : {values}, que le dictionnaire ne connaît pas",
        "{axis}: {values}, which the dictionary does not know",
    ),
    "same_family": ("même famille {family}", "same family {family}"),
    "same_price": ("même prix {price}", "same price {price}"),
    "near_prices": ("prix voisins, de {least} à {most}", "similar prices, from {least} to {most}"),
    "same_photo": ("même photo « {photo} »", "same photo “{photo}”"),
    "complete_grid": (
        "grille complète : {size} déclinaisons sur {size}",
        "complete grid: {size} combinations of {size}",
    ),
    "nearly_complete_grid": (
        "grille presque complète : {there} déclinaisons sur {size}",
        "nearly complete grid: {there} combinations of {size}",
    ),
    "own_gammes": (
        "{articles} ont déjà des gammes, qui s'ajoutent aux axes",
        "{articles} have gammes already, which are added to the axes",
    ),
    "fits_group": ("va avec les articles du produit {anchor}", "goes with the articles of the product {anchor}"),
}
"""What speaks for a proposal."""

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "doubled": (
        "{articles} ont les mêmes valeurs ({values}) : changez-en une, ou sortez un article",
        "{articles} have the same values ({values}): change one, or take an article out",
    ),
    "holes": ("{count} combinaisons manquent : {values}", "{count} combinations are missing: {values}"),
    "families_differ": ("familles différentes : {families}", "different families: {families}"),
    "prices_differ": ("prix très différents, de {least} à {most}", "very different prices, from {least} to {most}"),
    "designs_differ": ("les désignations ont peu de mots en commun", "the designations share few words"),
    "value_missing": ("{articles} n'ont pas de valeur sur tous les axes", "{articles} have no value on every axis"),
    "unpublished_members": (
        "{articles} en sommeil ou non publiés : leurs déclinaisons resteront hors ligne",
        "{articles} asleep or unpublished: their combinations stay offline",
    ),
    "no_locked_joins": (
        "le produit {anchor} est verrouillé : ces articles ne le rejoignent pas seuls",
        "the product {anchor} is locked: these articles do not join it by themselves",
    ),
    "other_group": (
        "{articles} font déjà partie d'un autre produit groupé",
        "{articles} belong to another grouped product already",
    ),
}
"""What a person should look at before approving."""

RULES: Mapping[str, tuple[str, str]] = {
    "reference": ("références avec séparateurs", "references with separators"),
    "number": ("références numérotées", "numbered references"),
    "design": ("désignations semblables", "similar designations"),
    "source": ("champ qui diffère", "a field that differs"),
}
"""The portal's own ways to see groups, by `Suggestion.rule`; a client's rule is called by its own name."""


def sentence(code: str, facts: Mapping[str, str], *, language: str) -> str:
    """A reason or a problem in words; a code that is not known any more is shown as it is."""
    known = REASONS.get(code) or PROBLEMS.get(code)
    if known is None:
        return code
    return known[0 if language == "fr" else 1].format_map(_Facts(facts))


class _Facts(dict[str, str]):
    """Facts of an older version may lack one."""

    def __missing__(self, name: str) -> str:
        return "…"
