from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "sync_portal.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from sync_portal.orders import flow  # noqa: F401  registers the flow
