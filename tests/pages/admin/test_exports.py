"""The lists of runs and of changes as files: what the filters leave, harmless in a spreadsheet, never cut silently."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from sync_portal.pages.admin import exports
from tests.pages import factories
from tests.pages.admin.conftest import listed, text
from tests.pages.conftest import World


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def lines(browser: Browser, model: str, kind: str, query: str = "", language: str = "en") -> list[dict[str, str]]:
    """The lines of the file, by their headings."""
    answer = browser.get(listed(model, f"export/{kind}/{query}"), headers={"accept-language": language})
    assert answer.status_code == 200
    if kind == "csv":
        return list(csv.DictReader(StringIO(content(answer).decode("utf-8-sig")), delimiter=";"))
    heads, *rows = load_workbook(BytesIO(content(answer))).active.iter_rows(values_only=True)
    return [dict(zip(heads, ["" if cell is None else cell for cell in row], strict=True)) for row in rows]


each_kind = pytest.mark.parametrize("kind", ["csv", "xlsx"])


@each_kind
def test_runs_are_exported_as_they_are_filtered(kind: str, world: World, admin_client: Browser) -> None:
    failed = factories.RunFactory(client=world.client, state="failed", cause="portal.no_sage", rejected=2)

    exported = lines(admin_client, "run", kind, "?state__exact=failed")

    assert [row["number"] for row in exported] == [str(failed.pk)]
    told = {name: exported[0][name] for name in ("client", "flow", "state", "refused", "seconds", "cause")}
    assert told == {
        "client": world.client.name,
        "flow": "Prices",
        "state": "Failed",
        "refused": "2",
        "seconds": "41",
        "cause": "This client has no Sage connection yet.",
    }


@each_kind
def test_changes_are_exported_in_the_language_of_the_page(kind: str, world: World, admin_client: Browser) -> None:
    [row] = lines(admin_client, "change", kind, f"?run__id__exact={world.run.pk}", "fr")

    assert (row["clé"], row["genre"], row["champs"], row["état"]) == (
        *(world.product.key, "Article", "Prix HT"),
        "Confirmé",
    )


@each_kind
@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_what_a_spreadsheet_would_calculate_is_text(kind: str, start: str, world: World, admin_client: Browser) -> None:
    change = factories.ChangeFactory(run=world.run, label=f"{start}HYPERLINK(1)", key=f"{start}KEY")

    exported = lines(admin_client, "change", kind, f"?run__id__exact={world.run.pk}")

    row = next(row for row in exported if row["number"] == str(change.pk))
    assert (row["designation"], row["key"]) == (f"'{start}HYPERLINK(1)", f"'{start}KEY")


@each_kind
def test_too_long_a_list_is_refused_in_words(
    kind: str, world: World, admin_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.MOST_LINES, kind, 2)
    for _number in range(3):
        factories.RunFactory(client=world.client)
    url = listed("run", f"export/{kind}/?state__exact=succeeded")

    answer = admin_client.get(url, follow=True, headers={"accept-language": "en"})

    assert "More than 2 lines" in answer.content.decode()
    assert answer.redirect_chain[0][0].endswith("?state__exact=succeeded")


def test_a_long_file_takes_no_more_queries_than_a_short_one(world: World, admin_client: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            lines(admin_client, "change", "csv")
        return len(asked)

    few = queries()
    for _number in range(8):
        run = factories.RunFactory(client=factories.ClientFactory())
        factories.ChangeFactory(run=run, shop=factories.ShopConnectionFactory(client=run.client))

    assert queries() == few


def test_the_page_offers_the_files_of_what_it_shows(world: World, admin_client: Browser) -> None:
    page = text(admin_client, listed("run", "?state__exact=failed&p=1"))

    assert f'href="{listed("run", "export/csv/?state__exact=failed")}"' in page
    assert f'href="{listed("run", "export/xlsx/?state__exact=failed")}"' in page


@each_kind
@pytest.mark.parametrize("model", ["run", "change"])
def test_a_file_holds_nothing_of_another_client(
    model: str, kind: str, make_world: Callable[[], World], staff: Callable[..., Browser]
) -> None:
    mine, _other = make_world(), make_world()

    exported = lines(staff(mine.client), model, kind)

    assert {row["client"] for row in exported} == {mine.client.name}


@pytest.mark.parametrize("model", ["run", "change"])
def test_files_are_for_those_who_may_see_the_list(
    model: str, world: World, staff: Callable[..., Browser], signed_in: Callable[..., Browser]
) -> None:
    url = listed(model, "export/csv/")

    assert staff(world.client, may=()).get(url).status_code == 403
    assert signed_in(world.client).get(url).status_code == 302
    assert Browser().get(url).status_code == 302


def test_there_are_no_other_files(world: World, admin_client: Browser) -> None:
    assert admin_client.get(listed("run", "export/pdf/")).status_code == 404
    assert admin_client.get(listed("run", "export/csv/?state__nothing=1")).status_code == 302
