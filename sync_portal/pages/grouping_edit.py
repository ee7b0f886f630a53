"""One group or suggestion, worked on in one form; nothing is kept before it is saved, and the grid follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mapping import group_acts, group_drafts
from mapping.choices.groups import GroupChoice
from mapping.group_drafts import Book, Draft, Fault
from mapping.grouped import book_of, group_rows, published
from mapping.models import Choice, ChoiceAct, GroupSuggestion, Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.grouping_articles import articles_of
from sync_portal.pages.grouping_cards import name_of
from sync_portal.pages.grouping_done import done_of
from sync_portal.pages.grouping_find import found
from sync_portal.pages.grouping_form import axis_fields, changed, general_faults, in_order, member_rows, posted
from sync_portal.pages.grouping_grid import grid_table
from sync_portal.pages.grouping_words import effects, problems_of, reasons_of, rule_words
from sync_portal.pages.sentences import exact, person
from sync_portal.pages.telling import with_done

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Subject:
    """What the form is about: a group, a suggestion, or nothing yet."""

    start: Draft
    row: Choice | None = None
    suggestion: GroupSuggestion | None = None

    @property
    def saw(self) -> str:
        """Which state of the group the form was opened on."""
        return self.row.set_at.isoformat() if self.row else ""


@client_page()
@GET_OR_POST
def group(request: HttpRequest, access: Access, group_id: int) -> HttpResponse:
    """An approved group."""
    row = get_object_or_404(group_rows(access.client).select_related("set_by"), pk=group_id)
    start = group_drafts.of_group(row.key, GroupChoice.model_validate(row.value))
    return _editor(request, access, Subject(start, row=row))


@client_page()
@GET_OR_POST
def suggestion(request: HttpRequest, access: Access, suggestion_id: int) -> HttpResponse:
    """A suggestion, looked at and corrected before it is approved."""
    row = get_object_or_404(GroupSuggestion, pk=suggestion_id, client=access.client)
    start = group_acts.draft_of(row, book_of(access.client), published(access.client, row.members))
    return _editor(request, access, Subject(start, suggestion=row))


@client_page()
@GET_OR_POST
def build(request: HttpRequest, access: Access) -> HttpResponse:
    """A group built by hand; `?article=` names the article to begin with."""
    named = request.GET.getlist("article")[:50]
    known = Product.objects.filter(client=access.client, key__in=named).order_by("key").values_list("key", flat=True)
    start = Draft(axes=("",), members=dict.fromkeys(known, ("",)), master=next(iter(known), ""))
    return _editor(request, access, Subject(start))


@client_page()
@require_safe
def of_product(request: HttpRequest, access: Access, product_id: int) -> HttpResponse:
    """The group that a product belongs to, or else a new one that begins with it."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    for row in group_rows(access.client).order_by("key"):
        if product.key in {row.key, *row.value["members"]}:
            return redirect("pages:grouping", access.client.slug, row.pk)
    return redirect(reverse("pages:grouping-new", args=[access.client.slug], query={"article": product.key}))


def _editor(request: HttpRequest, access: Access, subject: Subject) -> HttpResponse:
    book = book_of(access.client)
    if request.method != "POST":
        return _shown(request, access, subject, in_order(subject.start), book)
    draft = _with_anchor(_known(posted(request.POST, subject.start), subject.start, access), access)
    action = request.POST.get("do", "")
    if action == "find":
        results = found(access.client, request.POST.get("q", ""), draft, book)
        return _part(request, access, "grouping/_found.html", results=results)
    if action in {"save", "split"}:
        return _kept(request, access, subject, draft, book, action)
    draft = _with_anchor(changed(draft, action, book, _labels(access, action)), access)
    return _shown(request, access, subject, draft, book, whole=bool(action) and action != "show")


def _kept(
    request: HttpRequest, access: Access, subject: Subject, draft: Draft, book: Book, action: str
) -> HttpResponse:
    """Save and lead on, or show what is wrong."""
    if subject.row and request.POST.get("saw") != subject.saw:
        return _shown(request, access, subject, draft, book, tried=[_changed_meanwhile(subject.row)])
    try:
        if action == "split":
            act = group_acts.split(access.client, draft, request.POST.getlist("ticked"), by=access.user)
        else:
            verb = "group.approve" if subject.suggestion else ""
            act = group_acts.keep(access.client, draft, by=access.user, verb=verb)
    except group_acts.GroupRefused as refused:
        return _shown(request, access, subject, draft, book, tried=refused.faults)
    return redirect(with_done(_afterwards(access, subject, draft, act), act))


def _afterwards(access: Access, subject: Subject, draft: Draft, act: ChoiceAct | None) -> str:
    """From a suggestion back to the others; else to the group."""
    slug = access.client.slug
    if subject.suggestion:
        return reverse("pages:groupings", args=[slug])
    row = group_rows(access.client).filter(key=draft.anchor).first()
    return reverse("pages:grouping", args=[slug, row.pk]) if row else reverse("pages:groupings", args=[slug])


def _shown(
    request: HttpRequest,
    access: Access,
    subject: Subject,
    draft: Draft,
    book: Book,
    *,
    whole: bool = False,
    tried: list[Fault] | None = None,
) -> HttpResponse:
    """The form; for htmx the part that follows what is typed, or all of it (``whole``) after a button."""
    context = _context(access, subject, draft, book, tried)
    if getattr(request, "htmx", False):
        return _part(request, access, "grouping/_editor.html" if whole else "grouping/_live.html", **context)
    return render_page(
        request, access, "grouping/group.html", "groupings", **context, done=done_of(request, access.client)
    )


def _context(access: Access, subject: Subject, draft: Draft, book: Book, tried: list[Fault] | None) -> dict[str, Any]:
    # An empty form is not told what it lacks before anything was done with it.
    faults = group_drafts.faults(draft, book) if draft.members or tried is not None else []
    known = {(fault.code, fault.reference) for fault in faults}
    said = [*faults, *(fault for fault in tried or [] if (fault.code, fault.reference) not in known)]
    anchors = {member: anchor for anchor, choice in book.items() for member in (anchor, *choice.members)}
    articles = articles_of(access.client, {*draft.members, draft.master, draft.anchor} - {""})
    suggested = subject.suggestion
    return {
        "draft": draft,
        "subject": subject,
        "saw": subject.saw,
        "name": suggested.name if suggested else (name_of(draft, articles) if draft.members else _("New group")),
        "rule": rule_words(draft.rule),
        "axes": axis_fields(draft, faults, book),
        "rows": member_rows(draft, faults, articles, anchors),
        "general": general_faults(draft, said),
        "faults": faults,
        "tried": tried is not None,
        "table": grid_table(draft.axes, draft.members),
        "effects": effects(draft, book, articles) if draft.members else [],
        "reasons": reasons_of(suggested) if suggested else [],
        "problems": problems_of(suggested) if suggested else [],
        "merged": sorted(draft.merged),
        "most_axes": group_drafts.MOST_AXES,
        "client": access.client,
    }


def _part(request: HttpRequest, access: Access, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {"client": access.client, "access": access, **context})


def _with_anchor(draft: Draft, access: Access) -> Draft:
    """A new group's page is a member's: when that one was taken out, another one's."""
    if draft.of or draft.anchor in draft.members or not draft.members:
        return draft
    master = draft.master if draft.master in draft.members else next(iter(draft.members))
    anchor = group_drafts.default_anchor(draft.members, master, published(access.client, draft.members))
    return replace(draft, anchor=anchor)


def _known(draft: Draft, start: Draft, access: Access) -> Draft:
    """Without articles that this client does not have."""
    named = [one for one in draft.members if one not in start.members]
    known = set(Product.objects.filter(client=access.client, key__in=named).values_list("key", flat=True))
    members = {one: values for one, values in draft.members.items() if one in start.members or one in known}
    return replace(draft, members=members)


def _labels(access: Access, action: str) -> dict[str, str]:
    """The article that the button adds, with its name; nothing for one that this client does not have."""
    name, _colon, reference = action.partition(":")
    if name != "take" or not Product.objects.filter(client=access.client, key=reference).exists():
        return {}
    return {one: article.name for one, article in articles_of(access.client, [reference]).items()}


def _changed_meanwhile(row: Choice) -> Fault:
    who = person(row.set_by) if row.set_by else _("Somebody")
    return Fault("changed", value=f"{who} ({exact(row.set_at)})")
