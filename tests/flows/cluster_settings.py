"""Settings of the worker scenarios: those of the tests, with the flows of `probe`, and logs that a program can read."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.flows.probe"]  # noqa: F405
LANGUAGE_CODE = "en"  # django-q2 translates its log
