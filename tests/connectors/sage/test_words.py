from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sage.capabilities import _VERSIONS, Capabilities, Column, FreeField
from connectors.sage.odbc import SageSession
from connectors.sage.words import VERSIONS, WORDS, sentence, summary

from .conftest import VERSIONS as PLAYED

Open = Callable[[str], SageSession]


@pytest.mark.parametrize("version", PLAYED)
@pytest.mark.parametrize("language", ["fr", "fr-fr", "en", "de"])
def test_everything_that_is_described_has_words(small: Open, version: str, language: str) -> None:
    described = Capabilities.probe(small(version)).describe()

    told = [sentence(code, facts, language) for code, facts in described]

    assert all(text and "{" not in text for text in told)


def test_a_base_is_told_in_one_line(small: Open) -> None:
    described = Capabilities.probe(small("100c")).describe()

    assert summary(described, "fr") == (
        "Sage 100c v3 ou plus récent, 3 champs libres sur les articles, sans référence externe, "
        "sans totaux sur les documents"
    )
    assert summary(described, "en") == (
        "Sage 100c v3 or later, 3 free fields on articles, no external reference, no totals on documents"
    )


@pytest.mark.parametrize(
    ("right", "told"),
    [
        (True, "The login may ask for Sage's record locks (xp_CBIsFileLock)."),
        (False, "EXECUTE on master..xp_CBIsFileLock is missing: Sage would refuse every direct write. "
                "Reading needs it not."),
    ],
)  # fmt: skip
def test_the_right_to_sages_locks_is_told(right: bool, told: str) -> None:
    described = Capabilities({}, {}, right).describe()

    assert told in [sentence(code, facts) for code, facts in described]


def test_one_free_field_is_not_several() -> None:
    tables = {"f_article": {"ar_ref": Column("AR_Ref", "varchar", 19)}}
    described = Capabilities(tables, {"f_article": (FreeField("Matière", 9, 69),)}).describe()

    assert "Un champ libre sur les articles : Matière." in [sentence(code, facts, "fr") for code, facts in described]


def test_every_version_has_a_name_in_both_languages() -> None:
    assert set(VERSIONS) == {code for code, *_ in _VERSIONS} | {"v16_or_earlier"}
    assert all(french and english for french, english in [*VERSIONS.values(), *WORDS.values()])
