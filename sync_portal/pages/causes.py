"""Causes as the pages tell them: with the words people use for fields and kinds of resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sync_portal.pages.labels import FIELDS, KINDS
from sync_portal.sync.causes import CauseText, describe
from sync_portal.sync.history import counts_by_cause, with_cause
from sync_portal.sync.models import ChangeState, Decision, Run

_REASONS: dict[str, Promise] = {
    **dict.fromkeys(
        ("ConnectionError", "ConnectionRefusedError", "ConnectionResetError"), gettext_lazy("no connection")
    ),
    **dict.fromkeys(("ConnectTimeout", "ReadTimeout", "Timeout", "TimeoutError"), gettext_lazy("no answer in time")),
    "ForbiddenAddressError": gettext_lazy("the address lies in a network that is not allowed"),
    "SMTPAuthenticationError": gettext_lazy("wrong user or password"),
    "SSLError": gettext_lazy("its certificate is not valid"),
    "gaierror": gettext_lazy("no server of that name"),
}
"""Why a message was not taken: names of Python's exceptions. A status (404) and a refused address are shown as such."""

_WORDS = {"field": FIELDS, "kind": KINDS, "resource": KINDS, "reason": _REASONS}
"""Facts that are technical names, and the tables that have their words."""


def tell(code: str, facts: Mapping[str, str] | None = None) -> CauseText:
    """The cause in the current language, its technical names in words: "prix HT", not "price"."""
    told = dict(facts or {})
    for fact, table in _WORDS.items():
        if told.get(fact) in table:
            told[fact] = str(table[told[fact]])
    if told.get("person") == "":
        told["person"] = _("somebody")
    return describe(code, told)


_QUESTIONS = {
    "drift.changed": "changed",
    "drift.orphan": "orphan",
    "drift.price": "orphan",
    "drift.price_of_all": "orphan",
    "shop.adoption_uncertain": "adoption",
    "shop.conflict": "conflict",
    "shop.unknown_id": "missing",
}
"""Causes that are told where something is held, and the question that is asked about it."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The changes of a run that share a cause: told by its first one."""

    code: str
    count: int
    text: CauseText
    heals: bool
    """Whether some of them are sent again by themselves."""
    asks: str
    """The kind of question behind the cause, where one is open and answering it is what helps; else empty."""
    will_ask: bool
    """Whether the next run will ask: a preview asks nothing."""

    @property
    def others(self) -> int:
        """How many more than the one that is told."""
        return self.count - 1


def cause_groups(run: Run) -> list[CauseGroup]:
    """What a run's changes suffer from, the most frequent first."""
    groups = []
    for code, count in counts_by_cause(run):
        rows = run.changes.filter(with_cause(code))
        example = rows.order_by("-risk", "pk").first()
        heals = rows.filter(state=ChangeState.LATER).exists()
        question = _QUESTIONS.get(code, "")
        is_open = (
            bool(question)
            and Decision.objects.filter(shop__client=run.client_id, question=question, answer="").exists()
        )
        groups.append(
            CauseGroup(
                code,
                count,
                tell(code, example.facts if example else {}),
                heals=heals,
                asks=question if is_open else "",
                will_ask=bool(question) and not is_open and run.preview,
            )
        )
    return groups
