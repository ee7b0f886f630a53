"""The sandbox's door to ODBC: a Sage base kept in a SQLite file, reached through pyodbc and libsqliteodbc.

The product reads the sandbox exactly as it reads a customer's base, so nothing here uses Python's own `sqlite3`.
"""

from __future__ import annotations

import platform
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import ConfigurationError

if TYPE_CHECKING:
    import pyodbc

LIBRARY = "libsqlite3odbc.so"


def driver_path() -> str:
    """Where apt's `libsqliteodbc` put its driver; naming it by path spares the machine an `odbcinst.ini`.

    Raises ConfigurationError ``sage.driver_missing`` when the package is not installed.
    """
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{platform.machine()}-linux-gnu"
    places = [Path("/usr/lib", multiarch, "odbc"), Path("/usr/lib64"), Path("/usr/lib/odbc"), Path("/usr/lib")]
    for place in places:
        if (place / LIBRARY).exists():
            return str(place / LIBRARY)
    raise ConfigurationError("sage.driver_missing", {"driver": LIBRARY, "package": "libsqliteodbc"})


def connection_string(path: Path, *, create: bool = False) -> str:
    """The ODBC string of a sandbox base; unless `create`, a missing file is an error instead of an empty base."""
    # Timeout is how long (ms) a statement waits for another process's write to end.
    return f"DRIVER={driver_path()};Database={path};Timeout=20000;NoCreat={0 if create else 1}"


def connect(path: Path, *, create: bool = False, autocommit: bool = False) -> pyodbc.Connection:
    """A live session on the sandbox base at `path`; the caller commits and closes."""
    # pyodbc cannot even be imported without unixODBC, which only the machines that reach Sage need.
    import pyodbc

    return pyodbc.connect(connection_string(path, create=create), autocommit=autocommit)
