"""Run as a script, in a process of its own: reads a whole Sage base and prints by how many MB the process grew.

Growth is the highest resident size between batches less the one before the first stream, everything imported.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import BATCH, SageSettings, open_session
from connectors.sage.streams import STREAMS

PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def growth(path: str) -> float:
    """MB, over all streams."""
    with open_session(SageSettings(dialect="sqlite", path=path)) as session:
        capabilities = Capabilities.probe(session)
        before = highest = resident()
        for stream in STREAMS.values():
            for number, _record in enumerate(reading.read(session, capabilities, stream)):
                if number % BATCH == 0:
                    highest = max(highest, resident())
    return (highest - before) / 1_000_000


if __name__ == "__main__":
    sys.stdout.write(f"{growth(sys.argv[1]):.1f}\n")
