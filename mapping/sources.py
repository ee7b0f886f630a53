"""The values of an article that a rule may name: "design", "stat1", "free:Matière", "glossary:Entretien". Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from connectors.sage.records import Article, GlossaryText
from mapping.numbers import plain
from mapping.source import SageData

SourceValue = str | Decimal | date | datetime | bool | None

COLUMNS: Mapping[str, tuple[str, Callable[[Article], SourceValue]]] = {
    "reference": ("AR_Ref", lambda one: one.reference),
    "design": ("AR_Design", lambda one: one.label),
    "language1": ("AR_Langue1", lambda one: one.label_language1),
    "language2": ("AR_Langue2", lambda one: one.label_language2),
    "short_name": ("AR_Raccourci", lambda one: one.short_name),
    "family": ("FA_CodeFamille", lambda one: one.family_code),
    "barcode": ("AR_CodeBarre", lambda one: one.barcode),
    "edi_code": ("AR_EdiCode", lambda one: one.edi_code),
    "fiscal_code": ("AR_CodeFiscal", lambda one: one.fiscal_code),
    "country": ("AR_Pays", lambda one: one.country),
    "substitute": ("AR_Substitut", lambda one: one.substitute),
    "published": ("AR_Publie", lambda one: one.published),
    "asleep": ("AR_Sommeil", lambda one: one.asleep),
    "sale_price": ("AR_PrixVen", lambda one: one.sale_price),
    "purchase_price": ("AR_PrixAch", lambda one: one.purchase_price),
    "net_weight": ("AR_PoidsNet", lambda one: one.net_weight),
    "gross_weight": ("AR_PoidsBrut", lambda one: one.gross_weight),
    "warranty": ("AR_Garantie", lambda one: Decimal(one.warranty)),
    "delivery_delay": ("AR_Delai", lambda one: Decimal(one.delivery_delay)),
    "parcels": ("AR_NbColis", lambda one: Decimal(one.parcels)),
    "created_on": ("AR_DateCreation", lambda one: one.created_on),
    **{
        f"stat{rank}": (f"AR_Stat0{rank}", lambda one, rank=rank: _statistic(one, rank))  # type: ignore[misc]
        for rank in range(1, 6)
    },
}
"""Name -> (Sage's column, its value)."""
FREE = "free:"
"""Followed by the label of a free field."""
GLOSSARY = "glossary:"
"""Followed by the beginning of a glossary text's title, or by "*" for all of an article's texts."""
LOOKED_UP = ("family_label", "catalogue_label", "catalogue_path", "supplier", "supplier_reference")


def is_source(name: str) -> bool:
    """Whether a rule may name this."""
    named = any(name.startswith(prefix) and len(name) > len(prefix) for prefix in (FREE, GLOSSARY))
    return named or name in COLUMNS or name in LOOKED_UP


def column_of(name: str) -> str:
    """Sage's name of the source, for the sentences that explain a value."""
    if name in COLUMNS:
        return COLUMNS[name][0]
    return {
        "family_label": "FA_Intitule",
        "catalogue_label": "CL_Intitule",
        "catalogue_path": "CL_Intitule",
        "supplier": "F_ARTFOURNISS",
        "supplier_reference": "AF_RefFourniss",
    }.get(name, name.partition(":")[2] or name)


def value_of(
    data: SageData, article: Article, name: str, *, language: int = 0, today: date | None = None
) -> SourceValue:
    """The value, typed; None when the article has none.

    ``language``: 1 or 2 for Sage's translated texts. ``today``: glossary texts out of their period are left out.

    Raises:
        KeyError: there is no such source.
    """
    if name in COLUMNS:
        return COLUMNS[name][1](article)
    if name.startswith(FREE):
        return article.free_fields.get(name.removeprefix(FREE))
    if name.startswith(GLOSSARY):
        title = name.removeprefix(GLOSSARY)
        return "\n\n".join(glossary(data, article, title, language=language, today=today)) or None
    if name == "family_label":
        family = data.families.get(article.family_code)
        return family.label if family else None
    if name in {"catalogue_label", "catalogue_path"}:
        labels = [data.nodes[number].label for number in article.catalogue_path if number in data.nodes]
        return (labels[-1] if name == "catalogue_label" else " > ".join(labels)) if labels else None
    if name in {"supplier", "supplier_reference"}:
        main = data.main_suppliers.get(article.reference)
        return None if main is None else (main.supplier if name == "supplier" else main.reference)
    raise KeyError(f"{name!r} is no source of an article")


def text_of(data: SageData, article: Article, name: str, *, language: int = 0, today: date | None = None) -> str:
    """The value as people read it; "" for none. Numbers without trailing zeros, dates as Sage shows them."""
    return as_text(value_of(data, article, name, language=language, today=today))


def as_text(value: SourceValue) -> str:
    """A source value in words."""
    match value:
        case None | False:
            return ""
        case True:
            return "1"
        case Decimal():
            return plain(value) if value else ""
        case datetime() | date():
            return f"{value:%d/%m/%Y}"
    return value.strip()


def glossary(
    data: SageData, article: Article, title: str, *, language: int = 0, today: date | None = None
) -> list[str]:
    """The article's glossary texts whose title begins like this ("*": all), in Sage's order."""
    found = []
    for text in glossary_texts(data, article, title, today=today):
        said = {1: text.text_language1, 2: text.text_language2}.get(language, "") or text.text
        if said.strip():
            found.append(said.strip())
    return found


def glossary_texts(
    data: SageData, article: Article, title: str, *, today: date | None = None
) -> Iterator[GlossaryText]:
    """The rows of F_GLOSSAIRE behind them; those out of GL_PeriodeDeb/Fin today are left out, the last day is in."""
    wanted = "" if title == "*" else title.rstrip("*").casefold()
    for row in data.article_texts.get(article.reference, ()):
        text = data.glossary.get(row.text)
        if text is None or not text.label.casefold().startswith(wanted):
            continue
        if today is None or (text.starts_on or today) <= today <= (text.ends_on or today):
            yield text


def _statistic(article: Article, rank: int) -> str:
    return article.statistics[rank - 1] if len(article.statistics) >= rank else ""
