"""What machines are told of a page, as JSON-LD in the words of schema.org, and how people cite it."""

import re
from datetime import date

from django.conf import settings
from django.utils.dateformat import format as format_date

from .document import ExerciseDocument, MuscleDocument, PictureCopy, StudyCopy, StudyDocument, TermDocument
from .models import Publication

LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"


def site_data() -> dict:
    """The site as a whole, and how it is searched."""
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Legwork",
        "url": f"{settings.SITE_URL}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{settings.SITE_URL}/search/?q={{q}}",
            "query-input": "required name=q",
        },
    }


def exercise_data(document: ExerciseDocument, publication: Publication) -> dict:
    """A MedicalWebPage about the muscles that the exercise involves, with what it cites."""
    page = {
        **_page(document.name.capitalize(), publication),
        "description": document.answer,
        "breadcrumb": _breadcrumb(("Exercises", "/exercises/"), (document.name.capitalize(), publication)),
        "about": [
            _drop_empty(
                {
                    "@type": "Muscle",
                    "name": muscle.name,
                    "alternateName": muscle.everyday_name,
                    "url": f"{settings.SITE_URL}/muscles/{muscle.slug}/",
                }
            )
            for muscle in document.muscles
        ],
        "citation": [_cited(study) for study in document.studies],
        "image": [_image(s.picture_copy, s.caption) for s in document.sections if s.picture_copy],
    }
    if document.reviewed_on:
        page["lastReviewed"] = document.reviewed_on
        if document.reviewed_by:
            page["reviewedBy"] = {"@type": "Person", "name": document.reviewed_by}
    return _drop_empty(page)


def muscle_data(muscle: MuscleDocument, publication: Publication) -> dict:
    """A MedicalWebPage whose subject is the muscle."""
    item = {
        "@type": "Muscle",
        "name": muscle.name,
        "alternateName": [name for name in (muscle.everyday_name, *muscle.aliases) if name],
        "muscleAction": ", ".join(action.name for action in muscle.action_copies),
        "partOfSystem": {"@type": "AnatomicalSystem", "name": "muscular system"},
    }
    return {
        **_page(muscle.name.capitalize(), publication),
        "breadcrumb": _breadcrumb(("Muscles", "/muscles/"), (muscle.name.capitalize(), publication)),
        "mainEntity": _drop_empty(item),
    }


def study_data(study: StudyDocument, publication: Publication) -> dict:
    """A page whose subject is the scholarly article."""
    return {
        **_page(study.short_name, publication),
        "breadcrumb": _breadcrumb(("Evidence", "/evidence/"), (study.short_name, publication)),
        "mainEntity": study_item(study),
    }


def term_data(term: TermDocument, publication: Publication) -> dict:
    """A page whose subject is a term of the glossary."""
    item = {
        "@type": "DefinedTerm",
        "name": term.name,
        "alternateName": list(term.aliases),
        "description": term.definition,
        "inDefinedTermSet": f"{settings.SITE_URL}/glossary/",
    }
    return {
        **_page(term.name.capitalize(), publication),
        "breadcrumb": _breadcrumb(("Glossary", "/glossary/"), (term.name.capitalize(), publication)),
        "mainEntity": _drop_empty(item),
    }


def _cited(study: StudyCopy) -> dict:
    """A cited study in short: its own page has the rest."""
    doi = f"https://doi.org/{study.doi}" if study.doi else ""
    item = {"@type": "ScholarlyArticle", "name": study.title, "datePublished": str(study.year), "sameAs": doi}
    return _drop_empty(item)


def _image(picture: PictureCopy, caption: str) -> dict:
    """A picture of the page, with the terms on which it may be used again."""
    return _drop_empty(
        {
            "@type": "ImageObject",
            "contentUrl": f"{settings.SITE_URL}{picture.largest.path}",
            "width": picture.largest.width,
            "height": picture.largest.height,
            "description": picture.shown_alt,
            "caption": caption,
            "creditText": picture.author,
            "license": picture.licence_url,
            "acquireLicensePage": picture.source,
        }
    )


def study_item(study: StudyCopy) -> dict:
    """The study as a ScholarlyArticle."""
    names = study.authors.removesuffix(" and others").split(", ") if study.authors else []
    return _drop_empty(
        {
            "@type": "ScholarlyArticle",
            "name": study.title,
            "author": [{"@type": "Person", "name": name} for name in names],
            "datePublished": str(study.year),
            "isPartOf": {"@type": "Periodical", "name": study.journal} if study.journal else None,
            "pagination": study.pages,
            "sameAs": f"https://doi.org/{study.doi}" if study.doi else "",
            "identifier": {"@type": "PropertyValue", "propertyID": "DOI", "value": study.doi}
            if study.doi
            else None,
            "creativeWorkStatus": "Retracted" if study.is_retracted else "",
        }
    )


def cite_plainly(document: ExerciseDocument, publication: Publication, address: str) -> str:
    """The reference to one version of the page, for a list of references."""
    day = format_date(publication.live_from, "j F Y")
    title = f"{document.name.capitalize()}: which muscles it works"
    return f"Legwork ({publication.live_from.year}). {title}. Version {publication.number}, {day}. {address}"


def cite_in_bibtex(document: ExerciseDocument, publication: Publication, address: str) -> str:
    """The same for BibTeX."""
    day = publication.live_from
    fields = {
        "author": "{Legwork}",
        "title": _in_bibtex(f"{document.name.capitalize()}: which muscles it works"),
        "year": str(day.year),
        "month": day.strftime("%b").lower(),
        "note": f"Version {publication.number}, {_in_bibtex(format_date(day, 'j F Y'))}",
        "url": address,
    }
    lines = [
        f"  {name} = {value}" if name == "month" else f"  {name} = {{{value}}}"
        for name, value in fields.items()
    ]
    return f"@misc{{legwork-{document.slug}-{publication.number},\n" + ",\n".join(lines) + "\n}"


def _page(name: str, publication: Publication) -> dict:
    changed: date = publication.live_from.date()
    return {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": name,
        "url": f"{settings.SITE_URL}{publication.get_absolute_url()}",
        "inLanguage": "en-GB",
        "dateModified": changed.isoformat(),
        "version": str(publication.number),
        "license": LICENCE,
        "publisher": {"@type": "Organization", "name": "Legwork", "url": f"{settings.SITE_URL}/"},
    }


def _breadcrumb(*steps) -> dict:
    items = [
        ("Legwork", "/"),
        *((name, getattr(at, "get_absolute_url", lambda at=at: at)()) for name, at in steps),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": f"{settings.SITE_URL}{path}"}
            for number, (name, path) in enumerate(items, 1)
        ],
    }


def _drop_empty(item: dict) -> dict:
    return {name: value for name, value in item.items() if value}


def _in_bibtex(text: str) -> str:
    return re.sub(r"[\\&%$#_{}]", lambda m: "\\textbackslash{}" if m[0] == "\\" else f"\\{m[0]}", text)
