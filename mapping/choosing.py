"""The door to what people choose: loaded for the derivation, changed with its history, undone. Adds nothing to Sage.

Whatever changes is written with its `ChoiceAct` and with the touch that has it derived again, in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from connectors.models import Client
from mapping import touches
from mapping.affected import Touched
from mapping.choices import ARTICLE, CHOICE_KINDS, PRODUCT, Choices, ChoiceValue, ProductChoice
from mapping.choices.groups import GROUP
from mapping.models import Choice, ChoiceAct, ChoiceChange
from mapping.naming import without_accents

Place = tuple[str, str]
"""(kind, key) of a choice."""
_COMMON = Q(subject="")
_BATCH = 500


class ChoiceRefused(ValueError):
    """What was chosen cannot be: the message says what and why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did, and the places that it left alone because somebody chose again since."""

    act: ChoiceAct | None
    put_back: int
    changed_since: tuple[Place, ...]


def common_choices(client: Client) -> Choices:
    """Those that reach further than one article."""
    return _loaded(Choice.objects.filter(_COMMON, client=client))


def choices_of(client: Client, articles: Collection[str]) -> Choices:
    """Those about these articles."""
    return _loaded(Choice.objects.filter(client=client, subject__in=articles)) if articles else Choices()


def named_articles(choices: Choices) -> set[str]:
    """The articles that these choices name beside the ones that they are about."""
    return {one for chosen in choices.all(PRODUCT, ProductChoice).values() for one in chosen.accessories or ()}


def choose(
    client: Client,
    wanted: Mapping[Place, ChoiceValue | None],
    *,
    by: User | None,
    verb: str,
    why: str = "",
    undoes: ChoiceAct | None = None,
) -> ChoiceAct | None:
    """Make these the choices of their places (None: no choice any more); None when all of it was so already.

    Raises:
        ChoiceRefused: together with the others they would contradict each other; nothing was changed.
    """
    with transaction.atomic():
        known = _known(client, wanted)
        changed = {
            place: (known[place].value if place in known else None, _json(value))
            for place, value in wanted.items()
            if (known[place].value if place in known else None) != _json(value)
        }
        if not changed:
            return None
        act = ChoiceAct.objects.create(client=client, by=by, verb=verb, why=why[:200], undoes=undoes)
        _write(client, changed, known, by)
        if any(kind == GROUP.name for kind, _key in changed):
            _refuse_shared_members(client)
        ChoiceChange.objects.bulk_create(
            [
                ChoiceChange(act=act, kind=kind, key=key, subject=_subject(kind, key), before=before, after=after)
                for (kind, key), (before, after) in changed.items()
            ],
            batch_size=_BATCH,
        )
        _touch(client, changed)
    return act


def undo(act: ChoiceAct, *, by: User | None) -> Undone:
    """Put back what the act changed, except where somebody chose otherwise since."""
    changes = list(act.changes.all())
    places = {(change.kind, change.key): change for change in changes}
    known = _known(act.client, places)
    wanted: dict[Place, ChoiceValue | None] = {}
    moved: list[Place] = []
    for place, change in places.items():
        now = known[place].value if place in known else None
        if now != change.after:
            moved.append(place)
        else:
            wanted[place] = None if change.before is None else CHOICE_KINDS[change.kind].load(change.before)
    undone = choose(act.client, wanted, by=by, verb="undo", undoes=act) if wanted else None
    return Undone(undone, len(wanted), tuple(moved))


def _known(client: Client, places: Collection[Place]) -> dict[Place, Choice]:
    keys = sorted({key for _kind, key in places})
    found: dict[Place, Choice] = {}
    for start in range(0, len(keys), _BATCH):
        for row in Choice.objects.filter(client=client, key__in=keys[start : start + _BATCH]):
            if (row.kind, row.key) in places:
                found[row.kind, row.key] = row
    return found


def _write(
    client: Client, changed: Mapping[Place, tuple[Any, Any]], known: Mapping[Place, Choice], by: User | None
) -> None:
    gone = [known[place].pk for place, (_before, after) in changed.items() if after is None and place in known]
    for start in range(0, len(gone), _BATCH):
        Choice.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    Choice.objects.bulk_create(
        [
            Choice(client=client, kind=kind, key=key, subject=_subject(kind, key), value=after, set_by=by)
            for (kind, key), (_before, after) in changed.items()
            if after is not None
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["client", "kind", "key"],
        update_fields=["value", "set_by", "set_at"],
    )


def _touch(client: Client, changed: Mapping[Place, tuple[Any, Any]]) -> None:
    touched = Touched()
    for (kind, key), values in changed.items():
        if kind == GROUP.name:
            touched.vocabulary = True
            touched.in_kits.add(key)
            touched.in_kits.update(member for value in values if value for member in value["members"])
        elif kind == ARTICLE.name:  # whether it is for sale: kits, and those that share a barcode or a reference
            touched.in_kits.add(key)
            touched.barcodes_of.add(key)
            touched.twins.add(without_accents(key))
        elif subject := _subject(kind, key):
            touched.articles.add(subject)
        else:
            touched.everything = True
    touches.record(client, touched)


def _refuse_shared_members(client: Client) -> None:
    seen: dict[str, str] = {}
    for anchor, value in Choice.objects.filter(client=client, kind=GROUP.name).values_list("key", "value"):
        for member in {anchor, *value["members"]}:
            if seen.setdefault(member, anchor) != anchor:
                raise ChoiceRefused(
                    _("Article %(article)s would be in two groups, %(first)s and %(second)s.")
                    % {"article": member, "first": seen[member], "second": anchor}
                )


def _subject(kind: str, key: str) -> str:
    declared = CHOICE_KINDS[kind]
    return declared.split_key(key)[0] if declared.per_article else ""


def _json(value: ChoiceValue | None) -> Any:
    return None if value is None else value.model_dump(mode="json", exclude_defaults=True)


def _loaded(rows: Any) -> Choices:
    found = rows.values_list("kind", "key", "value").iterator()
    return Choices((kind, key, CHOICE_KINDS[kind].load(value)) for kind, key, value in found if kind in CHOICE_KINDS)
