"""How states look: one colour and one icon each, always beside their word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """`colour` is a state class of portal.css (good, calm, soon, act, off, busy); `icon` a name of bin/assets' list."""

    colour: str
    icon: str


_UNKNOWN = Look("off", "help-circle")

_LOOKS: dict[str, dict[str, Look]] = {
    "flow": {
        "on_time": Look("good", "circle-check"),
        "catching_up": Look("soon", "refresh"),
        "late": Look("soon", "clock-exclamation"),
        "broken": Look("act", "alert-triangle"),
        "needs_you": Look("act", "hand-stop"),
        "paused": Look("off", "player-pause"),
        "never": Look("off", "circle-dashed"),
    },
    "run": {
        "queued": Look("busy", "hourglass"),
        "running": Look("busy", "loader-2"),
        "succeeded": Look("good", "circle-check"),
        "incomplete": Look("soon", "circle-half-2"),
        "stopped": Look("act", "hand-stop"),
        "failed": Look("act", "circle-x"),
        "cancelled": Look("off", "ban"),
    },
    "change": {
        "planned": Look("calm", "clipboard-list"),
        "held": Look("soon", "hand-stop"),
        "applied": Look("calm", "check"),
        "confirmed": Look("good", "circle-check"),
        "rejected": Look("act", "circle-x"),
        "later": Look("soon", "clock"),
        "stale": Look("off", "clock-exclamation"),
    },
    "import": {
        "new": Look("good", "plus"),
        "changed": Look("calm", "pencil"),
        "removed": Look("soon", "trash"),
        "same": Look("off", "check"),
        "error": Look("act", "circle-x"),
    },
    "mapping": {
        "twin": Look("soon", "help-circle"),
        "unmapped": Look("soon", "circle-dashed"),
        "mapped": Look("good", "circle-check"),
        "ignored": Look("off", "eye-off"),
    },
    "weight": {
        "blocks": Look("act", "ban"),
        "warns": Look("soon", "alert-triangle"),
        "advice": Look("calm", "chart-bar"),
    },
    "question": {
        "adoption": Look("soon", "help-circle"),
        "changed": Look("soon", "pencil"),
        "conflict": Look("act", "arrows-diff"),
        "missing": Look("act", "trash"),
        "orphan": Look("soon", "building-store"),
    },
    "answer": {
        "adopt": Look("good", "check"),
        "create": Look("calm", "plus"),
        "accept": Look("good", "building-store"),
        "put_back": Look("calm", "arrow-back-up"),
        "ignore": Look("off", "eye-off"),
        "own": Look("good", "building-store"),
        "hide": Look("off", "eye-off"),
        "delete": Look("act", "trash"),
        "give_back": Look("calm", "building-warehouse"),
    },
    "action": {
        "create": Look("calm", "plus"),
        "update": Look("calm", "pencil"),
        "delete": Look("act", "trash"),
        "import": Look("calm", "download"),
        "take_over": Look("calm", "building-store"),
    },
    "order": {
        "seen": Look("calm", "shopping-cart"),
        "held": Look("act", "hand-stop"),
        "writing": Look("busy", "loader-2"),
        "imported": Look("good", "circle-check"),
    },
    "in_shop": {
        "online": Look("good", "circle-check"),
        "hidden": Look("off", "eye-off"),
        "waiting": Look("calm", "hourglass"),
        "refused": Look("act", "circle-x"),
        "never": Look("off", "circle-dashed"),
    },
    "owner": {
        "sage": Look("calm", "database"),
        "person": Look("busy", "user"),
        "portal": Look("calm", "user"),
        "if_new": Look("calm", "building-store"),
        "if_empty": Look("calm", "building-store"),
        "shop": Look("soon", "building-store"),
    },
    "product": {
        "ready": Look("good", "circle-check"),
        "held": Look("act", "hand-stop"),
        "out": Look("off", "eye-off"),
    },
}

_URGENCY = ["needs_you", "late", "broken", "catching_up", "never", "paused", "on_time"]


def look(kind: str, code: str) -> Look:
    """The look of a state; an unknown one gets a question mark rather than an error page."""
    return _LOOKS[kind].get(code, _UNKNOWN)


def urgency(code: str) -> int:
    """Order of the agency's home: what waits for somebody, then what is late, then what is broken."""
    return _URGENCY.index(code) if code in _URGENCY else len(_URGENCY)


def icons() -> set[str]:
    """Every icon named here."""
    return {entry.icon for looks in _LOOKS.values() for entry in looks.values()} | {_UNKNOWN.icon}
