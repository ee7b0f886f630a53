"""The orders flow (being written)."""
