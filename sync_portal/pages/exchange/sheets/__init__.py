"""The sheets there are, in the order of the page."""

from sync_portal.pages.exchange.sheet import Sheet
from sync_portal.pages.exchange.sheets.articles import ARTICLES
from sync_portal.pages.exchange.sheets.brands import BRANDS
from sync_portal.pages.exchange.sheets.categories import CATEGORIES
from sync_portal.pages.exchange.sheets.features import FEATURES
from sync_portal.pages.exchange.sheets.groups import GROUPS
from sync_portal.pages.exchange.sheets.options import OPTIONS
from sync_portal.pages.exchange.sheets.texts import TEXTS
from sync_portal.pages.exchange.sheets.values import VALUES
from sync_portal.pages.exchange.sheets.words import WORDS

SHEETS: dict[str, Sheet] = {
    sheet.name: sheet for sheet in (TEXTS, ARTICLES, GROUPS, CATEGORIES, OPTIONS, VALUES, FEATURES, BRANDS, WORDS)
}
