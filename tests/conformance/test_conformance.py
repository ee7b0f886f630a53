"""Every recorded exchange that the sandbox shop claims is replayed, in order, and has to be answered the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import claims, exam, scenarios

TRANSCRIPTS = [(version, name) for version in scenarios.VERSIONS for name in scenarios.names(version)]
BYTES_AT_MOST = 3_000_000


@pytest.mark.parametrize(("version", "name"), TRANSCRIPTS, ids=[f"{version}-{name}" for version, name in TRANSCRIPTS])
def test_the_sandbox_answers_as_the_recorded_shop_did(version: str, name: str, tmp_path: Path) -> None:
    left_out = claims.unclaimed(version, name)
    results = exam.replay(tmp_path, scenarios.load(version, name))
    failures = [
        f"{result.exchange}\n    " + "\n    ".join(result.differences)
        for result in results
        if result.exchange.number not in left_out and not result.agrees
    ]
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("version", scenarios.VERSIONS)
def test_enough_is_claimed(version: str) -> None:
    figure = claims.figure(version)
    assert figure.percent >= claims.REQUIRED[version], str(figure)


@pytest.mark.parametrize(("version", "name"), TRANSCRIPTS, ids=[f"{version}-{name}" for version, name in TRANSCRIPTS])
def test_what_is_not_claimed_exists_and_has_a_reason(version: str, name: str) -> None:
    known = {exchange.number for exchange in scenarios.load(version, name).exchanges}
    left_out = claims.unclaimed(version, name)
    assert set(left_out) <= known
    assert set(left_out.values()) <= set(claims.reasons())


def test_no_transcript_is_left_out_by_a_wrong_name() -> None:
    table = claims._table()
    named = [(version, name) for version in scenarios.VERSIONS for name in table[version]]
    assert set(named) <= set(TRANSCRIPTS)


def test_the_exam_stays_small() -> None:
    assert sum(path.stat().st_size for path in scenarios.DATA.rglob("*.json")) < BYTES_AT_MOST


def test_the_exam_can_fail(tmp_path: Path) -> None:
    """A comparison that agrees with everything would prove nothing: a changed recording is noticed."""
    scenario = scenarios.load("8.2.1", "53-categories")
    changed = [
        scenarios.Exchange(one.number, one.title, one.at, one.request, _altered(one.answer))
        for one in scenario.exchanges
    ]
    results = exam.replay(tmp_path, scenarios.Scenario("8.2.1", "53-categories", scenario.given, changed))
    assert not any(result.agrees for result in results)


def _altered(answer: dict[str, object]) -> dict[str, object]:
    """Another code, or another value in the first entity."""
    if "codes" in answer:
        return {**answer, "codes": [999]}
    body = answer.get("body")
    if isinstance(body, list) and body and isinstance(body[0][1], dict):
        return {**answer, "body": [[body[0][0], {**body[0][1], "active": "7"}], *body[1:]]}
    return {**answer, "status": 418}
