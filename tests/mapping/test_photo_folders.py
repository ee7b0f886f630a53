"""The media folders, listed for the photos that are found by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sage.paths import PathRule, PathRules
from mapping import photo_folders
from mapping.photo_folders import list_files


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    for name in ("POLO.jpg", "Web/POLO_1.jpg", "Textile/POLO-1.png", "Textile/deep/POLO-2.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def rules(*pairs: tuple[str, Path]) -> PathRules:
    return PathRules(tuple(PathRule(prefix, str(folder)) for prefix, folder in pairs))


def names(files: photo_folders.FolderFiles) -> list[str]:
    return [one.name for one in files.files]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ref}.jpg", ["POLO.jpg"]),
        ("WEB/{ref}_{n}.jpg", ["Web/POLO_1.jpg"]),
        ("{family}/{ref}-{n}.png", ["Textile/POLO-1.png", "Web/POLO_1.jpg"]),
    ],
)
def test_only_the_folders_of_the_patterns_are_listed(media: Path, pattern: str, expected: list[str]) -> None:
    assert names(list_files(rules(("", media)), [pattern])) == expected


def test_a_file_is_named_as_sage_would(media: Path) -> None:
    (one,) = list_files(rules(("C:\\Photos\\", media)), ["Web/{ref}.jpg"]).files
    assert (one.source_path, one.file) == ("C:\\Photos\\Web\\POLO_1.jpg", str(media / "Web" / "POLO_1.jpg"))


def test_two_prefixes_of_one_folder_list_it_once(media: Path) -> None:
    files = list_files(rules(("", media), ("C:\\Photos", media)), ["{ref}.jpg"])
    assert [one.source_path for one in files.files] == ["C:\\Photos\\POLO.jpg"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(media: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").touch()
    (media / "SECRET.jpg").symlink_to(tmp_path / "secret.jpg")
    (media / "OUT").symlink_to(tmp_path)
    (media / "INSIDE.jpg").symlink_to(media / "POLO.jpg")
    assert names(list_files(rules(("", media)), ["{ref}.jpg", "OUT/{ref}.jpg"])) == ["INSIDE.jpg", "POLO.jpg"]


@pytest.mark.parametrize("away", ["missing", "empty"])
def test_where_a_folder_is_away_its_known_photos_are_taken_to_be_there(tmp_path: Path, away: str) -> None:
    folder = tmp_path / "share"
    if away == "empty":
        folder.mkdir()
    known = ["P:\\POLO.jpg", "C:\\Other\\POLO.jpg", "P:\\..\\..\\etc.jpg"]
    files = list_files(rules(("P:", folder)), ["{ref}.jpg"], known)
    assert [(one.name, one.file) for one in files.files] == [("POLO.jpg", str(folder / "POLO.jpg"))]


def test_a_folder_is_read_once_whatever_the_number_of_articles(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    entries = photo_folders._entries
    monkeypatch.setattr(photo_folders, "_entries", lambda folder: read.append(folder) or entries(folder))
    files = list_files(rules(("", media)), ["{ref}.jpg", "{ref}_{n}.jpg"])
    for number in range(100):
        files.of(["{ref}.jpg", "{ref}_{n}.jpg"], reference=f"REF{number}", family="")
    assert read == [media]


def test_nothing_is_listed_without_a_pattern(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_folders, "_entries", None)
    assert names(list_files(rules(("", media)), [])) == []
