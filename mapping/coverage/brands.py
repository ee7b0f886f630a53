"""Makers: spellings of one brand that differ by more than case."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from connectors.models import Client
from connectors.sage.records import Article
from mapping import loading
from mapping.choices.brands import BRAND, BrandChoice
from mapping.choosing import common_choices
from mapping.coverage.mirror import article_rows
from mapping.coverage.rows import Coverage, Line, State, covered
from mapping.mirror import load_records
from mapping.naming import folded, folded_blanks, without_accents
from mapping.rules import ShopRules
from mapping.sources import FREE, text_of

_RANK = re.compile(r"stat([1-5])")
_COMPANY_WORDS = frozenset({"sa", "sas", "sarl", "eurl", "ets", "etablissements", "gmbh", "ltd", "inc", "cie", "co"})


def brands(client: Client, rules: ShopRules) -> Coverage:
    """A line per spelling of the source that the rules read makers from; none when they read none."""
    source = rules.brands.manufacturer
    if not source:
        return Coverage(())
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for text in _texts(client, source):
        if text:
            spellings[folded(text)][text] += 1
    chosen = common_choices(client).all(BRAND, BrandChoice)
    groups: dict[str, list[str]] = defaultdict(list)
    for key in spellings:
        # One that a person named has been looked at: its new name is what others are compared with.
        if BRAND.make_key(key) not in chosen:
            groups[_alike(key)].append(key)
    named = {_alike(one.name): one.name for one in chosen.values() if one.name}
    return covered(
        _line(key, found, chosen.get(BRAND.make_key(key)), groups, named, spellings) for key, found in spellings.items()
    )


def _line(
    key: str,
    found: Counter[str],
    choice: BrandChoice | None,
    groups: dict[str, list[str]],
    named: dict[str, str],
    spellings: dict[str, Counter[str]],
) -> Line:
    label, used = min(found, key=lambda one: (-found[one], one)), found.total()
    if choice is not None:
        state: State = "ignored" if choice.ignored else "mapped"
        return Line(BRAND.name, BRAND.make_key(key), label, used, state)
    twins = tuple(one for one in groups[_alike(key)] if one != key)
    known = named.get(_alike(key), "")
    if not twins and not known:
        return Line(BRAND.name, BRAND.make_key(key), label, used, "mapped")
    best = min((*twins, key), key=lambda one: (-spellings[one].total(), one))
    name = known or min(spellings[best], key=lambda one: (-spellings[best][one], one))
    keys = tuple(BRAND.make_key(one) for one in twins)
    return Line(BRAND.name, BRAND.make_key(key), label, used, "twin", proposal={"name": name}, twins=keys)


def _alike(name: str) -> str:
    """Without accents, signs and the words that say what kind of company it is: "Éts. Le Goff" is "le goff"."""
    words = re.findall(r"[^\W_]+", without_accents(name))
    return "".join(word for word in words if word not in _COMPANY_WORDS) or without_accents(name)


def _texts(client: Client, source: str) -> list[str]:
    """The text of each article."""
    if source.startswith(FREE):
        label = source.removeprefix(FREE)
        found = ((row.get("free_fields") or {}).get(label) for row in article_rows(client))
        return [folded_blanks(text) for text in found if isinstance(text, str)]
    if rank := _RANK.fullmatch(source):
        place = int(rank[1])
        rows = (row.get("statistics") or () for row in article_rows(client))
        return [folded_blanks(row[place - 1]) for row in rows if len(row) >= place]
    data = loading.common_data(client, accounts=False).joined(load_records(client, ("article_suppliers",)))
    return [folded_blanks(text_of(data, Article.from_json(row), source)) for row in article_rows(client)]
