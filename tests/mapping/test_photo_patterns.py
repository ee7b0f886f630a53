"""Which files of the media folders are photos of an article."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.photo_patterns import EXTENSIONS, FolderFiles, FoundFile, checked_pattern, folders_of
from mapping.rules import load_rules


def listing(*names: str) -> FolderFiles:
    return FolderFiles(FoundFile(name, f"P:\\{name}", f"/photos/{name}") for name in names)


def found(files: FolderFiles, *patterns: str, reference: str = "POLO", family: str = "TEXTILE") -> list[str]:
    return [one.name for one in files.of(patterns, reference=reference, family=family)]


@pytest.mark.parametrize(
    ("pattern", "names", "expected"),
    [
        pytest.param("{ref}.jpg", ["POLO.jpg"], ["POLO.jpg"], id="the reference"),
        pytest.param("{ref}.jpg", ["polo.JPG"], ["polo.JPG"], id="upper and lower case are one"),
        pytest.param("{ref}.jpg", ["POLO.png"], ["POLO.png"], id="another extension stands in"),
        pytest.param("{ref}.jpg", ["POLO.png", "POLO.jpg"], ["POLO.jpg"], id="the extension named comes first"),
        pytest.param("{ref}.png", ["POLO.jpg", "POLO.png"], ["POLO.png"], id="whichever it is"),
        pytest.param("{ref}", ["POLO.webp", "POLO.gif"], ["POLO.webp"], id="a pattern may name none"),
        pytest.param("{ref}.jpg", ["POLO.pdf", "POLO", "POLO.jpg.txt"], [], id="only photos"),
        pytest.param("{ref}.jpg", ["POLO2.jpg", "XPOLO.jpg", "POLO_1.jpg"], [], id="nothing that merely resembles it"),
        pytest.param("{ref}_{n}.jpg", ["POLO_2.jpg", "POLO_1.jpg"], ["POLO_1.jpg", "POLO_2.jpg"], id="numbered"),
        pytest.param("{ref}_{n}.jpg", ["POLO_10.jpg", "POLO_9.jpg"], ["POLO_9.jpg", "POLO_10.jpg"], id="as numbers"),
        pytest.param("{ref}_{n}.jpg", ["POLO_1.jpg", "POLO_5.jpg"], ["POLO_1.jpg", "POLO_5.jpg"], id="with gaps"),
        pytest.param("{ref}_{n}.jpg", ["POLO_0.jpg", "POLO_x.jpg", "POLO_.jpg"], [], id="from one on"),
        pytest.param("{ref}_{n}.jpg", ["POLO_01.jpg", "POLO_1.jpg"], ["POLO_01.jpg"], id="one file per number"),
        pytest.param("{ref}_{n}.jpg", ["POLO_1.png", "POLO_1.jpg"], ["POLO_1.jpg"], id="one file per number and type"),
        pytest.param("Web/{ref}.jpg", ["web/POLO.jpg", "POLO.jpg"], ["web/POLO.jpg"], id="in a folder"),
        pytest.param("Web\\{ref}.jpg", ["Web/POLO.jpg"], ["Web/POLO.jpg"], id="with the other slash"),
        pytest.param(
            "{family}/{ref}-{n}.png",
            ["TEXTILE/POLO-1.png", "AUTRE/POLO-1.png"],
            ["TEXTILE/POLO-1.png"],
            id="in the folder of its family",
        ),
        pytest.param(
            "{ref}/{n}.jpg", ["POLO/2.jpg", "polo/1.jpg"], ["polo/1.jpg", "POLO/2.jpg"], id="in its own folder"
        ),
    ],
)
def test_a_pattern_finds(pattern: str, names: list[str], expected: list[str]) -> None:
    assert found(listing(*names), pattern) == expected


@pytest.mark.parametrize(
    ("reference", "names", "expected"),
    [
        pytest.param("A/B", ["A_B.jpg", "A-B.jpg"], ["A_B.jpg"], id="a low line stands for what a name cannot hold"),
        pytest.param("A/B", ["A-B.jpg"], ["A-B.jpg"], id="or a hyphen"),
        pytest.param('A*"B', ["A__B.jpg"], ["A__B.jpg"], id="one for each"),
        pytest.param("É 1", ["E\u0301 1.jpg"], ["E\u0301 1.jpg"], id="an accent is the same however it is written"),
        pytest.param("A.B", ["A.B.jpg"], ["A.B.jpg"], id="a dot is no extension"),
    ],
)
def test_a_reference_is_looked_for_as_a_file_can_be_called(
    reference: str, names: list[str], expected: list[str]
) -> None:
    assert found(listing(*names), "{ref}.jpg", reference=reference) == expected


def test_patterns_come_one_after_the_other_and_each_file_once() -> None:
    files = listing("POLO_2.jpg", "POLO.jpg", "POLO_1.jpg")
    assert found(files, "{ref}.jpg", "{ref}_{n}.jpg", "{ref}.png") == ["POLO.jpg", "POLO_1.jpg", "POLO_2.jpg"]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("photo.jpg", id="no reference"),
        pytest.param("{ref}_{N}.jpg", id="an unknown word"),
        pytest.param("{ref}{n}.jpg", id="where does the number begin?"),
        pytest.param("{ref}_{n}{family}.jpg", id="where does it end?"),
        pytest.param("{n}/{ref}_{n}.jpg", id="two numbers"),
        pytest.param("../{ref}.jpg", id="out of the folder"),
        pytest.param("a/.. /{ref}.jpg", id="out of the folder as Windows reads it"),
        pytest.param("/{ref}.jpg", id="from the root"),
        pytest.param("C:\\{ref}.jpg", id="a drive"),
        pytest.param("{ref}.jpg{", id="a stray brace"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_with_its_reason(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"^images\.folder_patterns\.0: .*"):
        load_rules({"images": {"folder_patterns": [pattern]}})


def test_the_folders_to_list_are_those_of_the_patterns() -> None:
    assert folders_of(["{ref}.jpg", "Web/{ref}.jpg", "{family}\\x/{ref}_{n}.png"]) == {(), ("Web",), ("{family}", "x")}


REFERENCES = st.text(alphabet=string.ascii_uppercase + string.digits + "-_./ É", min_size=1, max_size=8).filter(
    lambda text: text == text.strip(" .")
)


@given(reference=REFERENCES, numbers=st.sets(st.integers(1, 999), max_size=5), suffix=st.sampled_from(EXTENSIONS))
def test_every_numbered_file_of_a_reference_is_found_in_order(reference: str, numbers: set[int], suffix: str) -> None:
    stem = reference.replace("/", "_")
    names = [f"{stem}_{number}{suffix}" for number in sorted(numbers, key=str)]
    files = listing(*names, "unrelated_1.jpg")
    expected = [f"{stem}_{number}{suffix}" for number in sorted(numbers)]
    assert found(files, "{ref}_{n}.jpg", reference=reference) == expected


@given(references=st.sets(REFERENCES.map(lambda text: text.replace("/", "_").casefold()), max_size=6))
def test_a_photo_of_one_reference_is_nobody_else_s(references: set[str]) -> None:
    files = listing(*(f"{reference}.jpg" for reference in references))
    for reference in references:
        assert found(files, "{ref}.jpg", reference=reference) == [f"{reference}.jpg"]


@given(names=st.permutations(["POLO_1.jpg", "POLO_01.png", "POLO.gif", "POLO.jpg", "polo_3.webp"]))
def test_the_order_of_the_listing_decides_nothing(names: list[str]) -> None:
    assert found(listing(*names), "{ref}.jpg", "{ref}_{n}.jpg") == ["POLO.jpg", "POLO_1.jpg", "polo_3.webp"]


@given(pattern=st.text(alphabet="{}refnamily/_-.1:\\", max_size=20))
def test_no_pattern_that_is_taken_leaves_its_folder(pattern: str) -> None:
    try:
        checked_pattern(pattern)
    except ValueError:
        return
    steps = [step for folder in folders_of([pattern]) for step in folder]
    assert all(step.strip(" ") not in {"", ".", ".."} for step in steps)
