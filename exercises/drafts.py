"""Between the rows that staff edit and the values of document.py, both ways.

A draft is a value whose frozen fields are empty. Row and value have the same names for the same things,
so a field that both have goes across by itself; what follows names those that do not.
"""

import io
from collections.abc import Mapping, Sequence

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, ProtectedError

from . import document as documents
from . import pictures
from .models import (
    Claim,
    Exercise,
    Finding,
    FormCue,
    Involvement,
    JointAction,
    Muscle,
    MuscleGroup,
    Picture,
    Section,
    StanceAxis,
    StanceEffect,
    StanceOption,
    Study,
    Term,
)

# From rows to values


def group_value(group: MuscleGroup) -> documents.MuscleGroup:
    return _value(documents.MuscleGroup, group)


def action_value(action: JointAction) -> documents.JointAction:
    return _value(documents.JointAction, action)


def picture_value(picture: Picture, with_image: bool = True) -> documents.Picture:
    """The picture, with the bytes of its master, which are read from disk, or without."""
    image = pictures.master_of(picture.master) if with_image else b""
    return _value(documents.Picture, picture, image=image)


def picture_copy(picture: Picture) -> documents.PictureCopy:
    """What an exercise's document copies of the picture."""
    kind = documents.worked_out(tuple[documents.Rendition, ...])
    renditions = msgspec.convert(picture.renditions, kind)
    return _value(documents.PictureCopy, picture, renditions=renditions)


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


def term_draft(term: Term) -> documents.TermDocument:
    return _value(documents.TermDocument, term, aliases=_lines(term.aliases))


def exercise_draft(exercise: Exercise) -> documents.ExerciseDocument:
    """The exercise as its rows have it, in at most nine queries."""
    effects = StanceEffect.objects.select_related("muscle", "option__axis", "with_option__axis")
    options = StanceOption.objects.prefetch_related(Prefetch("effects", effects))
    axes = exercise.axes.prefetch_related(Prefetch("options", options))
    # A claim has its effects in the order of the stances, whichever was written first.
    names = {
        effect.pk: effect_name(effect)
        for axis in axes
        for option in axis.options.all()
        for effect in option.effects.all()
    }
    claims = exercise.claims.prefetch_related("muscles", Prefetch("effects", StanceEffect.objects.only("pk")))
    return _value(
        documents.ExerciseDocument,
        exercise,
        aliases=_lines(exercise.aliases),
        reviewed_on=exercise.reviewed_on.isoformat() if exercise.reviewed_on else "",
        review_due=exercise.review_due.isoformat() if exercise.review_due else "",
        sections=tuple(
            _value(documents.Section, section, picture=section.picture.slug if section.picture else "")
            for section in exercise.sections.select_related("picture")
        ),
        cues=tuple(_value(documents.FormCue, cue) for cue in exercise.cues.all()),
        involvements=tuple(
            _value(documents.Involvement, involvement, muscle=involvement.muscle.slug)
            for involvement in exercise.involvements.select_related("muscle")
        ),
        axes=tuple(
            _value(documents.StanceAxis, axis, options=tuple(map(_option_draft, axis.options.all())))
            for axis in axes
        ),
        claims=tuple(
            _value(documents.Claim, claim, effects=_in_order(claim, names), muscles=_slugs(claim.muscles))
            for claim in claims
        ),
    )


def _in_order(claim: Claim, names: Mapping[int, documents.EffectName]) -> tuple[documents.EffectName, ...]:
    mine = {effect.pk for effect in claim.effects.all()}
    return tuple(name for pk, name in names.items() if pk in mine)


def _slugs(things) -> tuple[str, ...]:
    return tuple(thing.slug for thing in things.all())


def study_draft(study: Study) -> documents.StudyDocument:
    """The study as its rows have it, in two queries."""
    findings = study.findings.select_related(
        "exercise", "group", "option__axis", "against", "with_option__axis"
    ).prefetch_related("muscles")
    return study_value(
        study,
        [finding_value(finding, [muscle.slug for muscle in finding.muscles.all()]) for finding in findings],
    )


def study_value(study: Study, findings: Sequence[documents.Finding]) -> documents.StudyDocument:
    """The study as its row has it, saved or not, with these findings."""
    return _value(documents.StudyDocument, study, findings=tuple(findings))


def finding_value(finding: Finding, muscles: list[str]) -> documents.Finding:
    """The finding as its row has it, saved or not; `muscles` are the slugs of those that it read."""
    option, other = finding.option, finding.with_option
    return _value(
        documents.Finding,
        finding,
        exercise=finding.exercise.slug,
        muscles=tuple(muscles),
        group=finding.group.slug if finding.group else "",
        axis=option.axis.slug if option else "",
        option=option.slug if option else "",
        against=finding.against.slug if finding.against else "",
        with_axis=other.axis.slug if other else "",
        with_option=other.slug if other else "",
    )


def effect_name(effect: StanceEffect) -> documents.EffectName:
    """The effect's name within its exercise. Queries, unless its muscle and options are loaded."""
    other = effect.with_option
    return documents.EffectName(
        axis=effect.option.axis.slug,
        option=effect.option.slug,
        muscle=effect.muscle.slug,
        with_axis=other.axis.slug if other else "",
        with_option=other.slug if other else "",
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


def save_picture(value: documents.Picture, picture: Picture | None = None) -> Picture:
    """Write the value to a new row, or over the given one, and its files to the folder of media.

    Raises ValidationError for an image that is not taken, and for what the row refuses.
    """
    try:
        made = pictures.make(io.BytesIO(value.image))
    except pictures.Refused as refused:
        raise ValidationError(str(refused)) from refused
    return _save(picture or Picture(), value, **made_fields(made))


def made_fields(made: pictures.Made) -> dict:
    """What the row of a picture keeps of what was written."""
    return msgspec.to_builtins(made)


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


def save_term(draft: documents.TermDocument, term: Term | None = None) -> Term:
    """Write the draft to rows: a new term, or over the given one. Raises ValidationError for what the rows
    refuse."""
    return _save(term or Term(), draft, aliases="\n".join(draft.aliases))


def save_exercise(draft: documents.ExerciseDocument, exercise: Exercise | None = None) -> Exercise:
    """Write the draft to rows: a new exercise, or over the given one, whose parts it replaces.

    Axes and options that stay keep their rows, since findings of studies speak about them.
    Raises Muscle.DoesNotExist or Picture.DoesNotExist for what the database does not have, and
    ValidationError for what the rows refuse.
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
    slugs |= {muscle for claim in draft.claims for muscle in claim.muscles}
    muscles = {slug: Muscle.objects.get(slug=slug) for slug in slugs}
    shown = {slug: _picture(slug) for slug in {section.picture for section in draft.sections} if slug}

    for parts in (exercise.sections, exercise.cues, exercise.involvements, exercise.claims):
        parts.all().delete()
    for order, section in enumerate(draft.sections):
        _save(Section(exercise=exercise, order=order), section, picture=shown.get(section.picture))
    for order, cue in enumerate(draft.cues):
        _save(FormCue(exercise=exercise, order=order), cue)
    for order, involvement in enumerate(draft.involvements):
        _save(Involvement(exercise=exercise, order=order), involvement, muscle=muscles[involvement.muscle])
    options = _save_axes(draft, exercise)
    # After the options, since an effect can name one of any axis.
    effects = {}
    for axis in draft.axes:
        for option in axis.options:
            for effect in option.effects:
                row = _save(
                    StanceEffect(option=options[axis.slug, option.slug]),
                    effect,
                    muscle=muscles[effect.muscle],
                    with_option=options[effect.with_axis, effect.with_option] if effect.with_axis else None,
                )
                effects[effect_name(row)] = row
    for order, claim in enumerate(draft.claims):
        row = _save(Claim(exercise=exercise, order=order), claim)
        if missing := [name for name in claim.effects if name not in effects]:
            raise ValidationError(
                f"Claim “{claim.statement}” rests on an effect that is not there: {missing[0]}."
            )
        row.effects.set([effects[name] for name in claim.effects])
        row.muscles.set([muscles[slug] for slug in claim.muscles])
    return exercise


def _picture(slug: str) -> Picture:
    picture = Picture.objects.filter(slug=slug).first()
    if picture is None:
        raise Picture.DoesNotExist(f"The picture “{slug}” is no longer here.")
    return picture


def _save_axes(draft: documents.ExerciseDocument, exercise: Exercise) -> dict[tuple[str, str], StanceOption]:
    """Write axes and options, without effects, over those with the same slugs; the others go."""
    options = {}
    old_axes = {axis.slug: axis for axis in exercise.axes.prefetch_related("options")}
    old_options = {
        (axis.slug, option.slug): option for axis in old_axes.values() for option in axis.options.all()
    }
    StanceEffect.objects.filter(option__axis__exercise=exercise).delete()
    # The database takes one neutral option of an axis at a time.
    StanceOption.objects.filter(axis__exercise=exercise).update(is_neutral=False)
    kept = {axis.slug for axis in draft.axes}
    kept_options = {(axis.slug, option.slug) for axis in draft.axes for option in axis.options}
    try:
        for name, option in old_options.items():
            if name not in kept_options:
                option.delete()
        for slug, axis in old_axes.items():
            if slug not in kept:
                axis.delete()
    except ProtectedError as error:
        finding = next(iter(error.protected_objects))
        raise ValidationError(
            f"An option cannot go: “{finding.study}” has a finding about it. Change the finding first."
        ) from error
    for axis_order, axis in enumerate(draft.axes):
        row = old_axes.get(axis.slug) or StanceAxis(exercise=exercise)
        axis_row = _save(row, axis, order=axis_order)
        for order, option in enumerate(axis.options):
            row = old_options.get((axis.slug, option.slug)) or StanceOption(axis=axis_row)
            options[axis.slug, option.slug] = _save(row, option, order=order)
    return options


def save_study(draft: documents.StudyDocument, study: Study | None = None) -> Study:
    """Write the draft to rows: a new study, or over the given one, whose findings it replaces.

    Raises Exercise.DoesNotExist, Muscle.DoesNotExist, MuscleGroup.DoesNotExist or
    StanceOption.DoesNotExist for what the draft names and the database does not have, and
    ValidationError for what the rows refuse.
    """
    study = _save(study or Study(), draft)
    study.findings.all().delete()
    for order, finding in enumerate(draft.findings):
        exercise = Exercise.objects.get(slug=finding.exercise)
        options = StanceOption.objects.filter(axis__exercise=exercise)

        def chosen(axis, option, options=options):
            return options.get(axis__slug=axis, slug=option) if option else None

        row = _save(
            Finding(study=study, order=order),
            finding,
            exercise=exercise,
            group=MuscleGroup.objects.get(slug=finding.group) if finding.group else None,
            option=chosen(finding.axis, finding.option),
            against=chosen(finding.axis, finding.against),
            with_option=chosen(finding.with_axis, finding.with_option),
        )
        row.muscles.set([Muscle.objects.get(slug=slug) for slug in finding.muscles])
    return study


def _value(kind, row, **others):
    """A value of the kind: `others`, and every further field that the row has as well."""
    same = {
        name: _text(getattr(row, name))
        for name in kind.__struct_fields__
        if name not in others and hasattr(row, name)
    }
    return kind(**same, **others)


def _save(row, value, **others):
    """Give the row `others` and every further field of the value that it has, then check and save it.

    Raises ValidationError, with a note that names the row.
    """
    fields = {field.name for field in row._meta.fields}
    for name in value.__struct_fields__:
        if name in fields and name not in others:
            setattr(row, name, getattr(value, name))
    for name, other in others.items():
        setattr(row, name, other)
    try:
        row.full_clean()
    except ValidationError as error:
        error.add_note(f"{row._meta.verbose_name} “{row}”")
        raise
    row.save()
    return row


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(field):
    """A browser sends line ends as CRLF; a draft has them as LF, without blanks around."""
    return field.replace("\r\n", "\n").strip() if isinstance(field, str) else field
