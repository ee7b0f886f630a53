"""French is set as the French set it: no line breaks before its punctuation or inside its quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings

from connectors.prestashop import words as shop_words
from connectors.sage import words as sage_words
from sync_portal.sync.causes import CAUSES

CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
FAULT = re.compile(
    r"«(?!\u00a0)"
    r"|(?<!\u00a0)»"
    r"|\S [:;?!](?=[\s\"')»,.<]|$)"  # not the colon of 10:30 or https:, which has no space before it
    r"|[\d)s}] (?=%(?:%(?!\()|[\s.,;:)»]|$))"  # 15 %, %(rate)s %%, {rate} %; not "de %(name)s"
    r"|[\d)s}] €"
    r"|\w'\w"  # l'article
)
"""A space that may end a line, or none, where French has one that may not; and a typewriter's apostrophe."""


def faults(text: str) -> list[str]:
    """Where a French text is not set as French is, each with what stands around it."""
    return [text[max(0, found.start() - 15) : found.end() + 10] for found in FAULT.finditer(text)]


def translations(path: Path) -> Iterator[tuple[int, str]]:
    """(number of the line, text) of each line of a translation."""
    is_translation = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith('"'):
            is_translation = line.startswith("msgstr")
        if is_translation:
            yield number, line[line.index('"') + 1 : -1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("« Thé\u00a0»", 1),
        ("«\u00a0Thé »", 1),
        ("Prix : 12", 1),
        ("Vraiment ?", 1),
        ("limite : {limit} %", 2),
        ("%(rate)s %% de TVA", 1),
        ("{amount} €", 1),
        ("l'article", 1),
        ("«\u00a0Thé\u00a0»\u00a0: 12\u00a0%, 5\u00a0€\u00a0; à 10:30, http://x.example/?a=b", 0),
        ("le champ de %(name)s %(other)s", 0),
    ],
)
def test_a_fault_is_found(text: str, expected: int) -> None:
    assert len(faults(text)) == expected


def test_translations_are_set_as_french_is() -> None:
    wrong = [
        f"{CATALOGUE}:{number}: {found!r}"
        for number, text in translations(settings.BASE_DIR / CATALOGUE)
        for found in faults(text)
    ]

    assert not wrong, "a no-break space (U+00A0) or an apostrophe (’) is missing here:\n" + "\n".join(wrong)


FRENCH: dict[str, Mapping[str, str]] = {
    "causes": {code: cause.fr for code, cause in CAUSES.items()},
    "shop": {code: french for code, (french, _english) in shop_words.WORDS.items()},
    "sage": {code: french for code, (french, _english) in sage_words.WORDS.items()},
}


@pytest.mark.parametrize("name", FRENCH)
def test_sentences_of_the_code_are_set_as_french_is(name: str) -> None:
    wrong = [f"{code}: {found!r}" for code, text in FRENCH[name].items() for found in faults(text)]

    assert not wrong, "a no-break space (U+00A0) or an apostrophe (’) is missing here:\n" + "\n".join(wrong)


def test_the_page_of_a_broken_portal_is_set_as_french_is() -> None:
    """Written in French by hand: it must not depend on anything."""
    text = re.sub(r"{%.*?%}|<style>.*?</style>", "", (settings.BASE_DIR / "templates/500.html").read_text(), flags=re.S)

    assert faults(text) == []
