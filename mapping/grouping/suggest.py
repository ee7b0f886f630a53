"""Articles that look like one product, found among all of a company. Pure.

The client's own rules come first, then what the portal sees: references with separators, numbered references,
designations that share all words but the values, fields that differ. An article is proposed once. The same articles
give the same proposals in whatever order they come. Every step passes over the articles a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b

from connectors.sage.records.base import join_key
from mapping.choices.groups import GroupChoice
from mapping.grouping.by_design import ByDesign
from mapping.grouping.by_number import ByNumber
from mapping.grouping.by_reference import MOST_AXES, ByReference
from mapping.grouping.by_rule import ByRule
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Cluster, Detector
from mapping.grouping.grid import grid_of
from mapping.grouping.joins import Joining, joinings
from mapping.grouping.judge import Judged, judge, listed
from mapping.grouping.master import master_of
from mapping.grouping.suggestion import Reason, Suggestion
from mapping.grouping.word_lists import EMPTY_WORDS
from mapping.naming import folded, folded_blanks, without_accents
from mapping.rules import GroupingRules

__all__ = ["Reason", "Suggestion", "joining_now", "suggest"]

KEY_LENGTH = 300
NAME_LENGTH = 255
PATTERN_LENGTH = 300
JOIN_SCORE = 90
_SIGNS = " -–—·,;:/(«"


def suggest(
    candidates: Iterable[Candidate], rules: GroupingRules, approved: Mapping[str, GroupChoice]
) -> list[Suggestion]:
    """All proposals, the best first. ``approved``: anchor -> group; their members are proposed nothing else."""
    pool = Pool(tuple(candidates))
    by_reference = {one.reference: one for one in pool.all}
    taken = _in_groups(approved)
    found: list[Suggestion] = []
    for joining in joinings(pool, _detectors(rules), approved, taken):
        found.append(_joined(joining, approved[joining.anchor], by_reference))
        taken |= set(joining.members)
    for clusters in _ways(pool, rules, taken):
        for cluster in clusters:
            judged = judge(pool, cluster, least=rules.min_members)
            if judged is not None:
                found.append(_proposed(judged, by_reference, rules))
                taken |= set(judged.members)
    return sorted(found, key=lambda one: (-one.score, one.key))


def joining_now(
    candidates: Iterable[Candidate], rules: GroupingRules, approved: Mapping[str, GroupChoice]
) -> list[Joining]:
    """What unlocked groups gain at once: sold articles with a value on every axis, into cells that are free."""
    pool = Pool(tuple(one for one in candidates if one.live or one.reference in _in_groups(approved)))
    unlocked = {anchor: group for anchor, group in approved.items() if not group.locked}
    found = joinings(pool, _detectors(rules), unlocked, _in_groups(approved))
    clean = (Joining(one.anchor, _fitting_cells(one, unlocked[one.anchor])) for one in found)
    return [one for one in clean if one.members]


def _fitting_cells(joining: Joining, group: GroupChoice) -> dict[str, tuple[str, ...]]:
    full = {tuple(folded(value) for value in values) for values in group.members.values()}
    fitting: dict[str, tuple[str, ...]] = {}
    for reference, values in joining.members.items():
        cell = tuple(folded(value) for value in values)
        if cell not in full:
            full.add(cell)
            fitting[reference] = values
    return fitting


def _detectors(rules: GroupingRules) -> list[Detector]:
    return [*(ByRule(rule) for rule in rules.rules), ByReference(), ByNumber(), ByDesign()]


def _ways(pool: Pool, rules: GroupingRules, taken: Collection[str]) -> Iterator[Iterable[Cluster]]:
    """One pass after the other, each over what the passes before it left (``taken`` grows meanwhile)."""
    for rule in rules.rules:
        yield ByRule(rule).clusters(pool, taken)
    for axes in range(MOST_AXES, 0, -1):
        yield ByReference().clusters(pool, taken, axes=axes, by_family=False)
        yield ByReference().clusters(pool, taken, axes=axes, by_family=True)
    yield ByNumber().clusters(pool, taken)
    yield ByDesign().clusters(pool, taken)


def _in_groups(approved: Mapping[str, GroupChoice]) -> set[str]:
    return set(approved).union(*(group.members for group in approved.values()))


def _proposed(judged: Judged, by_reference: Mapping[str, Candidate], rules: GroupingRules) -> Suggestion:
    members = [by_reference[reference] for reference in judged.members]
    master = master_of(members, rules.master)
    cluster = judged.cluster
    pattern = cluster.pattern(judged.kept)
    return Suggestion(
        key=_key(cluster.rule, pattern),
        name=_name([one.design for one in members], by_reference[master].design)[:NAME_LENGTH],
        score=judged.score,
        rule=cluster.rule,
        pattern=pattern if len(pattern) <= PATTERN_LENGTH else "",
        joins="",
        master=master,
        axes=judged.axes,
        members=judged.members,
        reasons=judged.reasons,
        problems=judged.problems,
    )


def _joined(joining: Joining, group: GroupChoice, by_reference: Mapping[str, Candidate]) -> Suggestion:
    """The articles that would join; their reasons are the group's."""
    problems: list[Reason] = []
    if group.locked:
        problems.append(Reason("no_locked_joins", {"anchor": joining.anchor}))
    grid = grid_of(group.axes, {**group.members, **joining.members})
    for values, references in sorted(grid.doubled.items()):
        problems.append(Reason("doubled", {"articles": listed(references), "values": " · ".join(values)}))
    away = [one for one in joining.members if not by_reference[one].live]
    if away:
        problems.append(Reason("unpublished_members", {"articles": listed(away)}))
    master = by_reference.get(group.master)
    first = by_reference[next(iter(joining.members))]
    return Suggestion(
        key=_key("join", joining.anchor),
        name=folded_blanks((master or first).design)[:NAME_LENGTH],
        score=max(0, JOIN_SCORE - 15 * len(grid.doubled)),
        rule=group.rule,
        pattern=group.pattern,
        joins=joining.anchor,
        master=group.master,
        axes=group.axes,
        members=joining.members,
        reasons=(Reason("fits_group", {"anchor": joining.anchor}),),
        problems=tuple(problems),
    )


def _key(rule: str, pattern: str) -> str:
    key = join_key((rule, pattern))
    return key if len(key) <= KEY_LENGTH else join_key((rule, blake2b(pattern.encode(), digest_size=16).hexdigest()))


def _name(designs: list[str], fallback: str) -> str:
    """The words with which all designations begin; the master's designation where there are none."""
    shared: list[str] = []
    for words in zip(*(folded_blanks(design).split(" ") for design in designs), strict=False):
        if len({folded(word) for word in words}) > 1:
            break
        shared.append(words[0])
    while shared and without_accents(shared[-1].strip(_SIGNS)) in EMPTY_WORDS | {""}:
        shared.pop()
    text = " ".join(shared).rstrip(_SIGNS).strip()
    return text if len(text) > 2 else folded_blanks(fallback)
