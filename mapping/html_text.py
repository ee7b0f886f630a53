"""Plain text as safe HTML, and HTML that people write made safe and even. Pure.

The shop keeps HTML through a purifier of its own and refuses a whole product for a script or a frame in it, so what is
sent is already in the form that it keeps: XHTML, no styles, no handlers.
"""

from __future__ import annotations

import html
import re

import nh3

from mapping.naming import cut

TAGS = (
    frozenset({"a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h2"})
    | {"h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong"}
    | {"sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"}
)
"""What a description may hold."""
ATTRIBUTES = {
    "a": {"href", "title", "target"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
_TAG = re.compile(r"<[^>]*>")
_VOID = re.compile(r"<(br|hr|img)\b([^>]*?)\s*/?>")
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&[a-zA-Z]{2,8};|&#\d+;")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BLOCK_END = re.compile(r"</(?:p|div|li|h\d|tr|ul|ol|table|blockquote)>")


def is_markup(text: str) -> bool:
    """Whether somebody wrote HTML rather than plain text."""
    return _MARKUP.search(text) is not None


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, other line ends are kept.

    >>> paragraphs("Lavage à 30 °C & doux.\\n\\nNe pas sécher.")
    '<p>Lavage à 30 °C &amp; doux.</p><p>Ne pas sécher.</p>'
    """
    blocks = _BLANK_LINES.split(text) if "\n\n" in text or "\n " in text else [text]
    return "".join(f"<p>{with_breaks(block.strip())}</p>" for block in blocks if block.strip())


def with_breaks(text: str) -> str:
    """Plain text as HTML in one piece, its line ends kept."""
    escaped = html.escape(text, quote=False)
    return escaped.replace("\n", "<br />") if "\n" in escaped else escaped


def clean_html(text: str) -> str:
    """HTML without scripts, frames, handlers, styles and unknown tags, in the form in which the shop keeps it."""
    cleaned = nh3.clean(
        text, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None, strip_comments=True
    )
    return canonical(cleaned).strip()


def canonical(text: str) -> str:
    """One spelling for HTML that means the same: the shop's purifier rewrites entities and single tags."""
    if "<" not in text and "&" not in text:
        return text
    text = _VOID.sub(_void, text)
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\u00a0").replace("&#39;", "'").replace("&#039;", "'")
    return text if '="' in text else text.replace("&quot;", '"')


def _void(found: re.Match[str]) -> str:
    return f"<{found[1]}{found[2].rstrip()} />"


def shown_length(text: str) -> int:
    """As the shop counts it: tags left out, entities as they are written."""
    return len(_TAG.sub("", text)) if "<" in text else len(text)


def plain(text: str) -> str:
    """What a reader sees of HTML, one line for each block."""
    lined = _BLOCK_END.sub("\n\n", text.replace("<br />", "\n"))
    return html.unescape(_TAG.sub("", lined)).strip()


def cut_html(text: str, length: int) -> str:
    """At most ``length`` characters as the shop counts them; beyond that only paragraphs are left of the markup."""
    if shown_length(text) <= length:
        return text
    room, said = length, plain(text)
    while room > 0 and (over := shown_length(shortened := paragraphs(cut(said, room))) - length) > 0:
        room -= max(1, over // 5)  # "&" is five characters there
    return shortened if room > 0 else ""
