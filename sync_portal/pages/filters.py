"""The filters above the lists (django-filter), in Tabler's clothes."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.models import ChoiceAct, QualityFinding
from sync_portal.orders.models import LedgerOrder
from sync_portal.pages.counters import SHOWS, Tally
from sync_portal.pages.labels import ORDER_STATES, kind_label, verb_label
from sync_portal.pages.sentences import person
from sync_portal.sync.flows import all_flows
from sync_portal.sync.history import with_cause
from sync_portal.sync.models import Change, Decision, Run, RunState, Trigger

SELECT = {"class": "form-select", "data-autosubmit": ""}
SEARCH = {"type": "search", "class": "form-control", "autocomplete": "off"}
YES_NO = [("1", _("yes")), ("0", _("no"))]


def choice(label: Any, choices: Any, **options: Any) -> django_filters.ChoiceFilter:
    """A drop-down that sends the form as soon as it is changed."""
    empty = options.pop("empty_label", _("All"))
    return django_filters.ChoiceFilter(
        label=label, choices=choices, empty_label=empty, widget=forms.Select(attrs=SELECT), **options
    )


def search(label: Any, method: str) -> django_filters.CharFilter:
    """A free search box."""
    return django_filters.CharFilter(label=label, method=method, widget=forms.TextInput(attrs=SEARCH))


class PageFilter(django_filters.FilterSet):
    """What the filters of every list share."""

    @property
    def is_filtered(self) -> bool:
        """Whether anything is chosen: decides which empty state is shown."""
        return self.form.is_valid() and any(value not in {None, ""} for value in self.form.cleaned_data.values())


def flow_choices() -> list[tuple[str, Any]]:
    return [(flow.name, flow.label) for flow in all_flows()]


class RunFilter(PageFilter):
    flow = choice(_("Flow"), flow_choices)
    state = choice(_("Result"), RunState.choices)
    trigger = choice(_("Started by"), Trigger.choices)
    preview = choice(_("Preview"), YES_NO, method="by_preview")

    class Meta:
        model = Run
        fields = ["flow", "state", "trigger", "preview"]

    def by_preview(self, queryset: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        return queryset.filter(preview=value == "1")


class ChangeFilter(PageFilter):
    show = choice(
        _("Result"),
        [
            ("to_write", _("To write")),
            ("written", _("Written")),
            ("confirmed", _("Confirmed")),
            ("held", _("Held")),
            ("rejected", _("Refused")),
            ("waiting", _("Held or refused")),
            ("stale", _("Overtaken")),
        ],
        method="by_show",
    )
    kind = choice(_("Kind"), [])
    q = search(_("Search"), "by_text")
    cause = django_filters.CharFilter(widget=forms.HiddenInput, method="by_cause")
    """Chosen by a link in the list of causes."""

    class Meta:
        model = Change
        fields = ["show", "kind", "q", "cause"]

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind, kind_label(kind)) for kind in kinds]

    def by_show(self, queryset: QuerySet[Change], name: str, value: str) -> QuerySet[Change]:
        return queryset.filter(SHOWS[value].q)

    def by_cause(self, queryset: QuerySet[Change], name: str, value: str) -> QuerySet[Change]:
        return queryset.filter(with_cause(value))

    def total(self, tally: Tally) -> int | None:
        """How many changes are shown, where the run's tally says it; None: they have to be counted."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        if not self.form.is_valid() or chosen["q"] or chosen["cause"]:
            return None
        return tally.of(chosen["show"] or "", chosen["kind"] or "")

    def by_text(self, queryset: QuerySet[Change], name: str, value: str) -> QuerySet[Change]:
        return queryset.filter(Q(label__icontains=value) | Q(key__icontains=value))


class DecisionFilter(PageFilter):
    q = search(_("Search"), "by_text")
    kind = choice(_("Kind"), [])
    question = django_filters.CharFilter(widget=forms.HiddenInput)
    """Chosen by a tab."""

    class Meta:
        model = Decision
        fields = ["q", "kind", "question"]

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind, kind_label(kind)) for kind in kinds]

    def by_text(self, queryset: QuerySet[Decision], name: str, value: str) -> QuerySet[Decision]:
        return queryset.filter(Q(label__icontains=value) | Q(key__icontains=value))


class OrderFilter(PageFilter):
    q = search(_("Search"), "by_text")
    state = choice(_("State"), list(ORDER_STATES.items()))

    class Meta:
        model = LedgerOrder
        fields = ["q", "state"]

    def by_text(self, queryset: QuerySet[LedgerOrder], name: str, value: str) -> QuerySet[LedgerOrder]:
        number = Q(shop_order_id=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else Q()
        texts = Q(reference__icontains=value) | Q(buyer__icontains=value) | Q(email__icontains=value)
        return queryset.filter(texts | Q(sage_piece__icontains=value) | number)


class FindingFilter(PageFilter):
    family = choice(_("Family"), [])
    q = search(_("Search"), "by_text")

    class Meta:
        model = QualityFinding
        fields = ["family", "q"]

    def __init__(self, *args: Any, families: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["family"].extra["choices"] = [(code, code) for code in families if code]

    def by_text(self, queryset: QuerySet[QualityFinding], name: str, value: str) -> QuerySet[QualityFinding]:
        return queryset.filter(Q(article__icontains=value) | Q(name__icontains=value))


class ActFilter(PageFilter):
    verb = choice(_("What"), [])
    by = choice(_("Who"), [])
    q = search(_("Search"), "by_text")

    class Meta:
        model = ChoiceAct
        fields = ["verb", "by", "q"]

    def __init__(self, *args: Any, verbs: list[str], client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["verb"].extra["choices"] = [(verb, verb_label(verb)) for verb in verbs]
        members = client.memberships.select_related("user").order_by("user__username")
        self.filters["by"].extra["choices"] = [(str(one.user_id), person(one.user)) for one in members]

    def by_text(self, queryset: QuerySet[ChoiceAct], name: str, value: str) -> QuerySet[ChoiceAct]:
        return queryset.filter(Q(changes__key__icontains=value) | Q(why__icontains=value)).distinct()
