"""Pages of drafts, through the same freezing and the same templates as those that readers see."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import document as documents
from . import publishing
from .contexts import (
    article_context,
    chosen_stance,
    exercises_of,
    muscle_context,
    panel_context,
    study_context,
    term_context,
)
from .models import Muscle, Publication, Study, Term

TEMPLATES = {
    documents.ExerciseDocument: "exercises/exercise_detail.html",
    documents.MuscleDocument: "muscles/muscle_detail.html",
    documents.StudyDocument: "evidence/study_detail.html",
    documents.TermDocument: "glossary/term_detail.html",
}

EXERCISES_SHOWN = 25  # on the page of a muscle's draft


def preview_page(request: HttpRequest, document, **context) -> HttpResponse:
    """The page of a frozen draft. `context` says where its picker leads (`page`, `panel_url`), whose
    preview it is, and with `problems` what the checks say of it."""
    context = {"is_preview": True, **_context_of(document, request), **context}
    return _beside_form(render(request, TEMPLATES[type(document)], context))


def refusal(request: HttpRequest, errors) -> HttpResponse:
    """In place of the page of what is in a form: what has to be mended in the form first."""
    return _beside_form(render(request, "admin/exercises/preview_refused.html", {"errors": errors}))


def _beside_form(response: HttpResponse) -> HttpResponse:
    """Let the editing form show it beside itself."""
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"frame-ancestors": ["'self'"]}
    response["X-Robots-Tag"] = "noindex"
    return response


def preview_panel(request: HttpRequest, document, page: str = "") -> HttpResponse:
    """The emphasis panel alone. `page` is the address that the page then has, if it has one."""
    stance = chosen_stance(document, request.POST or request.GET)
    response = render(request, "exercises/_emphasis_panel.html", panel_context(document, stance))
    if page:
        response["HX-Replace-Url"] = page + stance.query
    return response


def _context_of(document, request: HttpRequest) -> dict:
    if isinstance(document, documents.ExerciseDocument):
        return article_context(document, chosen_stance(document, request.POST or request.GET))
    if isinstance(document, documents.StudyDocument):
        study = Study.objects.filter(slug=document.slug).first()
        return study_context(document, publishing.live_uses(study) if study else ())
    if isinstance(document, documents.TermDocument):
        term = Term.objects.filter(slug=document.slug).first()
        return term_context(document, publishing.live_pages_with(term) if term else ())
    others = Publication.objects.live("muscle").exclude(slug=document.slug)
    muscles = {publication.content: publication.muscle_id for publication in others}
    muscle = Muscle.objects.filter(slug=document.slug).first()
    muscles[document] = muscle.pk if muscle else 0
    exercises = Paginator(exercises_of(document, muscles), EXERCISES_SHOWN).page(1)
    return muscle_context(document, muscles, exercises)
