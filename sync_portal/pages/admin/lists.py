"""Lists that stay quick in a long history: nothing is counted, sorted or told apart over millions of rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from connectors.administration import LookedAt
from sync_portal.pages.numbers import whole
from sync_portal.pages.paging import FAR, rows_far_down

MOST_COUNTED = 10_000
"""Rows that a list counts and pages through; what is older is reached by going on from the last of them."""
ROWS_PER_PAGE = 100
OLDER = "id__lt"
"""The parameter of an address that begins a list further back: Django's own lookup."""


class CountedToALimit(Paginator):
    """Pages of the first rows only: to count further would be to read the whole table."""

    object_list: QuerySet[Any]

    def __init__(self, *args: Any, most: int = MOST_COUNTED, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    @cached_property
    def _seen(self) -> int:
        """One more than the most where there are more."""
        return int(self.object_list.order_by()[: self.most + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._seen, self.most)

    @property
    def has_more(self) -> bool:
        return self._seen > self.most

    def page(self, number: int | str) -> Page[Any]:
        page = super().page(number)
        first = (page.number - 1) * self.per_page
        if first >= FAR:
            page.object_list = rows_far_down(self.object_list, first, min(self.per_page, self.count - first))
        return page


class LongList(ChangeList):
    """A list in one order, that of an index."""

    model_admin: HistoryAdmin
    note = ""
    """What the list does not show, in words; empty when it shows everything."""
    older = ""
    """The address at which it goes on."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Whatever the address asks for: by another column the database would sort all of the rows."""
        return list(self.model_admin.get_ordering(request))

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        return super().get_queryset(request, exclude_parameters).defer(*self.model_admin.not_listed)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if isinstance(self.paginator, CountedToALimit) and self.paginator.has_more:
            self.note = _("There are more: these pages show the first %(count)s.") % {
                "count": whole(self.paginator.most)
            }
            if self.get_ordering(request, self.queryset)[0] == "-id":
                last = self.paginator.most - 1
                self.go_on_from(self.queryset.values_list("pk", flat=True)[last])

    def go_on_from(self, row: int) -> None:
        """Let the list go on with what is older than this row."""
        self.older = self.get_query_string({OLDER: row, "p": None})


class HistoryAdmin(LookedAt):
    """A long list of what the engine wrote, newest first."""

    paginator = CountedToALimit
    show_full_result_count = False
    list_per_page = ROWS_PER_PAGE
    sortable_by = ()
    ordering = ("-id",)
    change_list_template = "admin/sync/long_list.html"
    list_display_links: Any = ("number",)
    not_listed: tuple[str, ...] = ()
    """Columns, of the rows and of what they lead to, that a line tells nothing of and that cost something to read."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongList

    @admin.display(description="№")
    def number(self, row: Any) -> int:
        return int(row.pk)
