"""When a schedule runs, in words: nobody has to read cron."""

from __future__ import annotations

import pytest
from django.utils import translation

from sync_portal.pages.rhythm_words import rhythm_words


@pytest.mark.parametrize(
    ("every_minutes", "cron", "fr", "en"),
    [
        (5, "", "toutes les 5 minutes", "every 5 minutes"),
        (1, "", "toutes les minutes", "every minute"),
        (60, "", "toutes les heures", "every hour"),
        (120, "", "toutes les 2 heures", "every 2 hours"),
        (1440, "", "tous les jours", "every day"),
        (90, "", "toutes les 90 minutes", "every 90 minutes"),
        (None, "30 2 * * *", "tous les jours à 02:30", "every day at 02:30"),
        (None, "0 18,6,12 * * *", "tous les jours à 06:00, 12:00 et 18:00", "every day at 06:00, 12:00 and 18:00"),
        (None, "0 6 * * 1-5", "du lundi au vendredi à 06:00", "Monday to Friday at 06:00"),
        (None, "0 6 * * MON-FRI", "du lundi au vendredi à 06:00", "Monday to Friday at 06:00"),
        (None, "15 7 * * 0,3", "chaque mercredi et dimanche à 07:15", "every Wednesday and Sunday at 07:15"),
        (None, "15 7 * * 7", "chaque dimanche à 07:15", "every Sunday at 07:15"),
        (None, "15 7 * * sun", "chaque dimanche à 07:15", "every Sunday at 07:15"),
        (None, "0 5 1 * *", "le 1 de chaque mois à 05:00", "on day 1 of each month at 05:00"),
        (None, "20 * * * *", "toutes les heures, à la minute 20", "every hour, at minute 20"),
        (None, "*/15 * * * *", "toutes les 15 minutes", "every 15 minutes"),
        (None, "*/7 * * * *", "*/7 * * * *", "*/7 * * * *"),
        (None, "*/15 8-18 * * 1-5", "*/15 8-18 * * 1-5", "*/15 8-18 * * 1-5"),
        (None, "0 6 1 1 *", "0 6 1 1 *", "0 6 1 1 *"),
        (None, "0 6 * * 1#2", "0 6 * * 1#2", "0 6 * * 1#2"),
        (None, "61 2 * * *", "61 2 * * *", "61 2 * * *"),
        (None, "", "", ""),
    ],
)
def test_a_rhythm_in_words(every_minutes: int | None, cron: str, fr: str, en: str) -> None:
    with translation.override("fr"):
        assert rhythm_words(every_minutes, cron) == fr
    with translation.override("en"):
        assert rhythm_words(every_minutes, cron) == en
