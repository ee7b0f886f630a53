"""How likely is it that these articles are one product? A score from 0 to 100 with its reasons. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mapping.grouping.axes import MOSTLY, Axis, axes_of, same_words, shared_words, stranger
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Cluster
from mapping.grouping.dictionary import rank
from mapping.grouping.grid import Grid, grid_of, in_shop_order
from mapping.grouping.suggestion import Reason
from mapping.numbers import said

LEAST_SCORE = 50
MOST_MEMBERS = 300
"""More are no product but a whole department."""
_MOST_LISTED = 6

Members = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A cluster with named axes, its score, and what speaks for and against it."""

    cluster: Cluster
    kept: tuple[int, ...]
    axes: tuple[str, ...]
    members: Members
    score: int
    reasons: tuple[Reason, ...]
    problems: tuple[Reason, ...]


def judge(pool: Pool, cluster: Cluster, *, least: int) -> Judged | None:
    """None when it is no group: too few members, nothing differs, or too little speaks for it."""
    cluster, kept, axes = _settled(pool, cluster)
    if not axes or not (least <= len(cluster.members) <= MOST_MEMBERS):
        return None
    if sum(one.live for one in cluster.members) < least:
        return None
    members = _in_order(cluster, kept, axes)
    grid = grid_of([axis.name for axis in axes], members)
    alike = same_words(pool, cluster)
    if not cluster.by_client and _hopeless(axes, grid, alike=alike):
        return None
    points = [
        *_common_points(cluster),
        *(_axis_points(axis) for axis in axes),
        *_family_points(cluster.members),
        *_design_points(pool, cluster, alike=alike),
        *_price_points(cluster.members),
        *_photo_points(cluster.members),
        *_grid_points(grid),
        *_member_points(cluster.members),
    ]
    known = sum(axis.known for axis in axes) / sum(len(axis.labels) for axis in axes)
    score = max(0, min(100, round(sum(points_ for points_, _reason, _good in points) + 25 * known)))
    if score < LEAST_SCORE and not cluster.by_client:
        return None
    told = [point for point in points if point[1].code]
    heavy = sorted((point for point in told if point[2]), key=lambda one: -one[0])
    return Judged(
        cluster=cluster,
        kept=kept,
        axes=tuple(axis.name for axis in axes),
        members=members,
        score=score,
        reasons=tuple(reason for _points, reason, _good in heavy),
        problems=tuple(reason for _points, reason, good in told if not good),
    )


Point = tuple[int, Reason, bool]
"""(points, what to say, whether it speaks for the group)."""


def _settled(pool: Pool, cluster: Cluster) -> tuple[Cluster, tuple[int, ...], list[Axis]]:
    """Without strangers, and without the sleeping doubles of articles that are sold."""
    kept, axes = axes_of(pool, cluster)
    if not cluster.by_client:
        placed = list(zip(kept, axes, strict=True))
        strangers = {one.reference for one in cluster.members if stranger(pool, cluster, one, placed)}
        if strangers:
            cluster = _only(cluster, [one for one in cluster.members if one.reference not in strangers])
            kept, axes = axes_of(pool, cluster)
    sold = {tuple(cluster.raws[one.reference]) for one in cluster.members if one.live}
    doubles = [one for one in cluster.members if not one.live and tuple(cluster.raws[one.reference]) in sold]
    if doubles:
        cluster = _only(cluster, [one for one in cluster.members if one not in doubles])
        kept, axes = axes_of(pool, cluster)
    return cluster, kept, axes


def _only(cluster: Cluster, members: Sequence[Candidate]) -> Cluster:
    return replace(
        cluster, members=tuple(members), raws={one.reference: cluster.raws[one.reference] for one in members}
    )


def _in_order(cluster: Cluster, kept: tuple[int, ...], axes: Sequence[Axis]) -> Members:
    """As the shop shows them: by the first axis, then the second ..."""
    return in_shop_order(
        {
            reference: tuple(axis.labels.get(raw[place], "") for place, axis in zip(kept, axes, strict=True))
            for reference, raw in cluster.raws.items()
        }
    )


def _hopeless(axes: Sequence[Axis], grid: Grid, *, alike: bool) -> bool:
    doubled = sum(len(found) - 1 for found in grid.doubled.values())
    if doubled > len(grid.cells) * 0.3 or grid.incomplete:
        return True
    unknown = [axis for axis in axes if axis.known < MOSTLY * len(axis.labels)]
    running = any(all(text.isdigit() for text in axis.labels) for axis in unknown)
    return bool(unknown) and (not alike or running)


def _common_points(cluster: Cluster) -> list[Point]:
    said_by_rule = Reason("rule", {"rule": cluster.rule})
    found = [(60, said_by_rule, True)] if cluster.by_client else []
    return [*found, (30, Reason(cluster.reason, {"text": cluster.common, "source": cluster.source}), True)]


def _axis_points(axis: Axis) -> Point:
    values = listed(sorted(set(axis.labels.values()), key=rank))
    facts = {"axis": axis.name, "values": values}
    if axis.known == len(axis.labels):
        return 9, Reason("known_values", facts), True
    if axis.known:
        amounts = {"known": str(axis.known), "all": str(len(axis.labels))}
        return 3, Reason("some_known_values", facts | amounts), True
    return -10, Reason("unknown_values", facts), True


def _family_points(members: Sequence[Candidate]) -> list[Point]:
    families = sorted({one.family for one in members})
    if len(families) == 1:
        return [(10, Reason("same_family", {"family": families[0]}), True)]
    return [(-20, Reason("families_differ", {"families": listed(families)}), False)]


def _design_points(pool: Pool, cluster: Cluster, *, alike: bool) -> list[Point]:
    share = shared_words(pool, cluster.members)
    if alike:
        text = " ".join(pool.reading(cluster.members[0]).base)
        told = cluster.reason == "shared_design"
        return [(15, Reason("") if told else Reason("shared_design", {"text": text}), True)]
    if share < 0.2:
        return [(-20, Reason("designs_differ"), False)]
    return [(round(10 * share), Reason(""), True)]


def _price_points(members: Sequence[Candidate]) -> list[Point]:
    prices = [one.price for one in members if one.price > 0]
    if len(prices) < 2:
        return []
    least, most = min(prices), max(prices)
    facts = {"least": _money(least), "most": _money(most)}
    if least == most:
        return [(8, Reason("same_price", {"price": _money(least)}), True)]
    if most <= least * Decimal("1.5"):
        return [(6, Reason("near_prices", facts), True)]
    return [(-10, Reason("prices_differ", facts), False)] if most > least * 3 else []


def _photo_points(members: Sequence[Candidate]) -> list[Point]:
    photos = {one.photo for one in members}
    photo = next(iter(photos)) if len(photos) == 1 else ""
    return [(4, Reason("same_photo", {"photo": photo}), True)] if photo else []


def _grid_points(grid: Grid) -> list[Point]:
    found: list[Point] = []
    for values, references in sorted(grid.doubled.items()):
        facts = {"articles": listed(references), "values": " · ".join(values)}
        found.append((-15, Reason("doubled", facts), False))
    if grid.incomplete:
        found.append((-10, Reason("value_missing", {"articles": listed(grid.incomplete)}), False))
    if len(grid.axes) < 2:
        return found
    facts = {"there": str(len(grid.cells)), "size": str(grid.size)}
    if grid.complete:
        found.append((10, Reason("complete_grid", facts), True))
    elif grid.missing * 3 <= grid.size:
        found.append((5, Reason("nearly_complete_grid", facts), True))
    if grid.missing:
        holes = listed([" · ".join(values) for values in grid.holes])
        found.append((0, Reason("holes", {"count": str(grid.missing), "values": holes}), False))
    return found


def _member_points(members: Sequence[Candidate]) -> list[Point]:
    found: list[Point] = []
    if with_gammes := [one.reference for one in members if one.with_gammes]:
        found.append((-5, Reason("own_gammes", {"articles": listed(with_gammes)}), True))
    if away := [one.reference for one in members if not one.live]:
        found.append((-3, Reason("unpublished_members", {"articles": listed(away)}), False))
    return found


def listed(texts: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(texts) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f" … (+{more})" if more > 0 else "")


def _money(amount: Decimal) -> str:
    return said(amount, "fr")
