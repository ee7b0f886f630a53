"""What the shop was asked: requests by verb, and entities written by verb and resource, since a point in time."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.sandbox.shop.database import Database

WRITING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Counts:
    """Requests by verb; entities written by verb and resource: `{"PATCH": {"products": 12}}`."""

    requests: dict[str, int] = field(default_factory=dict)
    entities: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def write_requests(self) -> int:
        """Requests that ask for a change, whether or not they succeeded."""
        return sum(self.requests.get(method, 0) for method in WRITING)

    @property
    def writes(self) -> int:
        """Entities saved or deleted."""
        return sum(sum(by_resource.values()) for by_resource in self.entities.values())

    def as_dict(self) -> dict[str, object]:
        return {
            "requests": self.requests,
            "entities": self.entities,
            "write_requests": self.write_requests,
            "writes": self.writes,
        }


class Journal:
    """One line per webservice request. Orders placed on the public page are not requests and are not counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *, method: str, resource: str, path: str, status: int, entities: int) -> None:
        sql = "INSERT INTO journal (method, resource, path, status, entities) VALUES (?, ?, ?, ?, ?)"
        self._database.execute(sql, (method, resource, path, status, entities))

    def mark(self) -> int:
        """A point in time to count from."""
        return int(self._database.value("SELECT coalesce(max(id), 0) FROM journal"))

    def reset(self) -> None:
        """Forget everything recorded so far."""
        self._database.execute("DELETE FROM journal")

    def since(self, mark: int = 0) -> Counts:
        """Counts of what came after `mark()`."""
        counts = Counts()
        sql = """SELECT method, resource, count(*) AS requests, sum(entities) AS entities
                 FROM journal WHERE id > ? GROUP BY method, resource"""
        for row in self._database.rows(sql, (mark,)):
            method = row["method"]
            counts.requests[method] = counts.requests.get(method, 0) + row["requests"]
            if row["entities"] and method in WRITING:
                counts.entities.setdefault(method, {})[row["resource"]] = row["entities"]
        return counts

    def paths(self, mark: int = 0) -> list[tuple[str, str, int]]:
        """(method, path with query, status) of every request after `mark()`, in order."""
        rows = self._database.rows("SELECT method, path, status FROM journal WHERE id > ? ORDER BY id", (mark,))
        return [(row["method"], row["path"], row["status"]) for row in rows]
