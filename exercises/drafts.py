"""Between the rows that staff edit and the values of document.py, both ways.

A draft is a value whose frozen fields are empty.
"""

from . import document as documents
from .models import (
    Exercise,
    FormCue,
    Involvement,
    JointAction,
    Muscle,
    MuscleGroup,
    Section,
    StanceAxis,
    StanceEffect,
    StanceOption,
)


def group_value(group: MuscleGroup) -> documents.MuscleGroup:
    return documents.MuscleGroup(
        slug=group.slug,
        name=group.name,
        everyday_name=group.everyday_name,
        summary=group.summary,
        order=group.order,
    )


def action_value(action: JointAction) -> documents.JointAction:
    return documents.JointAction(slug=action.slug, name=action.name, summary=action.summary)


def muscle_draft(muscle: Muscle) -> documents.MuscleDocument:
    """The muscle as its rows have it. One query for its actions, more if group or whole are not loaded."""
    return documents.MuscleDocument(
        slug=muscle.slug,
        name=muscle.name,
        everyday_name=muscle.everyday_name,
        aliases=_lines(muscle.aliases),
        order=muscle.order,
        group=muscle.group.slug,
        head_of=muscle.head_of.slug if muscle.head_of else "",
        actions=tuple(sorted(action.slug for action in muscle.actions.all())),
        location=_text(muscle.location),
        function=_text(muscle.function),
        region=muscle.region,
        is_deep=muscle.is_deep,
    )


def exercise_draft(exercise: Exercise) -> documents.ExerciseDocument:
    """The exercise as its rows have it, in six queries."""
    axes = exercise.axes.prefetch_related("options__effects__muscle", "options__effects__with_option__axis")
    return documents.ExerciseDocument(
        slug=exercise.slug,
        name=exercise.name,
        aliases=_lines(exercise.aliases),
        order=exercise.order,
        answer=_text(exercise.answer),
        equipment=exercise.equipment,
        kind=exercise.kind,
        surface=exercise.surface,
        reviewed_by=exercise.reviewed_by,
        reviewed_on=exercise.reviewed_on.isoformat() if exercise.reviewed_on else "",
        review_due=exercise.review_due.isoformat() if exercise.review_due else "",
        sections=tuple(
            documents.Section(heading=section.heading, body=_text(section.body))
            for section in exercise.sections.all()
        ),
        cues=tuple(
            documents.FormCue(
                phase=cue.phase,
                do=cue.do,
                avoid=cue.avoid,
                why=_text(cue.why),
                goes_wrong=_text(cue.goes_wrong),
                how_sure=_text(cue.how_sure),
            )
            for cue in exercise.cues.all()
        ),
        involvements=tuple(
            documents.Involvement(
                muscle=involvement.muscle.slug,
                role=involvement.role,
                baseline=involvement.baseline,
                floor=involvement.floor,
                summary=involvement.summary,
            )
            for involvement in exercise.involvements.select_related("muscle")
        ),
        axes=tuple(
            documents.StanceAxis(
                slug=axis.slug,
                name=axis.name,
                explanation=_text(axis.explanation),
                options=tuple(_option_draft(option) for option in axis.options.all()),
            )
            for axis in axes
        ),
    )


def _option_draft(option: StanceOption) -> documents.StanceOption:
    return documents.StanceOption(
        slug=option.slug,
        name=option.name,
        phrase=option.phrase,
        is_neutral=option.is_neutral,
        explanation=_text(option.explanation),
        caution=_text(option.caution),
        caution_source=option.caution_source,
        foot_x=option.foot_x,
        foot_y=option.foot_y,
        foot_angle=option.foot_angle,
        effects=tuple(
            documents.StanceEffect(
                muscle=effect.muscle.slug,
                step=effect.step,
                reason=_text(effect.reason),
                with_axis=effect.with_option.axis.slug if effect.with_option else "",
                with_option=effect.with_option.slug if effect.with_option else "",
            )
            for effect in option.effects.all()
        ),
    )


def save_muscle(draft: documents.MuscleDocument, muscle: Muscle | None = None) -> Muscle:
    """Write the draft to rows: a new muscle, or over the given one.

    Raises MuscleGroup.DoesNotExist, Muscle.DoesNotExist or JointAction.DoesNotExist for a slug that
    the draft names and the database does not have.
    """
    muscle = muscle or Muscle()
    muscle.slug = draft.slug
    muscle.name = draft.name
    muscle.everyday_name = draft.everyday_name
    muscle.aliases = "\n".join(draft.aliases)
    muscle.order = draft.order
    muscle.group = MuscleGroup.objects.get(slug=draft.group)
    muscle.head_of = Muscle.objects.get(slug=draft.head_of) if draft.head_of else None
    muscle.location = draft.location
    muscle.function = draft.function
    muscle.region = draft.region
    muscle.is_deep = draft.is_deep
    muscle.full_clean()
    muscle.save()
    muscle.actions.set([JointAction.objects.get(slug=slug) for slug in draft.actions])
    return muscle


def save_exercise(draft: documents.ExerciseDocument, exercise: Exercise | None = None) -> Exercise:
    """Write the draft to rows: a new exercise, or over the given one, whose parts it replaces.

    Raises Muscle.DoesNotExist for a muscle that the database does not have, and ValidationError
    for what the rows refuse.
    """
    exercise = exercise or Exercise()
    for field in ("slug", "name", "order", "answer", "equipment", "kind", "surface", "reviewed_by"):
        setattr(exercise, field, getattr(draft, field))
    exercise.aliases = "\n".join(draft.aliases)
    exercise.reviewed_on = draft.reviewed_on or None
    exercise.review_due = draft.review_due or None
    exercise.full_clean()
    exercise.save()

    slugs = {involvement.muscle for involvement in draft.involvements}
    slugs |= {effect.muscle for axis in draft.axes for option in axis.options for effect in option.effects}
    muscles = {slug: Muscle.objects.get(slug=slug) for slug in slugs}
    for owned in (exercise.sections, exercise.cues, exercise.involvements, exercise.axes):
        owned.all().delete()
    for order, section in enumerate(draft.sections):
        _create(Section, exercise=exercise, order=order, heading=section.heading, body=section.body)
    for order, cue in enumerate(draft.cues):
        _create(
            FormCue,
            exercise=exercise,
            order=order,
            phase=cue.phase,
            do=cue.do,
            avoid=cue.avoid,
            why=cue.why,
            goes_wrong=cue.goes_wrong,
            how_sure=cue.how_sure,
        )
    for order, involvement in enumerate(draft.involvements):
        _create(
            Involvement,
            exercise=exercise,
            order=order,
            muscle=muscles[involvement.muscle],
            role=involvement.role,
            baseline=involvement.baseline,
            floor=involvement.floor,
            summary=involvement.summary,
        )
    options = {}
    for axis_order, axis in enumerate(draft.axes):
        axis_row = _create(
            StanceAxis,
            exercise=exercise,
            order=axis_order,
            slug=axis.slug,
            name=axis.name,
            explanation=axis.explanation,
        )
        for order, option in enumerate(axis.options):
            options[axis.slug, option.slug] = _create(
                StanceOption,
                axis=axis_row,
                order=order,
                slug=option.slug,
                name=option.name,
                phrase=option.phrase,
                is_neutral=option.is_neutral,
                explanation=option.explanation,
                caution=option.caution,
                caution_source=option.caution_source,
                foot_x=option.foot_x,
                foot_y=option.foot_y,
                foot_angle=option.foot_angle,
            )
    for axis in draft.axes:
        for option in axis.options:
            for effect in option.effects:
                _create(
                    StanceEffect,
                    option=options[axis.slug, option.slug],
                    muscle=muscles[effect.muscle],
                    step=effect.step,
                    reason=effect.reason,
                    with_option=options[effect.with_axis, effect.with_option] if effect.with_axis else None,
                )
    return exercise


def _create(model, **fields):
    row = model(**fields)
    row.full_clean()
    row.save()
    return row


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(text: str) -> str:
    """A browser sends line ends as CRLF; a draft has them as LF, without blanks around."""
    return text.replace("\r\n", "\n").strip()
