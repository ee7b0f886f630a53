"""Stored secrets: encrypted, shown nowhere, readable with any key of the list and with no other."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from connectors.credentials import MASK, Secret, seal, unseal
from connectors.errors import ConfigurationError
from connectors.models import SageConnection, ShopConnection

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@given(st.text())
def test_what_is_sealed_is_unsealed(text: str) -> None:
    assert unseal(seal(Secret(text))) == Secret(text)


@given(st.text(min_size=12))
def test_the_sealed_form_does_not_hold_the_text(text: str) -> None:
    assert text not in seal(Secret(text))


def test_a_secret_never_shows_itself(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("tr0p-long")
    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("%s %r %s", secret, secret, [secret])
    assert (str(secret), repr(secret), f"{secret}", bool(secret)) == (MASK, MASK, MASK, True)
    assert "tr0p-long" not in caplog.text
    assert secret.reveal() == "tr0p-long"


def test_no_secret_is_an_empty_one() -> None:
    assert (str(Secret()), bool(Secret()), seal(Secret()), unseal("")) == ("", False, "", Secret())


def test_secrets_are_equal_by_their_text_and_to_no_text() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_an_old_key_still_opens_and_the_new_one_seals(settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    token = seal(Secret("tr0p-long"))
    settings.CREDENTIALS_KEYS = [NEW, OLD]
    assert unseal(token) == Secret("tr0p-long")
    rotated = seal(unseal(token))
    settings.CREDENTIALS_KEYS = [NEW]
    assert unseal(rotated) == Secret("tr0p-long")


@pytest.mark.parametrize(
    ("keys", "token"),
    [
        pytest.param([NEW], None, id="another key"),
        pytest.param([OLD], "not a token", id="no token at all"),
        pytest.param([], None, id="no key"),
    ],
)
def test_what_cannot_be_opened_is_an_error_and_never_the_value(settings: Any, keys: list[str], token: str) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    sealed = token or seal(Secret("tr0p-long"))
    settings.CREDENTIALS_KEYS = keys
    with pytest.raises(ConfigurationError) as refused:
        unseal(sealed)
    assert (refused.value.cause, refused.value.facts) == ("portal.credentials_key", {"setting": "CREDENTIALS_KEYS"})


@pytest.mark.django_db
def test_the_database_holds_the_sealed_form_only(client_acme: Any) -> None:
    shop = ShopConnection.objects.create(
        client=client_acme, name="Boutique", url="https://x.example", key="CLEDELABOUTIQUE"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM connectors_shopconnection WHERE id = %s", [shop.pk])
        (stored,) = cursor.fetchone()
    assert "CLEDELABOUTIQUE" not in stored
    assert ShopConnection.objects.get(pk=shop.pk).key == Secret("CLEDELABOUTIQUE")


@pytest.mark.django_db
def test_an_export_of_the_database_spills_no_secret(client_acme: Any) -> None:
    SageConnection.objects.create(client=client_acme, password=Secret("tr0p-long"))
    output = StringIO()
    call_command("dumpdata", "connectors", stdout=output)
    rows = [row["fields"] for row in json.loads(output.getvalue()) if row["model"] == "connectors.sageconnection"]
    assert [row["password"] for row in rows] == [MASK]
    assert "tr0p-long" not in output.getvalue()
