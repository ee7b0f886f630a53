"""Free fields and statistics as characteristics of products. Pure.

The keys that products share, "FEAT:source" and "FVAL:source|text as shown", are enough to make the feature and its
value again without the products.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from connectors.sage.records.base import join_key
from mapping.catalogue import CatalogueFeature, CatalogueFeatureValue, ProductFeature
from mapping.choices import Choices
from mapping.choices.base import split
from mapping.choices.features import FEATURE, FeatureChoice
from mapping.choices.products import PRODUCT, ProductChoice
from mapping.naming import cut, folded_blanks, without_controls
from mapping.numbers import said_plain
from mapping.rules import ShopRules
from mapping.sources import FREE, SourceValue, as_text, column_of, is_source, value_of

if TYPE_CHECKING:
    from mapping.articles import Workshop

FEATURE_KEY, VALUE_KEY = "FEAT:", "FVAL:"
NAME_LENGTH, VALUE_LENGTH = 128, 255
KEY_LENGTH = 300
"""Of a binding's key."""
_FORBIDDEN = re.compile(r"[<>={}]")
"""The shop's `isGenericName`."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y")
_LABELS = {
    "country": "Pays d'origine",
    "short_name": "Nom court",
    "fiscal_code": "Code fiscal",
    "edi_code": "Code EDI",
    "warranty": "Garantie",
    "delivery_delay": "Délai de livraison",
    "parcels": "Nombre de colis",
    "net_weight": "Poids net",
    "gross_weight": "Poids brut",
    "family_label": "Famille",
    "catalogue_label": "Rayon",
    "supplier": "Fournisseur",
    "supplier_reference": "Référence du fournisseur",
    **{f"stat{rank}": f"Statistique {rank}" for rank in range(1, 6)},
}
"""Names of the sources that have no label of their own in Sage's base."""


def features_of(shop: Workshop, article: Article) -> tuple[ProductFeature, ...]:
    """The article's characteristics, in the order in which the shop shows them. One without a value is left out."""
    own = shop.choices.get(PRODUCT, ProductChoice, shop.groups.product_key(article.reference))
    by_person = own.features if own else {}
    found = (_feature(shop, article, *published, by_person) for published in published_choices(shop.choices))
    return tuple(feature for feature in found if feature is not None)


def explained(shop: Workshop) -> dict[str, str]:
    """Says that the client chose what its features are: only then are those of a product written."""
    if not shop.choices.all(FEATURE, FeatureChoice):
        return {}
    return {"features": "informations libres et statistiques choisies comme caractéristiques"}


def published_choices(choices: Choices) -> list[tuple[str, FeatureChoice]]:
    """(source, choice) of the features that the client publishes, by position, then by source."""
    chosen = ((FEATURE.split_key(key)[0], one) for key, one in choices.all(FEATURE, FeatureChoice).items())
    published = [(source, one) for source, one in chosen if one.published and is_source(source)]
    return sorted(published, key=lambda pair: (pair[1].position is None, pair[1].position or 0, pair[0]))


def _feature(
    shop: Workshop, article: Article, source: str, choice: FeatureChoice, by_person: Mapping[str, str]
) -> ProductFeature | None:
    key = FEATURE_KEY + source
    if key in by_person:
        value, why = clean(by_person[key], VALUE_LENGTH), "choisi par une personne"
    else:
        given = value_of(shop.data, article, source)
        value = shown(given, choice, shop.rules.language)
        why = f"{column_of(source)} « {as_text(given)} »"
    if not value:
        return None
    value_key = VALUE_KEY + join_key((source, value))
    if (too_long := len(value_key) - KEY_LENGTH) > 0:
        value = cut(value, len(value) - too_long)
        value_key = VALUE_KEY + join_key((source, value))
    return ProductFeature(key, value_key, default_name(source, choice, shop.rules.language), value, why)


def shown(value: SourceValue, choice: FeatureChoice, language: str) -> str:
    """A source value as the shop shows it: "12,5 cm", "24/11/2026", "Coton"; "" for none.

    A text that is no number or no date although the choice says so is shown as it is: nothing is lost in silence. A
    number 0 is none, because Sage cannot leave an amount empty.
    """
    match choice.type:
        case "number":
            number = _number(value)
            if number is not None:
                return clean(f"{said_plain(number, language)} {choice.unit}", VALUE_LENGTH) if number else ""
        case "date":
            day = _day(value)
            if day is not None:
                return f"{day:%d/%m/%Y}"
    if value is True:
        return "Oui" if language == "fr" else "Yes"
    return clean(said_plain(value, language) if isinstance(value, Decimal) and value else as_text(value), VALUE_LENGTH)


def _number(value: SourceValue) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        return None
    # Blanks of all kinds stand between thousands in French.
    text = re.sub(r"\s", "", value)
    try:
        return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:  # pragma: no cover - the pattern lets numbers through only
        return None


def _day(value: SourceValue) -> date | None:
    if isinstance(value, datetime | date):
        return value
    for form in _DAYS if isinstance(value, str) else ():
        try:
            return datetime.strptime(str(value).strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def feature_of(value_key: str) -> str:
    """The key of the feature that a value is of."""
    return FEATURE_KEY + split(value_key.removeprefix(VALUE_KEY))[0]


def clean(text: str, length: int) -> str:
    """What the shop's `isGenericName` takes: blanks folded, its five forbidden signs as blanks, cut on a word."""
    return cut(folded_blanks(_FORBIDDEN.sub(" ", without_controls(text))), length)


def default_name(source: str, choice: FeatureChoice, language: str) -> str:
    """The feature's name in the shop's main language: a person's, else the free field's label."""
    own = source.removeprefix(FREE) if source.startswith(FREE) else _LABELS.get(source, column_of(source))
    return clean(choice.name.get(language, ""), NAME_LENGTH) or clean(own, NAME_LENGTH) or source


def published_features(shared: Iterable[str], choices: Choices, rules: ShopRules) -> tuple[CatalogueFeature, ...]:
    """The features behind these keys."""
    used = {key.removeprefix(FEATURE_KEY) for key in shared if key.startswith(FEATURE_KEY)}
    return tuple(
        CatalogueFeature(
            key=FEATURE_KEY + source,
            name=default_name(source, choice, rules.language),
            names={iso: name for iso, text in choice.name.items() if (name := clean(text, NAME_LENGTH))},
            position=choice.position,
        )
        for source, choice in published_choices(choices)
        if source in used
    )


def published_values(shared: Iterable[str], choices: Choices, rules: ShopRules) -> tuple[CatalogueFeatureValue, ...]:
    """The values behind these keys, of features that are still published."""
    sources = {source for source, _choice in published_choices(choices)}
    parts = ((key, split(key.removeprefix(VALUE_KEY))) for key in sorted(shared) if key.startswith(VALUE_KEY))
    return tuple(
        CatalogueFeatureValue(key, FEATURE_KEY + source, value) for key, (source, value) in parts if source in sources
    )
