"""Photos found by their file names: which files of the media folders belong to an article. Pure: the listing comes in.

"{ref}.jpg", "{ref}_{n}.jpg", "{family}/{ref}-{n}.png". The extension written in a pattern is the first one looked for,
any other that the shop takes stands in for it; upper and lower case are one; "/" and "\" both part folders.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".gif")
"""What the shop's webservice takes, in the order in which they are preferred."""
STAND_INS = ("_", "-")
"""What stands in a file name for a character that Windows refuses there; the first is tried first."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_FIELD = re.compile(r"\{([^{}]*)\}")
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = "\0"
"""Stands for {n} in what is looked up: no file name can hold it."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a media folder."""

    name: str
    """Below its folder, with forward slashes: "Articles/POLO_1.jpg"."""
    source_path: str
    """As Sage would name it: the folder's prefix and the name."""
    file: str
    """On this machine."""


def checked_pattern(pattern: str) -> str:
    """The pattern itself.

    Raises:
        ValueError: what is wrong with it, and what to write instead.
    """
    if fault := _fault(pattern):
        raise ValueError(f"{pattern!r}: {fault}")
    return pattern


def _fault(pattern: str) -> str:
    fields = _FIELD.findall(pattern)
    parts = pattern.replace("\\", "/").split("/")
    rest = _FIELD.sub("", pattern)
    if unknown := [name for name in fields if name not in {"ref", "n", "family"}]:
        return f"{{{unknown[0]}}} is unknown; there are {{ref}}, {{n}} and {{family}}"
    if "ref" not in fields:
        return "{ref} is missing: nothing would say whose photo it is"
    if fields.count("n") > 1:
        return "{n} may stand once"
    if re.search(r"[0-9}]\{n\}|\{n\}[0-9{]", pattern):
        return "{n} needs a sign before and after it that is no digit, as in {ref}_{n}"
    if any(part.strip(" ") in {"", ".", ".."} for part in parts) or re.search(r'[{}:*?"<>|\x00-\x1f]', rest):
        return 'it has to be a path below the media folder, without : * ? " < > |'
    return ""


def folders_of(patterns: Iterable[str]) -> set[tuple[str, ...]]:
    """The folders that the patterns look into, as steps from the media folder: ("Articles",), ("{family}",), ()."""
    return {tuple(pattern.replace("\\", "/").split("/")[:-1]) for pattern in patterns}


def folded(text: str) -> str:
    """As Windows compares names."""
    return unicodedata.normalize("NFC", text).casefold()


class FolderFiles:
    """A listing, indexed so that an article finds its files at once whatever their number."""

    def __init__(self, files: Iterable[FoundFile] = ()) -> None:
        self.files = tuple(files)
        self._whole: dict[str, list[tuple[str, FoundFile]]] = defaultdict(list)
        self._numbered: dict[str, list[tuple[int, str, FoundFile]]] = defaultdict(list)
        for found in self.files:
            name = folded(found.name)
            suffix = PurePosixPath(name).suffix
            if suffix in EXTENSIONS:
                self._add(name.removesuffix(suffix), suffix, found)

    def _add(self, stem: str, suffix: str, found: FoundFile) -> None:
        self._whole[stem].append((suffix, found))
        for run in _DIGITS.finditer(stem):
            if (number := int(run.group()[:9])) > 0:
                self._numbered[f"{stem[: run.start()]}{_NUMBER}{stem[run.end() :]}"].append((number, suffix, found))

    def of(self, patterns: Sequence[str], *, reference: str, family: str) -> list[FoundFile]:
        """The files of this article: in the order of the patterns, then by number; each file once."""
        found: dict[FoundFile, None] = {}
        for pattern in patterns:
            found.update(dict.fromkeys(self._matching(pattern, reference, family)))
        return list(found)

    def _matching(self, pattern: str, reference: str, family: str) -> list[FoundFile]:
        stem, suffix = _split(folded(pattern.replace("\\", "/")))
        preferred = [suffix, *EXTENSIONS]
        for names in _spellings(reference, family):
            sought = _filled(stem, names)
            if _NUMBER in sought:
                rows = sorted(
                    self._numbered.get(sought, ()), key=lambda row: (row[0], preferred.index(row[1]), row[2].name)
                )
                numbers: dict[int, FoundFile] = {}
                for number, _suffix, found in rows:
                    numbers.setdefault(number, found)
                if numbers:
                    return list(numbers.values())
            elif alike := self._whole.get(sought):
                return [min(alike, key=lambda row: preferred.index(row[0]))[1]]
        return []


def _split(pattern: str) -> tuple[str, str]:
    """The pattern without its extension, and that; a pattern may leave it out."""
    suffix = PurePosixPath(pattern).suffix
    return (pattern.removesuffix(suffix), suffix) if suffix in EXTENSIONS else (pattern, EXTENSIONS[0])


def _spellings(reference: str, family: str) -> Iterator[dict[str, str]]:
    """The values of {ref} and {family} as file names can hold them: with "_", then with "-", in place of "/" ..."""
    known: list[dict[str, str]] = []
    for sign in STAND_INS:
        names = {"ref": folded(_FORBIDDEN.sub(sign, reference)), "family": folded(_FORBIDDEN.sub(sign, family))}
        if names not in known:
            known.append(names)
            yield names


def _filled(stem: str, names: dict[str, str]) -> str:
    return _FIELD.sub(lambda match: names.get(match.group(1), _NUMBER), stem)
