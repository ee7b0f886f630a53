"""Whatever the engine can store has its words and its look: walked, so that nothing new is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import TextChoices
from django.utils import translation

from connectors.sage.streams import STREAMS
from mapping.causes import CAUSES as MAPPING_CAUSES
from mapping.choices import CHOICE_KINDS
from mapping.models import Readiness
from sync_portal.pages import labels, looks, sentences
from sync_portal.pages.causes import tell
from sync_portal.pages.labels import answer_label
from sync_portal.sync import history
from sync_portal.sync.adoption import SCORES
from sync_portal.sync.answers import ANSWERS
from sync_portal.sync.causes import CAUSES
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.models import Action, Answer, ChangeState, DecisionKind, Run, RunState, Trigger


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("run", RunState.values),
        ("change", ChangeState.values),
        ("action", Action.values),
        ("question", DecisionKind.values),
        ("answer", Answer.values),
        ("product", Readiness.values),
        ("flow", list(history.WORDS)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_state_has_its_look(kind: str, codes: list[str]) -> None:
    assert {
        code: looks.look(kind, code).icon for code in codes if looks.look(kind, code).icon == "help-circle"
    }.keys() <= {"adoption"}


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (labels.KINDS, KINDS),
        (labels.FIELDS, {name for kind in KINDS.values() for name in kind.fields}),
        (labels.QUESTIONS, DecisionKind.values),
        (labels.ANSWERS, Answer.values),
        (
            labels.CHOICE_FIELDS | labels.FIELDS,
            {name for kind in CHOICE_KINDS.values() for name in kind.value.model_fields},
        ),
        (labels.PROBLEMS, {code for code in MAPPING_CAUSES if not code.startswith("customers.")}),
        (sentences._STARTED, Trigger.values),
    ],
    ids=["kinds", "fields", "questions", "answers", "choices", "problems", "triggers"],
)
def test_every_code_has_its_words(table: Mapping[str, object], codes: list[str]) -> None:
    assert set(codes) - set(table) == set()


@pytest.mark.parametrize("choices", [RunState, ChangeState, Action, Trigger, DecisionKind, Answer])
def test_the_words_of_choices_are_told_in_french(choices: type[TextChoices]) -> None:
    with translation.override("en"):
        english = {code: str(label) for code, label in choices.choices}
    with translation.override("fr"):
        same = {code for code, label in choices.choices if str(label) == english[code]}

    assert same == set()


def test_every_trigger_is_told_with_and_without_a_person(make_user: Callable[..., User]) -> None:
    claire = make_user("claire")

    for trigger in Trigger.values:
        told = [sentences.why_started(Run(trigger=trigger, requested_by=user)) for user in (None, claire)]
        assert "claire" not in told[0]
        assert ("claire" in told[1]) == (trigger not in {Trigger.SCHEDULE, Trigger.COMMAND})


def test_every_step_a_run_names_has_its_words() -> None:
    sources = [*Path(settings.BASE_DIR, "sync_portal").rglob("*.py")]
    named = {name for path in sources for name in re.findall(r'\.step\(\s*"([a-z_]+)"', path.read_text())}

    assert "apply" in named
    assert named - set(labels.STEPS) == set()


def test_every_reason_to_wait_has_its_words() -> None:
    source = Path(settings.BASE_DIR, "sync_portal/sync/lanes.py").read_text()
    named = set(re.findall(r'"(same_flow|client_busy|workers_busy|soon|[a-z]+_busy)"', source))

    assert named == set(labels.REASONS)


def test_every_stream_that_is_counted_exists() -> None:
    assert set(labels.STREAMS) - set(STREAMS) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", SCORES)
def test_every_reason_for_a_candidate_is_in_words(kind: str, reason: str) -> None:
    assert "_" not in labels.same_label(kind, reason)
    assert "identity" not in labels.same_label(kind, reason)


def test_every_answer_of_every_question_has_its_button() -> None:
    for question, answers in ANSWERS.items():
        buttons = [answer_label(question, answer) for answer in answers]
        assert len(set(buttons)) == len(answers)


@pytest.mark.parametrize("code", sorted(CAUSES))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_cause_is_told_in_both_languages(code: str, language: str) -> None:
    with translation.override(language):
        text = tell(code, {"field": "reduction_type", "kind": "specific_prices"})

    assert text.sentence
    assert text.who
    assert "_type" not in text.sentence
    assert "specific_prices" not in text.sentence


def test_a_cause_names_a_field_as_people_do() -> None:
    with translation.override("fr"):
        assert "Prix HT" in tell("shop.conflict", {"label": "POLO", "field": "price"}).sentence
