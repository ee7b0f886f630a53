"""The media folders listed once, for the photos that are found by their names. No Django; nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from connectors.errors import RejectedRecordError
from connectors.sage.paths import PathRule, PathRules
from mapping.photo_patterns import FolderFiles, FoundFile, folded, folders_of


def list_files(media_paths: PathRules, patterns: Sequence[str], known: Iterable[str] = ()) -> FolderFiles:
    """The files of the folders that the patterns look into.

    ``known`` are paths of photos as they were stored. Where a media folder cannot be read, or is empty although photos
    of it are known (a network folder that is away), those are taken to be there still: nothing is removed for that.
    """
    if not patterns:
        return FolderFiles()
    found: list[FoundFile] = []
    remembered = list(known)
    for rule in _one_per_folder(media_paths):
        listed = list(_of_folder(rule, patterns))
        found += listed or _remembered(media_paths, rule, remembered)
    return FolderFiles(found)


def _one_per_folder(media_paths: PathRules) -> list[PathRule]:
    """Several prefixes may lead to one folder: the longest names its files."""
    by_folder: dict[str, PathRule] = {}
    for rule in sorted(media_paths.rules, key=lambda rule: -len(rule.prefix)):
        by_folder.setdefault(os.path.realpath(rule.folder), rule)
    return list(by_folder.values())


def _of_folder(rule: PathRule, patterns: Sequence[str]) -> Iterator[FoundFile]:
    root = Path(rule.folder)
    seen: set[str] = set()
    for steps in sorted(folders_of(patterns)):
        for folder in _folders(root, root, steps):
            for entry in _entries(folder):
                if entry.path not in seen and _stays_inside(entry, root) and entry.is_file():
                    seen.add(entry.path)
                    yield _found(rule, root, Path(entry.path))


def _folders(root: Path, folder: Path, steps: Sequence[str]) -> Iterator[Path]:
    """The folders below this one that these steps of a pattern can mean."""
    if not steps:
        yield folder
        return
    wanted = None if "{" in steps[0] else folded(steps[0])
    for entry in _entries(folder):
        fits = wanted is None or folded(entry.name) == wanted
        if fits and _stays_inside(entry, root) and entry.is_dir():
            yield from _folders(root, Path(entry.path), steps[1:])


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """In order of their names; none when the folder is away."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _stays_inside(entry: os.DirEntry[str], root: Path) -> bool:
    """A link may lead out of the media folder: what it leads to is nobody's photo."""
    return not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(root.resolve())


def _found(rule: PathRule, root: Path, file: Path) -> FoundFile:
    name = file.relative_to(root).as_posix()
    prefix = rule.prefix.rstrip("\\/")
    windows = name.replace("/", "\\")
    return FoundFile(name, f"{prefix}\\{windows}" if prefix else windows, str(file))


def _remembered(media_paths: PathRules, rule: PathRule, known: Iterable[str]) -> list[FoundFile]:
    """The photos of this folder that were known before it could not be read."""
    root = Path(rule.folder)
    found = []
    for source_path in known:
        try:
            file = media_paths.locate(source_path)
        except RejectedRecordError:
            continue
        if file is not None and file.is_relative_to(root):
            found.append(FoundFile(file.relative_to(root).as_posix(), source_path, str(file)))
    return found
