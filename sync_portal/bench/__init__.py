"""Benchmarks: each compares a piece of work with its bare counterpart, in turns within one run, and quotes medians.

To add one: a file here with a function `(Bench) -> Result`, and its name in `BENCHMARKS`.
"""

from sync_portal.bench.frame import Bench, Benchmark, Result
from sync_portal.bench.run_unchanged import run_unchanged

BENCHMARKS: dict[str, Benchmark] = {"run_unchanged": run_unchanged}

__all__ = ["BENCHMARKS", "Bench", "Benchmark", "Result"]
