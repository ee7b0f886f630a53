"""The benchmarks."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync_portal.bench import BENCHMARKS, Bench
from sync_portal.bench.frame import own_database, own_folder


class Command(BaseCommand):
    help = "Runs the benchmarks on a database and a sandbox of their own, and touches nothing else."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=sorted(BENCHMARKS), help="run this one alone")
        parser.add_argument("--articles", type=int, help="so many generated articles in the Sage company")
        parser.add_argument("--json", action="store_true", help="one JSON object a line and nothing else")

    def handle(self, **options: Any) -> None:
        names = [options["only"]] if options["only"] else list(BENCHMARKS)
        failed = 0
        with own_database():
            for name in names:
                with own_folder() as folder:
                    result = BENCHMARKS[name](Bench(folder, options["articles"]))
                failed += not result.ok
                self.stdout.write(json.dumps(result.to_json()) if options["json"] else _told(result.to_json()))
        if failed:
            sys.exit(1)


def _told(result: dict[str, Any]) -> str:
    verdict = "ok" if result["ok"] else "TOO MUCH"
    figures = [f"  {name}: {value}" for name, value in result.items() if name not in {"name", "ratio", "limit", "ok"}]
    return "\n".join([f"{result['name']}: {result['ratio']} (limit {result['limit']}) {verdict}", *figures])
