from django.apps import AppConfig


class SyncPortalConfig(AppConfig):
    name = "sync_portal"
    label = "portal"
    verbose_name = "Sync Portal"

    def ready(self) -> None:
        from sync_portal import checks  # noqa: F401  registers the system checks
