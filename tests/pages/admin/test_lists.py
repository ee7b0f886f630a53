"""What the engine wrote can be looked at by those who may, quickly however much there is, and by nobody changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.administration import LookedAt
from sync_portal.pages.admin import changes, lists
from sync_portal.sync.models import (
    Alert,
    Alerting,
    Beat,
    Change,
    Cursor,
    Decision,
    FieldOwner,
    FlowHealth,
    FlowSchedule,
    Run,
    SettingChange,
)
from tests.pages import factories
from tests.pages.admin.conftest import listed, page_of, text
from tests.pages.conftest import World

LOOKED_AT = [Alert, Beat, Change, Cursor, Decision, FieldOwner, FlowHealth, Run, SettingChange]
LONG = [Change, Decision, FieldOwner, Run, SettingChange]
EVERY = [*LOOKED_AT, Alerting, FlowSchedule]
each = pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)


def fill(world: World, amount: int = 1) -> None:
    """So many rows more of everything, each with what its line has to look up."""
    now = timezone.now()
    for number in range(amount):
        client = factories.ClientFactory()
        shop = factories.ShopConnectionFactory(client=client)
        person = factories.User.objects.create(username=f"person-{client.pk}")
        run = factories.RunFactory(client=client, requested_by=person, trigger="person")
        factories.ChangeFactory(run=run, shop=shop, state="rejected", cause="shop.refused", facts={"message": "non"})
        factories.DecisionFactory(shop=shop, answer="ignore", decided_by=person, decided_at=now)
        FieldOwner.objects.create(shop=shop, kind="products", key=f"A{number}", field="price", owner="shop")
        factories.FlowScheduleFactory(client=client, flow="stock")
        Alerting.objects.create(client=client, emails=["alix@example.com"], webhook="https://chat.example/secret")
        Alert.objects.create(client=client, flow="stock", channel="email", before="on_time", code="late", since=now)
        Cursor.objects.create(client=client, flow="stock", stream="articles", position=now)
        FlowHealth.objects.create(client=client, flow="stock", code="late", since=now)
        SettingChange.objects.create(client=client, flow="stock", by=person, before={"cron": ""}, after={"cron": "*"})
        Beat.objects.create(name=f"fast@machine-{client.pk}", at=now)


@each
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_list_and_every_page_of_a_row_opens(
    model: type[Any], language: str, world: World, admin_client: Browser
) -> None:
    fill(world)
    name = model._meta.model_name

    assert text(admin_client, listed(name), language)
    assert text(admin_client, page_of(name, model.objects.latest("pk").pk), language)


@pytest.mark.parametrize("model", LOOKED_AT, ids=lambda model: model.__name__)
def test_history_is_looked_at_and_not_forged(model: type[Any], world: World, admin_client: Browser) -> None:
    fill(world)
    row = model.objects.latest("pk")
    url, before = page_of(model._meta.model_name, row.pk), list(model.objects.values())

    answers = [
        admin_client.get(listed(model._meta.model_name, "add/")),
        admin_client.post(listed(model._meta.model_name, "add/"), {}),
        admin_client.post(url, {"state": "succeeded", "client": world.client.pk}),
        admin_client.post(f"{url[: -len('change/')]}delete/", {"post": "yes"}),
        admin_client.post(listed(model._meta.model_name), {"action": "delete_selected", "_selected_action": row.pk}),
    ]

    assert [answer.status_code for answer in answers[:4]] == [403] * 4
    assert list(model.objects.values()) == before
    assert "delete_selected" not in text(admin_client, listed(model._meta.model_name))


@each
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_one(
    model: type[Any], world: World, admin_client: Browser
) -> None:
    url = listed(model._meta.model_name)

    def queries() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text(admin_client, url)
        return [query["sql"] for query in asked.captured_queries]

    fill(world, 2)
    few = queries()
    fill(world, 9)

    assert len(queries()) == len(few)
    assert not [sql for sql in few if "SELECT DISTINCT" in sql]


@pytest.mark.parametrize("model", LONG, ids=lambda model: model.__name__)
def test_a_long_list_is_counted_to_a_limit_only(
    model: type[Any], world: World, admin_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.CountedToALimit.__init__, "__kwdefaults__", {"most": 3})
    monkeypatch.setattr(changes, "MOST_COUNTED", 3)
    fill(world, 5)
    with CaptureQueriesContext(connection) as asked:
        page = text(admin_client, listed(model._meta.model_name))

    counts = [
        query["sql"]
        for query in asked.captured_queries
        if "COUNT(" in query["sql"] and model._meta.db_table in query["sql"]
    ]
    assert counts
    assert all("LIMIT 4" in sql for sql in counts), counts
    assert "these pages show the first 3" in page


@pytest.fixture
def four_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """On two pages."""
    monkeypatch.setattr(lists.CountedToALimit.__init__, "__kwdefaults__", {"most": 4})
    monkeypatch.setattr(lists.HistoryAdmin, "list_per_page", 2)


def numbers(browser: Browser, url: str) -> list[int]:
    return [row.pk for row in browser.get(url).context["cl"].result_list]


def whole_list(browser: Browser, url: str) -> Iterator[int]:
    """All rows, page by page and going on from list to list by their links."""
    start = url.split("?", maxsplit=1)[0]
    while url:
        shown = browser.get(url).context["cl"]
        for page in shown.paginator.page_range:
            yield from numbers(browser, f"{start}{shown.get_query_string({'p': page})}")
        url = f"{start}{shown.older}" if shown.older else ""


@pytest.mark.usefixtures("four_a_list")
def test_every_run_is_reached_however_many_there_are(world: World, admin_client: Browser) -> None:
    fill(world, 9)

    assert list(whole_list(admin_client, listed("run"))) == list(Run.objects.values_list("pk", flat=True))


@pytest.mark.usefixtures("four_a_list")
def test_going_back_keeps_what_was_chosen(world: World, admin_client: Browser) -> None:
    for number in range(8):
        factories.RunFactory(client=world.client, state="failed" if number % 2 else "succeeded", preview=True)
    failed = Run.objects.filter(state="failed").order_by("-pk")

    found = list(whole_list(admin_client, listed("run", "?state__exact=failed&preview__exact=1")))

    assert found == [run.pk for run in failed]


def test_changes_are_looked_through_from_the_newest_a_part_at_a_time(
    world: World, admin_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOOKED_AT", 4)
    for number in range(9):
        factories.ChangeFactory(run=world.run, state="held" if number in {0, 8} else "confirmed")
    held = Change.objects.filter(state="held").order_by("-pk").values_list("pk", flat=True)
    url = listed("change", "?state__exact=held")

    assert numbers(admin_client, url) == [held[0]]
    assert "The newest 4 changes were looked through" in text(admin_client, url)
    assert list(whole_list(admin_client, url)) == list(held)


def test_the_changes_of_a_run_are_all_there_the_riskiest_first(
    world: World, admin_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOOKED_AT", 1)
    run = factories.RunFactory(client=world.client)
    for risk in (0, 100, 50):
        factories.ChangeFactory(run=run, risk=risk)
    factories.ChangeFactory()
    url = listed("change", f"?run__id__exact={run.pk}")

    shown = admin_client.get(url).context["cl"].result_list

    assert [change.risk for change in shown] == [100, 50, 0]
    assert f"Changes of run {run.pk}" in text(admin_client, url)
    assert url.replace("&", "&amp;") in text(admin_client, page_of("run", run.pk))


def test_a_crafted_address_does_not_have_the_whole_table_sorted(world: World, admin_client: Browser) -> None:
    with CaptureQueriesContext(connection) as asked:
        text(admin_client, listed("change", "?o=-5.2"))

    lists_asked = [
        query["sql"] for query in asked.captured_queries if "ORDER BY" in query["sql"] and "sync_change" in query["sql"]
    ]
    assert lists_asked
    assert all(re.search(r'ORDER BY ("sync_change"."id"|1) DESC', sql) for sql in lists_asked), lists_asked


@pytest.mark.parametrize("term", ["ART-7", " ART-7 "])
def test_an_article_is_found_with_its_parts_and_no_other(term: str, world: World, admin_client: Browser) -> None:
    mine = [
        factories.ChangeFactory(run=world.run, kind=kind, key=key).pk
        for kind, key in [("products", "ART-7"), ("combinations", "ART-7|1|0"), ("stock", "ART-7")]
    ]
    factories.ChangeFactory(run=world.run, key="ART-70")

    found = numbers(admin_client, f"{listed('change')}?q={term.replace(' ', '+')}")

    assert sorted(found) == sorted(mine)


def test_among_the_changes_of_a_run_any_part_of_a_name_is_found(world: World, admin_client: Browser) -> None:
    kettle = factories.ChangeFactory(run=world.run, label="Théière en fonte")
    factories.ChangeFactory(label="Théière d’un autre passage")

    assert numbers(admin_client, listed("change", f"?run__id__exact={world.run.pk}&q=fonte")) == [kettle.pk]


@pytest.mark.parametrize("term", ["{number}", "claire"], ids=["its number", "who asked for it"])
def test_a_run_is_found_by(term: str, world: World, admin_client: Browser, make_user: Callable[..., Any]) -> None:
    run = factories.RunFactory(client=world.client, requested_by=make_user("claire"))

    assert numbers(admin_client, f"{listed('run')}?q={term.format(number=run.pk)}") == [run.pk]


@pytest.mark.parametrize("term", ["9" * 30, "²", "%", "'"])
@pytest.mark.parametrize("model", ["run", "change"])
def test_whatever_is_searched_for_the_list_answers(model: str, term: str, world: World, admin_client: Browser) -> None:
    assert numbers(admin_client, f"{listed(model)}?q={term}") == []


def test_a_change_is_told_field_by_field_with_its_cause(world: World, admin_client: Browser) -> None:
    change = factories.ChangeFactory(run=world.run, state="rejected", cause="shop.refused", facts={"message": "prix"})

    page = text(admin_client, page_of("change", change.pk), "fr")

    for told in ("Prix HT", "10,00 €", "12,50 €", "AR_PrixVen = 12,50", "Refusé"):
        assert told in page.replace("\xa0", " ").replace("\u202f", " "), told
    assert page_of("run", world.run.pk) in page


@pytest.mark.parametrize("model", ["run", "change", "flowschedule"])
def test_no_page_says_none(model: str, world: World, admin_client: Browser) -> None:
    row = {"run": world.run, "change": world.run.changes.get(), "flowschedule": world.client.schedules.get()}[model]

    assert ">None<" not in text(admin_client, page_of(model, row.pk))


def test_a_run_leads_to_its_page_in_the_portal_whoever_may_see_it(
    world: World, staff: Callable[..., Browser], admin_client: Browser
) -> None:
    portal = f"/c/{world.client.slug}/runs/{world.run.pk}/"

    assert portal in text(staff(world.client), page_of("run", world.run.pk))
    assert portal not in text(
        admin_client, page_of("run", world.run.pk)
    )  # no member: that page would not exist for them


def test_a_visitor_signs_in_where_the_second_factor_is_asked_for(db: None) -> None:
    answer = Browser().get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


# --- who sees what ----------------------------------------------------------------------------------------------------

OF_A_CLIENT = [model for model in EVERY if model is not Beat]


@pytest.mark.parametrize("model", OF_A_CLIENT, ids=lambda model: model.__name__)
def test_staff_of_one_client_reach_nothing_of_another(
    model: type[Any], make_world: Callable[[], World], staff: Callable[..., Browser]
) -> None:
    mine = make_world()
    fill(mine)  # of another client, made by it
    other = model.objects.latest("pk")
    name = model._meta.model_name
    theirs = staff(mine.client, may=("view", "change"))

    page = text(theirs, listed(name))

    assert other.pk not in numbers(theirs, listed(name))
    assert theirs.get(page_of(name, other.pk)).status_code == 302  # there is no such row
    assert "Maison Lefèvre" not in page.replace(mine.client.name, "")


OURS = [
    model for model in site._registry if model._meta.app_label in {"sync", "mapping", "orders"} and model is not Beat
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_shows_staff_the_rows_of_their_own_clients(
    model: type[Any], make_world: Callable[[], World], staff: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    for world in (mine, other):
        for factory in (factories.CustomerGroupFactory, factories.ShopCustomerFactory, factories.SourceRecordFactory):
            factory(client=world.client)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    path = site.get_model_admin(model).client_path  # type: ignore[attr-defined]
    own = model.objects.filter(**{path: mine.client})

    theirs = staff(mine.client, may=("view",), apps=("sync", "mapping", "orders"))

    assert sorted(numbers(theirs, url)) == sorted(own.values_list("pk", flat=True))
    assert other.client.name not in text(theirs, url)
    assert other.shop.name not in text(theirs, url)


def test_signs_of_life_are_for_those_who_run_the_portal(world: World, staff: Callable[..., Browser]) -> None:
    fill(world)

    assert staff(world.client).get(listed("beat")).status_code == 403


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
def test_people_of_a_client_who_are_no_staff_see_no_administration(
    model: type[Any], world: World, signed_in: Callable[..., Browser]
) -> None:
    answer = signed_in(world.client).get(listed(model._meta.model_name))

    assert answer.status_code in {302, 403}


def test_what_only_shows_offers_no_button(world: World, rf: RequestFactory) -> None:
    shown = {model for model, admin in site._registry.items() if isinstance(admin, LookedAt)}

    assert shown >= set(LOOKED_AT)
