"""Turning the key that seals stored secrets."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from connectors.credentials import Secret
from connectors.errors import ConfigurationError
from connectors.models import Client, SageConnection, ShopConnection

pytestmark = pytest.mark.django_db


def test_after_a_rotation_the_new_key_alone_opens_every_secret(client_acme: Client, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIALS_KEYS = [old]
    SageConnection.objects.create(client=client_acme, password=Secret("sésame"))
    ShopConnection.objects.create(client=client_acme, name="Boutique", url="https://shop.example", key=Secret("K" * 32))
    settings.CREDENTIALS_KEYS = [new, old]
    call_command("rotate_credentials")
    settings.CREDENTIALS_KEYS = [new]
    assert SageConnection.objects.get().password.reveal() == "sésame"
    assert ShopConnection.objects.get().key.reveal() == "K" * 32
    settings.CREDENTIALS_KEYS = [old]
    with pytest.raises(ConfigurationError, match="credentials_key"):
        SageConnection.objects.get()
