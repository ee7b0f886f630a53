"""What the shop can be told to do wrong, for the next requests that match a path and a verb."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from connectors.sandbox.shop.database import Database

KINDS = {
    "delay": "wait `seconds` per request and `per_entity` seconds per entity written, then answer normally",
    "empty_500": "500, text/html, no body, nothing applied",
    "empty_500_after": "500, text/html, no body, everything applied",
    "saved_500": "500 with an XML error of code 11; the entity number `entity` was saved, the rest was not tried",
    "cut": "close the connection without an answer; everything was applied",
    "cut_before": "close the connection without an answer; nothing was applied",
    "php_notice": "answer normally, with a PHP notice in HTML before the XML",
    "html": "200 with an HTML page instead of XML, nothing applied",
    "redirect": "302 to the home page, nothing applied",
    "unavailable": "503 with a text/html page, nothing applied",
    "too_many": "429 with Retry-After, nothing applied",
    "unauthorized": "401 with the errors of an inactive key, nothing applied",
}
FOREVER = -1


@dataclass(frozen=True)
class Misbehaviour:
    """One thing to do wrong. `path` is the beginning of the request's path; `methods` empty means every verb."""

    kind: str
    path: str = "/api"
    methods: tuple[str, ...] = ()
    seconds: float = 0.0
    per_entity: float = 0.0
    entity: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown misbehaviour {self.kind!r}; known: {', '.join(KINDS)}")

    def matches(self, method: str, path: str) -> bool:
        return path.startswith(self.path) and (not self.methods or method in self.methods)


class Misbehaviours:
    """The list of them, oldest first; each answers `times` matching requests, then it is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, *, times: int = 1, **details: Any) -> None:
        """Ask for one; `times=FOREVER` keeps it until `clear()`. ValueError for an unknown kind or detail."""
        known = {entry.name for entry in fields(Misbehaviour)}
        if unknown := set(details) - known:
            raise ValueError(f"unknown details {sorted(unknown)}; known: {sorted(known)}")
        details["methods"] = tuple(details.get("methods", ()))
        rule = Misbehaviour(kind, **details)
        sql = "INSERT INTO misbehaviours (rule, left) VALUES (?, ?)"
        self._database.execute(sql, (json.dumps(asdict(rule)), times))

    def add_from(self, asked: Mapping[str, Any]) -> None:
        """The same from JSON: `{"kind": "empty_500", "path": "/api/products", "methods": ["POST"], "times": 2}`."""
        details = dict(asked)
        self.add(str(details.pop("kind", "")), times=int(details.pop("times", 1)), **details)

    def clear(self) -> None:
        self._database.execute("DELETE FROM misbehaviours")

    def take(self, method: str, path: str) -> list[Misbehaviour]:
        """What applies to this request: every delay, and the oldest of the others; each is used up by one."""
        taken: list[Misbehaviour] = []
        for row in self._database.rows("SELECT * FROM misbehaviours WHERE left != 0 ORDER BY id"):
            rule = Misbehaviour(**{**json.loads(row["rule"]), "methods": tuple(json.loads(row["rule"])["methods"])})
            exclusive = rule.kind != "delay" and any(other.kind != "delay" for other in taken)
            if exclusive or not rule.matches(method, path):
                continue
            if row["left"] > 0 and not self._use(row["id"]):
                continue
            taken.append(rule)
        return taken

    def _use(self, identity: int) -> bool:
        """Count one use; False when another request was faster."""
        sql = "UPDATE misbehaviours SET left = left - 1 WHERE id = ? AND left > 0"
        return self._database.execute(sql, (identity,)) == 1
