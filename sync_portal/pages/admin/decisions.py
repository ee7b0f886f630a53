"""The questions that people were asked, and the fields they left to the shop. Answered on the portal's pages alone."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.administration import OwnClients
from sync_portal.pages.admin.filters import AnswerFilter, KindFilter
from sync_portal.pages.admin.lists import HistoryAdmin
from sync_portal.pages.admin.words import laid_out
from sync_portal.pages.differences import readable_label
from sync_portal.pages.labels import answer_label, field_label, kind_label, owner_label
from sync_portal.pages.sentences import person
from sync_portal.sync.models import Decision, FieldOwner


@admin.register(Decision)
class DecisionAdmin(HistoryAdmin):
    client_path = "shop__client"
    list_display = (
        *("number", "question", "what", "kind_word", "field_word", "opened_at", "answer_word", "who", "decided_at"),
        *("client", "shop_name"),
    )
    list_filter = (AnswerFilter, "question", KindFilter, ("shop__client", OwnClients))
    list_select_related = ("shop__client", "decided_by")
    not_listed = ("facts", "shop__key", "shop__rules", "shop__quiet_hours")
    search_fields = ("key", "label")
    search_help_text = _("Any part of a reference or of a name.")
    fields = (
        *("question", "what", "kind_word", "key", "field_word", "client", "shop_name", "opened_at"),
        *("answer_word", "chosen_id", "who", "decided_at", "facts_laid_out"),
    )
    readonly_fields = ("facts_laid_out",)

    @admin.display(description=_("designation"))
    def what(self, row: Decision) -> str:
        return readable_label(row.kind, row.key, row.label)

    @admin.display(description=_("kind"))
    def kind_word(self, row: Decision) -> str:
        return kind_label(row.kind)

    @admin.display(description=_("field"))
    def field_word(self, row: Decision) -> str:
        return field_label(row.field) if row.field else ""

    @admin.display(description=_("answer"))
    def answer_word(self, row: Decision) -> str:
        return answer_label(row.question, row.answer) if row.answer else ""

    @admin.display(description=_("by"))
    def who(self, row: Decision) -> str:
        return person(row.decided_by) if row.decided_by else ""

    @admin.display(description=_("client"))
    def client(self, row: Decision) -> str:
        return row.shop.client.name

    @admin.display(description=_("shop"))
    def shop_name(self, row: Decision) -> str:
        return row.shop.name

    @admin.display(description=_("facts"))
    def facts_laid_out(self, row: Decision) -> SafeString | str:
        return laid_out(row.facts)


@admin.register(FieldOwner)
class FieldOwnerAdmin(HistoryAdmin):
    client_path = "shop__client"
    list_display = ("number", "key", "kind_word", "field_word", "owner_word", "client", "shop_name")
    list_filter = (KindFilter, ("shop__client", OwnClients))
    list_select_related = ("shop__client",)
    search_fields = ("key",)
    fields = ("key", "kind_word", "field_word", "owner_word", "client", "shop_name")

    @admin.display(description=_("kind"))
    def kind_word(self, row: FieldOwner) -> str:
        return kind_label(row.kind)

    @admin.display(description=_("field"))
    def field_word(self, row: FieldOwner) -> str:
        return field_label(row.field)

    @admin.display(description=_("decided by"))
    def owner_word(self, row: FieldOwner) -> str:
        return owner_label(row.owner)

    @admin.display(description=_("client"))
    def client(self, row: FieldOwner) -> str:
        return row.shop.client.name

    @admin.display(description=_("shop"))
    def shop_name(self, row: FieldOwner) -> str:
        return row.shop.name
