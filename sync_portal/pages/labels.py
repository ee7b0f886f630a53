"""Business words for what the engine stores by its technical name: fields, kinds of resource, steps of a run."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sync_portal.sync import kinds
from sync_portal.sync.causes import describe

FIELDS: dict[str, Promise] = {
    "accessories": _("Accessories"),
    "active": _("Online"),
    "address1": _("Address"),
    "address2": _("Address, second line"),
    "alias": _("Name of the address"),
    "available_for_order": _("Can be ordered"),
    "begins": pgettext_lazy("of a price", "From"),
    "categories": _("Categories"),
    "category": _("Main category"),
    "city": _("City"),
    "color": _("Colour"),
    "combination": _("Combination"),
    "default_combination": _("Default combination"),
    "company": _("Company"),
    "content": _("Photo"),
    "country": _("Country"),
    "currency": _("Currency"),
    "custom": _("Value of one product"),
    "cover": _("Cover photo"),
    "customer": _("Customer"),
    "description": _("Description"),
    "description_short": _("Short description"),
    "default_on": _("Default combination"),
    "deposit": _("Paid"),
    "ean13": _("EAN-13"),
    "email": _("E-mail"),
    "ends": pgettext_lazy("of a price", "Until"),
    "feature": _("Feature"),
    "features": _("Features"),
    "firstname": _("First name"),
    "from_quantity": _("From quantity"),
    "group": _("Customer group"),
    "group_type": _("Shown as"),
    "groups": _("Customer groups"),
    "images": _("Photos"),
    "language": _("Language"),
    "is_color_group": _("Shown as colours"),
    "lastname": _("Last name"),
    "lines": _("Lines"),
    "link_rewrite": _("Web address"),
    "manufacturer": _("Brand"),
    "meta_description": _("Description for search engines"),
    "meta_title": _("Title for search engines"),
    "minimal_quantity": _("Smallest quantity"),
    "name": pgettext_lazy("of a thing", "Name"),
    "option": _("Option"),
    "pack": _("Pack content"),
    "pack_stock_type": _("Stock taken by a pack"),
    "parent": _("Parent category"),
    "phone": _("Phone"),
    "position": _("Position"),
    "postcode": _("Postcode"),
    "price": _("Price excl. tax"),
    "price_display_method": _("Prices shown"),
    "price_impact": _("Price impact"),
    "product": _("Product"),
    "product_type": _("Kind of product"),
    "public_name": _("Name shown to buyers"),
    "quantity": _("Stock"),
    "redirect_product": _("Redirected to"),
    "redirect_to": _("Redirected to"),
    "redirect_type": _("Redirection"),
    "reduction": _("Reduction"),
    "reduction_tax": _("Reduction with tax"),
    "reduction_type": _("Kind of reduction"),
    "reference": _("Reference"),
    "sage_customer": _("Sage account"),
    "sage_piece": _("Sage document"),
    "shop": _("Shop"),
    "shop_group": _("Group of shops"),
    "show_price": _("Price shown"),
    "siret": _("SIRET"),
    "state": _("State"),
    "supplier": _("Supplier"),
    "tags": _("Tags"),
    "tax": _("VAT"),
    "total_paid": _("Total incl. tax"),
    "type": _("Kind of page"),
    "values": _("Combination values"),
    "visibility": _("Visibility"),
    "weight": _("Weight"),
    "weight_impact": _("Weight impact"),
}
"""The field names of `sync_portal.sync.kinds`, of the catalogue's explanations and of orders."""

KINDS: dict[str, Promise] = {
    "addresses": _("Address"),
    "attachments": _("Document"),
    "categories": _("Category"),
    "combination_images": _("Photos of a combination"),
    "combinations": _("Combination"),
    "covers": _("Cover photo"),
    "customers": _("Customer"),
    "groups": _("Customer group"),
    "images": _("Photo"),
    "manufacturers": _("Manufacturer"),
    "orders": _("Order"),
    "product_links": _("Packs and accessories"),
    "product_feature_values": _("Feature value"),
    "product_features": _("Feature"),
    "product_option_values": _("Option value"),
    "product_options": _("Option"),
    "product_suppliers": _("Supplier of a product"),
    "products": _("Product"),
    "specific_prices": _("Specific price"),
    "stock": _("Stock"),
    "suppliers": _("Supplier"),
    "tags": _("Tag"),
}

STEPS: dict[str, Promise] = {
    "collect": _("Reading Sage"),
    "derive": _("Working out the catalogue"),
    "plan": _("Comparing with the shop"),
    "brakes": _("Checking the limits"),
    "apply": _("Writing to the shop"),
    "confirm": _("Checking what was written"),
    "drift": _("Comparing the shop with what it confirmed"),
    "grouping": _("Looking for articles that are one product"),
    "quality": _("Looking at every article"),
    "orders": _("Reading the shop's orders"),
    "import": _("Writing into Sage"),
}

STREAMS: dict[str, Promise] = {
    "articles": _("Articles"),
    "combinations": _("Combinations of articles"),
    "families": _("Families"),
    "catalogue_nodes": _("Catalogue nodes"),
    "stock": _("Stock lines"),
    "article_tariffs": _("Prices of articles"),
    "customers": _("Customers"),
    "tariff_categories": _("Price categories"),
    "sales_documents": _("Sales documents"),
}
"""What a test of the Sage connection counts, and people know by name (`connectors.sage.streams`)."""

REASONS: dict[str, Promise] = {
    "same_flow": _("The same flow is running already: this run begins when that one ends."),
    "client_busy": _("This client's other runs have their share of the workers: one of them has to end first."),
    "workers_busy": _("All workers are busy with other runs."),
    "soon": _("It begins as soon as a worker takes it, usually within a few seconds."),
}
"""Why a run waits: the codes of `sync_portal.sync.lanes.Waiting`."""

QUESTIONS: dict[str, Promise] = {
    "adoption": _("Which of these is it?"),
    "changed": _("Changed in the shop"),
    "conflict": _("Changed in the shop and in Sage"),
    "missing": _("Gone from the shop"),
    "orphan": _("Does not come from Sage"),
}

ANSWERS: dict[str, Promise] = {
    "adopt": _("It is this one"),
    "create": _("None of them: create a new one"),
    "accept": _("Keep the shop's value"),
    "put_back": _("Put Sage's value back"),
    "ignore": _("Ignore"),
    "own": _("It is the shop's own"),
    "hide": _("Hide it in the shop"),
    "delete": _("Delete it in the shop"),
    "give_back": _("Give it back to Sage"),
}

ORDER_STATES: dict[str, Promise] = {
    "seen": pgettext_lazy("order", "Received"),
    "held": pgettext_lazy("order", "Held"),
    "writing": pgettext_lazy("order", "Being written into Sage"),
    "imported": pgettext_lazy("order", "In Sage"),
}
"""The states of an order, apart from those of a change: in French a word takes the gender of its noun."""

SPECIAL_KEYS: dict[str, Promise] = {
    "@home": _("Home"),
    "@visitor": _("Visitors"),
    "@guest": _("Guests"),
    "@customer": _("Customers"),
}
"""What every shop has by itself (see `mapping.state.Ref`)."""


VERBS: dict[str, Promise] = {
    "photo.combinations": _("Combinations of a photo chosen"),
    "photo.hide": _("Photo taken out of the shop"),
    "photo.legend": _("Legend of a photo written"),
    "photo.order": _("Photos put in order"),
    "photo.remove": _("Added photo removed"),
    "photo.show": _("Photo shown again"),
    "photo.upload": _("Photos added"),
    "group.approve": _("Group approved"),
    "group.build": _("Group built by hand"),
    "group.dissolve": _("Group dissolved"),
    "group.edit": _("Group corrected"),
    "group.join": _("New articles joined the group"),
    "group.lock": _("Group locked"),
    "group.master": _("Master of the group chosen"),
    "group.merge": _("Groups merged"),
    "group.move": _("Article moved to another group"),
    "group.split": _("Group split"),
    "group.unlock": _("Group unlocked"),
    "group.values": _("Values of the group corrected"),
    "article.away": _("What becomes of its page"),
    "article.hide": _("Kept out of the shop"),
    "article.rules": _("Back to the rules"),
    "article.show": _("Shown whatever the rules say"),
    "product.accessories": _("Accessories chosen"),
    "product.brand": _("Brand chosen"),
    "product.categories": _("Categories chosen"),
    "product.category": _("Main category chosen"),
    "product.features": _("Features corrected"),
    "brand.map": _("Brand mapped"),
    "category.map": _("Category mapped"),
    "feature.map": _("Feature mapped"),
    "import": _("Imported from a file"),
    "mapping.accept": _("Proposals accepted"),
    "option.map": _("Option mapped"),
    "value.map": _("Attribute value mapped"),
    "text.back": _("Back to Sage's text"),
    "text.edit": _("Text written"),
    "undo": _("Undone"),
}
"""What people do to the catalogue: `ChoiceAct.verb`, told as done."""

CHOICE_FIELDS: dict[str, Promise] = {
    "axes": _("Axes"),
    "categories": _("Further categories"),
    "colour": _("Colour"),
    "combinations": _("Shows the combinations"),
    "display": _("Shown as"),
    "distinct": _("Is a value of its own"),
    "hidden": _("Left out"),
    "ignored": _("Left out"),
    "legend": _("Legend"),
    "locked": _("Locked"),
    "master": _("Master article"),
    "match_case": _("Upper and lower case as written"),
    "members": _("Articles of the group"),
    "pattern": _("Pattern"),
    "published": _("In the shop"),
    "redirect_to": _("Redirected to"),
    "rule": _("Found by"),
    "same_as": _("Is the same as (key)"),
    "shop_categories": _("Category of the shop"),
    "shown": _("In the shop"),
    "size": _("Size of the file"),
    "text": _("Text"),
    "to": _("In the shop"),
    "type": _("Kind of value"),
    "unit": _("Unit"),
    "when_away": _("When it is away"),
    "whole_word": _("Whole words only"),
}
"""Fields of choices that have no field of the shop behind them, or another sense there."""

SHOWN: dict[str, Promise] = {
    "rules": _("as the rules say"),
    "always": _("always shown"),
    "never": _("kept out"),
}
AWAY: dict[str, Promise] = {
    "": _("as the rules say"),
    "hide": _("its page is hidden"),
    "out_of_stock": _("its page stays, without stock"),
    "redirect": _("its page leads to another one"),
}

OWNERS: dict[str, Promise] = {
    "sage": _("Sage"),
    "person": _("a person"),
    "portal": _("Sage, a person's value wins"),
    "if_new": _("the shop, Sage at creation"),
    "if_empty": _("the shop, Sage where it is empty"),
    "shop": _("the shop"),
}
"""Who decides a field: the owners of `mapping.rules`, and a person who chose it."""

PROBLEMS: dict[str, Promise] = {
    "catalogue.all_combinations_asleep": _("All combinations asleep"),
    "catalogue.asleep": _("Asleep in Sage"),
    "catalogue.check_category": _("Lacks a category"),
    "catalogue.check_combination_photos": _("Lacks photos of combinations"),
    "catalogue.check_description": _("Lacks a description"),
    "catalogue.check_ean": _("Lacks an EAN"),
    "catalogue.check_manufacturer": _("Lacks a brand"),
    "catalogue.check_photo": _("Lacks a photo"),
    "catalogue.check_short": _("Description too short"),
    "catalogue.check_weight": _("Lacks a weight"),
    "catalogue.combination_doubled": _("Combination doubled"),
    "catalogue.combination_reference_refused": _("Reference of a combination refused"),
    "catalogue.combination_without_value": _("Combination without a value"),
    "catalogue.ean_doubled": _("EAN on several articles"),
    "catalogue.ean_invalid": _("EAN not valid"),
    "catalogue.group_cell_doubled": _("Combination of a group doubled"),
    "catalogue.group_master_gone": _("Master article gone from Sage"),
    "catalogue.group_value_missing": _("Value missing in a group"),
    "catalogue.grouped": _("Sold inside a group"),
    "catalogue.kind_disagrees": _("Kind of article disagrees"),
    "catalogue.no_combination": _("No usable combination"),
    "catalogue.no_family": _("No category"),
    "catalogue.no_name": _("No name"),
    "catalogue.no_tax": _("No VAT"),
    "catalogue.not_sellable": _("Not for sale"),
    "catalogue.pack_component_away": _("Pack without one of its articles"),
    "catalogue.pack_fraction": _("Pack with a broken quantity"),
    "catalogue.pack_with_combinations": _("Pack with combinations"),
    "catalogue.packaging_not_whole": _("Packaging with a broken quantity"),
    "catalogue.person_left_out": _("Kept out by a person"),
    "catalogue.price_zero": _("No price"),
    "catalogue.reference_refused": _("Reference refused by the shop"),
    "catalogue.rule_left_out": _("Left out by a rule"),
    "catalogue.shown_against_sage": _("Shown by a person against Sage"),
    "catalogue.twin_reference": _("Reference too close to another"),
    "catalogue.unpublished": _("Not published in Sage"),
    "catalogue.values_differ_by_accent": _("Values that differ by an accent"),
    "documents.kind_refused": _("Kind of document refused"),
    "documents.not_supported": _("Documents unknown to the shop"),
    "documents.too_large": _("Document too large"),
    "media.missing_file": _("Photo file not found"),
    "media.outside_folder": _("Photo outside the folder"),
    "media.unreadable_file": _("Photo file cannot be read"),
    "prices.ecotax_left_out": _("Eco-tax not published"),
    "prices.specific_price_zero": _("Specific price of zero"),
    "prices.tier_not_understood": _("Tier not published"),
    "prices.tiers_by_amount": _("Discounts by amount not published"),
    "stock.kit_component_unavailable": _("Pack with an article that is not for sale"),
}
"""Causes in two or three words, for a list to choose from; the others are told in their sentence."""


def field_label(name: str) -> str:
    """The field in business words; an unknown one is shown as it is, without its underscores."""
    return str(FIELDS[name]) if name in FIELDS else name.replace("_", " ").capitalize()


def answer_label(question: str, answer: str) -> str:
    """An answer, as the question words it: what is gone is not created but created again."""
    if (question, answer) == ("missing", "create"):
        return gettext("Create it again")
    if (question, answer) == ("orphan", "adopt"):
        return gettext("It is an article of Sage")
    return str(ANSWERS[answer])


def same_label(kind: str, reason: str) -> str:
    """Why a resource of the shop may be the one in question: the fields that are equal, in words."""
    names = kinds.KINDS[kind].identity if reason == "identity" and kind in kinds.KINDS else (reason,)
    return gettext("same: %(fields)s") % {"fields": ", ".join(field_label(name) for name in names)}


def kind_label(kind: str) -> str:
    """A kind of resource, in the singular."""
    return str(KINDS.get(kind, kind))


def order_state(state: str) -> str:
    """The state of an order, in words."""
    return str(ORDER_STATES[state])


def step_label(step: str) -> str:
    """What a running run is doing."""
    return str(STEPS.get(step, step))


def verb_label(verb: str) -> str:
    """What a person did, as done."""
    return str(VERBS.get(verb, verb))


def choice_field_label(name: str) -> str:
    """A field of a choice."""
    return str(CHOICE_FIELDS[name]) if name in CHOICE_FIELDS else field_label(name)


def problem_label(code: str) -> str:
    """A problem in a few words; one without such words is told in its sentence."""
    return str(PROBLEMS[code]) if code in PROBLEMS else describe(code).sentence


WEIGHTS: dict[str, Promise] = {
    "blocks": _("Cannot be published"),
    "warns": _("To mend"),
    "advice": _("Would sell better"),
}
"""How much a finding of the catalogue check weighs."""

DISPLAYS: dict[str, Promise] = {
    "select": _("drop-down list"),
    "radio": _("buttons"),
    "color": _("colours"),
}
"""How an option is shown in the shop."""

FEATURE_TYPES: dict[str, Promise] = {
    "text": _("text"),
    "number": _("number"),
    "list": _("one of a list"),
    "date": _("date"),
}
"""What a feature's values are."""

IMPORT_RESULTS: dict[str, Promise] = {
    "new": _("New"),
    "changed": _("Changed"),
    "removed": _("Taken back"),
    "same": _("As it is"),
    "error": _("Cannot be used"),
}
"""What a line of an imported file does."""


def owner_label(owner: str) -> str:
    """Who decides a field."""
    return str(OWNERS.get(owner, owner))


MAPPING_STATES: dict[str, Promise] = {
    "twin": _("To decide"),
    "unmapped": _("Not mapped yet"),
    "mapped": _("Mapped"),
    "ignored": pgettext_lazy("of a line of a mapping table", "Left out"),
}
"""Where a line of a mapping table stands."""
