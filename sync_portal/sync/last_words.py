"""What a worker had in hand when it died: an article on which workers die must not end each run for ever.

Before a part of the articles is derived its names are noted with the run. The attempt after a death derives the part
that was in hand article by article, and notes each. The last attempt leaves out the one that was in hand then. So it
takes three attempts, and a death by chance costs a slower part, at the worst one article, which is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mapping import parts
from mapping.derive import Company
from mapping.parts import Part
from mapping.source import SageData
from sync_portal.sync import claims
from sync_portal.sync.context import RunContext
from sync_portal.sync.mistakes import is_a_mistake
from sync_portal.sync.models import Run


class WorkerDied(Exception):
    """No exception was seen: the worker was killed, ran out of memory, or took longer than a job may."""


def derived(context: RunContext, company: Company, common: SageData, articles: Collection[str]) -> Iterator[Part]:
    """These articles part by part, each noted until the next one is asked for.

    Raises:
        LeaseLost: another worker has the run.
    """
    run = context.run
    left_out = {name: error for name, error in _left_out(run).items() if name in articles}
    if left_out:
        yield Part([], common, (), left_out)
    yield from parts.derived(
        context.client,
        company,
        common,
        set(articles) - left_out.keys(),
        is_a_mistake,
        alone=run.in_hand,
        about_to=lambda part: _note(context, part),
    )
    _note(context, ())


def _note(context: RunContext, part: Sequence[str]) -> None:
    claims.extend(context.run, in_hand=list(part))


def _left_out(run: Run) -> dict[str, Exception]:
    """The article that this attempt does without, and why: it was in hand alone, and nobody would try again."""
    if len(run.in_hand) != 1 or not claims.is_the_last_attempt(run):
        return {}
    return {run.in_hand[0]: WorkerDied(f"attempt {run.attempt - 1} ended while it was at {run.in_hand[0]!r} alone")}
