"""Every cause an order can wait for is told in both languages, with who can mend it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import sync_portal.orders
from sync_portal.orders.causes import CAUSES
from sync_portal.sync import causes

USED = re.compile(r'"(orders\.[a-z_]+)"')


def _fields(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", CAUSES)
def test_a_cause_says_the_same_in_both_languages(code: str) -> None:
    french, english, who = CAUSES[code]
    assert _fields(french) == _fields(english)
    assert who in causes.WHO


@pytest.mark.parametrize("code", CAUSES)
def test_a_cause_is_in_the_engines_catalogue(code: str) -> None:
    facts = {name: name.upper() for name in _fields(CAUSES[code][0])}
    for language in ("fr", "en"):
        sentence = causes.describe(code, facts, language).sentence
        assert all(value in sentence for value in facts.values())


def test_no_code_is_used_without_a_sentence_and_none_is_told_for_nothing() -> None:
    folder = Path(sync_portal.orders.__file__).parent
    sources = [path.read_text() for path in folder.glob("*.py") if path.name != "causes.py"]
    assert {code for source in sources for code in USED.findall(source)} == set(CAUSES)
