"""Flows that only note when they begin and end, for tests of the workers themselves."""
