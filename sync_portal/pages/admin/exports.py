"""A list as a file: the rows that its filters leave, never more than a spreadsheet and the server can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from sync_portal.pages.admin.lists import HistoryAdmin
from sync_portal.pages.exchange.files import CSV_TYPE, XLSX_TYPE, csv_lines, write_xlsx
from sync_portal.pages.numbers import whole

MOST_LINES = {"csv": 100_000, "xlsx": 50_000}
"""A CSV file leaves line by line; a workbook is made whole before its first byte leaves."""
AT_A_TIME = 2000

Column = tuple[Any, Callable[[Any], object]]
"""The heading, and what is told of a row under it."""


class ExportedAdmin(HistoryAdmin):
    """A long list that can be taken along as CSV or XLSX, as its filters show it."""

    file_name = "export"

    def columns(self) -> list[Column]:
        """What a line of the file tells."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:format_name>/", view, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the addresses of its files: of the list as it is filtered, whatever page of it is shown."""
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        urls = [(kind.upper(), f"{reverse(name, args=[kind])}?{query.urlencode()}") for kind in MOST_LINES]
        return super().changelist_view(request, {"export_urls": urls, **(extra_context or {})})

    def export(self, request: HttpRequest, format_name: str) -> HttpResponseBase:
        """The list's file; too long a list is refused in words, because a file that is silently cut lies."""
        if format_name not in MOST_LINES:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        back = f"{shown}?{request.GET.urlencode()}"
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(shown)
        most = MOST_LINES[format_name]
        if rows.order_by()[: most + 1].count() > most:
            text = _("More than %(count)s lines: narrow the list by its filters first, then export it.")
            messages.error(request, text % {"count": whole(most)})
            return HttpResponseRedirect(back)
        return self._file(rows, format_name)

    def _file(self, rows: QuerySet[Any], format_name: str) -> HttpResponseBase:
        name = f"{self.file_name}-{timezone.localdate():%Y-%m-%d}.{format_name}"
        heads = {"Content-Disposition": f'attachment; filename="{name}"'}
        lines = _in_language(translation.get_language(), self._lines(rows))
        if format_name == "csv":
            return StreamingHttpResponse(csv_lines(lines), content_type=CSV_TYPE, headers=heads)
        return HttpResponse(write_xlsx(lines), content_type=XLSX_TYPE, headers=heads)

    def _lines(self, rows: QuerySet[Any]) -> Iterator[list[str]]:
        columns = self.columns()
        yield [str(heading) for heading, _tells in columns]
        for row in rows.iterator(chunk_size=AT_A_TIME):
            yield [_cell(tells(row)) for _heading, tells in columns]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _in_language(language: str | None, lines: Iterable[list[str]]) -> Iterator[list[str]]:
    """Each line made in that language: a file that is streamed is made after its request has ended."""
    made = iter(lines)
    while True:
        with translation.override(language):
            try:
                line = next(made)
            except StopIteration:
                return
        yield line
