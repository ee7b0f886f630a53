from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import RejectedRecordError
from connectors.sage.paths import PathRule, PathRules

RULES = PathRules(
    (
        PathRule("C:\\Sage\\Multimedia", "/mnt/media"),
        PathRule("C:\\Sage\\Multimedia\\Fiches", "/mnt/sheets"),
        PathRule("\\\\SRV01\\Photos", "/mnt/photos"),
        PathRule("", "/mnt/media"),
    )
)


@pytest.mark.parametrize(
    ("windows", "here"),
    [
        pytest.param("C:\\Sage\\Multimedia\\a.jpg", "/mnt/media/a.jpg", id="prefix"),
        pytest.param("c:/sage/MULTIMEDIA/Été/a.jpg", "/mnt/media/Été/a.jpg", id="case and slashes"),
        pytest.param("C:\\Sage\\Multimedia\\Fiches\\a.pdf", "/mnt/sheets/a.pdf", id="longest prefix wins"),
        pytest.param("\\\\srv01\\photos\\x\\a.jpg", "/mnt/photos/x/a.jpg", id="network share"),
        pytest.param("//SRV01/Photos/a.jpg", "/mnt/photos/a.jpg", id="network share, other slashes"),
        pytest.param("a.jpg", "/mnt/media/a.jpg", id="bare name"),
        pytest.param(".\\Vestes\\a.jpg", "/mnt/media/Vestes/a.jpg", id="relative"),
        pytest.param("D:\\Ailleurs\\a.jpg", None, id="no rule"),
        pytest.param("C:\\Sage\\MultimediaBis\\a.jpg", None, id="a prefix is whole names"),
        pytest.param("\\a.jpg", None, id="rooted is not relative"),
        pytest.param("C:\\Sage\\Multimedia", None, id="the folder is not a file"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_windows_path_is_mapped_to_a_folder_here(windows: str, here: str | None) -> None:
    assert RULES.locate(windows) == (Path(here) if here else None)


@pytest.mark.parametrize(
    "windows", ["..\\secret.txt", "C:\\Sage\\Multimedia\\..\\..\\Windows\\win.ini", "x/../../etc/passwd", "a\\.. \\b"]
)
def test_a_path_never_leaves_the_mapped_folder(windows: str) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        RULES.locate(windows)
    assert caught.value.cause == "media.outside_folder"


@given(st.text(alphabet="ab.\\/: \x00C", max_size=30))
def test_whatever_the_path_it_stays_inside(windows: str) -> None:
    try:
        found = RULES.locate(windows)
    except RejectedRecordError:
        return
    if found is not None:
        assert ".." not in found.parts
        assert any(found.is_relative_to(rule.folder) and found != Path(rule.folder) for rule in RULES.rules)


def test_a_file_is_found_whatever_the_case_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "Vestes").mkdir()
    (tmp_path / "Vestes" / "Bleue.JPG").write_bytes(b"x")
    rules = PathRules((PathRule("C:\\M", str(tmp_path)),))

    assert rules.resolve("c:\\m\\VESTES\\bleue.jpg") == tmp_path / "Vestes" / "Bleue.JPG"


@pytest.mark.parametrize("windows", ["C:\\M\\absente.jpg", "C:\\M\\dossier", "D:\\autre.jpg", "C:\\M\\" + "x" * 300])
def test_a_missing_file_is_a_named_cause(windows: str, tmp_path: Path) -> None:
    (tmp_path / "dossier").mkdir()
    rules = PathRules((PathRule("C:\\M", str(tmp_path)),))

    with pytest.raises(RejectedRecordError) as caught:
        rules.resolve(windows)
    assert caught.value.cause == "media.missing_file"
    assert caught.value.facts["path"] == windows


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "photo.jpg").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(RejectedRecordError) as caught:
        PathRules((PathRule("", str(folder)),)).resolve("photo.jpg")
    assert caught.value.cause == "media.outside_folder"


def test_rules_are_stored_as_json() -> None:
    assert PathRules.from_json(RULES.to_json()) == RULES
