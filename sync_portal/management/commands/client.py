"""Clients as files: load one, export one."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync_portal import clientfiles
from sync_portal.management.lookup import client_called


class Command(BaseCommand):
    help = "Loads a client from a TOML file, or writes one as TOML."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="create or update a client from a file")
        load.add_argument("file", type=Path)
        load.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            dest="settings_",
            help="a value put over the file's, e.g. shops.0.url=https://shop.example.com; may be repeated",
        )
        export = actions.add_parser("export", help="print a client as TOML")
        export.add_argument("slug")
        export.add_argument("--with-secrets", action="store_true", help="include passwords and keys in clear")

    def handle(self, **options: Any) -> None:
        if options["action"] == "load":
            self._load(options["file"], options["settings_"])
        else:
            self._export(options["slug"], with_secrets=options["with_secrets"])

    def _load(self, file: Path, settings: list[str]) -> None:
        try:
            told = clientfiles.load(clientfiles.read_file(file, settings))
        except clientfiles.ClientFileError as error:
            raise CommandError(str(error)) from error
        for line in told or ["nothing changed"]:
            self.stdout.write(line)

    def _export(self, slug: str, *, with_secrets: bool) -> None:
        self.stdout.write(clientfiles.export(client_called(slug), with_secrets=with_secrets), ending="")
