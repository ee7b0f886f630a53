"""Worlds for the tests that need both systems; those of tests/flows."""

from tests.flows.conftest import make_world, small, template, world

__all__ = ["make_world", "small", "template", "world"]
