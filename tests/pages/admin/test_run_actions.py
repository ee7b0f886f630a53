"""Runs are started again, retried, cancelled and undone as on the portal's pages, and what cannot be is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from sync_portal.pages.admin import run_actions
from sync_portal.sync.models import Run
from tests.pages import factories
from tests.pages.admin.conftest import listed, page_of, text
from tests.pages.conftest import World


def act(browser: Browser, action: str, *runs: Run, **more: str) -> Any:
    """Tick the runs, choose the action; the page that is shown then."""
    data = {"action": action, "_selected_action": [run.pk for run in runs], **more}
    return browser.post(listed("run"), data, follow=True, headers={"accept-language": "en"})


def newest() -> Run:
    return Run.objects.latest("pk")


def test_a_flow_is_run_again_in_the_name_of_who_asked(world: World, admin_client: Browser, admin_user: Any) -> None:
    page = act(admin_client, "run_again", world.run)

    made = newest()
    assert (made.client, made.flow, made.requested_by, made.trigger, made.scope) == (
        *(world.client, "prices", admin_user, "person"),
        {},
    )
    assert page.redirect_chain == [(page_of("run", made.pk), 302)]
    assert f"{world.client.name}: asked for." in page.content.decode()


def test_a_preview_is_made_again_as_a_preview(world: World, admin_client: Browser) -> None:
    act(admin_client, "run_again", factories.RunFactory(client=world.client, preview=True))

    assert newest().preview


def test_asking_twice_makes_one_run(world: World, admin_client: Browser) -> None:
    act(admin_client, "run_again", world.run)
    act(admin_client, "run_again", world.run)

    assert Run.objects.filter(state="queued").count() == 1


def test_what_was_refused_is_retried(world: World, admin_client: Browser) -> None:
    factories.ChangeFactory(run=world.run, state="rejected", cause="shop.refused")

    act(admin_client, "retry_refused", world.run)

    assert (newest().scope, newest().trigger) == ({"retry": world.run.pk}, "retry")


def test_nothing_refused_is_nothing_to_retry(world: World, admin_client: Browser) -> None:
    page = act(admin_client, "retry_refused", world.run)

    assert f"Run {world.run.pk}: nothing was left refused." in page.content.decode()
    assert newest() == world.run


def test_what_cannot_be_done_with_several_is_told_once(world: World, admin_client: Browser) -> None:
    other = factories.RunFactory(client=world.client)

    page = act(admin_client, "retry_refused", world.run, other).content.decode()

    assert f"Runs {world.run.pk}, {other.pk}: nothing was left refused." in page
    assert page.count("nothing was left refused") == 1


def test_a_waiting_run_is_cancelled_at_once(world: World, admin_client: Browser, admin_user: Any) -> None:
    waiting = factories.RunFactory(client=world.client, state="queued", started_at=None, ended_at=None)

    act(admin_client, "cancel", waiting)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.cancelled_by) == ("cancelled", admin_user)


def test_what_is_over_is_not_cancelled(world: World, admin_client: Browser) -> None:
    page = act(admin_client, "cancel", world.run)

    assert "that is over already" in page.content.decode()
    assert Run.objects.get(pk=world.run.pk).state == "succeeded"


def test_an_undo_is_asked_once_more_and_says_what_it_does(world: World, admin_client: Browser) -> None:
    page = act(admin_client, "undo", world.run)

    assert "1 changed line gets its earlier values back." in page.content.decode()
    assert newest() == world.run


def test_a_confirmed_undo_is_asked_for(world: World, admin_client: Browser) -> None:
    act(admin_client, "undo", world.run, confirmed="yes")

    assert (newest().scope, newest().trigger) == ({"undo": world.run.pk}, "undo")


@pytest.mark.parametrize("confirmed", ["", "yes"])
def test_what_wrote_nothing_is_not_undone(confirmed: str, world: World, admin_client: Browser) -> None:
    empty = factories.RunFactory(client=world.client)

    page = act(admin_client, "undo", empty, confirmed=confirmed)

    assert f"Run {empty.pk}: nothing was written that could be put back." in page.content.decode()
    assert newest() == empty


def test_a_run_in_front_that_nothing_can_be_added_to_is_a_message(world: World, admin_client: Browser) -> None:
    act(admin_client, "undo", world.run, confirmed="yes")
    in_front = newest()

    page = act(admin_client, "run_again", world.run)

    assert f"run {in_front.pk} waits already" in page.content.decode()
    assert newest() == in_front


def test_a_flow_that_is_no_more_is_a_message(world: World, admin_client: Browser) -> None:
    page = act(admin_client, "run_again", factories.RunFactory(client=world.client, flow="gone"))

    assert "there is no such flow any more" in page.content.decode()


def test_several_runs_are_each_told(make_world: Callable[[], World], admin_client: Browser) -> None:
    one, other = make_world(), make_world()

    page = act(admin_client, "run_again", one.run, other.run).content.decode()

    assert f"{one.client.name}: asked for." in page
    assert f"{other.client.name}: asked for." in page
    assert Run.objects.filter(state="queued").count() == 2


def test_a_click_does_not_start_hundreds_of_runs(
    world: World, admin_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_actions, "MOST_AT_ONCE", 2)
    runs = [factories.RunFactory(client=world.client, flow=flow) for flow in ("stock", "catalogue", "prices")]

    page = act(admin_client, "run_again", *runs)

    assert "At most 2 runs at a time" in page.content.decode()
    assert not Run.objects.filter(state="queued").exists()


def test_a_run_offers_what_can_be_done_with_it(world: World, admin_client: Browser) -> None:
    waiting = factories.RunFactory(client=world.client, state="queued", started_at=None, ended_at=None)

    over, open_one = text(admin_client, page_of("run", world.run.pk)), text(admin_client, page_of("run", waiting.pk))

    assert ['value="run_again"' in over, 'value="undo"' in over, 'value="cancel"' in over] == [True, True, False]
    assert ['value="run_again"' in open_one, 'value="cancel"' in open_one] == [False, True]


# --- who may ----------------------------------------------------------------------------------------------------------

ALL = ("run_again", "retry_refused", "cancel", "undo")


@pytest.mark.parametrize("action", ALL)
def test_staff_who_may_only_look_start_and_stop_nothing(
    action: str, world: World, staff: Callable[..., Browser]
) -> None:
    factories.ChangeFactory(run=world.run, state="rejected", cause="shop.refused")
    browser = staff(world.client)

    act(browser, action, world.run, confirmed="yes")

    assert newest() == world.run
    assert f'value="{action}"' not in text(browser, listed("run")) + text(browser, page_of("run", world.run.pk))


@pytest.mark.parametrize("action", ALL)
def test_sales_staff_start_and_stop_nothing_here_either(
    action: str, world: World, staff: Callable[..., Browser]
) -> None:
    factories.ChangeFactory(run=world.run, state="rejected", cause="shop.refused")
    browser = staff(world.client, role="sales", may=("view", "change"))

    act(browser, action, world.run, confirmed="yes")

    assert newest() == world.run
    assert 'class="run-actions"' not in text(browser, page_of("run", world.run.pk))


@pytest.mark.parametrize("action", ALL)
def test_nobody_starts_or_stops_anything_of_another_client(
    action: str, make_world: Callable[[], World], staff: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    factories.ChangeFactory(run=other.run, state="rejected", cause="shop.refused")
    waiting = factories.RunFactory(client=other.client, state="queued", started_at=None, ended_at=None)

    act(staff(mine.client, may=("view", "change")), action, other.run, waiting, confirmed="yes")

    assert newest() == waiting
    assert Run.objects.get(pk=waiting.pk).state == "queued"


def test_the_clients_own_administrator_starts_runs_here(world: World, staff: Callable[..., Browser]) -> None:
    act(staff(world.client, may=("view", "change")), "run_again", world.run)

    assert newest().requested_by is not None
    assert newest().requested_by.username == "paul"


def test_a_client_that_is_closed_has_nothing_started(world: World, admin_client: Browser) -> None:
    world.client.active = False
    world.client.save()

    page = act(admin_client, "run_again", world.run)

    assert "you may not start or stop runs of this client" in page.content.decode()
    assert newest() == world.run


def test_the_buttons_speak_french(world: World, admin_client: Browser) -> None:
    page = text(admin_client, page_of("run", world.run.pk), "fr")

    for words in ("Relancer ce flux", "Annuler ce qui a été écrit", "Changements de cette exécution"):
        assert words in page, words
