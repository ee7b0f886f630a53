"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_header = admin.site.site_title = "Sync Portal"
admin.site.index_title = _("Administration")

urlpatterns = [
    path("", include("sync_portal.pages.urls")),
    path("compte/", include("allauth.urls")),
    path("langue/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
