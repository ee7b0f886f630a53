"""The texts of a product, field by field and language by language. Pure.

A person's text stands before everything; then the first template of the field's rule that gives something, changed by
the client's dictionary and made acceptable to the shop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import ProductText
from mapping.choices import TEXT, WORD, Choices, TextChoice, WordChoice
from mapping.choices.base import SEPARATOR, split
from mapping.dictionary import Dictionary
from mapping.html_text import clean_html, cut_html, is_markup, paragraphs
from mapping.naming import NAME_LENGTH, ShopText, generic_text, link_rewrite, shop_name, without_controls
from mapping.rules import ShopRules, TextField, TextRule
from mapping.source import SageData
from mapping.sources import GLOSSARY, column_of, glossary_texts, text_of
from mapping.tags import clean_tags
from mapping.templating import Read, Template, parse

if TYPE_CHECKING:
    from mapping.articles import Workshop

FIELDS: tuple[TextField, ...] = (
    "name",
    "description_short",
    "description",
    "meta_title",
    "meta_description",
    "link_rewrite",
    "tags",
)
HTML_FIELDS = frozenset({"description", "description_short"})
DEFAULTS: Mapping[TextField, TextRule] = {
    "name": TextRule(templates=["{design}"]),
    "description": TextRule(templates=["{glossary:*}"]),
}
"""Fields that the rules do not name. Of all others the shop keeps what it has, and makes its own web address."""
META_TITLE_LENGTH, META_DESCRIPTION_LENGTH = 128, 255
"""What every version takes: 1.6's limits; later ones take 255 and 512."""
_QUOTED = 80
"""Characters of a value that an explanation quotes."""
COPIED = "comme en"
"""How the reason of a text begins that has no rule of its own: it follows the main language."""
Texts = dict[str, dict[str, ProductText]]


def texts_of(shop: Workshop, article: Article, key: str | None = None) -> Mapping[str, Mapping[str, ProductText]]:
    """Field -> language -> text; a field without a text in any language is left out.

    ``key``: the product that the texts are for, when it is not the article's own (the master of a group).
    """
    return shop.texts.of(shop.data, shop.choices, article, key=key or article.reference, today=shop.today)


def name_in(texts: Mapping[str, Mapping[str, ProductText]], language: str) -> ProductText:
    """The product's name in this language, "" when it has none."""
    return texts.get("name", {}).get(language) or ProductText("", "AR_Design est vide")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A rule, ready to be used."""

    templates: tuple[Template, ...]
    language: int


class TextBook:
    """The rules and the dictionary of one shop, prepared once for all its articles."""

    def __init__(self, rules: ShopRules, choices: Choices) -> None:
        """``choices``: the common ones, with the dictionary's."""
        words = choices.all(WORD, WordChoice)
        self._words = Dictionary({SEPARATOR.join(split(key)): word for key, word in words.items()})
        self._main = rules.language
        self._languages = (rules.language, *(one for one in rules.languages if one != rules.language))
        self._cleaners = _cleaners(rules)
        self._recipes = {field: _recipes(rules, field) for field in FIELDS}

    def of(self, data: SageData, choices: Choices, article: Article, *, key: str, today: date) -> Texts:
        """See `texts_of`."""
        written = bool(choices.all(TEXT, TextChoice))
        found: Texts = {}
        for field in FIELDS:
            by_language = self._field(data, choices if written else None, article, field, key, today)
            if by_language:
                found[field] = by_language
        return found

    def _field(
        self,
        data: SageData,
        choices: Choices | None,
        article: Article,
        field: TextField,
        key: str,
        today: date,
    ) -> dict[str, ProductText]:
        recipes = self._recipes[field]
        if not recipes and choices is None:
            return {}
        found: dict[str, ProductText] = {}
        for language in self._languages:
            recipe = recipes.get(language)
            text = self._derived(data, article, field, recipe, today) if recipe else None
            if text is None and language != self._main and self._main in found:
                text = ProductText(found[self._main].text, f"{COPIED} {self._main}")
            chosen = choices.get(TEXT, TextChoice, key, field, language) if choices else None
            if chosen is not None:
                text = self._by_person(field, chosen.text, text)
            if text is not None:
                found[language] = text
        return found

    def _derived(
        self, data: SageData, article: Article, field: TextField, recipe: Recipe, today: date
    ) -> ProductText | None:
        read = _reader(data, article, recipe.language, today)
        for template in recipe.templates:
            if field in HTML_FIELDS:
                said = template.fill_html(read, self._words.apply)
            else:
                said = self._words.apply(template.fill(read))
            cleaned = self._cleaners[field](said) if said else None
            if cleaned is not None and cleaned.text:
                return ProductText(cleaned.text, _reason(data, article, template, recipe, today) + cleaned.said)
        return None

    def _by_person(self, field: TextField, written: str, derived: ProductText | None) -> ProductText | None:
        """A person's text; an empty one empties the field, but a product always keeps a name and an address."""
        if field in HTML_FIELDS and written.strip():
            written = clean_html(written) if is_markup(written) else paragraphs(_lines(written))
        cleaned = self._cleaners[field](written) if written.strip() else ShopText("")
        if not cleaned.text and field in {"name", "link_rewrite"}:
            return derived
        why = f"texte écrit par une personne{cleaned.said}"
        return ProductText(cleaned.text, why, by_person=True, from_sage=derived.text if derived else "")


def _recipes(rules: ShopRules, field: TextField) -> dict[str, Recipe]:
    ruled = rules.texts.get(field, {})
    default = DEFAULTS.get(field)
    chosen = {language: ruled[language] for language in rules.languages if language in ruled}
    if default is not None:
        chosen.setdefault(rules.language, default)
    return {
        language: Recipe(tuple(parse(template) for template in rule.templates), rule.language)
        for language, rule in chosen.items()
    }


def _cleaners(rules: ShopRules) -> dict[TextField, Callable[[str], ShopText]]:
    """How each field is made acceptable to the shop."""
    replaced = rules.name_replacements
    short = rules.short_description_length
    return {
        "name": lambda text: shop_name(without_controls(text), replaced, length=NAME_LENGTH),
        "meta_title": lambda text: generic_text(text, replaced, length=META_TITLE_LENGTH),
        "meta_description": lambda text: generic_text(text, replaced, length=META_DESCRIPTION_LENGTH),
        "link_rewrite": lambda text: ShopText(link_rewrite(text)),
        "tags": clean_tags,
        "description": lambda text: ShopText(without_controls(text)),
        "description_short": lambda text: _short(without_controls(text), short),
    }


def _short(text: str, length: int) -> ShopText:
    shortened = cut_html(text, length)
    return ShopText(shortened, () if shortened == text else (f"coupé à {length} caractères",))


def _reader(data: SageData, article: Article, language: int, today: date) -> Read:
    def read(source: str) -> str:
        said = _translated(data, article, source, language)
        return _lines(text_of(data, article, said, language=language, today=today))

    return read


def _translated(data: SageData, article: Article, source: str, language: int) -> str:
    """The designation in one of Sage's other languages, where it has one."""
    other = f"language{language}"
    return other if language and source == "design" and text_of(data, article, other) else source


def _lines(text: str) -> str:
    """Line ends as one character: Sage, and browsers, send two."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _reason(data: SageData, article: Article, template: Template, recipe: Recipe, today: date) -> str:
    """The columns behind it with their values, and the template when it does more than copy one."""
    said = ", ".join(_quoted(data, article, template, recipe, today))
    copied = len(template.parts) == 1 and not template.slots[0].transforms
    return said if copied else f"{said} ; modèle « {template.source} »"


def _quoted(data: SageData, article: Article, template: Template, recipe: Recipe, today: date) -> Iterator[str]:
    for source in dict.fromkeys(slot.source for slot in template.slots):
        if source.startswith(GLOSSARY):
            found = glossary_texts(data, article, source.removeprefix(GLOSSARY), today=today)
            if titles := ", ".join(f"« {text.label} »" for text in found):
                yield f"glossaire {titles}"
            continue
        value = text_of(data, article, said := _translated(data, article, source, recipe.language))
        yield f"{column_of(said)} « {value[:_QUOTED]}{'…' if len(value) > _QUOTED else ''} »"
