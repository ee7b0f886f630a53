"""When a rhythm is due: in the client's own time, in nights that have an hour more or less, at the ends of months."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import accumulate, repeat

import pytest

from sync_portal.sync.rhythms import BadCronError, check_cron, next_moment

PARIS = "Europe/Paris"


def moments(cron: str, after: datetime, count: int) -> list[str]:
    """The next moments in Paris, with their distance from UTC."""

    def following(moment: datetime, _again: None) -> datetime:
        found = next_moment(cron, None, moment, PARIS)
        assert found is not None
        return found

    steps = accumulate(repeat(None, count), following, initial=after)
    return [moment.strftime("%d.%m. %H:%M%z") for moment in list(steps)[1:]]


CASES = {
    "the hour that comes twice: once": (
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC)),
        ["25.10. 02:30+0200", "26.10. 02:30+0100"],
    ),
    "the hour that comes twice: every half hour goes on": (
        ("*/30 * * * *", datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        ["25.10. 02:30+0200", "25.10. 02:00+0100", "25.10. 02:30+0100", "25.10. 03:00+0100"],
    ),
    "the hour that comes twice: every second hour goes on": (
        ("0 */2 * * *", datetime(2026, 10, 24, 22, 30, tzinfo=UTC)),
        ["25.10. 02:00+0200", "25.10. 02:00+0100", "25.10. 04:00+0100"],
    ),
    "the hour that comes twice: in the middle of some hours": (
        ("0 1,2,3 * * *", datetime(2026, 10, 24, 22, 30, tzinfo=UTC)),
        ["25.10. 01:00+0200", "25.10. 02:00+0200", "25.10. 03:00+0100"],
    ),
    "the hour that is missing: as soon as it is over": (
        ("30 2 * * *", datetime(2027, 3, 27, 12, tzinfo=UTC)),
        ["28.03. 03:00+0200", "29.03. 02:30+0200"],
    ),
    "the 31st: only in months that have one": (
        ("0 3 31 * *", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ["31.03. 03:00+0200", "31.05. 03:00+0200", "31.07. 03:00+0200"],
    ),
    "the last day of each month": (
        ("0 3 L * *", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ["28.02. 03:00+0100", "31.03. 03:00+0200", "30.04. 03:00+0200"],
    ),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_a_rhythm_is_followed_in_local_time(given: tuple[str, datetime], expected: list[str]) -> None:
    assert moments(*given, len(expected)) == expected


@pytest.mark.parametrize("cron", ["R * * * *", "0 R(2-4) * * *", "H 3 * * *"], ids=["any", "any between", "hashed"])
def test_a_moment_that_is_drawn_by_lot_is_no_rhythm(cron: str) -> None:
    with pytest.raises(BadCronError, match="not a cron expression"):
        check_cron(cron)
