"""Markdown to safe HTML, the only way in which staff's text becomes markup.

It runs when a document is frozen, never per request. Links between the site's own things are
written [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|the glutes]]. Studies are cited in the same
way: in a page with a list of references [[study:da-silva-2008]] becomes a number that leads there, and
elsewhere a link to the study's page. Terms are linked to their pages in the glossary; a page that has a
copy of the term shows what it means when the link is chosen.
"""

import re
from collections.abc import Mapping
from html import unescape
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# Goes up when the same Markdown gives other HTML; documents name the one that they were made with.
VERSION = "1"

LINK = re.compile(r"\[\[([a-z]+):([^\[\]|\n]{1,64})(?:\|([^\[\]\n]{1,200}))?\]\]")
MOST_BRACKETS = 1_000
BLOCK_END = re.compile("</(?:p|li|h[3-6]|th|td)>")
LINK_KINDS = {"muscle": "/muscles/{}/", "study": "/evidence/{}/", "term": "/glossary/{}/"}
PLAIN_LINK = re.compile(r"/(muscles|evidence|glossary)/([^/?#]+)")
PLAIN_KINDS = {"muscles": "muscle", "evidence": "study", "glossary": "term"}
NOTED = re.compile(r'<a href="(?:#reference-([^"]+)|/glossary/([^"/]+)/)"')
INLINE_TAGS = {"a", "strong", "em", "code", "sup", "br"}
TAGS = INLINE_TAGS | {"p", "ul", "ol", "li", "h3", "h4", "h5", "h6", "blockquote"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "hr"}


class References:
    """The studies that a page's texts cite, in the order in which they are first mentioned.

    `places` has, by slug, in how many places each is cited. The n-th place has the id cited-SLUG-n, and the
    entry of the list of references to which it leads has the id reference-SLUG.
    """

    def __init__(self):
        self.places: dict[str, int] = {}

    def cite(self, slug: str) -> tuple[int, int]:
        """The study's number in the list, and which of its places this is, both from 1."""
        self.places[slug] = self.places.get(slug, 0) + 1
        return list(self.places).index(slug) + 1, self.places[slug]


Names = Mapping[str, Mapping[str, str]]


def render(text: str, names: Names, references: References | None = None) -> str:
    """HTML of the text, raw HTML escaped and headings two levels down (# becomes h3).

    `names` has, by kind and slug, the name that a link without words of its own shows. A link to
    something that is not in it is left as its words. With `references`, studies are cited by number.
    """
    html = _markdown.render(text, {"names": names, "citations": references})
    return _clean(html, TAGS)


def render_inline(text: str, names: Names, references: References | None = None) -> str:
    """The same for a text without paragraphs or lists, such as a sentence inside a paragraph."""
    html = _markdown.renderInline(text, {"names": names, "citations": references})
    return _clean(html, INLINE_TAGS)


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(html, tags=tags, attributes={"a": {"href", "id", "aria-label"}}, link_rel=None).strip()


def links(text: str) -> list[tuple[str, str]]:
    """The (kind, slug) of every [[...]] link, then of every plain one to such a page. Kinds that do
    not exist are among them."""
    found: list[tuple[str, str]] = []
    for token in _inline_tokens(text, found):
        if token.type == "link_open" and (match := PLAIN_LINK.match(token.attrGet("href"))):
            found.append((PLAIN_KINDS[match[1]], match[2]))
    return found


def has_broken_link(text: str) -> bool:
    """Whether [[ is left over in the words, outside of code: somebody meant a link there."""
    return any("[[" in token.content for token in _inline_tokens(text, []) if token.type == "text")


def _inline_tokens(text: str, found: list) -> list[Token]:
    """The pieces inside the text's paragraphs; `found` takes its [[...]] links."""
    blocks = _markdown.parse(text, {"names": {}, "found": found})
    return [token for block in blocks for token in block.children or ()]


def paragraphs(text: str) -> list[tuple[str, bool]]:
    """The words of each paragraph, list item or table cell, and whether it cites a study."""
    found: list[tuple[str, bool]] = []
    for block in _markdown.parse(text, {"names": {}, "found": []}):
        if block.type == "inline":
            words = "".join(token.content for token in block.children or ())
            found.append((words, any(kind == "study" for kind, _ in links(block.content))))
    return found


def plain(html: str) -> list[str]:
    """The words of rendered text, for each paragraph, list item or table cell, without its citations'
    numbers."""
    blocks = (nh3.clean(block, tags=set(), clean_content_tags={"sup"}) for block in BLOCK_END.split(html))
    words = (" ".join(unescape(block).split()) for block in blocks)
    return [block for block in words if block]


def noted(html: str) -> list[tuple[str, str]]:
    """The (kind, slug) of every study that rendered text cites by number and every term that it links, each
    once, in the order of the text."""
    found = [("study", study) if study else ("term", term) for study, term in NOTED.findall(html)]
    return list(dict.fromkeys(found))


def without_links(text: str) -> str:
    """The text with the words of each [[...]] link in its place, for where it is shown as it was typed."""
    return LINK.sub(lambda link: link[3] or link[2].replace("-", " "), text)


def skipped_headings(text: str) -> list[str]:
    """The headings that stand more than one level below the one before: # and then ###."""
    skipped, last = [], 0
    tokens = _markdown.parse(text, {"names": {}, "found": []})
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            if level > last + 1:
                skipped.append(following.content)
            last = level
    return skipped


def _site_link(state: StateInline, silent: bool) -> bool:
    match = LINK.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        kind, slug, words = match.groups()
        state.env.setdefault("found", []).append((kind, slug))
        name = state.env["names"].get(kind, {}).get(slug)
        references = state.env.get("citations")
        if name is not None and kind == "study" and references is not None:
            _push_citation(state, slug, name, words, references)
        elif name is not None:
            _push_link(state, words or name, href=LINK_KINDS[kind].format(slug))
        else:
            state.push("text", "", 0).content = words or slug
    state.pos = match.end()
    return True


def _push_citation(
    state: StateInline, slug: str, name: str, words: str | None, references: References
) -> None:
    number, place = references.cite(slug)
    if words:
        state.push("text", "", 0).content = words
    state.push("sup_open", "sup", 1)
    attributes = {"href": f"#reference-{slug}", "id": f"cited-{slug}-{place}"}
    _push_link(state, f"[{number}]", **attributes, **{"aria-label": f"[{number}] {name}"})
    state.push("sup_close", "sup", -1)


def _push_link(state: StateInline, words: str, **attributes: str) -> None:
    state.push("link_open", "a", 1).attrs = attributes
    state.push("text", "", 0).content = words
    state.push("link_close", "a", -1)


def _bound_brackets(state) -> None:
    """Each opening bracket costs a search for its end, so that very many took seconds. A text with more than
    anybody writes has no links."""
    if state.src.count("[") > MOST_BRACKETS:
        state.src = state.src.replace("[", "\\[")


def _lower_headings(state) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.inline.ruler.before("link", "site_link", _site_link)
_markdown.core.ruler.push("lower_headings", _lower_headings)
_markdown.core.ruler.before("normalize", "bound_brackets", _bound_brackets)
