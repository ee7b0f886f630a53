"""A wrong setting is said with an id and a hint; the environment becomes the settings it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage

from sync_portal import checks

ROOT = Path(__file__).resolve().parent.parent
SQLITE = {"ENGINE": "django.db.backends.sqlite3"}

WRONG: dict[str, tuple[str, Any, str]] = {
    "no secret key": ("SECRET_KEY", "", "sync_portal.E001"),
    "a short secret key": ("SECRET_KEY", "x" * 31, "sync_portal.E001"),
    "no key for stored secrets": ("CREDENTIALS_KEYS", [], "sync_portal.E002"),
    "a key that is none": ("CREDENTIALS_KEYS", [Fernet.generate_key().decode(), "password"], "sync_portal.E003"),
    "another database": ("DATABASES", {"default": {"ENGINE": "django.db.backends.mysql"}}, "sync_portal.E004"),
    "a pool": ("DATABASES", {"default": {**SQLITE, "OPTIONS": {"pool": True}}}, "sync_portal.E005"),
    "retry before the timeout": ("Q_CLUSTER", {"timeout": 1800, "retry": 1800}, "sync_portal.E006"),
    "a lease of a few seconds": ("RUN_LEASE_SECONDS", 14, "sync_portal.E007"),
    "a history of no day": ("RETENTION_DAYS", 0, "sync_portal.E009"),
    "no memory of who changed a setting": ("AUDIT_RETENTION_DAYS", 0, "sync_portal.E009"),
    "an address without scheme": ("SITE_URL", "sync.example.com", "sync_portal.E008"),
    "every host": ("ALLOWED_HOSTS", ["*"], "sync_portal.W001"),
}


@pytest.fixture
def right(settings: Any) -> Any:
    """Settings of which nothing is to be said."""
    settings.SECRET_KEY = "x" * 50
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    settings.ALLOWED_HOSTS = ["sync.example.com"]
    settings.SITE_URL = "https://sync.example.com"
    return settings


def said() -> list[CheckMessage]:
    return list(checks.settings_are_usable(None))


def test_nothing_is_said_of_right_settings(right: Any) -> None:
    assert said() == []


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_said_with_its_id_and_a_hint(right: Any, case: str) -> None:
    name, value, identity = WRONG[case]
    setattr(right, name, value)
    found = said()
    assert [message.id for message in found] == [identity]
    assert found[0].hint


def test_every_check_is_tested() -> None:
    source = (ROOT / "sync_portal" / "checks.py").read_text(encoding="utf-8")
    ids = {part.split('"')[0] for part in source.split('id="')[1:]}
    assert ids == {identity for _name, _value, identity in WRONG.values()}


def loaded(expression: str, **environment: str) -> Any:
    """What an expression on the settings module gives, in a process with this environment and no other setting."""
    code = f"import json; from sync_portal import settings as s; print(json.dumps({expression}, default=str))"
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    # Empty values, so that a .env beside manage.py cannot fill them in.
    shield = {"DATABASE_URL": "sqlite://:memory:", "SITE_URL": "http://localhost:8000", "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=bare | shield | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_postgresql_gets_kept_connections_and_no_pool() -> None:
    database = loaded("s.DATABASES['default']", DATABASE_URL="postgres://portal:secret@db.example.com:5433/sync")
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.com", 5433, "sync")
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)
    assert "pool" not in database.get("OPTIONS", {})


def test_sqlite_takes_the_write_lock_at_once() -> None:
    options = loaded("s.DATABASES['default']['OPTIONS']")
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize(
    ("environment", "broker"),
    [
        pytest.param({}, ["default", None], id="the database"),
        pytest.param({"REDIS_URL": "redis://redis:6379/0"}, [None, "redis://redis:6379/0"], id="Redis"),
    ],
)
def test_jobs_are_carried_by(environment: dict[str, str], broker: list[str | None]) -> None:
    assert loaded("[s.Q_CLUSTER.get('orm'), s.Q_CLUSTER.get('redis')]", **environment) == broker


@pytest.mark.parametrize("timeout", ["60", "1800", "7200"])
def test_a_task_is_not_delivered_again_while_it_and_those_before_it_may_run(timeout: str) -> None:
    cluster = loaded("s.Q_CLUSTER", JOB_TIMEOUT=timeout)
    longest = cluster["timeout"] * (1 + -(-(cluster["queue_limit"] + 1) // cluster["workers"]))
    assert cluster["retry"] > longest


@pytest.mark.parametrize(
    ("site", "secure"),
    [
        pytest.param("https://sync.example.com", True, id="https"),
        pytest.param("http://localhost:8000", False, id="http"),
    ],
)
def test_cookies_are_secure_when_the_address_is(site: str, secure: bool) -> None:
    assert (
        loaded("[s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0]", SITE_URL=site)
        == [secure] * 3
    )


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    directives = loaded("s.CONTENT_SECURITY_POLICY['DIRECTIVES']")
    assert directives["default-src"] == ["'self'"]
    assert not [value for values in directives.values() for value in values if "unsafe" in value or "http" in value]
