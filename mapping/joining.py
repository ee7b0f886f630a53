"""New articles that fit an approved group join it by themselves, where the client's rules let them."""

from __future__ import annotations

from collections.abc import Collection

from connectors.models import Client
from mapping import choosing
from mapping.choices import ChoiceValue
from mapping.choices.groups import GROUP
from mapping.grouping.suggest import joining_now
from mapping.models import ChoiceAct, ChoiceChange
from mapping.rules import ShopRules
from mapping.suggestions import approved_groups, candidates_of

VERB = "group.join"


def join_new(client: Client, rules: ShopRules, articles: Collection[str] | None = None) -> ChoiceAct | None:
    """Let them join, in one act that a person may undo; None when nobody does.

    ``articles``: only these are looked at; None: all. Only such join as are sold and in no group, fit the rule and the
    pattern of one that is not locked, and have values that no member has. An article that a person took out of its
    group does not come back.
    """
    if not rules.grouping.joins:
        return None
    approved = approved_groups(client)
    if not any(group.pattern and not group.locked for group in approved.values()):
        return None
    taken_out = _taken_out(client)
    members = {reference for group in approved.values() for reference in group.members}
    looked_at = None if articles is None else {*articles, *members}
    fresh = (
        one
        for one in candidates_of(client, rules.grouping, looked_at)
        if one.reference in members or one.reference not in taken_out
    )
    wanted: dict[choosing.Place, ChoiceValue | None] = {}
    joined: list[str] = []
    for joining in joining_now(fresh, rules.grouping, approved):
        group = approved[joining.anchor]
        wanted[GROUP.name, joining.anchor] = group.model_copy(update={"members": {**group.members, **joining.members}})
        joined += joining.members
    return choosing.choose(client, wanted, by=None, verb=VERB, why=", ".join(joined)) if wanted else None


def _taken_out(client: Client) -> set[str]:
    """The articles that a group had once and that some act took out of it: whoever did that meant it."""
    rows = ChoiceChange.objects.filter(act__client=client, kind=GROUP.name).values_list("before", "after")
    found: set[str] = set()
    for before, after in rows.iterator():
        found |= set((before or {}).get("members", ())) - set((after or {}).get("members", ()))
    return found
