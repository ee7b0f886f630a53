"""How a Sage company is reached, as separate values; the ODBC string is made here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from connectors.errors import ConfigurationError
from connectors.sage.dialect import DialectName
from connectors.sage.file_layout import FileLayout

WriteMode = Literal["direct", "driver", "file"]
"""``direct``: raw SQL on SQL Server (or the sandbox), one transaction an order, everything Sage would compute is ours.
``driver``: Sage's own ODBC driver, which computes, and knows no transaction. ``file``: an order is a file to import."""

_FORBIDDEN = frozenset(";{}\x00\r\n")


@dataclass(frozen=True)
class SageSettings:
    """How to reach one Sage company: a DSN, or driver + server + database; ``path`` for the sandbox's file.

    Never a free connection string: it could load any file as a driver. Time-outs are seconds.
    """

    dialect: DialectName
    driver: str = ""
    dsn: str = ""
    server: str = ""
    port: int | None = None
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    path: str = ""
    login_timeout: int = 10
    query_timeout: int = 120
    write_enabled: bool = False
    write_mode: WriteMode = "direct"
    file_folder: str = ""
    """Where ``file`` mode leaves the orders, e.g. a mounted share that Sage's users import from."""
    file_layout: FileLayout = field(default_factory=FileLayout)

    def check_writing(self) -> None:
        """Before anything is written.

        :raises ConfigurationError: ``sage.write_disabled``; ``sage.bad_setting`` for a mode that this connection cannot
            do: ``direct`` needs SQL Server, ``driver`` Sage's own driver, ``file`` an existing folder.
        """
        if not self.write_enabled:
            raise ConfigurationError("sage.write_disabled", self.place)
        impossible = {"direct": self.dialect == "sage", "driver": self.dialect == "sqlserver", "file": False}
        if impossible[self.write_mode]:
            raise ConfigurationError("sage.bad_setting", {"setting": "write_mode", "value": self.write_mode})
        if self.write_mode == "file" and not (self.file_folder and Path(self.file_folder).is_dir()):
            raise ConfigurationError("sage.bad_setting", {"setting": "file_folder", "value": self.file_folder})

    def connection_string(self) -> str:
        """The ODBC string.

        :raises ConfigurationError: ``sage.bad_setting`` for a value that would change the string's meaning, or a driver
            given as a file; ``sage.driver_missing`` when the sandbox's driver is not installed.
        """
        for name in ("driver", "dsn", "server", "database", "user", "path"):
            value = getattr(self, name)
            if _FORBIDDEN & set(value) or (name in {"driver", "dsn"} and "/" in value):
                raise ConfigurationError("sage.bad_setting", {"setting": name, "value": value})
        if self.dialect == "sqlite":
            from connectors.sandbox.sage.connection import connection_string

            return connection_string(Path(self.path))
        return ";".join(f"{key}={value}" for key, value in self._parts() if value)

    def _parts(self) -> Iterator[tuple[str, str]]:
        if self.dsn:
            yield "DSN", self.dsn
        else:
            yield "DRIVER", f"{{{self.driver}}}"
            yield from self._server_parts()
        yield "DATABASE", self.database
        yield "UID", self.user
        yield "PWD", _secret(self.password)

    def _server_parts(self) -> Iterator[tuple[str, str]]:
        if self.dialect == "sage":
            yield "ServerName", self.server
        elif "freetds" in self.driver.lower() or "tds" in self.driver.lower():
            yield "SERVER", self.server
            yield "PORT", str(self.port or 1433)
            yield "TDS_Version", "7.4"
        else:
            yield "SERVER", f"{self.server},{self.port}" if self.port else self.server
            # Sage's servers carry self-signed certificates; without this Microsoft's driver 18 refuses them.
            yield "TrustServerCertificate", "yes"

    @property
    def place(self) -> dict[str, str]:
        """Where this points to, for the sentence of an error; no secret in it."""
        return {"server": self.server or self.dsn or self.path, "database": self.database}


def _secret(password: str) -> str:
    """Between braces when a character would end the value; "}" doubled, as ODBC asks."""
    if password and not (_FORBIDDEN & set(password)) and password == password.strip() and "=" not in password:
        return password
    return "{" + password.replace("}", "}}") + "}" if password else ""
