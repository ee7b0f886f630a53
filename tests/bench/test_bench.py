"""The benchmarks that guard two promises: nothing changed, nothing written; little changed, few requests.

No clock is asserted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings


def benched(folder: Path, name: str) -> dict[str, Any]:
    """What one benchmark tells of a company of twenty generated articles."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "DATA_DIR": str(folder),
    }
    command = [sys.executable, "manage.py", "bench", "--only", name, "--articles", "20", "--json"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=570, check=False
    )
    assert done.returncode in {0, 1}, done.stderr[-2000:]  # 1: slower than its limit, which a busy machine may be
    (line,) = done.stdout.splitlines()
    assert not (folder / "portal.sqlite3").exists(), "a benchmark keeps away from the portal's own database"
    return dict(json.loads(line))


@pytest.mark.flow
def test_the_second_run_of_every_flow_writes_nothing(tmp_path: Path) -> None:
    found = benched(tmp_path, "run_unchanged")
    assert (found["name"], found["writes"]) == ("run_unchanged", 0)
    assert found["first_run_writes"] > 0


@pytest.mark.flow
def test_a_few_changes_are_sent_in_few_requests(tmp_path: Path) -> None:
    found = benched(tmp_path, "run_delta")
    assert (found["name"], found["requests_too_many"]) == ("run_delta", 0)
    assert set(found["write_requests"]) == {"products", "stock_availables"}
    assert found["records"] > 0
    assert found["ratio_with_one_connection"] > 0
