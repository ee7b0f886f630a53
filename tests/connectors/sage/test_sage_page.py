"""The page for integrators names what the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sage.file_layout import FileLayout
from connectors.sage.streams import STREAMS

PAGE = (Path(__file__).parents[3] / "docs" / "sage.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_has_its_row(name: str) -> None:
    stream = STREAMS[name]
    cursor = f"`{stream.cursor}`" if stream.cursor else "none: read whole"

    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert f"| `{stream.table}` |" in row
    assert row.endswith(f"| {cursor} |")


@pytest.mark.parametrize("record", ["account", "place", "header", "line", "deposit"])
def test_every_field_of_the_order_file_is_described_in_its_place(record: str) -> None:
    layout = FileLayout()
    code = getattr(layout, f"{record}_code")
    section = PAGE.partition(f"**{code}: ")[2].partition("**\n\n")[2].partition("\n\n")[0]

    described = [line.split("|")[2].strip(" `") for line in section.splitlines() if line.startswith("| ")][2:]

    assert described == list(getattr(layout, record))
