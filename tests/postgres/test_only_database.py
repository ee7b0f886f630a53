"""Which tests run a second time on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.postgres.only_database import touches_database


@pytest.mark.parametrize(
    ("fixtures", "marks", "bases", "expected"),
    [
        pytest.param(["tmp_path"], [], [], False, id="pure test"),
        pytest.param(["tmp_path", "db"], [], [], True, id="asks for the database through a fixture"),
        pytest.param([], ["django_db"], [], True, id="marked"),
        pytest.param(["live_server"], [], [], True, id="live server"),
        pytest.param([], [], ["TestCase", "TransactionTestCase"], True, id="a Django test case"),
        pytest.param(["live_server"], ["django_db", "browser"], [], False, id="in a browser"),
    ],
)
def test_a_test_that_touches_the_database(
    fixtures: list[str], marks: list[str], bases: list[str], expected: bool
) -> None:
    assert touches_database(fixtures, marks, bases) is expected
