from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    name = "sync_portal.sync"
    label = "sync"
    verbose_name = _("Synchronisation")

    def ready(self) -> None:
        from sync_portal.sync import jobs, shop_flows  # noqa: F401  the import registers the flows towards the shop

        post_migrate.connect(jobs.install_tick, sender=self)
