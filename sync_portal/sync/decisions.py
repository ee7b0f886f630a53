"""Questions to people (`questions` opens them): answered on a page, obeyed at the next run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.models import Client, ShopConnection
from mapping.models import Binding
from sync_portal.sync import forgetting, orphan_answers
from sync_portal.sync.answers import ANSWERS, ONLY_REMEMBERED, NotAnAnswer, answers_to
from sync_portal.sync.models import Answer, Decision, DecisionKind, FieldOwner
from sync_portal.sync.plan import OwnerOf

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_BATCH = 500


def open_for(client: Client) -> Any:
    """The client's open questions, the oldest last."""
    return Decision.objects.filter(shop__client=client, answer="").select_related("shop")


@transaction.atomic
def decide(decision: Decision, *, answer: str, user: User, chosen_id: int | None = None, chosen_key: str = "") -> None:
    """Answer a question in a person's name and do at once what the answer means for our own tables.

    ``chosen_id``: which candidate it is; ``chosen_key``: which product or combination of Sage's an orphan is.

    Raises:
        NotAnAnswer: it offers no such answer, the id is not one of its candidates or was bound meanwhile, or somebody
            was faster.
    """
    if answer not in answers_to(decision):
        raise NotAnAnswer(f"{decision.question} has no answer {answer!r}")
    is_orphan = decision.question == DecisionKind.ORPHAN
    if answer == Answer.ADOPT and not is_orphan and chosen_id not in candidate_ids(decision):
        raise NotAnAnswer(f"{chosen_id} is not a candidate of decision {decision.pk}")
    facts = {**decision.facts, "chosen": chosen_key} if is_orphan and answer == Answer.ADOPT else decision.facts
    taken = Decision.objects.filter(pk=decision.pk, answer="").update(
        answer=answer, chosen_id=chosen_id, facts=facts, decided_by=user, decided_at=timezone.now()
    )
    if not taken:
        raise NotAnAnswer(f"decision {decision.pk} was answered already")
    decision.refresh_from_db()
    _obey(decision)


def remember_all(questions: QuerySet[Decision], *, answer: str, user: User) -> int:
    """Give all of these one answer after which nothing is to be done; returns how many there were.

    Raises:
        NotAnAnswer: it is another answer.
    """
    offering = [question for question, offered in ANSWERS.items() if answer in offered]
    if answer not in ONLY_REMEMBERED:
        raise NotAnAnswer(f"{answer!r} is given one by one")
    ids = list(questions.filter(answer="", question__in=offering).values_list("pk", flat=True))
    done = 0
    for start in range(0, len(ids), _BATCH):
        rows = Decision.objects.filter(pk__in=ids[start : start + _BATCH], answer="")
        done += rows.update(answer=answer, decided_by=user, decided_at=timezone.now())
    return done


def candidate_ids(decision: Decision) -> set[int]:
    """The shop ids that an adoption question offers."""
    return {int(candidate["id"]) for candidate in decision.facts.get("candidates", [])}


def _obey(decision: Decision) -> None:
    place: dict[str, Any] = {"shop": decision.shop, "kind": decision.kind, "key": decision.key}
    match decision.answer:
        case Answer.ADOPT if decision.question == DecisionKind.ORPHAN:
            orphan_answers.belongs(decision, decision.facts["chosen"])
        case Answer.HIDE:
            orphan_answers.hide(decision)
        case Answer.DELETE:
            orphan_answers.delete(decision)
        case Answer.ADOPT:
            _adopt(place, decision)
        case Answer.CREATE if decision.question == DecisionKind.MISSING:
            _make_again(decision)
        case Answer.CREATE:  # what the person refused is remembered, so that a killed attempt's own is still found
            refused = {"not": sorted(candidate_ids(decision))}
            Binding.objects.update_or_create(**place, defaults={"pending": refused, "parked": ""})
        case Answer.ACCEPT:
            _remember_shop_value(place, decision)
            FieldOwner.objects.update_or_create(**place, field=decision.field, defaults={"owner": "shop"})
        case Answer.PUT_BACK:
            _remember_shop_value(place, decision)


def _adopt(place: Mapping[str, Any], decision: Decision) -> None:
    bound = Binding.objects.filter(shop=decision.shop, kind=decision.kind, remote_id=decision.chosen_id)
    if other := bound.exclude(key=decision.key).first():
        raise NotAnAnswer(f"{decision.chosen_id} is {other.key} already")
    adopted = {"remote_id": decision.chosen_id, "adopted": True}
    unparked: dict[str, Any] = {"parked": "", "parked_cause": "", "parked_facts": {}}
    Binding.objects.update_or_create(**place, defaults=adopted | unparked)


def _make_again(decision: Decision) -> None:
    settled = forgetting.forget(decision.shop, decision.kind, decision.key)
    about = Decision.objects.filter(settled, shop=decision.shop, answer="").exclude(question=DecisionKind.ADOPTION)
    about.delete()


def _remember_shop_value(place: Mapping[str, Any], decision: Decision) -> None:
    """The confirmed state becomes what the shop really holds: the next plan sees a difference, or none any more."""
    for binding in Binding.objects.select_for_update().filter(**place):
        binding.confirmed = {**binding.confirmed, decision.field: decision.facts["shop"]}
        binding.undone = {name: value for name, value in binding.undone.items() if name != decision.field}
        binding.parked = ""
        binding.save(update_fields=["confirmed", "undone", "parked"])


def field_owners(shop: ShopConnection) -> dict[tuple[str, str, str], str]:
    """(kind, key, field) -> owner, where a person decided otherwise than the rules."""
    rows = FieldOwner.objects.filter(shop=shop).values_list("kind", "key", "field", "owner")
    return {(kind, key, field): owner for kind, key, field, owner in rows}


def owner_of(shop: ShopConnection, by_rules: OwnerOf) -> OwnerOf:
    """Who owns a field: as a person decided for this resource, else as the shop's rules say."""
    decided = field_owners(shop)
    if not decided:
        return by_rules
    return lambda kind, key, field: decided.get((kind, key, field)) or by_rules(kind, key, field)


def standing(shop: ShopConnection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str, str], Decision]:
    """(kind, key, field) -> the last question about one of these places, (kind, key), where that one is open or was
    answered with "ignore".

    The field is empty where the whole resource is in question. A shop that was adopted has tens of thousands of
    questions, answered ones too, and a run is about some of them: two queries, or one where there is none.
    """
    asked = Decision.objects.filter(shop=shop)
    if not asked.filter(answer__in=["", Answer.IGNORE]).exists():
        return {}
    wanted: dict[str, list[str]] = defaultdict(list)
    for kind, key in sorted(set(places)):
        wanted[kind].append(key)
    last: dict[tuple[str, str, str], Decision] = {}
    for kind, keys in wanted.items():
        for start in range(0, len(keys), _BATCH):
            rows = asked.filter(kind=kind, key__in=keys[start : start + _BATCH]).order_by("pk")
            last.update(((row.kind, row.key, row.field), row) for row in rows)
    return {place: row for place, row in last.items() if row.answer in {"", Answer.IGNORE}}


def close_adoptions(shop: ShopConnection, kind: str, keys: Iterable[str]) -> None:
    """Close the questions about resources that are bound now: somebody made their answer certain in the shop."""
    Decision.objects.filter(
        shop=shop, answer="", question=DecisionKind.ADOPTION, kind=kind, key__in=list(keys)
    ).delete()


def close_settled(
    shop: ShopConnection,
    *,
    different: Iterable[tuple[str, str, str]],
    missing: Iterable[tuple[str, str]],
    kinds: Sequence[str],
) -> int:
    """Close the questions about fields that are no longer different and resources that are there again."""
    alive = {*different, *((kind, key, "") for kind, key in missing)}
    others = [DecisionKind.ADOPTION, DecisionKind.ORPHAN]
    open_ones = Decision.objects.filter(shop=shop, answer="", kind__in=kinds).exclude(question__in=others)
    gone = [row.pk for row in open_ones if (row.kind, row.key, row.field) not in alive]
    return Decision.objects.filter(pk__in=gone).delete()[0]
