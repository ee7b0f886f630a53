from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.sage import odbc
from connectors.sage.odbc import SageSession, SageSettings, open_session

from .fake_driver import Error, FakeDriver
from .test_driver_errors import CASES

SQL_SERVER = SageSettings(
    dialect="sqlserver", driver="FreeTDS", server="srv", database="BIJOU", user="sa", password="p;w", write_enabled=True
)
DEADLOCK = Error("42000", "[42000] [FreeTDS]deadlocked (1205) (SQLExecDirectW)")
CUT = Error("08S01", "[08S01] [X]Communication link failure (0) (SQLExecDirectW)")


def failing(*steps: tuple[str, Error]) -> Callable[[str], None]:
    """Raises each error the first time its step is reached."""
    left = list(steps)

    def fail(what: str) -> None:
        if left and left[0][0] == what:
            raise left.pop(0)[1]

    return fail


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeDriver]:
    def install(*steps: tuple[str, Error], rows: list[tuple[Any, ...]] | None = None) -> FakeDriver:
        driver = FakeDriver(failing(*steps), rows)
        monkeypatch.setattr(odbc, "_driver", lambda: driver)
        return driver

    return install


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        pytest.param(
            SQL_SERVER,
            "DRIVER={FreeTDS};SERVER=srv;PORT=1433;TDS_Version=7.4;DATABASE=BIJOU;UID=sa;PWD={p;w}",
            id="FreeTDS takes the port apart",
        ),
        pytest.param(
            SageSettings(
                dialect="sqlserver", driver="ODBC Driver 18 for SQL Server", server="srv", port=1444, database="B"
            ),
            "DRIVER={ODBC Driver 18 for SQL Server};SERVER=srv,1444;TrustServerCertificate=yes;DATABASE=B",
            id="Microsoft",
        ),
        pytest.param(
            SageSettings(dialect="sage", dsn="SAGE100", user="u", password="p"), "DSN=SAGE100;UID=u;PWD=p", id="DSN"
        ),
        pytest.param(
            SageSettings(dialect="sage", dsn="S", password="a}b"), "DSN=S;PWD={a}}b}", id="brace in a password"
        ),
    ],
)
def test_settings_become_a_connection_string(settings: SageSettings, text: str) -> None:
    assert settings.connection_string() == text


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server", "srv;DRIVER=/tmp/evil.so"),
        ("database", "a}b"),
        ("driver", "/tmp/evil.so"),
        ("driver", "x};DSN={y"),
        ("dsn", "../evil"),
        ("user", "a{b"),
        ("path", "/tmp/a;NoCreat=0"),
    ],
)
def test_a_setting_cannot_smuggle_another_one(setting: str, value: str) -> None:
    settings = SageSettings(dialect="sqlite" if setting == "path" else "sqlserver", **{setting: value})

    with pytest.raises(ConfigurationError) as caught:
        settings.connection_string()
    assert caught.value.cause == "sage.bad_setting"
    assert caught.value.facts["setting"] == setting


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert "p;w" not in repr(SQL_SERVER)


def test_both_time_outs_are_always_set(fake: Callable[..., FakeDriver]) -> None:
    driver = fake()
    open_session(SQL_SERVER)

    (connection,) = driver.connections
    assert (connection.login_timeout, connection.timeout, connection.autocommit) == (10, 120, True)


def test_reading_streams_in_batches(fake: Callable[..., FakeDriver]) -> None:
    fake(rows=[(number,) for number in range(5)])
    session = open_session(SQL_SERVER)

    assert [len(batch) for batch in session.batches("SELECT", size=2)] == [2, 2, 1]
    assert session.rows("SELECT") == [(0,), (1,), (2,), (3,), (4,)]


def test_a_second_result_cannot_be_opened_over_the_first(fake: Callable[..., FakeDriver]) -> None:
    fake(rows=[(1,), (2,)])
    session = open_session(SQL_SERVER)
    rows = session.query("SELECT")
    next(rows)

    with pytest.raises(RuntimeError):
        session.rows("SELECT")
    rows.close()
    assert len(session.rows("SELECT")) == 2


def test_a_connection_cut_while_reading_is_replaced(fake: Callable[..., FakeDriver]) -> None:
    driver = fake(("fetch", CUT), rows=[(1,)])
    session = open_session(SQL_SERVER)

    with pytest.raises(RetryableError, match="connection_lost"):
        session.rows("SELECT")
    assert session.rows("SELECT") == [(1,)]
    assert [connection.closed for connection in driver.connections] == [True, False]


def test_a_plain_error_keeps_the_reading_connection(fake: Callable[..., FakeDriver]) -> None:
    missing = Error("42S02", "[42S02] [X]Invalid object name 'F_X'. (208) (SQLExecDirectW)")
    driver = fake(("SELECT", missing))
    session = open_session(SQL_SERVER)

    with pytest.raises(ConfigurationError) as caught:
        session.rows("SELECT")
    assert caught.value.facts["table"] == "F_X"
    assert [connection.closed for connection in driver.connections] == [False]


def test_writing_has_its_own_connection_and_commits(fake: Callable[..., FakeDriver]) -> None:
    driver = fake()
    session = open_session(SQL_SERVER)
    with session.transaction() as unit:
        unit.execute("INSERT")

    reader, writer = driver.connections
    assert reader.log == []
    assert not writer.autocommit
    assert writer.log == [*session.dialect.on_write_connection, "INSERT", "commit"]


def test_an_error_rolls_back_and_keeps_a_sound_connection(fake: Callable[..., FakeDriver]) -> None:
    driver = fake(("INSERT", DEADLOCK))
    session = open_session(SQL_SERVER)

    with pytest.raises(RetryableError, match="deadlock"), session.transaction() as unit:
        unit.execute("INSERT")
    writer = driver.connections[1]
    assert writer.log[-1] == "rollback"
    assert not writer.closed


def test_an_error_that_was_swallowed_is_not_committed(fake: Callable[..., FakeDriver]) -> None:
    driver = fake(("INSERT", DEADLOCK))
    session = open_session(SQL_SERVER)

    with pytest.raises(RuntimeError), session.transaction() as unit, pytest.raises(RetryableError):
        unit.execute("INSERT")
    assert "commit" not in driver.connections[1].log


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([("INSERT", CUT)], id="the error condemns the connection"),
        pytest.param(
            [("INSERT", DEADLOCK), ("rollback", Error("25000", "[25000] [FreeTDS]no transaction (3903) (SQLEndTran)"))],
            id="the rollback fails",
        ),
        pytest.param([("commit", Error("HY000", "The driver did not supply an error!"))], id="the commit is cut"),
    ],
)
def test_a_writing_connection_in_doubt_is_thrown_away(
    steps: list[tuple[str, Error]], fake: Callable[..., FakeDriver]
) -> None:
    driver = fake(*steps)
    session = open_session(SQL_SERVER)

    with pytest.raises(RetryableError), session.transaction() as unit:
        unit.execute("INSERT")
    with session.transaction() as unit:
        unit.execute("INSERT")

    first, second = driver.connections[1:]
    assert first.closed
    assert second.log[-1] == "commit"


def test_writing_is_refused_unless_it_was_switched_on() -> None:
    session = SageSession(SageSettings(dialect="sqlite", path="x"))

    with pytest.raises(ConfigurationError) as caught, session.transaction():
        pytest.fail("nothing may be written")
    assert caught.value.cause == "sage.write_disabled"


def test_a_missing_sandbox_file_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "absent.sqlite"

    with pytest.raises(RetryableError) as caught:
        open_session(SageSettings(dialect="sqlite", path=str(path)))
    assert caught.value.cause == "sage.unreachable"
    assert caught.value.facts["server"] == str(path)
    assert not path.exists()


def test_a_file_that_is_not_a_base_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite"
    path.write_text("this is not a database" * 100)

    with (
        pytest.raises(ConnectorError) as caught,
        open_session(SageSettings(dialect="sqlite", path=str(path))) as session,
    ):
        session.rows("SELECT AR_Ref FROM F_ARTICLE")
    assert caught.value.cause == "sage.unknown_database"


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_session(SageSettings(dialect="sqlserver", driver="No Such Driver", server="x"))
    assert caught.value.cause == "sage.driver_missing"
    assert caught.value.facts["driver"] == "No Such Driver"


def test_a_value_that_is_too_long_is_refused_and_undone(company: SageSession) -> None:
    with pytest.raises(RejectedRecordError) as caught, company.transaction() as unit:
        unit.execute("UPDATE F_ARTICLE SET AR_Design = ?", ["é" * 70])
    assert caught.value.cause == "sage.too_long"
    assert caught.value.facts["column"] == "AR_Design"
    assert company.rows("SELECT COUNT(*) FROM F_ARTICLE WHERE length(AR_Design) > 69") == [(0,)]


def test_a_reader_does_not_see_an_unfinished_write(company: SageSession) -> None:
    count = "SELECT COUNT(*) FROM F_DEPOT WHERE DE_Code = 'X'"
    with open_session(company.settings) as other:
        with company.transaction() as unit:
            unit.execute("UPDATE F_DEPOT SET DE_Code = 'X'")
            assert other.rows(count) == [(0,)]
        assert other.rows(count) == [(2,)]


def test_the_servers_clock_is_read(company: SageSession) -> None:
    assert abs((company.server_now() - datetime.now()).total_seconds()) < 600  # not another time zone


THROWN_AWAY = {"HYT00", "HY008", "08S01", "HY000", "01000", "24000", "25000"}
"""States after which the drivers were seen to leave a connection that must not be used again."""


@pytest.mark.parametrize("case", [case for case in CASES if case["phase"] == "read"], ids=lambda case: case["case"])
def test_each_error_of_the_drivers_while_reading(case: dict[str, str], fake: Callable[..., FakeDriver]) -> None:
    driver = fake(("SELECT", Error(case["state"], f"[{case['state']}] {case['message']}")), rows=[(1,)])
    session = open_session(SQL_SERVER)

    with pytest.raises(ConnectorError) as caught:
        session.rows("SELECT")

    assert caught.value.cause == case["cause"]
    assert driver.connections[0].closed is (case["state"] in THROWN_AWAY)
    assert session.rows("SELECT") == [(1,)], "the next question is answered"


@pytest.mark.parametrize("case", [case for case in CASES if case["phase"] == "write"], ids=lambda case: case["case"])
def test_each_error_of_the_drivers_while_writing(case: dict[str, str], fake: Callable[..., FakeDriver]) -> None:
    driver = fake(("INSERT", Error(case["state"], f"[{case['state']}] {case['message']}")))
    session = open_session(SQL_SERVER)

    with pytest.raises(ConnectorError) as caught, session.transaction() as unit:
        unit.execute("INSERT")

    writer = driver.connections[1]
    assert caught.value.cause == case["cause"]
    assert "commit" not in writer.log
    assert "rollback" in writer.log
    assert writer.closed is (case["state"] in THROWN_AWAY)


@pytest.mark.parametrize("deadly", ["fast_executemany", ".cancel(", "setencoding", "setdecoding"])
def test_what_the_drivers_do_not_survive_is_never_used(deadly: str) -> None:
    sources = Path(odbc.__file__).parent.rglob("*.py")

    assert [path.name for path in sources if deadly in path.read_text(encoding="utf-8")] == []
