"""Tests a client's connections and says what was found."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.prestashop import words
from sync_portal.management.lookup import client_called
from sync_portal.sync.causes import describe
from sync_portal.sync.connection_check import check_client


class Command(BaseCommand):
    help = "Tests the Sage connection and every shop of a client, and says what was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client", help="the client's identifier")
        parser.add_argument("--json", action="store_true", help="print what was found as one JSON object")

    def handle(self, **options: Any) -> None:
        found = check_client(client_called(options["client"]))
        if options["json"]:
            self.stdout.write(json.dumps([part.to_json() for part in found], ensure_ascii=False, default=str))
        for part in found if not options["json"] else []:
            self.stdout.write(f"{part.name}: " + ("ok" if part.ok else describe(part.cause, part.facts, "en").sentence))
            for name in (name for name in part.found if name != "in words"):
                self.stdout.write(_told(name, part.found[name]))
        if not all(part.ok for part in found):
            raise CommandError("a connection does not work")


def _told(name: str, value: Any) -> str:
    """What a shop can do stands on lines of its own, in the language of the commands."""
    if name == "told":
        return "\n".join(f"    {words.sentence(thing['code'], thing['facts'], 'en')}" for thing in value)
    return f"  {name}: {value}"
