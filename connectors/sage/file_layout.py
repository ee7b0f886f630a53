"""The layout of order files for Sage's "import format paramétrable": the customer defines it in Sage, and here alike.

Sage publishes no fixed layout: each company describes its own under Fichier / Format import-export paramétrable. The
default below names one column of Sage per field, so that it can be described there once, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from connectors.errors import ConfigurationError
from connectors.sage import values

ENCODING = "cp1252"
"""Sage reads files in Windows' Western code page; what it lacks was replaced, and reported, before."""

ACCOUNT = (
    *("CT_Num", "CT_Intitule", "CT_Qualite", "CT_Contact", "CT_Adresse", "CT_Complement", "CT_CodePostal", "CT_Ville"),
    *("CT_CodeRegion", "CT_Pays", "CT_Telephone", "CT_EMail", "CT_Siret", "CT_Ape", "CT_Identifiant", "CG_NumPrinc"),
    *("N_CatTarif", "N_CatCompta"),
)
PLACE = (
    *("CT_Num", "LI_Intitule", "LI_Contact", "LI_Adresse", "LI_Complement", "LI_CodePostal", "LI_Ville"),
    *("LI_CodeRegion", "LI_Pays", "LI_Telephone", "LI_EMail", "N_Expedition", "N_Condition"),
)
HEADER = (
    *("DO_Type", "DO_NoWeb", "DO_Date", "DO_Ref", "DO_Tiers", "CT_NumPayeur", "LI_Intitule", "DE_No", "DO_Souche"),
    *("DO_Expedit", "DO_Tarif", "N_CatCompta", "DO_Statut", "DO_DateLivr", "DO_Coord01", "DO_Coord02", "DO_Coord03"),
    *("DO_Coord04", "DO_TotalHT", "DO_TotalTTC"),
)
LINE = (
    *("DL_Ligne", "AR_Ref", "AG_No1", "AG_No2", "AR_RefCompose", "DL_Design", "DL_Qte", "EU_Enumere", "EU_Qte"),
    *("DL_PrixUnitaire", "DL_PUTTC", "DL_TTC", "DL_Remise01REM_Valeur", "DL_Taxe1", "DL_CodeTaxe1", "DL_MontantHT"),
    *("DL_MontantTTC", "DE_No"),
)
DEPOSIT = ("DR_Date", "DR_Montant", "N_Reglement", "DR_Libelle")


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """One record a line: its code, then its columns. A record without columns is left out of the file."""

    delimiter: str = ";"
    quote: str = '"'
    """Around a text that holds the delimiter, a quote or a line's end; doubled inside."""
    decimal: str = ","
    date: str = "%d/%m/%Y"
    """As Python's ``strftime`` spells it; "no date" is an empty field."""
    line_end: str = "\r\n"
    extension: str = "txt"
    account_code: str = "C"
    place_code: str = "D"
    header_code: str = "E"
    line_code: str = "L"
    deposit_code: str = "A"
    account: tuple[str, ...] = ACCOUNT
    """F_COMPTET: only when the order opens a new account."""
    place: tuple[str, ...] = PLACE
    """F_LIVRAISON: only when the order brings its own address."""
    header: tuple[str, ...] = HEADER
    line: tuple[str, ...] = LINE
    deposit: tuple[str, ...] = DEPOSIT

    def __post_init__(self) -> None:
        """:raises ConfigurationError: ``sage.bad_setting``: two separators are the same, or one is not a character."""
        marks = [self.delimiter, self.quote, self.decimal]
        for name, mark in zip(("delimiter", "quote", "decimal"), marks, strict=True):
            if len(mark) != 1 or mark.isalnum() or mark in "\r\n" or (marks.count(mark) > 1 and mark != self.decimal):
                raise ConfigurationError("sage.bad_setting", {"setting": f"file_layout.{name}", "value": mark})
        if self.line_end not in {"\r\n", "\n"}:
            raise ConfigurationError("sage.bad_setting", {"setting": "file_layout.line_end", "value": self.line_end})
        if not self.extension.isalnum():
            raise ConfigurationError("sage.bad_setting", {"setting": "file_layout.extension", "value": self.extension})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """From what a client's settings hold; what they leave out keeps its default.

        :raises ConfigurationError: ``sage.bad_setting``: an unknown setting, or one of the wrong kind.
        """
        known = {found.name: found.default for found in fields(cls)}
        given: dict[str, Any] = {}
        for name, value in data.items():
            if name not in known or isinstance(value, str) != isinstance(known[name], str):
                raise ConfigurationError("sage.bad_setting", {"setting": f"file_layout.{name}", "value": value})
            given[name] = value if isinstance(value, str) else tuple(map(str, value))
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """JSON values; :meth:`from_json` gives the layout back."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def record(self, code: str, columns: Sequence[str], row: Mapping[str, object]) -> str:
        """One line of the file, its end included; '' when the layout has no column for it."""
        if not columns:
            return ""
        return self.delimiter.join([code, *(self._field(row.get(name)) for name in columns)]) + self.line_end

    def _field(self, value: object) -> str:
        if isinstance(value, Decimal | float):
            # A decimal comma that is also the delimiter must be quoted like any text.
            return self._escaped(values.plain_number(values.decimal(value)).replace(".", self.decimal))
        if isinstance(value, date | datetime):
            found = values.day(value)
            return self._escaped(found.strftime(self.date)) if found else ""
        return self._escaped("" if value is None else str(value))

    def _escaped(self, text: str) -> str:
        if not ({self.delimiter, self.quote, "\r", "\n"} & set(text)):
            return text
        return self.quote + text.replace(self.quote, self.quote * 2) + self.quote
