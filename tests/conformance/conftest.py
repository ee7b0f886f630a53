"""Prints, at the end of the run, how much of the recorded exchanges the sandbox shop claims."""

from __future__ import annotations

import pytest

from tests.conformance.claims import figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("conformance of the sandbox shop, on the resources the portal uses")
    for figure in figures():
        terminalreporter.line(str(figure))
