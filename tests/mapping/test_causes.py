from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import mapping
from mapping.causes import CAUSES

WHO = {"client", "sales", "agency", "shop", "sage", "nobody"}
FOUND_IN_CODE = re.compile(r'"((?:catalogue|prices|stock|media|customers)\.[a-z_]+)"')


@pytest.mark.parametrize("code", CAUSES)
def test_both_languages_quote_the_same_facts_and_name_somebody(code: str) -> None:
    french, english, who = CAUSES[code]
    facts = [{name for _text, name, *_ in Formatter().parse(text) if name} for text in (french, english)]
    assert facts[0] == facts[1]
    assert facts[0], "a cause without a real value explains nothing"
    assert who in WHO


def test_every_cause_that_the_code_names_is_catalogued_and_the_other_way_round() -> None:
    package = Path(mapping.__file__).parent
    sources = [path for path in package.rglob("*.py") if path.name != "causes.py"]
    named = {code for path in sources for code in FOUND_IN_CODE.findall(path.read_text(encoding="utf-8"))}
    from_paths = {"media.missing_file", "media.outside_folder"}  # raised by connectors.sage.paths
    # told by sync_portal.sync.apply_documents
    from_sender = {"documents.kind_refused", "documents.not_supported", "documents.too_large"}
    assert named | from_paths | from_sender == set(CAUSES)
