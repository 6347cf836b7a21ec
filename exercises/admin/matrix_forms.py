"""The pieces of the emphasis matrix: one small form for each muscle and each step."""

from django import forms

WRONG_STEP = "A step is a whole number from -3 to 3."
WRONG_BASELINE = "A baseline is a whole number from 1 to 10."
WRONG_FLOOR = "A floor is a whole number from 1 to 10."


def whole_number(complaint: str, **options) -> dict:
    """The arguments of an IntegerField that says the same whatever is wrong."""
    kinds = "required", "invalid", "min_value", "max_value"
    return {"error_messages": dict.fromkeys(kinds, complaint), **options}


class NumberInput(forms.TextInput):
    """A field of text: a browser that reads a number itself does not send on what is none."""


class StepInput(NumberInput):
    def format_value(self, value):
        return f"{value:+d}" if isinstance(value, int) else super().format_value(value)


class StepField(forms.IntegerField):
    """A step as one types it, or pastes it with the minus of printed texts."""

    widget = StepInput

    def to_python(self, value):
        return super().to_python(value.replace("\N{MINUS SIGN}", "-") if isinstance(value, str) else value)


class ReasonField(forms.CharField):
    """A browser sends line ends as CRLF; a draft has them as LF."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class MatrixForm(forms.Form):
    """One piece of the matrix. `about` says in words which: its fields have no other labels."""

    use_required_attribute = False

    def __init__(self, *args, about: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.about = about
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": f"{about}: {name}"}


class MuscleForm(MatrixForm):
    baseline = forms.IntegerField(
        **whole_number(WRONG_BASELINE, min_value=1, max_value=10),
        widget=NumberInput(attrs={"inputmode": "numeric", "maxlength": 8, "data-cell": ""}),
    )
    floor = forms.IntegerField(
        **whole_number(WRONG_FLOOR, min_value=1, max_value=10),
        widget=NumberInput(attrs={"inputmode": "numeric", "maxlength": 8, "data-cell": ""}),
    )

    def clean(self):
        given = super().clean()
        if given.get("floor", 0) > given.get("baseline", 10):
            self.add_error("floor", "The floor cannot be above the baseline.")
        return given


class StepForm(MatrixForm):
    # The placeholders let CSS tell an empty field from a filled one, while somebody types too.
    step = StepField(
        **whole_number(WRONG_STEP, min_value=-3, max_value=3, required=False),
        widget=StepInput(attrs={"maxlength": 8, "data-cell": "", "placeholder": " "}),
    )
    reason = ReasonField(
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 5, "placeholder": "The mechanics, in a sentence that readers see."}
        ),
    )

    def clean_step(self):
        step = self.cleaned_data["step"]
        if step == 0:
            raise forms.ValidationError("0 is no step. Empty the cell instead.")
        return step

    def clean(self):
        given = super().clean()
        is_empty = "step" in given and given["step"] is None
        if is_empty and given.get("reason") and "reason" in self.changed_data:
            self.add_error("step", "You gave a reason and no step. Give a step, or empty the reason.")
        return given


class JointStepForm(StepForm):
    """A saved step that counts only with an option of another axis."""

    remove = forms.BooleanField(required=False)


class NewJointStepForm(StepForm):
    """Room for another one. Left alone it asks for nothing."""

    pair = forms.ChoiceField(error_messages={"required": "Choose the two options."})
    muscle = forms.ChoiceField(error_messages={"required": "Choose the muscle."})

    def __init__(self, *args, pairs, muscles, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_permitted = True
        self.fields["step"].required = True
        self.fields["pair"].choices = [("", "together…"), *pairs]
        self.fields["muscle"].choices = [("", "muscle…"), *muscles]

    def clean(self):
        return self.cleaned_data  # a reason without a step is refused anyway: the step is missing
