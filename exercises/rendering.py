"""The HTML inside of documents, made of the Markdown beside it: when they are frozen, and anew when the
renderer has been mended.
"""

import re
from collections.abc import Iterable
from html import unescape

import msgspec

from . import document as documents
from . import markdown

replace = msgspec.structs.replace

SITE_LINK = re.compile(r'<a href="/(muscles|evidence|glossary)/([^"/]+)/">([^<]*)</a>')


def muscle(document: documents.MuscleDocument, names: markdown.Names) -> documents.MuscleDocument:
    """The document or draft with its HTML; `names` are those that links show."""
    return replace(
        document,
        renderer=markdown.VERSION,
        location_html=markdown.render(document.location, names),
        function_html=markdown.render(document.function, names),
    )


def exercise(
    document: documents.ExerciseDocument, names: markdown.Names
) -> tuple[documents.ExerciseDocument, markdown.References]:
    """The document or draft with its HTML, and what its texts cite, numbered in the order of the page:
    sections, cues, claims."""
    references = markdown.References()
    sections = tuple(
        replace(section, body_html=markdown.render(section.body, names, references))
        for section in document.sections
    )
    cues = tuple(
        replace(cue, how_sure_html=markdown.render_inline(cue.how_sure, names, references))
        for cue in document.cues
    )
    claims = tuple(
        replace(claim, verdict_html=markdown.render_inline(claim.verdict, names, references))
        for claim in document.claims
    )
    axes = tuple(
        replace(axis, options=tuple(_option(option, names) for option in axis.options))
        for axis in document.axes
    )
    rendered = replace(
        document,
        renderer=markdown.VERSION,
        caution_source_html=markdown.render_inline(document.caution_source, names),
        sections=sections,
        cues=cues,
        claims=claims,
        axes=axes,
    )
    return rendered, references


def _option(option: documents.StanceOption, names: markdown.Names) -> documents.StanceOption:
    return replace(option, caution_source_html=markdown.render_inline(option.caution_source, names))


def is_outdated(document: documents.AnyDocument) -> bool:
    """Whether another renderer made its HTML. Studies and terms have none."""
    return getattr(document, "renderer", markdown.VERSION) != markdown.VERSION


def anew(document: documents.AnyDocument) -> documents.AnyDocument:
    """The published document with its HTML by today's renderer. All else stays as it was published, the
    names that its links show too, whatever has been renamed since."""
    if isinstance(document, documents.MuscleDocument):
        return muscle(document, _names_of(document, _texts_of_muscle(document)))
    if isinstance(document, documents.ExerciseDocument):
        return exercise(document, _names_of(document, _texts_of_exercise(document)))[0]
    return document


def _names_of(
    document: documents.ExerciseDocument | documents.MuscleDocument, texts: Iterable[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """The names that its links show: those of its copies, and of what it has no copy of, what its HTML
    shows where the Markdown gives the link no words of its own."""
    shown: dict[tuple[str, str], list[str]] = {}
    written: set[tuple[str, str, str]] = set()
    for text, html in texts:
        for folder, slug, words in SITE_LINK.findall(html):
            shown.setdefault((markdown.PLAIN_KINDS[folder], slug), []).append(unescape(words))
        written |= {(kind, slug, words) for kind, slug, words in markdown.LINK.findall(text) if words}
    names: dict[str, dict[str, str]] = {kind: {} for kind in markdown.LINK_KINDS}
    for (kind, slug), found in shown.items():
        names[kind][slug] = next((words for words in found if (kind, slug, words) not in written), found[0])
    names["term"] |= {term.slug: term.name for term in document.terms}
    if isinstance(document, documents.ExerciseDocument):
        names["muscle"] |= {copy.slug: copy.name for copy in document.muscles}
        names["study"] |= {copy.slug: copy.short_name for copy in document.studies}
    return names


def _texts_of_muscle(document: documents.MuscleDocument) -> Iterable[tuple[str, str]]:
    """Its Markdown and HTML, text by text."""
    yield document.location, document.location_html
    yield document.function, document.function_html


def _texts_of_exercise(document: documents.ExerciseDocument) -> Iterable[tuple[str, str]]:
    yield document.caution_source, document.caution_source_html
    yield from ((section.body, section.body_html) for section in document.sections)
    yield from ((cue.how_sure, cue.how_sure_html) for cue in document.cues)
    yield from ((claim.verdict, claim.verdict_html) for claim in document.claims)
    for axis in document.axes:
        yield from ((option.caution_source, option.caution_source_html) for option in axis.options)
