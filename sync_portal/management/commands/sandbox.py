"""The sandbox: builds the Sage company, serves the shop."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Builds the sandbox Sage company, or serves the sandbox shop."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        sage = parts.add_parser("sage", help="build the Sage company (replaces the one that is there)")
        sage.add_argument("--path", type=Path, default=settings.DATA_DIR / "sandbox" / "sage.sqlite3")
        sage.add_argument("--media", type=Path, default=settings.DATA_DIR / "sandbox" / "media")
        sage.add_argument("--articles", type=int, help="so many generated articles more than the believable ones")
        sage.add_argument("--seed", type=int, default=1, help="another seed, other generated articles")
        shop = parts.add_parser("shop", help="serve the shop until Ctrl-C")
        shop.add_argument("--state", type=Path, default=settings.DATA_DIR / "sandbox" / "shop.sqlite3")
        shop.add_argument("--host", default="127.0.0.1")
        shop.add_argument("--port", type=int, default=8001)
        shop.add_argument("--ps-version", default="8.2.1", help="answer in the manner of this PrestaShop")

    def handle(self, **options: Any) -> None:
        if options["part"] == "sage":
            self._sage(options)
        else:
            self._shop(options)

    def _sage(self, options: dict[str, Any]) -> None:
        from connectors.sandbox.sage import build_company

        options["path"].parent.mkdir(parents=True, exist_ok=True)
        summary = build_company(
            options["path"], articles=options["articles"], seed=options["seed"], media=options["media"]
        )
        self.stdout.write(f"{options['path']}: {summary}")

    def _shop(self, options: dict[str, Any]) -> None:
        from connectors.sandbox.shop.server import serve

        options["state"].parent.mkdir(parents=True, exist_ok=True)
        try:
            serve(options["state"], options["host"], options["port"], version=options["ps_version"])
        except OSError as error:
            raise CommandError(f"port {options['port']}: {error}") from error
