"""What changes of the mirror reach, kept as a log that every flow reads from its own position.

Written in the transaction that changes the mirror: a row is never newer than the log. The position is moved under a
lock held until that transaction ends, so whoever reads position 7 sees everything up to 7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.fields.json import KT, KeyTextTransform

from connectors.models import Client
from mapping.affected import Touched
from mapping.choices import GROUP, PRODUCT, Choices, GroupChoice
from mapping.groups import Groups
from mapping.models import Choice, MirrorState, SourceRecord, SourceTouch
from mapping.naming import folded
from mapping.vocabulary import PACKAGING_OPTION, Vocabulary, shown_spellings

ARTICLE, ACCOUNTS, VOCABULARY, EVERYTHING = "article", "accounts", "vocabulary", "everything"
MANY = 10_000
"""Articles reached by one reading from which on everything is derived anew: a log of all of them would cost more."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reached:
    """What the changes after a position reach."""

    everything: bool
    accounts: bool
    articles: frozenset[str]


def record(client: Client, touched: Touched) -> int:
    """Log what these changed rows reach; returns how many articles. Call it in the transaction that changes them."""
    if touched.nothing:
        return 0
    articles = set() if touched.everything else _articles(client, touched)
    everything = touched.everything or len(articles) > MANY
    scopes = {ACCOUNTS: touched.accounts, VOCABULARY: touched.vocabulary, EVERYTHING: everything}
    places = [(scope, "") for scope, reached in scopes.items() if reached]
    places += [] if everything else [(ARTICLE, article) for article in sorted(articles)]
    _log(client, places)
    return len(articles)


def touch_articles(client: Client, references: Iterable[str]) -> None:
    """Have these articles derived again by every flow: for what a person decided, or a shop changed, beside Sage."""
    with transaction.atomic():
        _log(client, [(ARTICLE, reference) for reference in sorted(set(references))])


def touch_everything(client: Client) -> None:
    """Have everything derived again by every flow."""
    with transaction.atomic():
        _log(client, [(EVERYTHING, "")])


def take_turn(client: Client) -> None:
    """Wait for whoever is changing this client's mirror, and keep the others waiting until this transaction ends."""
    if not MirrorState.objects.select_for_update().filter(client=client).values_list("pk", flat=True).first():
        MirrorState.objects.get_or_create(client=client)


def position(client: Client) -> int:
    """Up to where the mirror has changed."""
    return MirrorState.objects.filter(client=client).values_list("position", flat=True).first() or 0


def since(client: Client, start: int) -> Reached:
    """What was reached after this position."""
    rows = SourceTouch.objects.filter(client=client, position__gt=start).values_list("scope", "key")
    found: dict[str, set[str]] = defaultdict(set)
    for scope, key in rows.iterator():
        found[scope].add(key)
    return Reached(EVERYTHING in found, ACCOUNTS in found, frozenset(found[ARTICLE]))


def vocabulary(client: Client) -> Vocabulary:
    """How often each spelling of a gamme and its values occurs.

    Counted anew when it may have changed; a spelling that is no longer the one shown, or a packaging that
    now stands elsewhere, touches everything.
    """
    state, _made = MirrorState.objects.get_or_create(client=client)
    known = _from_json(state.vocabulary)
    changed = SourceTouch.objects.filter(
        client=client, scope__in=[VOCABULARY, EVERYTHING], position__gt=state.vocabulary_position
    )
    newest = changed.order_by("-position").values_list("position", flat=True).first()
    if newest is None:
        return known
    counted = _counted(client)
    before, after = shown_spellings(known), shown_spellings(counted)
    with transaction.atomic():
        MirrorState.objects.filter(pk=state.pk).update(vocabulary=_to_json(counted), vocabulary_position=newest)
        if _differ(before, after) or _differ(known.units, counted.units):
            _log(client, [(EVERYTHING, "")])
            MirrorState.objects.filter(pk=state.pk).update(vocabulary_position=F("position"))
    return counted


def _differ(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether something that is in both is not what it was."""
    return any(after[key] != value for key, value in before.items() if key in after)


def _to_json(vocabulary: Vocabulary) -> list[list[str | int]]:
    units = vocabulary.units
    return [
        [option, label, amount, units.get(folded(label), 0) if option == PACKAGING_OPTION else 0]
        for (option, label), amount in sorted(vocabulary.items())
    ]


def _from_json(rows: list[Any]) -> Vocabulary:
    counted = {(option, label): amount for option, label, amount, *_units in rows}
    return Vocabulary(
        counted, {folded(label): units for _option, label, _amount, *more in rows for units in more if units}
    )


def _log(client: Client, places: Iterable[tuple[str, str]]) -> None:
    moved = MirrorState.objects.filter(client=client)
    if not moved.update(position=F("position") + 1):
        MirrorState.objects.get_or_create(client=client)
        moved.update(position=F("position") + 1)
    now = moved.values_list("position", flat=True).get()
    SourceTouch.objects.bulk_create(
        [SourceTouch(client=client, scope=scope, key=key, position=now) for scope, key in places],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["client", "scope", "key"],
        update_fields=["position"],
    )


def _articles(client: Client, touched: Touched) -> set[str]:
    """The articles behind all that was touched, by a few indexed look-ups for each batch of rows."""
    rows = SourceRecord.objects.filter(client=client)
    coded = rows.filter(stream__in=["articles", "combinations"])
    eans = touched.eans | _values(coded, "subject", touched.barcodes_of, "link")
    listed = rows.filter(stream="articles", deleted_at=None)
    families = touched.families | _below(rows, touched.branches)
    return (
        touched.articles
        | _with_accessories(client, _with_kits(rows, touched.in_kits))
        | _values(coded, "link", eans, "subject")
        | _values(listed, "twin", touched.twins, "subject")
        | _values(listed, "family", families, "subject")
        | _values(rows.filter(stream="article_texts"), "link", touched.texts, "subject")
        | _with_terms(rows, touched)
    )


def _values(
    rows: QuerySet[SourceRecord], column: str, wanted: Collection[str], answer: str | KeyTextTransform
) -> set[str]:
    """The answers of the rows whose column holds one of these; rows gone from Sage are left out."""
    found: set[str] = set()
    for part in _parts(wanted):
        named: dict[str, Any] = {f"{column}__in": part, "deleted_at": None}
        found.update(rows.filter(**named).values_list(answer, flat=True))
    return found - {None, ""}


def _with_kits(rows: QuerySet[SourceRecord], articles: Collection[str]) -> set[str]:
    found, fresh = set(articles), set(articles)
    while fresh:
        fresh = _values(rows.filter(stream="kit_components"), "link", fresh, "subject") - found
        found |= fresh
    return found


def _with_accessories(client: Client, articles: set[str]) -> set[str]:
    """These, and the products for which a person chose one of them as an accessory: a few at most."""
    if not articles:
        return articles
    chosen = Choice.objects.filter(client=client, kind=PRODUCT.name, value__has_key="accessories")
    named = chosen.values_list("subject", "value__accessories")
    return articles | {subject for subject, accessories in named if articles.intersection(accessories or ())}


def _below(rows: QuerySet[SourceRecord], families: Collection[str]) -> set[str]:
    """These families and those below them."""
    if not families:
        return set()
    pairs = list(rows.filter(stream="families", deleted_at=None).values_list("key", KT("data__parent_code")))
    found, fresh = set(families), set(families)
    while fresh:
        fresh = {code for code, parent in pairs if parent in fresh} - found
        found |= fresh
    return found


def _with_terms(rows: QuerySet[SourceRecord], touched: Touched) -> set[str]:
    same_email = _values(rows.filter(stream="customers"), "link", touched.emails, "subject")
    groups = _values(rows.filter(stream="customers"), "subject", same_email, KT("data__buying_group"))
    terms = rows.filter(stream__in=["article_tariffs", "gamme_prices"])
    return _values(terms, "link", touched.buyers | same_email | groups, "subject")


def _counted(client: Client) -> Vocabulary:
    """From the mirror's rows, a few columns of each."""
    rows = SourceRecord.objects.filter(client=client, deleted_at=None)
    # KT, because a plain look-up of JSON gives back a text that looks like a number ("38") as a number; it gives
    # numbers as numbers on SQLite and as text on PostgreSQL.
    ranks = rows.filter(stream="gammes").values_list(KT("data__rank"), KT("data__label"))
    gammes = {str(rank): label for rank, label in ranks}
    values = rows.filter(stream="article_gammes").values_list("subject", KT("data__axis"), KT("data__label"))
    used = rows.filter(stream="articles", data__gamme1__gt=0)
    axes = used.values_list("subject", KT("data__gamme1"), KT("data__gamme2"))
    of_article = {subject: (first, second) for subject, first, second in axes.iterator()}
    counted = Vocabulary()
    for subject, axis, label in values.iterator():
        if subject in of_article:
            gamme = of_article[subject][0 if str(axis) == "0" else 1]
            counted[gammes.get(str(gamme), ""), label] += 1
    packagings = rows.filter(stream="packagings").values_list(KT("data__label"), KT("data__quantity"))
    for label, quantity in packagings.iterator():
        if label:
            counted.count_packaging(label, Decimal(str(quantity)))
    counted.update(_in_groups(client))
    return counted


def _in_groups(client: Client) -> Iterator[tuple[str, str]]:
    """The axes and values of the client's groups."""
    rows = Choice.objects.filter(client=client, kind=GROUP.name).values_list("key", "value")
    groups = Groups(Choices((GROUP.name, key, GroupChoice.model_validate(value)) for key, value in rows.iterator()))
    yield from groups.spellings()


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]
