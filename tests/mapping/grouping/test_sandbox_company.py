"""The groups of the sandbox company, found from its Sage base."""

from __future__ import annotations

from pathlib import Path

from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSettings, open_session
from connectors.sage.streams import STREAMS
from connectors.sandbox.sage import build_company
from mapping.grouping.candidates import candidates
from mapping.grouping.suggest import suggest
from mapping.rules import GroupingRules
from mapping.source import SageData


def test_exactly_its_five_groups_are_found(tmp_path: Path) -> None:
    base = tmp_path / "sage.sqlite3"
    build_company(base, media=tmp_path / "media")
    with open_session(SageSettings(dialect="sqlite", path=str(base))) as session:
        capabilities = Capabilities.probe(session)
        articles = list(reading.read(session, capabilities, STREAMS["articles"], since=None))
    data, rules = SageData({"articles": articles}), GroupingRules()
    found = suggest(candidates(data, rules, data.articles.values()), rules, {})
    assert {one.master: (one.rule, one.axes, sorted(one.members)) for one in found} == {
        "POLO-BLEU-L": (
            "reference",
            ("Couleur", "Taille"),
            ["POLO-BLEU-L", "POLO-BLEU-M", "POLO-BLEU-XL", "POLO-ECRU-M", "POLO-ROUGE-L", "POLO-ROUGE-M"],
        ),
        "GANT/CUIR/10": (
            "reference",
            ("Matière", "Taille"),
            ["GANT/CUIR/10", "GANT/CUIR/8", "GANT/CUIR/9", "GANT/NITRILE/8", "GANT/NITRILE/9"],
        ),
        "CHSEC40": ("number", ("Pointure",), ["CHSEC40", "CHSEC41", "CHSEC42", "CHSEC43"]),
        "VES0101": ("design", ("Couleur", "Taille"), ["VES0101", "VES0102", "VES0107", "VES0112"]),
        "TAB4471": ("source", ("Couleur",), ["TAB4471", "TAB4498", "TAB5012"]),
    }
    holes = {one.master: dict(reason.facts) for one in found for reason in one.problems if reason.code == "holes"}
    assert holes == {
        "POLO-BLEU-L": {"count": "3", "values": "Écru · L, Écru · XL, Rouge · XL"},
        "GANT/CUIR/10": {"count": "1", "values": "Nitrile · 10"},
        "VES0101": {"count": "2", "values": "Kaki · XL, Marine · L"},
    }
