"""A throw-away PostgreSQL for the tests: `python -m tests.postgres COMMAND...` runs a command on it."""
