"""From drafts to documents: what is written in rows, made complete and fixed for readers.

Freezing writes nothing. Publishing, previews and the search for what has fallen behind all come through
here, so they show the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from django.utils.text import slugify

from . import certainty, drafts, markdown, renaming, rendering
from . import document as documents
from .models import JointAction, Muscle, MuscleGroup, Picture, Publication, Study, Term

replace = msgspec.structs.replace

# The parts of an article's page that are no sections: a section of that name gets a number.
PAGE_ANCHORS = {"changes", "cite", "every-choice", "evidence", "form-cues", "main", "muscles-involved"}
PAGE_ANCHORS |= {"references", "terms", "this-page"}


class Surroundings(msgspec.Struct, frozen=True):
    """What a document may copy of other things: muscles, studies and terms that are published, groups,
    joint actions, pictures. All by slug."""

    muscles: Mapping[str, documents.MuscleName]
    groups: Mapping[str, documents.MuscleGroup]
    actions: Mapping[str, documents.JointAction]
    studies: Mapping[str, documents.StudyDocument] = {}
    terms: Mapping[str, documents.TermCopy] = {}
    pictures: Mapping[str, documents.PictureCopy] = {}
    merged: Mapping[renaming.Name, str] = {}  # what is merged, and where its name leads now


def surroundings(along: Iterable[documents.AnyDocument] = ()) -> Surroundings:
    """What is published, and the drafts `along` as if they were. Seven queries."""
    along = list(along)
    groups = {group.slug: drafts.group_value(group) for group in MuscleGroup.objects.all()}
    actions = {action.slug: drafts.action_value(action) for action in JointAction.objects.all()}
    muscles, studies, terms = {}, {}, {}
    for publication in Publication.objects.live("muscle", "study", "term"):
        if publication.kind == Publication.Kind.MUSCLE:
            muscles[publication.slug] = publication.content.as_name
        elif publication.kind == Publication.Kind.STUDY:
            studies[publication.slug] = publication.content
        else:
            terms[publication.slug] = publication.content.as_copy
    along_drafts = [draft for draft in along if isinstance(draft, documents.MuscleDocument)]
    names = {slug: muscle.name for slug, muscle in muscles.items()}
    names |= {draft.slug: draft.name for draft in along_drafts}
    muscles |= {draft.slug: _freeze_place(draft, groups, names).as_name for draft in along_drafts}
    studies |= {draft.slug: draft for draft in along if isinstance(draft, documents.StudyDocument)}
    terms |= {draft.slug: draft.as_copy for draft in along if isinstance(draft, documents.TermDocument)}
    pictures = {picture.slug: drafts.picture_copy(picture) for picture in Picture.objects.all()}
    return Surroundings(
        muscles=muscles,
        groups=groups,
        actions=actions,
        studies=studies,
        terms=terms,
        pictures=pictures,
        merged=merged_names(),
    )


def merged_names() -> dict[renaming.Name, str]:
    """By kind and slug of everything that is merged into something else, the slug of that. Three queries."""
    return {
        (model._meta.model_name, gone): kept
        for model in (Muscle, Study, Term)
        for gone, kept in model.objects.exclude(merged_into=None).values_list("slug", "merged_into__slug")
    }


def texts_of(draft: documents.AnyDocument) -> list[tuple[str, str]]:
    """Every text of the draft that can link something, and where it stands, in words."""
    if isinstance(draft, documents.MuscleDocument):
        where = f"Muscle “{draft.name}”"
        return [(where, draft.location), (where, draft.function)]
    if not isinstance(draft, documents.ExerciseDocument):
        return []
    return [
        *((f"Section “{section.heading}”", section.body) for section in draft.sections),
        *((f"Form cue “{cue.do}”", cue.how_sure) for cue in draft.cues),
        *((f"Claim “{claim.statement}”", claim.verdict) for claim in draft.claims),
        ("Caution", draft.caution_source),
        *(
            (f"Caution of “{option.name}”", option.caution_source)
            for axis in draft.axes
            for option in axis.options
        ),
    ]


def linked(draft: documents.AnyDocument, kind: str) -> set[str]:
    """The slugs of the muscles, studies or terms that its texts link, existing or not."""
    return {slug for _, text in texts_of(draft) for other, slug in markdown.links(text) if other == kind}


def freeze_term(draft: documents.TermDocument, around: Surroundings) -> documents.TermDocument:
    """The self-contained document of a draft, which copies nothing."""
    return replace(draft, schema=documents.SCHEMA)


def freeze_muscle(draft: documents.MuscleDocument, around: Surroundings) -> documents.MuscleDocument:
    """The self-contained document of a draft, or of an older document, made anew."""
    names = link_names(around)
    # An older document may name an action that staff have renamed or deleted since: it keeps its copy.
    actions = {action.slug: action for action in draft.action_copies} | dict(around.actions)
    return replace(
        rendering.muscle(_freeze_place(draft, around.groups, names["muscle"]), names),
        schema=documents.SCHEMA,
        action_copies=tuple(actions[slug] for slug in draft.actions),
        terms=_copy_terms(draft, around),
    )


def freeze_study(draft: documents.StudyDocument, around: Surroundings) -> documents.StudyDocument:
    """The self-contained document of a draft, or of an older document, made anew."""
    named = {slug for finding in draft.findings for slug in finding.muscles}
    groups = {finding.group for finding in draft.findings if finding.group}
    return replace(
        draft,
        schema=documents.SCHEMA,
        muscle_copies=tuple(
            muscle
            for _, muscle in sorted(around.muscles.items())
            if muscle.slug in named or (muscle.group.slug in groups and not muscle.is_deep)
        ),
    )


def freeze_exercise(draft: documents.ExerciseDocument, around: Surroundings) -> documents.ExerciseDocument:
    """The self-contained document of a draft, or of an older document, made anew.

    It also takes a draft that `check_exercise` refuses, for previews: what cannot be shown
    (an axis without options, a muscle that `around` does not have) is left out.
    """
    names = link_names(around)
    anchors = Counter(PAGE_ANCHORS)
    sections = []
    for section in draft.sections:
        anchor = slugify(section.heading) or "section"
        anchors[anchor] += 1
        if anchors[anchor] > 1:
            anchor = f"{anchor}-{anchors[anchor]}"
        # As with actions, an older document whose picture is no longer there keeps its copy.
        picture = around.pictures.get(section.picture, section.picture_copy)
        sections.append(replace(section, anchor=anchor, picture_copy=picture))
    rendered, references = rendering.exercise(replace(draft, sections=tuple(sections)), names)
    involvements = tuple(i for i in draft.involvements if i.muscle in around.muscles)
    muscles = {i.muscle: around.muscles[i.muscle] for i in involvements}
    studies = _copy_studies(draft.slug, references, around)
    return replace(
        rendered,
        schema=documents.SCHEMA,
        involvements=involvements,
        axes=tuple(_freeze_axis(axis, studies, muscles) for axis in rendered.axes if axis.options),
        muscles=tuple(muscles.values()),
        studies=studies,
        terms=_copy_terms(draft, around),
    )


def _freeze_place(
    draft: documents.MuscleDocument, groups: Mapping[str, documents.MuscleGroup], names: Mapping[str, str]
) -> documents.MuscleDocument:
    """The draft with the parts that MuscleDocument.as_name needs. As with actions, an older document
    whose group is no longer there keeps its copy."""
    return replace(
        draft,
        group_copy=groups.get(draft.group, draft.group_copy),
        whole_name=names.get(draft.head_of, ""),
    )


def _freeze_axis(
    axis: documents.StanceAxis,
    studies: tuple[documents.StudyCopy, ...],
    muscles: Mapping[str, documents.MuscleName],
) -> documents.StanceAxis:
    """The axis with the grade of each effect on `muscles`."""

    def graded(option, effect):
        name = certainty.name_of(axis.slug, option.slug, effect)
        evidence = certainty.evidence_on(name, effect.step, muscles[effect.muscle], studies)
        return replace(effect, certainty=evidence.grade)

    options = tuple(
        replace(
            option,
            effects=tuple(graded(option, effect) for effect in option.effects if effect.muscle in muscles),
        )
        for option in axis.options
    )
    return replace(axis, options=options)


def _copy_studies(
    exercise: str, references: markdown.References, around: Surroundings
) -> tuple[documents.StudyCopy, ...]:
    """The studies that the exercise's texts cite, in the order of their numbers, then the others that have
    findings about it."""
    cited = list(references.places)
    copies = [study.as_copy(exercise) for study in around.studies.values()]
    copies = [
        replace(copy, places=references.places.get(copy.slug, 0))
        for copy in copies
        if copy.findings or copy.slug in cited
    ]
    last = len(cited)
    copies.sort(key=lambda c: (cited.index(c.slug) if c.places else last, c.short_name))
    return tuple(copies)


def _copy_terms(draft: documents.AnyDocument, around: Surroundings) -> tuple[documents.TermCopy, ...]:
    terms = [around.terms[slug] for slug in linked(draft, "term") if slug in around.terms]
    return tuple(sorted(terms, key=lambda term: term.name.casefold()))


def link_names(around: Surroundings) -> dict[str, dict[str, str]]:
    """The names that Markdown links show, by kind and slug."""
    return {
        "muscle": {slug: muscle.name for slug, muscle in around.muscles.items()},
        "study": {slug: study.short_name for slug, study in around.studies.items()},
        "term": {slug: term.name for slug, term in around.terms.items()},
    }
