"""What a Sage base has and lacks, in words, in French and in English. Pure.

`Capabilities.describe` gives codes with facts; `sentence` puts one into words, `summary` all that matters in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Told = tuple[str, Mapping[str, str]]

VERSIONS: dict[str, tuple[str, str]] = {
    "v10_or_later": ("Sage 100 version 10 ou plus récente", "Sage 100 version 10 or later"),
    "after_100c_v3": ("Sage 100c, après la v3", "Sage 100c, after v3"),
    "100c_v3_or_later": ("Sage 100c v3 ou plus récent", "Sage 100c v3 or later"),
    "100c_v1_or_v2": ("Sage 100c v1 ou v2", "Sage 100c v1 or v2"),
    "i7_v8": ("Sage 100 i7 v8", "Sage 100 i7 v8"),
    "i7_7_70": ("Sage 100 i7 7.70", "Sage 100 i7 7.70"),
    "i7_v7": ("Sage 100 i7 v7", "Sage 100 i7 v7"),
    "v16_or_earlier": ("Sage 100 version 16 ou plus ancienne", "Sage 100 version 16 or earlier"),
}

TABLES: dict[str, tuple[str, str]] = {
    "F_ARTICLE": ("les articles", "articles"),
    "F_COMPTET": ("les clients", "customers"),
    "F_DOCENTETE": ("les documents de vente", "sales documents"),
    "F_DOCLIGNE": ("les lignes de documents", "document lines"),
    "F_ECRITUREC": ("les écritures comptables", "ledger entries"),
}

WORDS: dict[str, tuple[str, str]] = {
    "version": ("{version}, d’après les colonnes de la base.", "{version}, as the columns of the base tell."),
    "free_fields": (
        "{count} champs libres sur {table} : {names}.",
        "{count} free fields on {table}: {names}.",
    ),
    "one_free_field": ("Un champ libre sur {table} : {names}.", "One free field on {table}: {names}."),
    "name_length": (
        "Nom d’un client : {length} caractères au plus ; le reste passe au complément ou est signalé.",
        "Name of a customer: {length} characters at most; what does not fit is reported.",
    ),
    "piece_length": (
        "Numéro de document : {length} caractères au plus.",
        "Document number: {length} characters at most.",
    ),
    "external_reference": (
        "Le numéro de commande de la boutique a son propre champ (référence externe).",
        "The shop's order number has a field of its own (external reference).",
    ),
    "no_external_reference": (
        "Pas de référence externe : le numéro de commande de la boutique est tenu dans « N° web » (17 caractères).",
        "No external reference: the shop's order number is kept in the web number (17 characters).",
    ),
    "totals": ("Les documents gardent leurs totaux.", "Documents keep their totals."),
    "no_totals": (
        "Les documents ne gardent pas leurs totaux : ils sont calculés à partir des lignes.",
        "Documents do not keep their totals: they are computed from the lines.",
    ),
    "hash": (
        "Les documents sont scellés contre la fraude : le portail n’écrit ni facture ni règlement comptabilisé.",
        "Documents are sealed against fraud: the portal writes neither invoices nor accounted payments.",
    ),
    "no_hash": ("Les documents ne sont pas scellés dans cette version.", "Documents are not sealed in this version."),
    "modification_minute": (
        "Dates de modification à la minute : les cinq dernières minutes sont relues à chaque passage.",
        "Dates of modification to the minute: the last five minutes are read again each time.",
    ),
    "modification_second": (
        "Dates de modification à la seconde.",
        "Dates of modification to the second.",
    ),
    "lock_right": (
        "L’utilisateur peut demander les verrous de Sage (xp_CBIsFileLock).",
        "The login may ask for Sage's record locks (xp_CBIsFileLock).",
    ),
    "no_lock_right": (
        "Il manque EXECUTE sur master..xp_CBIsFileLock : Sage refuserait toute écriture directe. Lire suffit sans.",
        "EXECUTE on master..xp_CBIsFileLock is missing: Sage would refuse every direct write. Reading needs it not.",
    ),
}
"""Code -> (French, English); the names between braces are the facts."""

_IN_SUMMARY = ("version", "free_fields", "external_reference", "totals", "lock_right")
_SHORT: dict[str, tuple[str, str]] = {
    "free_fields": ("{count} champs libres sur {table}", "{count} free fields on {table}"),
    "one_free_field": ("un champ libre sur {table}", "one free field on {table}"),
    "external_reference": ("référence externe", "external reference"),
    "no_external_reference": ("sans référence externe", "no external reference"),
    "totals": ("totaux sur les documents", "totals on documents"),
    "no_totals": ("sans totaux sur les documents", "no totals on documents"),
    "lock_right": ("droit aux verrous de Sage", "may ask for Sage's locks"),
    "no_lock_right": ("sans droit aux verrous de Sage", "may not ask for Sage's locks"),
}


def sentence(code: str, facts: Mapping[str, str], language: str = "en") -> str:
    """One thing in words. French for ``fr`` and ``fr-...``, English for all others."""
    place = _place(language)
    return WORDS[_spelt(code, facts)][place].format_map(_in_words(facts, place))


def summary(described: Iterable[Told], language: str = "en") -> str:
    """The whole base in one line: "Sage 100c v3 or later, 4 free fields on articles, ..."."""
    place = _place(language)
    return ", ".join(_short(code, facts, place) for code, facts in described if code in _IN_SUMMARY)


def _short(code: str, facts: Mapping[str, str], place: int) -> str:
    told = _in_words(facts, place)
    return told["version"] if code == "version" else _SHORT[_spelt(code, facts)][place].format_map(told)


def _spelt(code: str, facts: Mapping[str, str]) -> str:
    """The sentence that fits the facts: one or several, there or not, to the minute or to the second."""
    if code == "free_fields" and facts["count"] == "1":
        return "one_free_field"
    if code == "modification_type":
        return "modification_minute" if facts["type"] == "smalldatetime" else "modification_second"
    return f"no_{code}" if facts.get("present") == "no" else code


def _in_words(facts: Mapping[str, str], place: int) -> dict[str, str]:
    told = dict(facts)
    for name, table in (("version", VERSIONS), ("table", TABLES)):
        if told.get(name) in table:
            told[name] = table[told[name]][place]
    return told


def _place(language: str) -> int:
    return 0 if language.startswith("fr") else 1
