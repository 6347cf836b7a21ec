"""The pages on which staff prove who they are: sign in, the second factor, and the password once more before
what weighs most. What somebody had sent is carried along through all of them and given back."""

import io
import json
from functools import update_wrapper

import segno
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth import login as auth_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from django_otp import login as otp_login

from . import guarding, limits

NOT_KEPT = {"csrfmiddlewaretoken", "password", "password1", "password2", "old_password", "new_password1"}
NOT_KEPT |= {"new_password2", "code", "_lost", "next"}
LOCKED = (
    "There were too many tries with this name. Wait a quarter of an hour, or ask an administrator to "
    "unlock the account."
)
WRONG_CODE = "This code is wrong, or has been used. Wait until the app shows the next one."
# What an editor or an administrator does to others by it: see REAUTHENTICATE_MINUTES.
WEIGHTY = ("_publish", "_withdraw", "_cancel", "_merge", "_take_apart")
WEIGHTY_ACTIONS = {"publish_selected", "withdraw_selected", "refresh_copies", "delete_selected"}
# What follows each key that an editor presses.
PREVIEWS = ("_preview", "_preview_panel", "_preview_sent", "_emphasis_panel", "_checks")
# Passwords are typed into these, which are not carried along. So one is asked before they open.
WEIGHTY_TO_OPEN = {"auth_user_add", "auth_user_password_change"}

private = [never_cache, csrf_protect, sensitive_post_parameters()]


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label="Code",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "size": 12}),
        help_text="The six digits that your app shows now, or one of your recovery codes.",
    )


class ProofForm(forms.Form):
    """The password of who is signed in, and the code if they have a second factor."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request: HttpRequest, data=None, asks_code: bool = False):
        super().__init__(data)
        self.request = request
        self.has_device = asks_code or guarding.has_second_factor(request.user)
        if self.has_device:
            self.fields["code"] = CodeForm.base_fields["code"]

    def clean(self):
        given = super().clean()
        if self.errors:
            return given
        user = self.request.user
        found = authenticate(self.request, username=user.get_username(), password=given["password"])
        if getattr(self.request, "axes_locked_out", False):
            raise forms.ValidationError(LOCKED)
        if found is None or found.pk != user.pk:
            self.add_error("password", "This is not your password.")
        elif self.has_device:
            self.check_code(user, given["code"])
        return given

    def check_code(self, user, code: str) -> None:
        if not guarding.check_code(self.request, user, code):
            self.add_error("code", WRONG_CODE)


class SetUpForm(ProofForm):
    """The code is that of a device which is about to be set up."""

    def __init__(self, request: HttpRequest, key: str, data=None):
        super().__init__(request, data, asks_code=True)
        self.key = key
        self.fields["code"] = forms.CharField(
            max_length=20,
            label="Code",
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 12}
            ),
            help_text="The six digits that the app shows now.",
        )

    def check_code(self, user, code: str) -> None:
        self.done = guarding.set_up(user, self.key, code)
        if not self.done:
            self.add_error("code", "This code does not fit. Is the time on your phone right?")


class SigningIn:
    """For the site of the admin."""

    def get_urls(self):
        return [
            path("code/", self.code_view, name="code"),
            path("confirm/", self._for_staff(self.confirm_view), name="confirm"),
            path("second-factor/", self._for_staff(self.second_factor_view), name="second_factor"),
            path("second-factor/qr.svg", self._for_staff(self.qr_view), name="second_factor_qr"),
            *super().get_urls(),
        ]

    def has_permission(self, request: HttpRequest) -> bool:
        return self._is_staff(request) and not guarding.owes(request.user)

    def _is_staff(self, request: HttpRequest) -> bool:
        return super().has_permission(request)

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.path == reverse("admin:logout"):
                # Whoever owes a code or a device may leave, too.
                return never_cache(csrf_protect(view))(request, *args, **kwargs)
            if not self.has_permission(request):
                if self._is_staff(request) and guarding.owes(request.user) == guarding.DEVICE:
                    return csrf_protect(self._send_to_set_up)(request)
                if request.method == "POST":
                    return csrf_protect(self._ask_to_sign_in)(request)
            elif _is_weighty(request) and not guarding.is_confirmed(request):
                return csrf_protect(self._ask_to_confirm)(request)
            else:
                guarding.go_on(request)
                if seconds := limits.wait_for(request, _what_costs(request)):
                    return limits.too_many(request, seconds)
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, view)

    def _for_staff(self, view):
        """For who is signed in, even if they owe a device."""

        def inner(request, *args, **kwargs):
            if request.method == "POST" and (seconds := limits.wait_for(request, "sign-in", False)):
                return limits.too_many(request, seconds)
            if not self._is_staff(request) or guarding.owes(request.user) == guarding.CODE:
                return redirect(f"{reverse('admin:login')}?next={reverse('admin:index')}")
            return view(request, *args, **kwargs)

        for wrap in reversed(private):
            inner = wrap(inner)
        return update_wrapper(inner, view)

    # Signing in

    @method_decorator(private)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The name and the password. Nothing in the answer tells whether there is such a name."""
        if request.method != "POST":
            return super().login(request, extra_context)
        if seconds := limits.wait_for(request, "sign-in", by_account=False):
            return limits.too_many(request, seconds)
        form = AdminAuthenticationForm(request, data=request.POST)
        if not form.is_valid():
            return self._sign_in_page(request, form)
        user = form.get_user()
        if guarding.has_second_factor(user):
            guarding.remember_half(request, user)
            return self._page(request, "code.html", "Your code", form=CodeForm())
        auth_login(request, user)
        return self._let_in(request)

    @method_decorator(private)
    def code_view(self, request: HttpRequest) -> HttpResponse:
        """The second half of signing in."""
        if seconds := limits.wait_for(request, "sign-in", by_account=False):
            return limits.too_many(request, seconds)
        user = guarding.half_signed_in(request)
        if request.method != "POST" or user is None:
            guarding.forget_half(request)
            said = ["That took too long. Sign in again."] if request.method == "POST" else []
            return self._sign_in_page(request, AdminAuthenticationForm(request), said)
        form = CodeForm(request.POST)
        device = form.is_valid() and guarding.check_code(request, user, form.cleaned_data["code"])
        if getattr(request, "axes_locked_out", False):
            guarding.forget_half(request)
            return self._sign_in_page(request, AdminAuthenticationForm(request))
        if not device:
            if form.is_valid():
                form.add_error("code", WRONG_CODE)
            return self._page(request, "code.html", "Your code", form=form)
        guarding.forget_half(request)
        auth_login(request, user, "django.contrib.auth.backends.ModelBackend")
        otp_login(request, device)
        return self._let_in(request)

    def _let_in(self, request: HttpRequest) -> HttpResponse:
        if guarding.owes(request.user) == guarding.DEVICE:
            return self._set_up_page(request)
        if lost := request.POST.get("_lost", ""):
            return self._give_back(request, lost, "You are signed in again.")
        return redirect(_next(request))

    def _sign_in_page(self, request: HttpRequest, form, said=()) -> HttpResponse:
        is_locked = getattr(request, "axes_locked_out", False)
        said = [LOCKED] if is_locked else said
        response = self._page(request, "login.html", "Sign in", form=form, said=said)
        if is_locked:
            response.status_code = 429
            response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
        return response

    def _ask_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        """The sign-in page, which carries along what was sent."""
        form = AdminAuthenticationForm(request)
        return self._page(request, "login.html", "Sign in again", form=form, **_sent(request))

    # The password once more

    def _ask_to_confirm(self, request: HttpRequest) -> HttpResponse:
        sent = _sent(request) if request.method == "POST" else {"next": request.get_full_path()}
        return self._page(request, "confirm.html", "Is it you?", form=ProofForm(request), **sent)

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return redirect("admin:index")
        form = ProofForm(request, request.POST)
        if not form.is_valid():
            return self._page(request, "confirm.html", "Is it you?", form=form)
        guarding.confirm(request)
        if lost := request.POST.get("_lost", ""):
            return self._give_back(request, lost, "Thank you.")
        return redirect(_next(request))

    # The second factor

    def second_factor_view(self, request: HttpRequest) -> HttpResponse:
        """Set it up; or, once it is there, renew the recovery codes or remove it."""
        if not guarding.has_second_factor(request.user):
            if request.method == "POST" and "set-up" in request.POST:
                return self._set_up(request)
            return self._set_up_page(request)
        is_sent = request.method == "POST"
        form = ProofForm(request, request.POST if is_sent else None)
        must = guarding.needs_second_factor(request.user)
        if is_sent and form.is_valid():
            if "remove" in request.POST and not must:
                guarding.remove(request.user)
                return redirect("admin:second_factor")
            if "renew" in request.POST:
                return self._codes_page(request, guarding.renew_codes(request.user))
        return self._page(
            request,
            "second_factor.html",
            "Your second factor",
            form=form,
            must=must,
            codes_left=guarding.codes_left(request.user),
        )

    def _set_up(self, request: HttpRequest) -> HttpResponse:
        form = SetUpForm(request, guarding.new_key(request), request.POST)
        if not form.is_valid():
            return self._set_up_page(request, form)
        device, codes = form.done
        del request.session[guarding.KEY]
        request.session.cycle_key()
        otp_login(request, device)
        return self._codes_page(request, codes)

    def _send_to_set_up(self, request: HttpRequest) -> HttpResponse:
        """Whoever needs a device and has none comes to this page, whatever they wanted."""
        if request.method == "POST":
            return self._set_up_page(request, **_sent(request))
        return redirect("admin:second_factor")

    def _set_up_page(self, request: HttpRequest, form=None, **context) -> HttpResponse:
        key = guarding.new_key(request)
        secret = guarding.device_for(request.user, key).config_url.partition("secret=")[2].partition("&")[0]
        return self._page(
            request,
            "second_factor_set_up.html",
            "Set up a second factor",
            form=form or SetUpForm(request, key),
            secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            must=guarding.needs_second_factor(request.user),
            **context,
        )

    def _codes_page(self, request: HttpRequest, codes: list[str]) -> HttpResponse:
        given = _given(request.POST.get("_lost", ""))
        return self._page(
            request,
            "recovery_codes.html",
            "Your recovery codes",
            codes=[f"{code[:4]} {code[4:]}" for code in codes],
            fields=given,
            path=_next(request),
        )

    @method_decorator(require_safe)
    def qr_view(self, request: HttpRequest) -> HttpResponse:
        """The secret as a picture. A file of its own, since the policy allows no picture in the page."""
        if not (key := request.session.get(guarding.KEY)):
            raise Http404("There is nothing to set up.")
        picture = io.BytesIO()
        code = segno.make(guarding.device_for(request.user, key).config_url, error="m")
        code.save(picture, kind="svg", scale=4, light="#fff", svgclass=None, lineclass=None)
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml")

    # What all of them share

    def _page(self, request: HttpRequest, template: str, title: str, **context) -> HttpResponse:
        context = {
            **self.each_context(request),
            "title": title,
            "app_path": reverse("admin:login"),
            "username": request.user.get_username(),
            "next": request.POST.get("next") or request.GET.get("next", ""),
            "lost": request.POST.get("_lost", ""),
            **context,
        }
        return render(request, f"admin/{template}", context)

    def _give_back(self, request: HttpRequest, lost: str, said: str) -> HttpResponse:
        """What was sent and has not been done yet, to send again."""
        context = {"fields": _given(lost), "path": _next(request), "said": said}
        return self._page(request, "exercises/given_back.html", "Your text is here", **context)


def _is_weighty(request: HttpRequest) -> bool:
    name = request.resolver_match.url_name or ""
    if request.method != "POST":
        return name in WEIGHTY_TO_OPEN
    if name.endswith("_changelist"):
        return request.POST.get("action") in WEIGHTY_ACTIONS
    return name.endswith(WEIGHTY) or name.startswith("auth_user_")


def _what_costs(request: HttpRequest) -> str:
    """The limit that the request counts for, or nothing."""
    name = request.resolver_match.url_name or ""
    if name == "search":
        return "search"
    if name == "password_change" and request.method == "POST":
        return "sign-in"
    is_preview = name == "markdown" or name.endswith(PREVIEWS) or "_preview" in request.POST
    return "preview" if is_preview else ""


def _sent(request: HttpRequest) -> dict:
    """What was sent, and where to."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT}
    return {"lost": json.dumps(sent), "next": request.get_full_path()}


def _given(lost: str) -> list[tuple[str, str]]:
    """The fields of what was sent, from what has come back with the page."""
    try:
        return [(str(name), str(value)) for name, values in json.loads(lost).items() for value in values]
    except (ValueError, AttributeError, TypeError):
        return []


def _next(request: HttpRequest) -> str:
    """Where to go on: only into the admin."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = address.startswith("/admin/") and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else reverse("admin:index")
