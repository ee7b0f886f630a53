"""The portal's own addresses. Everything under `c/<slug>/` belongs to one client and goes through `client_page`."""

from django.urls import include, path

from sync_portal.pages import (
    acts,
    clients,
    connections,
    decisions,
    health,
    media,
    orders,
    previews,
    products,
    quality,
    runs,
    schedules,
)

app_name = "pages"

client_patterns = [
    path("", clients.overview, name="client"),
    path("flows/", clients.flow_lines, name="flow-lines"),
    path("flows/<slug:flow_name>/run/", runs.start, name="run-start"),
    path("runs/", runs.history, name="runs"),
    path("runs/<int:run_id>/", runs.page, name="run"),
    path("runs/<int:run_id>/live/", runs.live, name="run-live"),
    path("runs/<int:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<int:run_id>/approve/", runs.approve, name="run-approve"),
    path("runs/<int:run_id>/retry/", runs.retry, name="run-retry"),
    path("runs/<int:run_id>/apply/", previews.apply, name="run-apply"),
    path("runs/<int:run_id>/undo/", previews.undo, name="run-undo"),
    path("decisions/", decisions.index, name="decisions"),
    path("decisions/answer/", decisions.answer_several, name="decisions-answer"),
    path("decisions/<int:decision_id>/answer/", decisions.answer, name="decision-answer"),
    path("products/", products.index, name="products"),
    path("products/<int:product_id>/", products.page, name="product"),
    path("products/<int:product_id>/resync/", products.resync, name="product-resync"),
    path("quality/", quality.index, name="quality"),
    path("quality/check/", quality.check_again, name="quality-check"),
    path("quality/articles.xlsx", quality.download, name="quality-download"),
    path("quality/<slug:topic_name>/", quality.topic, name="quality-topic"),
    path("acts/", acts.index, name="acts"),
    path("acts/<int:act_id>/undo/", acts.undo, name="act-undo"),
    path("photos/<int:image_id>/<slug:size>/", media.photo, name="photo"),
    path("orders/", orders.index, name="orders"),
    path("orders/<int:order_id>/", orders.page, name="order"),
    path("orders/<int:order_id>/retry/", orders.retry, name="order-retry"),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/<slug:flow_name>/", schedules.edit, name="schedule-edit"),
    path("alerting/", schedules.alerting, name="alerting"),
    path("schedules/<slug:flow_name>/pause/", schedules.pause, name="schedule-pause"),
    path("schedules/<slug:flow_name>/resume/", schedules.resume, name="schedule-resume"),
    path("connections/", connections.summary, name="connections"),
    path("connections/test/", connections.test, name="connections-test"),
]

urlpatterns = [
    path("", clients.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("c/<slug:slug>/", include(client_patterns)),
]
