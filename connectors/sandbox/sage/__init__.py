"""A small Sage 100 company, "Comptoir Atlantique", in a real ODBC data source that runs on any machine."""

from .company import CompanySummary, build_company
from .connection import connect, driver_path

__all__ = ["CompanySummary", "build_company", "connect", "driver_path"]
