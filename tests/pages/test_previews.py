"""What a run offers once it is over: a preview applied, refused lines tried again, everything put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from sync_portal.pages.offers import Backwards, backwards, offer_of
from sync_portal.sync.models import Run, RunState
from tests.pages import factories
from tests.pages.conftest import World

PRICE = {"field": "price", "before": "10.000000", "after": "12.500000", "why": ""}
NAME = {"field": "name", "before": {"fr": "Thé"}, "after": {"fr": "Tisane"}, "why": ""}


@pytest.fixture
def preview(world: World) -> Run:
    run = factories.RunFactory(client=world.client, flow="catalogue", preview=True, to_write=3)
    for differences in ([PRICE], [PRICE, NAME]):
        factories.ChangeFactory(run=run, state="planned", differences=differences)
    factories.ChangeFactory(run=run, state="planned", action="create", differences=[PRICE])
    factories.ChangeFactory(run=run, state="held", cause="catalogue.price_zero")
    return run


def post(browser: Browser, run: Run, name: str, data: dict[str, object] | None = None) -> str:
    url = reverse(f"pages:{name}", args=[run.client.slug, run.pk])
    return browser.post(url, data or {}, follow=True).content.decode().replace("\xa0", " ")


def asked(run: Run) -> list[Run]:
    return list(Run.objects.filter(client=run.client, flow=run.flow, state=RunState.QUEUED))


def test_a_preview_says_what_can_be_applied_of_it(preview: Run) -> None:
    offer = offer_of(preview)

    assert offer is not None
    assert (offer.lines, offer.expired, offer.hours) == (3, False, 4)
    assert [(choice.name, choice.count) for choice in offer.fields] == [("price", 2), ("name", 1)]


@pytest.mark.parametrize(
    "fields",
    [{"preview": False}, {"state": "failed"}, {"state": "running", "ended_at": None}],
    ids=["no preview", "failed", "running"],
)
def test_nothing_else_can_be_applied(fields: dict[str, object], world: World) -> None:
    run = factories.RunFactory(client=world.client, **({"preview": True} | fields))
    factories.ChangeFactory(run=run, state="planned")

    assert offer_of(run) is None


def test_the_whole_is_applied_in_ones_name(preview: Run, signed_in: Callable[..., Browser]) -> None:
    page = post(signed_in(preview.client), preview, "run-apply", {"what": "all"})

    (run,) = asked(preview)
    assert (run.trigger, run.requested_by.username) == ("plan", "claire")
    assert run.scope == {"plan": preview.pk, "changes": [], "fields": []}
    assert "Un aperçu, appliqué en entier" in page


def test_only_the_ticked_lines_of_this_preview_are_applied(preview: Run, signed_in: Callable[..., Browser]) -> None:
    line, foreign = preview.changes.first(), factories.ChangeFactory(state="planned")

    post(signed_in(preview.client), preview, "run-apply", {"what": "lines", "changes": [line.pk, foreign.pk, "x"]})

    assert [run.scope["changes"] for run in asked(preview)] == [[line.pk]]


def test_only_the_chosen_kinds_of_field_are_applied(preview: Run, signed_in: Callable[..., Browser]) -> None:
    page = post(signed_in(preview.client), preview, "run-apply", {"what": "fields", "fields": ["name", "nonsense"]})

    assert [run.scope["fields"] for run in asked(preview)] == [["name"]]
    assert "ces champs seulement : Nom" in page


@pytest.mark.parametrize("data", [{}, {"what": "lines"}, {"what": "fields", "fields": ["nonsense"]}])
def test_nothing_ticked_applies_nothing(
    data: dict[str, object], preview: Run, signed_in: Callable[..., Browser]
) -> None:
    page = post(signed_in(preview.client), preview, "run-apply", data)

    assert "Rien n’est coché" in page
    assert asked(preview) == []


def test_an_old_preview_is_refused_and_says_so(preview: Run, signed_in: Callable[..., Browser]) -> None:
    Run.objects.filter(pk=preview.pk).update(ended_at=timezone.now() - timedelta(hours=5))
    browser = signed_in(preview.client)

    page = post(browser, preview, "run-apply", {"what": "all"})

    assert "trop ancien" in page
    assert 'value="all"' not in page
    assert asked(preview) == []


def test_a_busy_queue_leads_to_the_run_in_front(preview: Run, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(preview.client)
    post(browser, preview, "run-apply", {"what": "all"})

    page = post(browser, preview, "run-apply", {"what": "lines", "changes": [preview.changes.first().pk]})

    assert "rien ne peut y être ajouté" in page
    assert len(asked(preview)) == 1


def test_starting_while_exactly_chosen_work_waits_says_so(preview: Run, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(preview.client)
    post(browser, preview, "run-apply", {"what": "all"})

    url = reverse("pages:run-start", args=[preview.client.slug, preview.flow])
    page = browser.post(url, follow=True)

    assert page.status_code == 200
    assert "rien ne peut y être ajouté" in page.content.decode()


def test_what_changed_since_the_preview_is_counted_and_listed(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue", trigger="plan", to_write=1)
    factories.ChangeFactory(run=run, state="stale")
    factories.ChangeFactory(run=run)
    browser, url = signed_in(world.client), reverse("pages:run", args=[world.client.slug, run.pk])

    assert "1 ligne a changé depuis l’aperçu" in browser.get(url).content.decode()
    assert len(browser.get(url, {"show": "stale"}).context["rows"]) == 1
    assert len(browser.get(url, {"show": "to_write"}).context["rows"]) == 1


def test_causes_come_first_and_lead_to_their_lines(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue", held=3, rejected=1)
    for _number in range(3):
        factories.ChangeFactory(run=run, state="held", cause="catalogue.price_zero", facts={"reference": "TH-1"})
    factories.ChangeFactory(run=run, state="rejected", cause="shop.conflict", facts={"label": "T", "field": "price"})
    factories.DecisionFactory(shop=world.shop, question="conflict", key="TH-2", field="price")
    browser, url = signed_in(world.client), reverse("pages:run", args=[world.client.slug, run.pk])

    groups = browser.get(url).context["groups"]

    assert [(group.code, group.count, group.asks) for group in groups] == [
        ("catalogue.price_zero", 3, ""),
        ("shop.conflict", 1, "conflict"),
    ]
    assert len(browser.get(url, {"cause": "catalogue.price_zero"}).context["rows"]) == 3


def test_refused_lines_are_tried_again(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue", state="incomplete", rejected=2)
    for state in ("rejected", "later", "held"):
        factories.ChangeFactory(run=run, state=state, cause="catalogue.price_zero" if state == "held" else "x")
    browser = signed_in(world.client)
    page = browser.get(reverse("pages:run", args=[world.client.slug, run.pk])).content.decode()

    post(browser, run, "run-retry")

    assert "Réessayer les refusés (2)" in page
    assert [again.scope for again in asked(run)] == [{"retry": run.pk}]


def test_undo_says_first_what_it_does(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue")
    for kind, action in [
        ("products", "update"),
        ("products", "create"),
        ("images", "create"),
        ("combinations", "create"),
        ("images", "delete"),
    ]:
        factories.ChangeFactory(run=run, kind=kind, action=action)
    factories.ChangeFactory(run=run, kind="specific_prices", action="delete", key="POLO|#12")
    browser = signed_in(world.client)

    page = browser.get(reverse("pages:run-undo", args=[world.client.slug, run.pk])).content.decode()
    assert asked(run) == []
    post(browser, run, "run-undo")

    told = backwards(run)
    assert told == Backwards(put_back=1, hidden=1, deleted=1, unused=1, made_again=1, left=1)
    assert "1 ligne modifiée retrouve ses valeurs" in page
    assert "1 élément supprimé par l’exécution est refait tel qu’il était" in page
    assert [again.scope for again in asked(run)] == [{"undo": run.pk}]


def test_the_undo_of_an_undo_says_that_what_was_deleted_is_made_again(world: World) -> None:
    first = factories.RunFactory(client=world.client, flow="images")
    run = factories.RunFactory(client=world.client, flow="images", scope={"undo": first.pk})
    factories.ChangeFactory(run=run, kind="images", action="delete")
    told = backwards(run)
    assert (told.made_again, told.left) == (1, 0)


@pytest.mark.parametrize(
    "fields",
    [{"preview": True}, {"flow": "orders"}, {"flow": "gone"}],
    ids=["preview", "orders", "a flow that is gone"],
)
def test_what_wrote_nothing_into_a_shop_cannot_be_undone(
    fields: dict[str, object], world: World, signed_in: Callable[..., Browser]
) -> None:
    run = factories.RunFactory(client=world.client, **fields)
    factories.ChangeFactory(run=run)

    page = post(signed_in(world.client), run, "run-undo")

    assert "rien écrit qui puisse être remis" in page
    assert asked(run) == []


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"product": "POLO"}, "L’article POLO seulement"),
        ({"retry": 3}, "refusé par l’exécution 3"),
        ({"undo": 3}, "qu’a écrit l’exécution 3"),
        ({"plan": 3, "changes": [1, 2]}, "2 lignes choisies dans un aperçu"),
        ({"full": True}, "Tout est recalculé"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_run_says_what_it_is_limited_to(
    scope: dict[str, object], expected: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue", scope=scope)

    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, run.pk])).content.decode()

    assert expected in page


def test_a_run_leads_to_those_that_came_out_of_it(preview: Run, signed_in: Callable[..., Browser]) -> None:
    applied = factories.RunFactory(client=preview.client, flow=preview.flow, scope={"plan": preview.pk}, trigger="plan")
    url = reverse("pages:run", args=[preview.client.slug, preview.pk])

    page = signed_in(preview.client).get(url).content.decode()

    assert f"Appliqué par · exécution {applied.pk} (réussi)" in page


@pytest.mark.parametrize(("written", "told"), [(0, "À annuler par"), (4, "Annulée par")], ids=["not yet", "done"])
def test_a_run_says_whether_it_was_undone_or_only_shall_be(
    written: int, told: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    scope = {"undo": world.run.pk}
    back = factories.RunFactory(
        client=world.client, flow=world.run.flow, scope=scope, trigger="undo", state="stopped", written=written
    )

    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, world.run.pk])).content.decode()

    assert f"{told} · exécution {back.pk} (arrêté par un garde-fou)" in page


@pytest.mark.parametrize(
    ("preview", "is_open", "told"),
    [
        (True, False, "La question sera posée par la prochaine exécution."),
        (True, True, "Répondre aux questions"),
        (False, False, ""),
    ],
    ids=["asked later", "asked already", "answered since"],
)
def test_a_cause_leads_to_questions_only_where_there_are_some(
    preview: bool, is_open: bool, told: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    run = factories.RunFactory(client=world.client, flow="catalogue", preview=preview, held=1)
    factories.ChangeFactory(run=run, state="held", cause="shop.adoption_uncertain", facts={"value": "T", "count": "1"})
    if is_open:
        factories.DecisionFactory(shop=world.shop, question="adoption", key="T", facts={"candidates": []})

    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, run.pk])).content.decode()

    both = ("La question sera posée par la prochaine exécution.", "Répondre aux questions")
    assert [text for text in both if text in page] == ([told] if told else [])


def test_a_waiting_run_says_why_and_names_the_one_in_front(world: World, signed_in: Callable[..., Browser]) -> None:
    running = factories.RunFactory(client=world.client, flow="stock", state="running", lane="fast")
    waiting = factories.RunFactory(client=world.client, flow="stock", state="queued", lane="fast", started_at=None)

    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, waiting.pk])).content.decode()

    assert "Le même flux est déjà en cours" in page
    assert f"L’exécution {running.pk} est devant" in page
