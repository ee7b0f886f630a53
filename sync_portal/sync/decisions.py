"""Questions to people: opened by the engine, answered on a page, obeyed at the next run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from connectors.models import Client, ShopConnection
from mapping.models import Binding
from sync_portal.sync.models import Answer, Decision, DecisionKind, FieldOwner

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ANSWERS: Mapping[str, tuple[str, ...]] = {
    DecisionKind.ADOPTION: (Answer.ADOPT, Answer.CREATE, Answer.IGNORE),
    DecisionKind.CHANGED: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.CONFLICT: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.MISSING: (Answer.CREATE, Answer.IGNORE),
}


class NotAnAnswer(ValueError):
    """The decision does not offer this answer, or it was decided already."""


def open_for(client: Client) -> Any:
    """The client's open questions, the oldest last."""
    return Decision.objects.filter(shop__client=client, answer="").select_related("shop")


def ask(
    shop: ShopConnection,
    *,
    question: str,
    kind: str,
    key: str,
    label: str,
    facts: Mapping[str, Any],
    field: str = "",
) -> Decision:
    """Open a question, or bring the open one about the same thing up to date. One that was ignored stays ignored while
    its facts are the same.
    """
    same = Decision.objects.filter(shop=shop, kind=kind, key=key, field=field)
    ignored = same.filter(answer=Answer.IGNORE, facts=dict(facts)).first()
    if ignored is not None:
        return ignored
    decision, made = same.filter(answer="").get_or_create(
        shop=shop,
        kind=kind,
        key=key,
        field=field,
        answer="",
        defaults={"question": question, "label": label[:300], "facts": dict(facts)},
    )
    if not made and (decision.facts != dict(facts) or decision.question != question):
        decision.question, decision.facts = question, dict(facts)
        decision.save(update_fields=["question", "facts"])
    return decision


@transaction.atomic
def decide(decision: Decision, *, answer: str, user: User, chosen_id: int | None = None) -> None:
    """Answer a question in a person's name and do at once what the answer means for our own tables.

    Raises:
        NotAnAnswer: it offers no such answer, the id is not one of its candidates, or somebody was faster.
    """
    if answer not in ANSWERS[decision.question]:
        raise NotAnAnswer(f"{decision.question} has no answer {answer!r}")
    if answer == Answer.ADOPT and chosen_id not in candidate_ids(decision):
        raise NotAnAnswer(f"{chosen_id} is not a candidate of decision {decision.pk}")
    taken = Decision.objects.filter(pk=decision.pk, answer="").update(
        answer=answer, chosen_id=chosen_id, decided_by=user, decided_at=timezone.now()
    )
    if not taken:
        raise NotAnAnswer(f"decision {decision.pk} was answered already")
    decision.refresh_from_db()
    _obey(decision)


def candidate_ids(decision: Decision) -> set[int]:
    """The shop ids that an adoption question offers."""
    return {int(candidate["id"]) for candidate in decision.facts.get("candidates", [])}


def _obey(decision: Decision) -> None:
    place: dict[str, Any] = {"shop": decision.shop, "kind": decision.kind, "key": decision.key}
    match decision.answer:
        case Answer.ADOPT:
            Binding.objects.update_or_create(**place, defaults={"remote_id": decision.chosen_id, "adopted": True})
            _unpark(place)
        case Answer.CREATE if decision.question == DecisionKind.MISSING:
            Binding.objects.filter(**place).update(remote_id=None, confirmed={}, parked="", pending={})
        case Answer.CREATE:
            Binding.objects.update_or_create(**place, defaults={"pending": {"create": True}, "parked": ""})
        case Answer.ACCEPT:
            _remember_shop_value(place, decision)
            FieldOwner.objects.update_or_create(**place, field=decision.field, defaults={"owner": "shop"})
        case Answer.PUT_BACK:
            _remember_shop_value(place, decision)


def _unpark(place: Mapping[str, Any]) -> None:
    Binding.objects.filter(**place).update(parked="", parked_cause="", parked_facts={})


def _remember_shop_value(place: Mapping[str, Any], decision: Decision) -> None:
    """The confirmed state becomes what the shop really holds: the next plan sees a difference, or none any more."""
    for binding in Binding.objects.select_for_update().filter(**place):
        binding.confirmed = {**binding.confirmed, decision.field: decision.facts["shop"]}
        binding.save(update_fields=["confirmed"])


def field_owners(shop: ShopConnection) -> dict[tuple[str, str, str], str]:
    """(kind, key, field) -> owner, where a person decided otherwise than the rules."""
    rows = FieldOwner.objects.filter(shop=shop).values_list("kind", "key", "field", "owner")
    return {(kind, key, field): owner for kind, key, field, owner in rows}


def waiting_fields(shop: ShopConnection) -> dict[tuple[str, str], set[str]]:
    """(kind, key) -> fields about which a question is open, or was answered with "ignore" for the present values."""
    rows = Decision.objects.filter(shop=shop, answer__in=["", Answer.IGNORE]).exclude(field="")
    fields: dict[tuple[str, str], set[str]] = {}
    for kind, key, field in rows.values_list("kind", "key", "field"):
        fields.setdefault((kind, key), set()).add(field)
    return fields


def close_settled(shop: ShopConnection, still: Iterable[tuple[str, str, str]], kinds: Sequence[str]) -> int:
    """Close the questions about fields that are no longer different (somebody mended them elsewhere)."""
    open_ones = Decision.objects.filter(
        shop=shop, answer="", kind__in=kinds, question__in=[DecisionKind.CHANGED, DecisionKind.CONFLICT]
    )
    alive = set(still)
    gone = [row.pk for row in open_ones if (row.kind, row.key, row.field) not in alive]
    return Decision.objects.filter(pk__in=gone).delete()[0]
