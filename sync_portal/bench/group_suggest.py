"""Proposing groups among all articles, beside one plain pass over their records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from django.utils import timezone

from connectors.models import Client
from connectors.sage.records import Article
from connectors.sage.streams import STREAMS
from mapping import mirror, suggestions
from mapping.models import GroupSuggestion, SourceRecord
from mapping.rules import ShopRules
from sync_portal.bench.frame import Bench, Result, in_turns

ARTICLES = 50_000
SECONDS = 20
COLOURS = ("Bleu", "Rouge", "Vert", "Noir", "Blanc", "Gris")
SIZES = ("S", "M", "L", "XL")


@dataclass(frozen=True)
class GroupSuggest(Result):
    """Also judged: the seconds."""

    @property
    def ok(self) -> bool:
        return super().ok and float(self.figures["seconds"]) < SECONDS


def group_suggest(bench: Bench) -> Result:
    """Judged: `suggestions.refresh` over one typed pass over the same articles, limit 5.0; under 20 seconds."""
    client = Client.objects.create(slug="bench", name="Bench")
    wanted = bench.articles or ARTICLES
    articles = islice(_articles(), wanted)
    mirror.update_mirror(client, "articles", articles, run_id=None, now=timezone.now(), full=True)
    seconds, bare = in_turns(
        lambda: suggestions.refresh(client, ShopRules(), now=timezone.now()), lambda: _plain_pass(client), turns=3
    )
    figures = {
        "articles": wanted,
        "suggestions": GroupSuggestion.objects.filter(client=client).count(),
        "seconds": round(seconds, 3),
        "plain_pass_seconds": round(bare, 3),
        "seconds_limit": SECONDS,
    }
    return GroupSuggest("group_suggest", ratio=round(seconds / bare, 2), limit=5.0, figures=figures)


def _plain_pass(client: Client) -> int:
    rows = SourceRecord.objects.filter(client=client, stream="articles").values_list("data", flat=True)
    record = STREAMS["articles"].record
    return sum(len(record.from_json(data).key) for data in rows.iterator(chunk_size=500))


def _articles() -> Iterator[Article]:
    """In turns: a group by reference, one by number, one by designation, one by a field, and articles on their own."""
    number = 0
    while True:
        number += 1
        plain = Article(
            reference="",
            label="",
            family_code=f"FAM{number % 40:02d}",
            published=True,
            stock_tracking=2,
            sale_price=Decimal(1_000 + number * 37 % 8_000) / 100,
        )
        name = f"Article modèle A{number}"
        for colour in COLOURS[:3]:
            for size in SIZES:
                reference = f"R{number}-{colour.upper()}-{size}"
                yield replace(plain, reference=reference, label=f"{name} de série {colour.lower()} {size}")
        for shoe in range(38, 44):
            yield replace(plain, reference=f"B{number}X{shoe}", label=f"Botte {name} pointure {shoe}")
        for rank, colour in enumerate(COLOURS):
            yield replace(plain, reference=f"D{number:06d}{rank}", label=f"Housse {name} {colour.lower()}")
            fields = {"Coloris": colour, "N° de lot": f"L{number}{rank}"}
            yield replace(plain, reference=f"F{rank}{number:06d}", label=f"Sac {name}", free_fields=fields)
        for alone in range(15):
            yield replace(plain, reference=f"S{number:06d}{alone:02d}", label=f"Pièce {number}-{alone} à visser")
