"""The table of what FreeTDS (FT) and Microsoft's driver (MS) raise, and SQLite, each with the cause it becomes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.sage.driver_errors import DriverError, classify

with Path(__file__).with_name("driver_errors.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file, delimiter=";"))
KINDS: dict[str, type[ConnectorError]] = {
    kind.__name__: kind for kind in (ConfigurationError, RejectedRecordError, RetryableError)
}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_each_error_of_the_drivers_has_its_cause(case: dict[str, str]) -> None:
    error = Exception(case["state"], f"[{case['state']}] {case['message']}")

    found = classify(error, phase=case["phase"])  # type: ignore[arg-type]

    assert (found.cause, type(found)) == (case["cause"], KINDS[case["kind"]])


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("[42S02] [X]Invalid object name 'F_ARTICLE'. (208) (SQLExecDirectW)", {"table": "F_ARTICLE", "number": "208"}),
        (
            "[HY000] [SQLite]table F_DOCLIGNE has no column named X Y (1) (1) (SQLExecDirectW)",
            {"table": "F_DOCLIGNE", "column": "X Y"},
        ),
        (
            "[22001] [X]In table 'b.F_COMPTET', column 'CT_Ville'. Truncated value: 'abc'. (2628) (SQLExecDirectW)",
            {"table": "b.F_COMPTET", "column": "CT_Ville", "value": "abc"},
        ),
        (
            "[42000] [X]81003 : raccourci en double (50000) (SQLExecDirectW)",
            {"number": "81003", "message": "81003 : raccourci en double"},
        ),
        (
            "[HY000] [SQLite]CHECK constraint failed: length(rtrim([CT_Ville])) <= 35 (19) (19) (SQLExecDirectW)",
            {"column": "CT_Ville"},
        ),
    ],
)
def test_the_facts_of_the_message_are_quoted(message: str, facts: dict[str, str]) -> None:
    found = classify(Exception(message[1:6], message), phase="write")

    assert facts.items() <= found.facts.items()


def test_the_password_is_never_in_the_detail() -> None:
    error = Exception("28000", "[28000] Login failed; PWD=s3cret (18456) (SQLDriverConnect)")

    found = classify(error, phase="connect", secret="s3cret")

    assert "s3cret" not in found.detail
    assert "s3cret" not in str(found.facts)


@pytest.mark.parametrize(
    ("state", "breaks"),
    [
        ("HYT00", True),
        ("HY008", True),
        ("08S01", True),
        ("HY000", True),
        ("01000", True),
        ("24000", True),
        ("23000", False),
        ("42000", False),
    ],
)
def test_some_errors_condemn_their_connection(state: str, breaks: bool) -> None:
    assert DriverError.of(Exception(state, "")).breaks_connection is breaks


def test_an_exception_without_arguments_is_still_an_error() -> None:
    assert classify(Exception(), phase="read").cause == "sage.failed"
