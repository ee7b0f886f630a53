from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync_portal.sync"
    label = "sync"
    verbose_name = "Synchronisation"

    def ready(self) -> None:
        from sync_portal.sync import shop_flows  # noqa: F401  registers the flows towards the shop
