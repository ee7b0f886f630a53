"""Seals every stored secret again, with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from connectors.models import SageConnection, ShopConnection


class Command(BaseCommand):
    help = "Encrypts every stored secret with the first of CREDENTIALS_KEYS; afterwards the older keys may go."

    def handle(self, **options: Any) -> None:
        with transaction.atomic():
            connections = [*SageConnection.objects.select_for_update(), *ShopConnection.objects.select_for_update()]
            for connection in connections:
                connection.save()
        self.stdout.write(f"{len(connections)} connections sealed again")
