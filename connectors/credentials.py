"""Stored secrets: encrypted at rest, never shown again, never logged. The only code that reads them.

A secret is a Fernet token in the database, made with the first of `settings.CREDENTIALS_KEYS`; every key of the list
can open it, so that a key is rotated by putting the new one in front and saving the connections again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from connectors.errors import ConfigurationError

MASK = "••••••••"


class Secret:
    """A value that does not show itself: `str()`, `repr()` and logs get a mask, `reveal()` the text."""

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return MASK if self._text else ""

    __repr__ = __str__


if TYPE_CHECKING:
    _SecretColumn = models.TextField[Secret | str, Secret]
else:
    _SecretColumn = models.TextField


class SecretField(_SecretColumn):
    """A text column that holds the encrypted form of a `Secret`."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Secret:
        return unseal(value or "")

    def to_python(self, value: Any) -> Secret:
        return value if isinstance(value, Secret) else Secret(value or "")

    def get_prep_value(self, value: Any) -> str:
        return seal(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        return MASK  # dumpdata must not spill secrets


def seal(secret: Secret) -> str:
    """The encrypted form; an empty secret stays empty."""
    return _fernet().encrypt(secret.reveal().encode()).decode() if secret else ""


def unseal(token: str) -> Secret:
    """The secret behind a token.

    Raises:
        ConfigurationError: no key of `CREDENTIALS_KEYS` opens it. The ciphertext is never handed on as if it were the
        value.
    """
    if not token:
        return Secret()
    try:
        return Secret(_fernet().decrypt(token.encode()).decode())
    except InvalidToken as error:
        raise ConfigurationError("portal.credentials_key", {"setting": "CREDENTIALS_KEYS"}) from error


def _fernet() -> MultiFernet:
    if not settings.CREDENTIALS_KEYS:
        raise ConfigurationError("portal.credentials_key", {"setting": "CREDENTIALS_KEYS"})
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])
