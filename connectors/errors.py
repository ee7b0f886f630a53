"""Errors of the connectors, named by what the caller should do next.

Every one carries the code of a cause (`sync_portal.sync.causes` holds the catalogue with the sentence for people) and
the facts that the sentence quotes: the real value and the place it was met.
"""

from __future__ import annotations

from collections.abc import Mapping


class ConnectorError(Exception):
    """A failure with a cause code and its facts, e.g. ``("shop.wrong_key", {"url": "https://..."})``."""

    def __init__(self, cause: str, facts: Mapping[str, object] | None = None, *, detail: str = "") -> None:
        self.cause = cause
        self.facts: dict[str, str] = {name: str(value) for name, value in (facts or {}).items()}
        self.detail = detail
        """The technical text (driver message, answer body): for administrators, secrets already masked."""
        super().__init__(f"{cause}: {self.facts}" + (f" ({detail})" if detail else ""))


class RetryableError(ConnectorError):
    """Try again later, unchanged: the other side was unreachable, busy or locked."""


class RejectedRecordError(ConnectorError):
    """This one record is refused; the others go on. Trying again without a change would be refused again."""


def blameless(error: ConnectorError) -> ConnectorError:
    """What a failure says that is not the record's: no refusal of it, it is to be tried again."""
    if isinstance(error, RejectedRecordError):
        return RetryableError(error.cause, error.facts, detail=error.detail)
    return error


class ConfigurationError(ConnectorError):
    """Somebody must change a setting or a right first: the whole run stops."""
