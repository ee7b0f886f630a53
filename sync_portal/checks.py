"""System checks: a wrong setting is said at start, with an id and what to do about it."""

from collections.abc import Iterable
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Critical, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured


@register()
def settings_are_usable(app_configs: object, **kwargs: Any) -> Iterable[CheckMessage]:
    """Every setting without which the portal would fail later, and less clearly."""
    yield from _secret_key()
    yield from _credentials_keys()
    yield from _database()
    yield from _jobs()
    yield from _site_url()


def _secret_key() -> Iterable[CheckMessage]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django refuses an empty one at the first access, before any hint could be given
        key = ""
    if len(key) < 32:
        yield Critical(
            "SECRET_KEY is missing or shorter than 32 characters",
            hint="Set it in the environment or in .env: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="sync_portal.E001",
        )


def _credentials_keys() -> Iterable[CheckMessage]:
    if not settings.CREDENTIALS_KEYS:
        yield Critical(
            "CREDENTIALS_KEYS is empty: passwords and webservice keys could not be stored",
            hint="Set it to one key (or several, newest first, separated by commas) made by "
            "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
            id="sync_portal.E002",
        )
    for rank, key in enumerate(settings.CREDENTIALS_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            yield Critical(
                f"Key number {rank} of CREDENTIALS_KEYS is not a Fernet key (32 bytes, url-safe base64)",
                hint="Make one with Fernet.generate_key(); a key in use stays in the list until all is re-encrypted",
                id="sync_portal.E003",
            )


def _database() -> Iterable[CheckMessage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        yield Error(
            f"DATABASE_URL names {database['ENGINE']}: only SQLite and PostgreSQL are supported",
            hint="postgres://user:password@host:5432/name or sqlite:////path/portal.sqlite3",
            id="sync_portal.E004",
        )
    if "pool" in database.get("OPTIONS", {}):
        yield Error(
            "The database connection uses psycopg's pool, which breaks in the workers (sockets shared by forks)",
            hint="Remove OPTIONS['pool'] and keep CONN_MAX_AGE",
            id="sync_portal.E005",
        )


def _jobs() -> Iterable[CheckMessage]:
    if settings.Q_CLUSTER["retry"] <= settings.Q_CLUSTER["timeout"]:
        yield Error(
            f"Q_CLUSTER: retry ({settings.Q_CLUSTER['retry']} s) must be longer than timeout "
            f"({settings.Q_CLUSTER['timeout']} s)",
            hint="Leave it to the settings file: it is computed from JOB_TIMEOUT",
            id="sync_portal.E006",
        )
    if settings.RUN_LEASE_SECONDS < 15:
        yield Error(
            f"RUN_LEASE_SECONDS is {settings.RUN_LEASE_SECONDS}: a busy worker would be taken for a dead one",
            hint="Use at least 15 seconds (default 180)",
            id="sync_portal.E007",
        )
    for name, default in (("RETENTION_DAYS", 90), ("AUDIT_RETENTION_DAYS", 730)):
        if getattr(settings, name) < 1:
            yield Error(
                f"{name} is {getattr(settings, name)}: the history would be deleted as it is written",
                hint=f"Use at least 1 day (default {default})",
                id="sync_portal.E009",
            )


def _site_url() -> Iterable[CheckMessage]:
    if not settings.SITE_URL.startswith(("http://", "https://")):
        yield Error(
            f"SITE_URL is {settings.SITE_URL!r}: it must begin with http:// or https://",
            hint="It is the address people type, e.g. https://sync.example.com",
            id="sync_portal.E008",
        )
    if not settings.DEBUG and "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "ALLOWED_HOSTS accepts every host name",
            hint="Name the portal's own host",
            id="sync_portal.W001",
        )
