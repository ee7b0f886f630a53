"""The benchmark that guards the promise: a run in which nothing changed writes nothing. No clock is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.flow
def test_the_second_run_of_every_flow_writes_nothing(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "bench", "--only", "run_unchanged", "--articles", "20", "--json"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode in {0, 1}, done.stderr[-2000:]  # 1: slower than its limit, which a busy machine may be
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert (found["name"], found["writes"]) == ("run_unchanged", 0)
    assert found["first_run_writes"] > 0
    assert not (tmp_path / "portal.sqlite3").exists(), "a benchmark keeps away from the portal's own database"
