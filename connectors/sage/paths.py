"""Photos and documents: a Windows path as Sage's server sees it -> a file of a folder mounted here."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from connectors.errors import RejectedRecordError

MISSING = "media.missing_file"
OUTSIDE = "media.outside_folder"


@dataclass(frozen=True)
class PathRule:
    """``prefix`` is compared without case, with either slash; an empty one takes relative paths and bare names."""

    prefix: str
    folder: str


@dataclass(frozen=True)
class PathRules:
    """A client's rules. The longest prefix that fits wins, whatever their order."""

    rules: tuple[PathRule, ...] = ()

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, str]]) -> Self:
        """From ``[{"prefix": "C:\\\\Sage\\\\Multimedia", "folder": "/mnt/sage/multimedia"}]``."""
        return cls(tuple(PathRule(rule["prefix"], rule["folder"]) for rule in data))

    def to_json(self) -> list[dict[str, str]]:
        return [{"prefix": rule.prefix, "folder": rule.folder} for rule in self.rules]

    def locate(self, windows_path: str) -> Path | None:
        """Where the file would be here, without looking; None when no rule takes the path.

        :raises RejectedRecordError: ``media.outside_folder``: the path climbs out of the mapped folder.
        """
        parts = _parts(windows_path)
        if not parts:
            return None
        for rule in sorted(self.rules, key=lambda rule: -len(_parts(rule.prefix))):
            rest = _after(parts, rule)
            if rest:
                if any(_climbs(part) for part in rest):
                    raise RejectedRecordError(OUTSIDE, {"path": windows_path, "folder": rule.folder})
                return Path(rule.folder, *rest)
        return None

    def resolve(self, windows_path: str) -> Path:
        """The file itself, found whatever the case of its names (Windows does not tell them apart).

        :raises RejectedRecordError: ``media.missing_file`` (no rule, or no such file), ``media.outside_folder`` (also
            through a symbolic link).
        """
        wanted = self.locate(windows_path)
        rule_folder = self._folder_of(wanted)
        if wanted is None or rule_folder is None:
            raise RejectedRecordError(MISSING, {"path": windows_path, "looked_at": ""})
        # As it is written, nearly always: then no folder of thousands of files has to be listed.
        found = wanted if _is_file(wanted) else _existing(rule_folder, wanted.relative_to(rule_folder).parts)
        if found is None or not found.is_file():
            raise RejectedRecordError(MISSING, {"path": windows_path, "looked_at": wanted})
        if not found.resolve().is_relative_to(rule_folder.resolve()):
            raise RejectedRecordError(OUTSIDE, {"path": windows_path, "folder": rule_folder})
        return found

    def _folder_of(self, path: Path | None) -> Path | None:
        if path is None:
            return None
        folders = [Path(rule.folder) for rule in self.rules if path.is_relative_to(rule.folder)]
        return max(folders, key=lambda folder: len(folder.parts), default=None)


def _is_file(path: Path) -> bool:
    """`Path.is_file`, to which a name that is too long for the system is an error."""
    try:
        return path.is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise


def _parts(path: str) -> list[str]:
    """The names of a path; a leading root, one slash or two, is a part of its own."""
    slashed = path.strip().replace("/", "\\")
    parts = [part for part in slashed.split("\\") if part not in {"", "."}]
    if slashed.startswith("\\\\"):
        return ["\\\\", *parts]
    return ["\\", *parts] if slashed.startswith("\\") else parts


def _after(parts: list[str], rule: PathRule) -> list[str]:
    prefix = _parts(rule.prefix)
    if not prefix:
        relative = parts[0] not in {"\\", "\\\\"} and ":" not in parts[0]
        return parts if relative else []
    same = [part.casefold() for part in parts[: len(prefix)]] == [part.casefold() for part in prefix]
    return parts[len(prefix) :] if same else []


def _climbs(part: str) -> bool:
    # Windows ignores trailing dots and blanks; ":" would name a drive or a stream, NUL ends a name.
    return part.rstrip(" ") == ".." or ":" in part or "\x00" in part


def _existing(folder: Path, parts: Iterable[str]) -> Path | None:
    found = folder
    for part in parts:
        entries = {entry.name: entry for entry in _entries(found)}
        wanted = part.casefold()
        twins = (entry for name, entry in entries.items() if name.casefold() == wanted)
        following = entries.get(part) or next(twins, None)
        if following is None:
            return None
        found = following
    return found


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
