"""Between the rows that staff edit and the values of document.py, both ways.

A draft is a value whose frozen fields are empty. Row and value have the same names for the same things,
so a field that both have goes across by itself; what follows names those that do not.
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

# From rows to values


def group_value(group: MuscleGroup) -> documents.MuscleGroup:
    return _value(documents.MuscleGroup, group)


def action_value(action: JointAction) -> documents.JointAction:
    return _value(documents.JointAction, action)


def muscle_draft(muscle: Muscle) -> documents.MuscleDocument:
    """The muscle as its rows have it. One query for its actions, more if group or whole are not loaded."""
    return _value(
        documents.MuscleDocument,
        muscle,
        aliases=_lines(muscle.aliases),
        group=muscle.group.slug,
        head_of=muscle.head_of.slug if muscle.head_of else "",
        actions=tuple(sorted(action.slug for action in muscle.actions.all())),
    )


def exercise_draft(exercise: Exercise) -> documents.ExerciseDocument:
    """The exercise as its rows have it, in at most ten queries."""
    involvements = exercise.involvements.select_related("muscle")
    axes = exercise.axes.prefetch_related("options__effects__muscle", "options__effects__with_option__axis")
    return _value(
        documents.ExerciseDocument,
        exercise,
        aliases=_lines(exercise.aliases),
        reviewed_on=exercise.reviewed_on.isoformat() if exercise.reviewed_on else "",
        review_due=exercise.review_due.isoformat() if exercise.review_due else "",
        sections=tuple(_value(documents.Section, section) for section in exercise.sections.all()),
        cues=tuple(_value(documents.FormCue, cue) for cue in exercise.cues.all()),
        involvements=tuple(
            _value(documents.Involvement, involvement, muscle=involvement.muscle.slug)
            for involvement in involvements
        ),
        axes=tuple(
            _value(documents.StanceAxis, axis, options=tuple(map(_option_draft, axis.options.all())))
            for axis in axes
        ),
    )


def _option_draft(option: StanceOption) -> documents.StanceOption:
    return _value(
        documents.StanceOption,
        option,
        effects=tuple(
            _value(
                documents.StanceEffect,
                effect,
                muscle=effect.muscle.slug,
                with_axis=effect.with_option.axis.slug if effect.with_option else "",
                with_option=effect.with_option.slug if effect.with_option else "",
            )
            for effect in option.effects.all()
        ),
    )


# From values to rows


def save_group(value: documents.MuscleGroup, group: MuscleGroup | None = None) -> MuscleGroup:
    """Write the value to a new row, or over the given one."""
    return _save(group or MuscleGroup(), value)


def save_action(value: documents.JointAction, action: JointAction | None = None) -> JointAction:
    """Write the value to a new row, or over the given one."""
    return _save(action or JointAction(), value)


def save_muscle(draft: documents.MuscleDocument, muscle: Muscle | None = None) -> Muscle:
    """Write the draft to rows: a new muscle, or over the given one.

    Raises MuscleGroup.DoesNotExist, Muscle.DoesNotExist or JointAction.DoesNotExist for a slug that
    the draft names and the database does not have, and ValidationError for what the rows refuse.
    """
    muscle = _save(
        muscle or Muscle(),
        draft,
        aliases="\n".join(draft.aliases),
        group=MuscleGroup.objects.get(slug=draft.group),
        head_of=Muscle.objects.get(slug=draft.head_of) if draft.head_of else None,
    )
    muscle.actions.set([JointAction.objects.get(slug=slug) for slug in draft.actions])
    return muscle


def save_exercise(draft: documents.ExerciseDocument, exercise: Exercise | None = None) -> Exercise:
    """Write the draft to rows: a new exercise, or over the given one, whose parts it replaces.

    Raises Muscle.DoesNotExist for a muscle that the database does not have, and ValidationError
    for what the rows refuse.
    """
    exercise = _save(
        exercise or Exercise(),
        draft,
        aliases="\n".join(draft.aliases),
        reviewed_on=draft.reviewed_on or None,
        review_due=draft.review_due or None,
    )
    slugs = {involvement.muscle for involvement in draft.involvements}
    slugs |= {effect.muscle for axis in draft.axes for option in axis.options for effect in option.effects}
    muscles = {slug: Muscle.objects.get(slug=slug) for slug in slugs}

    for parts in (exercise.sections, exercise.cues, exercise.involvements, exercise.axes):
        parts.all().delete()
    for order, section in enumerate(draft.sections):
        _save(Section(exercise=exercise, order=order), section)
    for order, cue in enumerate(draft.cues):
        _save(FormCue(exercise=exercise, order=order), cue)
    for order, involvement in enumerate(draft.involvements):
        _save(Involvement(exercise=exercise, order=order), involvement, muscle=muscles[involvement.muscle])
    options = {}
    for axis_order, axis in enumerate(draft.axes):
        axis_row = _save(StanceAxis(exercise=exercise, order=axis_order), axis)
        for order, option in enumerate(axis.options):
            options[axis.slug, option.slug] = _save(StanceOption(axis=axis_row, order=order), option)
    # Last, since an effect can name an option of any axis.
    for axis in draft.axes:
        for option in axis.options:
            for effect in option.effects:
                _save(
                    StanceEffect(option=options[axis.slug, option.slug]),
                    effect,
                    muscle=muscles[effect.muscle],
                    with_option=options[effect.with_axis, effect.with_option] if effect.with_axis else None,
                )
    return exercise


def _value(kind, row, **others):
    """A value of the kind: `others`, and every further field that the row has as well."""
    same = {
        name: _text(getattr(row, name))
        for name in kind.__struct_fields__
        if name not in others and hasattr(row, name)
    }
    return kind(**same, **others)


def _save(row, value, **others):
    """Give the row `others` and every further field of the value that it has, then check and save it."""
    fields = {field.name for field in row._meta.fields}
    for name in value.__struct_fields__:
        if name in fields and name not in others:
            setattr(row, name, getattr(value, name))
    for name, other in others.items():
        setattr(row, name, other)
    row.full_clean()
    row.save()
    return row


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(field):
    """A browser sends line ends as CRLF; a draft has them as LF, without blanks around."""
    return field.replace("\r\n", "\n").strip() if isinstance(field, str) else field
