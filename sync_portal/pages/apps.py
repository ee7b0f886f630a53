from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "sync_portal.pages"
    label = "pages"
    verbose_name = "Pages"
