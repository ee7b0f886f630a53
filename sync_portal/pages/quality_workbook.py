"""The findings of a catalogue check as a workbook (XLSX), written row by row."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from connectors.models import Client
from mapping.models import QualityFinding
from sync_portal.pages.finding_words import detail_of
from sync_portal.pages.labels import WEIGHTS
from sync_portal.pages.spreadsheets import harmless

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from sync_portal.pages.quality import TopicLine

WIDTHS = (24, 46, 22, 44, 60, 70)


def workbook(client: Client, lines: list[TopicLine], findings: QuerySet[QualityFinding]) -> bytes:
    """The file's bytes. Memory holds one row at a time, however many findings there are."""
    book = Workbook(write_only=True)
    _summary(book.create_sheet(_("Summary")), client, lines)
    titles = {line.name: line for line in lines}
    sheet = book.create_sheet(_("Articles"))
    _widths(sheet)
    head = (_("Reference"), _("Designation"), _("Family"), _("To mend"), _("Detail"), _("What to do"))
    sheet.append(_bold(sheet, head))
    sheet.freeze_panes = "A2"
    for row in findings.order_by("article", "topic").iterator(chunk_size=2000):
        line = titles.get(row.topic)
        if line is not None:
            detail = detail_of(row.topic, row.facts)
            sheet.append(
                [harmless(text) for text in (row.article, row.name, row.family, line.title, detail, line.remedy)]
            )
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _summary(sheet: WriteOnlyWorksheet, client: Client, lines: list[TopicLine]) -> None:
    _widths(sheet)
    now = date_format(timezone.localtime(), "DATETIME_FORMAT")
    sheet.append(_bold(sheet, (client.name, now)))
    sheet.append([])
    sheet.append(
        _bold(sheet, (pgettext("of a finding", "Weight"), _("To mend"), _("Articles"), "", "", _("What to do")))
    )
    for line in lines:
        sheet.append([str(WEIGHTS[line.weight]), line.title, line.count, "", "", line.remedy])


def _widths(sheet: WriteOnlyWorksheet) -> None:
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


def _bold(sheet: WriteOnlyWorksheet, texts: Iterable[str]) -> list[WriteOnlyCell]:
    cells = [WriteOnlyCell(sheet, value=harmless(text)) for text in texts]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells
