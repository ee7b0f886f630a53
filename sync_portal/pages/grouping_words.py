"""What is said about groups: why they are suggested, what is wrong with them, what happens in the shop."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from mapping import group_drafts
from mapping.group_drafts import Book, Draft, Fault
from mapping.grouping.words import RULES, sentence
from mapping.models import GroupSuggestion
from sync_portal.pages.grouping_articles import Article

_FAULTS: dict[str, Promise] = {
    "no_axis": gettext_lazy("Name at least one axis: what tells the articles apart, for example “Size”."),
    "many_axes": gettext_lazy("%(value)s axes are too many: four at most."),
    "axis_unnamed": gettext_lazy("Name this axis, or remove it."),
    "axis_twice": gettext_lazy("“%(value)s” is the name of two axes."),
    "few": gettext_lazy("A group needs at least two articles; here there is %(value)s."),
    "master": gettext_lazy("Choose the master among the articles: %(reference)s is not one of them."),
    "anchor": gettext_lazy("Choose whose page in the shop becomes the product's."),
    "anchor_gone": gettext_lazy(
        "%(reference)s cannot leave: its page in the shop is the product's page, and it would be lost to visitors and"
        " search engines. Merge the group with another one, or dissolve it."
    ),
    "value_missing": gettext_lazy("%(reference)s has no value for “%(axis)s”."),
    "doubled": gettext_lazy("%(reference)s and %(other)s have the same values: %(value)s."),
    "elsewhere": gettext_lazy("%(reference)s is in the group %(other)s: move it from there, or take it out here."),
    "elsewhere_anchor": gettext_lazy(
        "%(reference)s cannot be moved: its page in the shop is the page of its group. Merge the two groups, or"
        " dissolve that one first."
    ),
    "meanwhile": gettext_lazy("Somebody grouped one of these articles in the meantime. Look again: %(value)s"),
    "changed": gettext_lazy(
        "%(value)s changed this group after you opened the page. Save again to put yours in its place, or open it anew."
    ),
}


def fault_words(fault: Fault, draft: Draft | None = None) -> str:
    """What is wrong, with the values; the draft knows how its axes are called."""
    axes = draft.axes if draft else ()
    axis = axes[fault.axis] if fault.axis is not None and fault.axis < len(axes) else ""
    told = {
        "reference": fault.reference or "—",
        "other": fault.other,
        "value": fault.value,
        "axis": axis or _("axis %(number)s") % {"number": (fault.axis or 0) + 1},
    }
    return str(_FAULTS[fault.code]) % told


def reasons_of(suggestion: GroupSuggestion) -> list[str]:
    """Why it is suggested, the weightiest first."""
    return [_told(reason) for reason in suggestion.reasons]


def problems_of(suggestion: GroupSuggestion) -> list[str]:
    """What to look at first; holes and doubled cells are told beside the grid."""
    told_elsewhere = {"holes", "doubled", "value_missing", "other_group"}
    return [_told(problem) for problem in suggestion.problems if problem["code"] not in told_elsewhere]


def rule_words(rule: str) -> str:
    """The rule that found it: one of the portal's own, or the client's by its name."""
    if not rule:
        return _("built by hand")
    return RULES[rule][0 if _french() else 1] if rule in RULES else rule


def _told(reason: Mapping[str, object]) -> str:
    facts = reason.get("facts")
    text = sentence(str(reason["code"]), facts if isinstance(facts, dict) else {}, language="fr" if _french() else "en")
    return text[:1].upper() + text[1:]


def _french() -> bool:
    return (get_language() or "fr").startswith("fr")


def effects(draft: Draft, book: Book, articles: Mapping[str, Article]) -> list[str]:
    """What will happen in the shop when the draft is kept."""
    said: list[str] = []
    for say in (_product, _joined, _page, _pages_hidden, _left, _taken):
        said += say(draft, book, articles)
    return said


Facts = Mapping[str, Article]


def _product(draft: Draft, book: Book, articles: Facts) -> list[str]:
    amount = sum(articles[one].combinations for one in draft.members)
    text = ngettext("1 product with %(count)s combination", "1 product with %(count)s combinations", amount)
    before = len(book[draft.of].members) if draft.of in book else len(draft.members)
    told = {"count": amount, "before": before, "after": len(draft.members)}
    if before != len(draft.members):
        return [text % told + " " + _("(%(before)s articles until now, %(after)s from now on)") % told + "."]
    return [text % told + "."]


def _joined(draft: Draft, book: Book, _articles: Facts) -> list[str]:
    before: Collection[str] = book[draft.of].members if draft.of in book else draft.members
    new = [one for one in draft.members if one not in before]
    if not new:
        return []
    text = ngettext("%(references)s joins it.", "%(references)s join it.", len(new))
    return [text % {"references": ", ".join(new)}]


def _page(draft: Draft, _book: Book, articles: Facts) -> list[str]:
    anchor = articles.get(draft.anchor)
    if anchor is None:
        return []
    if anchor.page:
        told = {"reference": anchor.reference, "number": anchor.page}
        return [_("Its page is that of %(reference)s, no. %(number)s in the shop.") % told]
    return [_("Its page is made new, under %(reference)s.") % {"reference": anchor.reference}]


def _pages_hidden(draft: Draft, book: Book, articles: Facts) -> list[str]:
    settled = book[draft.of].members if draft.of in book else {}
    hidden = [one for one in draft.members if one != draft.anchor and one not in settled and articles[one].page]
    if not hidden:
        return []
    text = ngettext(
        "The page of %(count)s article is hidden and leads there: %(references)s.",
        "The pages of %(count)s articles are hidden and lead there: %(references)s.",
        len(hidden),
    )
    return [text % {"count": len(hidden), "references": ", ".join(hidden)}]


def _left(draft: Draft, book: Book, _articles: Facts) -> list[str]:
    before: Collection[str] = book[draft.of].members if draft.of in book else ()
    gone = [one for one in before if one not in draft.members]
    if not gone:
        return []
    text = ngettext(
        "%(references)s becomes a product of its own again.",
        "%(references)s become products of their own again.",
        len(gone),
    )
    return [text % {"references": ", ".join(gone)}]


def _taken(draft: Draft, book: Book, _articles: Facts) -> list[str]:
    said = []
    for anchor, choice in sorted(group_drafts.others(draft, book).items()):
        if anchor in draft.merged:
            said.append(_("The group %(anchor)s ends: its articles are sold here.") % {"anchor": anchor})
        elif choice is None:
            said.append(_("The group %(anchor)s is left with one article and ends.") % {"anchor": anchor})
        else:
            gone = sorted(set(book[anchor].members) - set(choice.members))
            told = {"anchor": anchor, "references": ", ".join(gone)}
            said.append(_("%(references)s leaves the group %(anchor)s.") % told)
    return said
