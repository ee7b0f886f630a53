"""The questions that only a person can answer: sales staff too, most of them are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.filters import DecisionFilter
from sync_portal.pages.labels import QUESTIONS, answer_label
from sync_portal.pages.paging import page_of
from sync_portal.pages.questions import Choice, questions
from sync_portal.pages.telling import came_from
from sync_portal.sync.answers import ANSWERS, ONLY_REMEMBERED, NotAnAnswer
from sync_portal.sync.decisions import candidate_ids, decide, open_for, remember_all
from sync_portal.sync.kept import kept_for, last_answers, place_of
from sync_portal.sync.models import Answer, Decision, DecisionKind, Run

QUESTIONS_PER_PAGE = 20
ANSWERED_AT_ONCE = 500
"""How many are answered while somebody waits, where each answer is something to be done."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of question and how many of it are open."""

    question: str
    label: Promise
    count: int


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """The open questions, by kind; or, with `?state=decided`, what was answered, by whom and when."""
    decided = request.GET.get("state") == "decided"
    rows = _decided(access.client) if decided else open_for(access.client)
    kinds = list(rows.order_by("kind").values_list("kind", flat=True).distinct())
    chosen = DecisionFilter(request.GET, queryset=rows, kinds=kinds)
    page = page_of(request, chosen.qs, QUESTIONS_PER_PAGE)
    question = request.GET.get("question", "")
    return render_page(
        request,
        access,
        "decisions/index.html",
        "decisions",
        filter=chosen,
        page=page,
        cards=questions(access.client, page),
        kinds_shown={row.question for row in page},
        tabs=_tabs(access.client),
        question=question,
        decided=decided,
        bulk=[] if decided else _bulk(question, page),
        kept=kept_for(access.client).count(),
        undoable=_undoable(page) if decided else set(),
        last_check=Run.objects.filter(client=access.client, flow="drift", ended_at__isnull=False).first(),
    )


def _decided(client: Client) -> QuerySet[Decision]:
    rows = Decision.objects.filter(shop__client=client).exclude(answer="")
    return rows.select_related("shop", "decided_by").order_by("-decided_at", "-pk")


def _undoable(page: Page[Decision]) -> set[int]:
    """Fields that were given back to Sage, and nothing was decided about them since."""
    given_back = [row for row in page if row.answer == Answer.GIVE_BACK]
    last = last_answers(given_back)
    return {row.pk for row in given_back if last[place_of(row)].pk == row.pk}


def _tabs(client: Client) -> list[Tab]:
    rows = open_for(client).order_by().values_list("question").annotate(amount=Count("pk"))
    counts: dict[str, int] = dict(rows)
    return [Tab(question, QUESTIONS[question], counts.get(question, 0)) for question in DecisionKind.values]


def _bulk(question: str, page: Page[Decision]) -> list[Choice]:
    """The answers that can be given to several at once: there have to be several, of one kind."""
    if question not in ANSWERS or len(page) < 2:
        return []
    # Which article each of them is has to be said one by one.
    given = [answer for answer in ANSWERS[question] if (question, answer) != (DecisionKind.ORPHAN, Answer.ADOPT)]
    return [Choice(answer, answer_label(question, answer), "") for answer in given]


@client_page()
@require_POST
def answer(request: HttpRequest, access: Access, decision_id: int) -> HttpResponse:
    """Answer one question in the person's name; a faster colleague's answer stands."""
    decision = get_object_or_404(Decision.objects.select_related("shop"), pk=decision_id, shop__client=access.client)
    chosen = request.POST.get("chosen_id", "")
    given = request.POST.get("answer", "")
    key = request.POST.get("chosen_key", "").strip()
    number = int(chosen) if chosen.isdigit() else None
    try:
        decide(decision, answer=given, user=access.user, chosen_id=number, chosen_key=key)
    except NotAnAnswer:
        _say_not_answered(request, decision)
    else:
        told = {"label": decision.label, "answer": answer_label(decision.question, given)}
        messages.success(request, _("%(label)s: %(answer)s") % told, extra_tags="toast")
    return redirect(_back(request, access))


def _say_not_answered(request: HttpRequest, decision: Decision) -> None:
    decision.refresh_from_db()
    if decision.answer and decision.decided_by:
        name = decision.decided_by.get_full_name() or decision.decided_by.get_username()
        messages.warning(request, _("%(name)s has answered this question already.") % {"name": name})
    elif key := request.POST.get("chosen_key", "").strip():
        text = _("“%(key)s” is no article that is missing in this shop.") % {"key": key}
        messages.error(request, text)
    else:
        messages.error(request, _("This answer cannot be given: the record of the shop is taken, or not among these."))


@client_page()
@require_POST
def answer_several(request: HttpRequest, access: Access) -> HttpResponse:
    """One answer for the ticked questions, or for all of the list; they must be of one kind. What cannot be answered so
    stays open.
    """
    rows, wanted = _chosen(request, access.client)
    given = request.POST.get("answer", "")
    if given in ONLY_REMEMBERED:
        done = remember_all(rows, answer=given, user=access.user)
    else:
        done = sum(_decided_one(row, given, access) for row in rows[:ANSWERED_AT_ONCE])
    if done:
        text = ngettext("%(count)s question answered.", "%(count)s questions answered.", done) % {"count": done}
        messages.success(request, text, extra_tags="toast")
    if left := wanted - done:
        text = ngettext(
            "%(count)s ticked question could not be answered so and stays open.",
            "%(count)s ticked questions could not be answered so and stay open.",
            left,
        )
        messages.warning(request, text % {"count": left})
    if not wanted:
        messages.error(request, _("Nothing was ticked."))
    return redirect(_back(request, access))


def _chosen(request: HttpRequest, client: Client) -> tuple[QuerySet[Decision], int]:
    """The questions to be answered together, and how many were meant."""
    rows: QuerySet[Decision] = open_for(client).filter(question=request.POST.get("question", ""))
    if request.POST.get("all"):
        kinds = list(rows.order_by("kind").values_list("kind", flat=True).distinct())
        listed = DecisionFilter(request.POST, queryset=rows, kinds=kinds).qs
        return listed, listed.count()
    ticked = [int(text) for text in request.POST.getlist("decisions") if text.isascii() and text.isdigit()]
    return rows.filter(pk__in=ticked), len(ticked)


def _decided_one(decision: Decision, given: str, access: Access) -> bool:
    candidates = candidate_ids(decision)
    # "It is this one" says which only where there is one.
    chosen = next(iter(candidates)) if given == Answer.ADOPT and len(candidates) == 1 else None
    try:
        decide(decision, answer=given, user=access.user, chosen_id=chosen)
    except NotAnAnswer:
        return False
    return True


def _back(request: HttpRequest, access: Access) -> str:
    return came_from(request, reverse("pages:decisions", args=[access.client.slug]))
