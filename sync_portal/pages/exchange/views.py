"""Import and export: a file out, a file in, and between the two what it would change."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from mapping.choosing import ChoiceRefused
from mapping.models import ImportDraft
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.exchange import files, importing
from sync_portal.pages.exchange.files import FileRefused
from sync_portal.pages.exchange.importing import PreviewRow
from sync_portal.pages.exchange.sheet import Sheet
from sync_portal.pages.exchange.sheets import SHEETS
from sync_portal.pages.product_saving import next_run

DRAFTS_LIVE = timedelta(days=1)
ROWS_PER_PAGE = 100


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """Every sheet with its export and its import."""
    return _page(request, access, "exchange/index.html", sheets=list(SHEETS.values()))


@client_page()
@require_safe
def export(request: HttpRequest, access: Access, sheet_name: str, format_name: str) -> HttpResponse:
    """A sheet as a file: "xlsx" or "csv"."""
    sheet = _sheet(sheet_name)
    if format_name not in {"xlsx", "csv"}:
        raise Http404
    rows = sheet.export(access.client)
    content, kind = (
        (files.write_xlsx(rows), files.XLSX_TYPE) if format_name == "xlsx" else (files.write_csv(rows), files.CSV_TYPE)
    )
    response = HttpResponse(content, content_type=kind)
    day = f"{timezone.localdate():%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="{access.client.slug}-{sheet.name}-{day}.{format_name}"'
    return response


@client_page()
@require_POST
def upload(request: HttpRequest, access: Access, sheet_name: str) -> HttpResponse:
    """Keep a file for its preview; one that cannot be read at all is refused here."""
    sheet, sent = _sheet(sheet_name), request.FILES.get("file")
    if sent is None or not sent.size or sent.size > files.MOST_BYTES:
        messages.error(request, _("Choose an Excel or CSV file of at most 10 MB."))
        return redirect("pages:exchange", access.client.slug)
    content = sent.read()
    try:
        table = files.read_table(content)
        next(sheet.read(access.client, table.headings, []), None)  # are the columns there?
    except ValueError as error:
        messages.error(request, _("“%(name)s” was not imported. %(reason)s") % {"name": sent.name, "reason": error})
        return redirect("pages:exchange", access.client.slug)
    ImportDraft.objects.filter(client=access.client, made_at__lt=timezone.now() - DRAFTS_LIVE).delete()
    name = (sent.name or "")[:255]
    draft = ImportDraft.objects.create(
        client=access.client, by=access.user, sheet=sheet.name, name=name, content=content
    )
    return redirect("pages:exchange-preview", access.client.slug, draft.pk)


@client_page()
@require_safe
def preview(request: HttpRequest, access: Access, draft_id: int) -> HttpResponse:
    """What the file would change, line by line; nothing is changed yet."""
    draft = _draft(access, draft_id)
    rows, wanted = _read(access.client, draft)
    shown = request.GET.get("show", "")
    counts = Counter(row.result for row in rows)
    listed = [row for row in rows if (row.result == shown if shown else row.result != "same")]
    return _page(
        request,
        access,
        "exchange/preview.html",
        sheet=_sheet(draft.sheet),
        draft=draft,
        page=Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        results=[(name, counts[name]) for name in ("error", "removed", "changed", "new", "same")],
        show=shown,
        count=len(wanted),
        errors=counts["error"],
    )


@client_page()
@require_POST
def save(request: HttpRequest, access: Access, draft_id: int) -> HttpResponse:
    """Make the choices of the file, without the lines that cannot be used."""
    draft = _draft(access, draft_id)
    _rows, wanted = _read(access.client, draft)
    why = request.POST.get("why", "").strip() or draft.name
    try:
        act = importing.save(access.client, wanted, by=access.user, why=why)
    except ChoiceRefused as error:
        messages.error(request, _("Nothing was imported: %(reason)s") % {"reason": error})
        return redirect("pages:exchange-preview", access.client.slug, draft.pk)
    draft.delete()
    if act is None:
        messages.info(request, _("All of it was so already: nothing was changed."))
        return redirect("pages:exchange", access.client.slug)
    text = ngettext("%(count)s choice imported.", "%(count)s choices imported.", len(wanted)) % {"count": len(wanted)}
    messages.success(request, f"{text} {next_run(access.client).sentence}")
    return redirect("pages:acts", access.client.slug)


@client_page()
@require_POST
def drop(request: HttpRequest, access: Access, draft_id: int) -> HttpResponse:
    """Forget a file that was looked at."""
    _draft(access, draft_id).delete()
    return redirect("pages:exchange", access.client.slug)


def _page(request: HttpRequest, access: Access, template: str, **context: object) -> HttpResponse:
    tabs = catalogue_tabs(access.client)
    return render_page(request, access, template, "products", catalogue_tabs=tabs, **context)


def _sheet(name: str) -> Sheet:
    if name not in SHEETS:
        raise Http404
    return SHEETS[name]


def _draft(access: Access, draft_id: int) -> ImportDraft:
    """The person's own: a file is previewed and imported by whoever brought it."""
    return get_object_or_404(ImportDraft, pk=draft_id, client=access.client, by=access.user)


def _read(client: Client, draft: ImportDraft) -> tuple[list[PreviewRow], dict[tuple[str, str], object]]:
    sheet = _sheet(draft.sheet)
    try:
        table = files.read_table(bytes(draft.content))
        return importing.preview(client, sheet.read(client, table.headings, table.rows))
    except FileRefused:  # pragma: no cover - it was read when it came
        return [], {}
