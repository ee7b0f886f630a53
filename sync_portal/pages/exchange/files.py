"""The files of an export and an import: XLSX and CSV, known by their content and never trusted."""

from __future__ import annotations

import csv
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from sync_portal.pages.spreadsheets import harmless, plain_text

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
"""Of a workbook: a small file may hold a very large one."""
MOST_ROWS = 200_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_ZIP = b"PK\x03\x04"
_WIDTH = 28


class FileRefused(ValueError):
    """The file cannot be used; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Table:
    headings: list[str]
    rows: list[list[str]]


def write_xlsx(rows: Iterable[Iterable[str]]) -> bytes:
    """A workbook of one sheet, the first row its headings. Memory holds one row at a time."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = [harmless(text) for text in row]
        if number == 0:
            for place in range(len(cells)):
                sheet.column_dimensions[chr(ord("A") + place % 26)].width = _WIDTH
            heads = [WriteOnlyCell(sheet, value=text) for text in cells]
            for head in heads:
                head.font = Font(bold=True)
            sheet.append(heads)
        else:
            sheet.append(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def write_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """As a French Excel opens it by a double click: semicolons, and a mark that says UTF-8."""
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The file of `write_csv`, line by line."""
    yield BOM_UTF8
    for row in rows:
        text = StringIO()
        csv.writer(text, delimiter=";").writerow([harmless(cell) for cell in row])
        yield text.getvalue().encode()


def read_table(content: bytes) -> Table:
    """The first sheet of a workbook, or a CSV file with commas, semicolons or tabs.

    Raises:
        FileRefused: too large, damaged, or neither.
    """
    if len(content) > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise FileRefused(_("The file is larger than %(limit)s MB.") % {"limit": limit})
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    headings: list[str] | None = None
    kept: list[list[str]] = []
    for row in rows:
        if headings is None:
            headings = row
            continue
        kept.append(row)
        if len(kept) > MOST_ROWS:
            raise FileRefused(_("The file has more than %(limit)s lines: import it in parts.") % {"limit": MOST_ROWS})
    if not headings or not any(cell.strip() for cell in headings):
        raise FileRefused(_("The first line of the file must hold the headings of its columns."))
    return Table(headings, kept)


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise FileRefused(_("The workbook is far too large once unpacked."))
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [plain_text(_cell(value)) for value in row]
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its XML and its dictionaries do
        raise FileRefused(_("The workbook cannot be read: it is damaged, or no Excel file.")) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _csv(content: bytes) -> Iterator[list[str]]:
    if b"\x00" in content:
        raise FileRefused(_("This is neither an Excel file (.xlsx) nor a CSV file."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what Excel writes on a French Windows
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for row in csv.reader(StringIO(text), delimiter=delimiter):
            yield [plain_text(cell) for cell in row]
    except csv.Error as error:
        raise FileRefused(_("The CSV file cannot be read: %(error)s") % {"error": error}) from error
