"""How often each field stands in the changes of a preview, counted by the database: there may be 200,000 of them."""

from __future__ import annotations

from django.db import connection

from sync_portal.sync.models import Action, ChangeState, Run

_EACH = {
    "sqlite": ("json_each(differences)", "json_extract(one.value, '$.field')"),
    "postgresql": ("jsonb_array_elements(differences)", "one.value ->> 'field'"),
}
"""Vendor -> how a list of differences becomes rows, and the field of one."""


def fields_to_update(preview: Run) -> list[tuple[str, int]]:
    """(field, in how many of the preview's planned updates), the most frequent first."""
    rows, field = _EACH[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {field}, COUNT(*) FROM sync_change, {rows} AS one"  # noqa: S608  both are constants of this module
            " WHERE run_id = %s AND state = %s AND action = %s GROUP BY 1 ORDER BY 2 DESC, 1",
            [preview.pk, ChangeState.PLANNED.value, Action.UPDATE.value],
        )
        return [(str(name), int(amount)) for name, amount in cursor.fetchall()]
