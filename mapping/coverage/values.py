"""Options and their values: which are spelt almost alike, and which colours have no code yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.models import Client
from mapping import colours, touches
from mapping.choices import Choices
from mapping.choices.options import OPTION, VALUE, OptionChoice, ValueChoice
from mapping.choosing import common_choices
from mapping.coverage.rows import Coverage, Line, State, covered
from mapping.gammes import undecided_twins
from mapping.naming import folded
from mapping.vocabulary import Words, shown_spellings

_MOSTLY = 0.6
"""Above this share of colours an option is proposed to be shown as colours."""


def values(client: Client) -> Coverage:
    """A line per option and per spelling of a value, with the rows of Sage that use it."""
    return of_vocabulary(touches.vocabulary(client), common_choices(client))


def of_vocabulary(vocabulary: Mapping[Words, int], choices: Choices) -> Coverage:
    """The same, from what `values` reads. Pure.

    An option shown as colours wants a code for each value; a value with a near twin wants to be told from it.
    """
    used: Counter[str] = Counter()
    options: dict[str, list[str]] = defaultdict(list)
    for (option, label), amount in vocabulary.items():
        if folded(option) and folded(label):
            key = f"VAL:{folded(option)}|{folded(label)}"
            used[f"OPT:{folded(option)}"] += amount
            if key not in used:
                options[f"OPT:{folded(option)}"].append(key)
            used[key] += amount
    names = shown_spellings(vocabulary)
    chosen = choices.all(VALUE, ValueChoice)
    standing = [key for keys in options.values() for key in keys if not (key in chosen and chosen[key].same_as)]
    twins = {key: group for group in undecided_twins(standing, choices) for key in group}
    lines: list[Line] = []
    for option, keys in options.items():
        shown = choices.get(OPTION, OptionChoice, option)
        lines.append(_option(option, keys, names, used[option], shown))
        lines += _values(option, keys, names, used, twins, chosen, coloured=bool(shown and shown.display == "color"))
    return covered(lines)


def _option(key: str, keys: list[str], names: Mapping[str, str], used: int, chosen: OptionChoice | None) -> Line:
    coloured = sum(bool(colours.proposed(names[one])) for one in keys) >= _MOSTLY * len(keys)
    return Line(
        kind=OPTION.name,
        key=key,
        label=names[key],
        used=used,
        # Shown as a list unless somebody wants otherwise: nothing has to be said.
        state="unmapped" if coloured and chosen is None else "mapped",
        proposal={"display": "color"} if coloured and chosen is None else {},
        examples=tuple(names[one] for one in keys[:3]),
    )


def _values(
    option: str,
    keys: list[str],
    names: Mapping[str, str],
    used: Mapping[str, int],
    twins: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, ValueChoice],
    *,
    coloured: bool,
) -> Iterator[Line]:
    for key in keys:
        choice = chosen.get(key, ValueChoice())
        group = twins.get(key, ())
        state: State = "mapped"
        proposal: dict[str, Any] = {}
        if group:
            state = "twin"
            best = min(group, key=lambda one: (-used[one], one))
            proposal = {"same_as": best} if best != key else {}
        elif coloured and not choice.colour and not choice.same_as:
            state, code = "unmapped", colours.proposed(names[key])
            proposal = {"colour": code} if code else {}
        others = tuple(one for one in group if one != key)
        yield Line(VALUE.name, key, names[key], used[key], state, parent=option, proposal=proposal, twins=others)
