"""The emphasis matrix: every baseline and every step of an exercise in one form.

The form is made from the exercise's draft, a value, and gives back a draft: what the panel beside it
shows is that draft, frozen like any other, and saving writes the difference between the two to the rows.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path

from .. import certainty, comparing, drafts, editing, emphasis, freezing, publishing
from .. import document as documents
from ..contexts import chosen_stance, panel_context
from ..document import EffectName, ExerciseDocument, StanceEffect
from ..models import Claim, Exercise, Revision, StanceOption
from ..models import StanceEffect as StanceEffectRow
from .matrix_forms import JointStepForm, MatrixForm, MuscleForm, NewJointStepForm, StepForm

replace = msgspec.structs.replace

BLANK_ROWS = 3  # for new steps of two options together
REVISIONS_SEARCHED = 50


class Cell(NamedTuple):
    """What one option does to one muscle: the form, but for a neutral option, and the effect as saved."""

    option: documents.StanceOption
    form: StepForm | None
    effect: StanceEffect | None
    is_first: bool  # of its axis


class Row(NamedTuple):
    muscle: documents.MuscleName
    involvement: documents.Involvement
    form: MuscleForm
    cells: list[Cell]


class JointRow(NamedTuple):
    words: str
    muscle: documents.MuscleName
    form: JointStepForm
    effect: StanceEffect | None


class Matrix:
    """The forms of one exercise.

    `draft` is the exercise as saved, `document` the same frozen. With `data` the forms are filled as
    somebody sent them; what the page that was sent did not have yet stays as it is saved. Where the page
    was opened on an older draft, `opened`, whatever was left as it stood there follows `draft` too.
    """

    def __init__(
        self,
        draft: ExerciseDocument,
        document: ExerciseDocument,
        data: Mapping[str, str] | None = None,
        opened: ExerciseDocument | None = None,
    ):
        self.draft, self.document, self.data = draft, document, data
        self.saved = entries(draft)
        self.opened = entries(opened) if opened else None
        self.options = {(a.slug, o.slug): f"{a.name}: {o.name}" for a in draft.axes for o in a.options}
        self.muscles = {
            muscle.slug: self._form(MuscleForm, muscle.slug, f"muscle_{muscle.slug}", muscle.name)
            for muscle in document.muscles
        }
        self.steps = {
            name: self._form(StepForm, name, _prefix(name), self._words(name))
            for muscle in document.muscles
            for axis in draft.axes
            for option in axis.options
            if not option.is_neutral
            for name in [EffectName(axis=axis.slug, option=option.slug, muscle=muscle.slug)]
        }
        self.joint = {
            name: self._form(JointStepForm, name, _prefix(name), self._words(name))
            for name in {**self.saved, **(self.opened or {})}
            if isinstance(name, EffectName) and name.with_axis and self._has(name)
        }
        self.joint = {
            name: form for name, form in self.joint.items() if name in self.saved or form["step"].value()
        }
        pairs, muscles = self._pairs(), [(muscle.slug, muscle.name) for muscle in document.muscles]
        self.new = [
            NewJointStepForm(
                data, prefix=f"new_{number}", about=f"New step {number + 1}", pairs=pairs, muscles=muscles
            )
            for number in range(BLANK_ROWS)
        ]

    @property
    def pieces(self) -> list[MatrixForm]:
        return [*self.muscles.values(), *self.steps.values(), *self.joint.values(), *self.new]

    def is_valid(self) -> bool:
        self._refuse_doubles()
        return all(form.is_valid() for form in self.pieces)

    def problems(self) -> list[tuple[forms.BoundField, str]]:
        """Every field that is refused, with what is wrong in it."""
        return [(form[name], " ".join(said)) for form in self.pieces for name, said in form.errors.items()]

    def given(self) -> ExerciseDocument:
        """The draft as the forms have it. What is refused in them stays as it is saved."""
        involvements = tuple(
            replace(i, **form.cleaned_data) if (form := self.muscles.get(i.muscle)) and form.is_valid() else i
            for i in self.draft.involvements
        )
        effects = certainty.named_effects(self.draft)
        for name, form in {**self.steps, **self.joint}.items():
            if form.is_valid():
                _put(effects, name, form.cleaned_data)
        for form in self.new:
            if form.is_valid() and form.cleaned_data:
                _put(effects, self._name(form.cleaned_data), form.cleaned_data)
        return replace(
            self.draft,
            involvements=involvements,
            axes=tuple(
                replace(axis, options=tuple(_with_effects(axis, option, effects) for option in axis.options))
                for axis in self.draft.axes
            ),
        )

    def rows(self) -> list[Row]:
        effects = certainty.named_effects(self.document)
        rows = []
        for involvement, muscle in zip(self.document.involvements, self.document.muscles, strict=True):
            names = [
                (axis, option, EffectName(axis=axis.slug, option=option.slug, muscle=muscle.slug))
                for axis in self.document.axes
                for option in axis.options
            ]
            cells = [
                Cell(option, self.steps.get(name), effects.get(name), option is axis.options[0])
                for axis, option, name in names
            ]
            rows.append(Row(muscle, involvement, self.muscles[muscle.slug], cells))
        return rows

    def joint_rows(self) -> list[JointRow]:
        effects = certainty.named_effects(self.document)
        return [
            JointRow(self._pair_words(name), self.document.muscle(name.muscle), form, effects.get(name))
            for name, form in self.joint.items()
        ]

    def changes(self, before: ExerciseDocument, after: ExerciseDocument) -> tuple[comparing.Change, ...]:
        """What differs between two drafts of the exercise as far as the matrix shows it."""
        muscles = self.document.muscles  # for their names
        return comparing.compare(*(replace(_shown(draft), muscles=muscles) for draft in (before, after)))

    def _form(self, kind: type[MatrixForm], key, prefix: str, about: str) -> MatrixForm:
        saved = self.saved.get(key, {})
        if self.data is None:
            return kind(prefix=prefix, about=about, initial=saved)
        sent = {name: self.data.get(f"{prefix}-{name}") for name in kind.base_fields}
        if all(value is None for value in sent.values()):
            kept = set(sent)
        elif self.opened is not None:
            touched = kind(self.data, prefix=prefix, initial=self.opened.get(key, {})).changed_data
            kept = set(sent) - set(touched)
        else:
            kept = set()
        values = {name: saved.get(name) if name in kept else value for name, value in sent.items()}
        data = {f"{prefix}-{name}": value for name, value in values.items() if value is not None}
        return kind(data, prefix=prefix, about=about, initial=saved)

    def _refuse_doubles(self) -> None:
        """The same two options, in whichever order, on the same muscle twice."""
        seen = {
            _unordered(name)
            for name, form in self.joint.items()
            if form.is_valid() and _is_step(form.cleaned_data)
        }
        for form in self.new:
            if form.is_valid() and form.cleaned_data:
                name = _unordered(self._name(form.cleaned_data))
                if name in seen:
                    form.add_error("muscle", "These two options move that muscle already. Change that line.")
                seen.add(name)

    def _pairs(self) -> list[tuple[str, str]]:
        """Every two options that are not neutral, of different axes, as choices."""
        axes = [[(a.slug, o.slug) for o in a.options if not o.is_neutral] for a in self.draft.axes]
        return [
            (" ".join((*one, *other)), f"{self.options[one]} + {self.options[other]}")
            for number, first in enumerate(axes)
            for second in axes[number + 1 :]
            for one in first
            for other in second
        ]

    def _name(self, given: Mapping) -> EffectName:
        axis, option, with_axis, with_option = given["pair"].split()
        return EffectName(
            axis=axis, option=option, muscle=given["muscle"], with_axis=with_axis, with_option=with_option
        )

    def _has(self, name: EffectName) -> bool:
        return (
            name.muscle in self.muscles
            and (name.axis, name.option) in self.options
            and (name.with_axis, name.with_option) in self.options
        )

    def _words(self, key: str | EffectName) -> str:
        slug = key if isinstance(key, str) else key.muscle
        muscle = next((m.name for m in self.document.muscles if m.slug == slug), slug)
        return muscle if isinstance(key, str) else f"{muscle}, {self._pair_words(key)}"

    def _pair_words(self, name: EffectName) -> str:
        pairs = [(name.axis, name.option), (name.with_axis, name.with_option)]
        return " + ".join(self.options.get(pair, " ".join(pair)) for pair in pairs if pair[0])


def entries(draft: ExerciseDocument) -> dict[str | EffectName, dict]:
    """What the matrix shows of a draft: baseline and floor by muscle, step and reason by effect."""
    shown = {i.muscle: {"baseline": i.baseline, "floor": i.floor} for i in draft.involvements}
    for name, effect in certainty.named_effects(draft).items():
        shown[name] = {"step": effect.step, "reason": effect.reason}
    return shown


def fingerprint(draft: ExerciseDocument) -> str:
    """That of what the matrix shows: a text that somebody else saves does not get in the way."""
    return documents.digest(documents.as_read(_shown(draft)))


def write(exercise: Exercise, draft: ExerciseDocument) -> list[Claim]:
    """Bring the rows of baselines and steps in line with the draft; those that stay keep their keys.

    Gives the claims that rested on a step which is gone. At most ten queries, however much changes.
    """
    wanted = {involvement.muscle: involvement for involvement in draft.involvements}
    involvements = list(exercise.involvements.select_related("muscle"))
    for row in involvements:
        row.baseline, row.floor = wanted[row.muscle.slug].baseline, wanted[row.muscle.slug].floor
    exercise.involvements.bulk_update(involvements, ["baseline", "floor"])

    effects = certainty.named_effects(draft)
    related = "muscle", "option__axis", "with_option__axis"
    rows = StanceEffectRow.objects.filter(option__axis__exercise=exercise).select_related(*related)
    by_name = {drafts.effect_name(row): row for row in rows}
    gone = [row.pk for name, row in by_name.items() if name not in effects]
    claims = list(Claim.objects.filter(effects__in=gone).distinct()) if gone else []
    StanceEffectRow.objects.filter(pk__in=gone).delete()
    changed = []
    for name, row in by_name.items():
        effect = effects.get(name)
        if effect and (row.step, row.reason) != (effect.step, effect.reason):
            row.step, row.reason = effect.step, effect.reason
            changed.append(row)
    StanceEffectRow.objects.bulk_update(changed, ["step", "reason"])

    muscles = {row.muscle.slug: row.muscle for row in involvements}
    all_options = StanceOption.objects.filter(axis__exercise=exercise).select_related("axis")
    options = {(option.axis.slug, option.slug): option for option in all_options}
    StanceEffectRow.objects.bulk_create(
        StanceEffectRow(
            option=options[name.axis, name.option],
            muscle=muscles[name.muscle],
            with_option=options[name.with_axis, name.with_option] if name.with_axis else None,
            step=effect.step,
            reason=effect.reason,
        )
        for name, effect in effects.items()
        if name not in by_name
    )
    return claims


class EditsEmphasis:
    """For the admin of exercises: the matrix, and the panel beside it."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/emphasis/", wrap(self.emphasis_view), name="exercises_exercise_emphasis"),
            path(
                "<int:pk>/emphasis/panel/",
                wrap(self.emphasis_panel_view),
                name="exercises_exercise_emphasis_panel",
            ),
            *super().get_urls(),
        ]

    def emphasis_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The matrix. It shows what was sent to it, in a stance, and saves it if asked to."""
        exercise = self.get_thing(request, pk)
        if "_save" in request.POST:
            return self._save_matrix(request, exercise)
        around = _surroundings(exercise)
        draft = drafts.exercise_draft(exercise)
        matrix = Matrix(draft, freezing.freeze_exercise(draft, around), request.POST or None)
        seen = request.POST.get("_seen", fingerprint(draft))
        return self._matrix_page(request, exercise, matrix, around, seen=seen)

    def emphasis_panel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The emphasis panel of what the form holds. Writes nothing."""
        exercise = self.get_thing(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        around = _surroundings(exercise)
        draft = drafts.exercise_draft(exercise)
        matrix = Matrix(draft, freezing.freeze_exercise(draft, around), request.POST)
        return render(request, "exercises/_emphasis_panel.html", _panel(request, matrix, around))

    def _save_matrix(self, request: HttpRequest, exercise: Exercise) -> HttpResponse:
        with transaction.atomic():
            exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)
            around = _surroundings(exercise)
            draft = drafts.exercise_draft(exercise)
            now = fingerprint(draft)
            meanwhile = opened = None
            if request.POST.get("_seen") != now:
                meanwhile, opened = _saved_since(exercise, request.POST.get("_seen"))
            document = freezing.freeze_exercise(draft, around)
            matrix = Matrix(draft, document, request.POST, opened)
            if matrix.is_valid() and meanwhile is None:
                self._keep_matrix(request, exercise, matrix)
                stance = _stance(request, document)
                return redirect(self.admin_url("emphasis", exercise) + stance.query)
        return self._matrix_page(
            request, exercise, matrix, around, seen=now, meanwhile=meanwhile, opened=opened
        )

    def _keep_matrix(self, request: HttpRequest, exercise: Exercise, matrix: Matrix) -> None:
        """Save what is given, as one revision of the draft, and say so."""
        given = matrix.given()
        changes = matrix.changes(matrix.draft, given)
        if not changes:
            messages.info(request, "There was nothing to save: the matrix is as it was.")
            return
        editing.keep_first(exercise)
        claims = write(exercise, given)
        what = f"Emphasis matrix: {'; '.join(map(str, changes))}."
        editing.keep(exercise, what, request.user)
        publishing.note_changes([exercise])
        self.log_change(request, exercise, what)
        count = f"{len(changes)} changes" if len(changes) > 1 else "1 change"
        messages.success(request, f"Saved: {count}. Readers see them once the exercise is published.")
        for claim in claims:
            messages.warning(request, f"The claim “{claim}” rested on a step that is gone. See to it.")

    def _matrix_page(
        self,
        request: HttpRequest,
        exercise: Exercise,
        matrix: Matrix,
        around: freezing.Surroundings,
        seen: str,
        meanwhile: list[Revision] | None = None,
        opened: ExerciseDocument | None = None,
    ) -> HttpResponse:
        is_refused = "_save" in request.POST
        context = {
            **self.admin_site.each_context(request),
            **_panel(request, matrix, around),
            "opts": self.opts,
            "title": f"Emphasis matrix: {exercise}",
            "original": exercise,
            "is_nav_sidebar_enabled": False,  # the table needs the room
            "change_url": self.admin_url("change", exercise),
            "panel_url": self.admin_url("emphasis_panel", exercise),
            "axes": matrix.document.axes,
            "rows": matrix.rows(),
            "joint_rows": matrix.joint_rows(),
            "new_rows": matrix.new,
            "problems": matrix.problems() if is_refused else [],
            "is_unsaved": request.method == "POST",
            "seen": seen,
            "meanwhile": meanwhile,
            "their_changes": matrix.changes(opened, matrix.draft) if opened else (),
            "my_changes": matrix.changes(matrix.draft, matrix.given()) if meanwhile is not None else (),
        }
        return TemplateResponse(request, "admin/exercises/emphasis_matrix.html", context)


def _surroundings(exercise: Exercise) -> freezing.Surroundings:
    """What is published, and the muscles that the exercise involves and that are not, as their drafts."""
    return freezing.surroundings(along=map(drafts.muscle_draft, publishing.needed_muscles(exercise)))


def _panel(request: HttpRequest, matrix: Matrix, around: freezing.Surroundings) -> dict:
    document = matrix.document
    if matrix.data is not None:
        document = freezing.freeze_exercise(matrix.given(), around)
    return panel_context(document, _stance(request, document))


def _stance(request: HttpRequest, document: ExerciseDocument) -> emphasis.Stance:
    """The stance that was asked for. An option that went away while the page was open is no reason to
    lose what was typed: the stance is then the neutral one."""
    if request.method == "GET":
        return chosen_stance(document, request.GET)
    try:
        return emphasis.stance_from(document, request.POST)
    except emphasis.UnknownOption:
        return emphasis.stance_from(document, {})


def _saved_since(exercise: Exercise, seen: str | None) -> tuple[list[Revision], ExerciseDocument | None]:
    """The kept saves since the matrix was opened, the newest first, and the draft that it showed then, if
    that was kept."""
    since = []
    for revision in editing.revisions_of(exercise).select_related("saved_by")[:REVISIONS_SEARCHED]:
        draft = revision.content
        if fingerprint(draft) == seen:
            return since, draft
        since.append(revision)
    return [], None


def _shown(draft: ExerciseDocument) -> ExerciseDocument:
    """The part of the draft that the matrix shows."""
    return ExerciseDocument(
        slug=draft.slug, name=draft.name, involvements=draft.involvements, axes=draft.axes
    )


def _prefix(name: EffectName) -> str:
    """What the fields of an effect begin with. No slug has an underscore: it is no axis of a stance."""
    return "_".join(["step", *(part for part in msgspec.structs.astuple(name) if part)])


def _is_step(given: Mapping) -> bool:
    return given.get("step") is not None and not given.get("remove")


def _put(effects: dict[EffectName, StanceEffect], name: EffectName, given: Mapping) -> None:
    """Give the named effect the step and the reason, make it, or take it out."""
    if not _is_step(given):
        effects.pop(name, None)
        return
    effect = effects.get(name) or StanceEffect(
        muscle=name.muscle, step=given["step"], with_axis=name.with_axis, with_option=name.with_option
    )
    effects[name] = replace(effect, step=given["step"], reason=given["reason"])


def _with_effects(
    axis: documents.StanceAxis, option: documents.StanceOption, effects: Mapping[EffectName, StanceEffect]
) -> documents.StanceOption:
    place = axis.slug, option.slug
    mine = tuple(effect for name, effect in effects.items() if (name.axis, name.option) == place)
    return replace(option, effects=mine)


def _unordered(name: EffectName) -> tuple:
    return frozenset({(name.axis, name.option), (name.with_axis, name.with_option)}), name.muscle
