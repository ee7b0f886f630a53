from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "sync_portal.orders"
    label = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        from sync_portal.orders import flow  # noqa: F401  registers the flow
