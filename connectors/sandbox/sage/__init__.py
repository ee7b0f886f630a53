"""A small Sage 100 company, "Comptoir Atlantique", in a real ODBC data source that runs on any machine."""

from .connection import connect, driver_path

__all__ = ["connect", "driver_path"]
