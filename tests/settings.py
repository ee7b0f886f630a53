"""Settings for tests: the real ones, on a throw-away database, with keys of their own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("CREDENTIALS_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")
os.environ.setdefault("DATA_DIR", str(Path(tempfile.gettempdir()) / "sync-portal-tests"))
os.environ["DEBUG"] = "0"

from sync_portal.settings import *  # noqa: F403

Path(os.environ["DATA_DIR"]).mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
ALLOWED_HOSTS = ["*"]
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "sync_portal.W001"]  # noqa: F405
