"""Markdown to safe HTML, the only way in which staff's text becomes markup.

It runs when a document is frozen, never per request. Links between the site's own things are
written [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|the glutes]].
"""

import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# Goes up when the same Markdown gives other HTML; documents name the one that they were made with.
VERSION = "1"

LINK = re.compile(r"\[\[([a-z]+):([^\[\]|\n]{1,64})(?:\|([^\[\]\n]{1,200}))?\]\]")
LINK_KINDS = {"muscle": "/muscles/{}/"}
PLAIN_LINK = re.compile(r"/muscles/([^/?#]+)")
TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "h3", "h4", "h5", "h6", "blockquote", "br", "code"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "hr"}


def render(text: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """HTML of the text, raw HTML escaped and headings two levels down (# becomes h3).

    `names` has, by kind and slug, the name that a link without words of its own shows. A link to
    something that is not in it is left as its words.
    """
    html = _markdown.render(text, {"names": names})
    return nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, link_rel=None).strip()


def links(text: str) -> list[tuple[str, str]]:
    """The (kind, slug) of every [[...]] link, then of every plain one to a muscle's page. Kinds that do
    not exist are among them."""
    found: list[tuple[str, str]] = []
    for token in _inline_tokens(text, found):
        if token.type == "link_open" and (match := PLAIN_LINK.match(token.attrGet("href"))):
            found.append(("muscle", match[1]))
    return found


def has_broken_link(text: str) -> bool:
    """Whether [[ is left over in the words, outside of code: somebody meant a link there."""
    return any("[[" in token.content for token in _inline_tokens(text, []) if token.type == "text")


def _inline_tokens(text: str, found: list) -> list[Token]:
    """The pieces inside the text's paragraphs; `found` takes its [[...]] links."""
    blocks = _markdown.parse(text, {"names": {}, "found": found})
    return [token for block in blocks for token in block.children or ()]


def _site_link(state: StateInline, silent: bool) -> bool:
    match = LINK.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        kind, slug, words = match.groups()
        state.env.get("found", []).append((kind, slug))
        name = state.env["names"].get(kind, {}).get(slug)
        if name is not None:
            state.push("link_open", "a", 1).attrs = {"href": LINK_KINDS[kind].format(slug)}
        state.push("text", "", 0).content = words or name or slug
        if name is not None:
            state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _lower_headings(state) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.inline.ruler.before("link", "site_link", _site_link)
_markdown.core.ruler.push("lower_headings", _lower_headings)
