"""Who is on the staff, in which role. Roles stand in place of Django's groups and permissions."""

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from .. import editing, guarding, roles
from ..models import AuditEntry, SecondFactorRule
from ..roles import Role

apps.get_app_config("auth").verbose_name = "Accounts"
admin.site.unregister(User)
admin.site.unregister(Group)
# Their forms show the secrets. What there is to do stands in the form of the account.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


class RoleForm:
    """The field for the role, in the form of an account that is there or that is new."""

    grantable = ()  # set on the form's class, for one request

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        field.choices = [
            ("", "None: may not come into the admin."),
            *((role.value, f"{role.label}: {roles.SENTENCES[role]}") for role in self.grantable),
        ]
        field.initial = (self.instance.pk and roles.role_of(self.instance)) or ""


def role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "You can only give rights that you have yourself."},
    )


class AccountChangeForm(RoleForm, UserChangeForm):
    role = role_field()


class AccountCreationForm(RoleForm, AdminUserCreationForm):
    role = role_field()


class RulesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label="A second factor is needed by", required=False, widget=forms.CheckboxSelectMultiple
    )


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return Role.choices

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Nobody changes an account that has more rights than their own, nor gives rights that they lack."""

    form = AccountChangeForm
    add_form = AccountCreationForm
    change_form_template = "admin/exercises/account_change_form.html"
    change_list_template = "admin/exercises/account_change_list.html"
    list_display = ["username", "first_name", "last_name", "role", "is_active", "last_login"]
    list_filter = [RoleFilter, "is_active", "is_superuser"]
    filter_horizontal = []
    readonly_fields = ["beside_role", "second_factor", "last_login", "date_joined"]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "usable_password", "password1", "password2", "role"],
            },
        )
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request, obj=None):
        if not obj:
            return self.add_fieldsets
        rights = ["role"]
        rights += ["beside_role"] if roles.beside_role(obj) else []
        rights += ["is_superuser"] if request.user.is_superuser else []
        return [
            (None, {"fields": ["username", "password", "is_active"]}),
            ("Who it is", {"fields": ["first_name", "last_name", "email"]}),
            ("What it may do", {"fields": rights}),
            ("How it signs in", {"fields": ["second_factor"]}),
            ("Dates", {"fields": ["last_login", "date_joined"]}),
        ]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.grantable = roles.grantable(request.user)
        return form

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or roles.may_manage(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or roles.may_manage(request.user, obj))

    @admin.display(description="role")
    def role(self, user) -> str:
        """Reads the groups that the list has loaded."""
        role = roles.role_of(user)
        said = ["superuser"] if user.is_superuser else []
        return ", ".join([*said, *([role] if role else [])]) or "none"

    @admin.display(description="besides the role")
    def beside_role(self, user) -> str:
        return f"{', '.join(roles.beside_role(user))}. Choosing another role takes this away."

    @admin.display(description="second factor")
    def second_factor(self, user) -> str:
        said = "Set up." if guarding.has_second_factor(user) else "None."
        return f"{said} The account is locked out." if guarding.is_locked(user) else said

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("second-factor/", wrap(self.rules_view), name="auth_user_second_factor"),
            path("<int:pk>/unlock/", wrap(self.unlock_view), name="auth_user_unlock"),
            path("<int:pk>/reset/", wrap(self.reset_view), name="auth_user_reset_second_factor"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        extra = {"may_require": self.has_change_permission(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        extra = dict(extra_context or {})
        if (user := self.get_object(request, object_id)) and self.has_change_permission(request, user):
            extra["may_unlock"] = guarding.is_locked(user)
            extra["may_reset"] = user != request.user and guarding.has_second_factor(user)
        return super().change_view(request, object_id, form_url, extra)

    def get_account(self, request: HttpRequest, pk: int) -> User:
        """An account that the user may change."""
        user = self.get_object(request, str(pk))
        if user is None:
            raise Http404("There is no such account.")
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def unlock_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.get_account(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        guarding.unlock(user, request.user)
        messages.success(request, f"{user} can sign in again.")
        return redirect("admin:auth_user_change", user.pk)

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For somebody who has lost it. One's own is removed on its own page, which asks for a code: a
        session left open must not be enough."""
        user = self.get_account(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if user == request.user:
            raise PermissionDenied
        guarding.reset_second_factor(user, request.user)
        messages.success(request, f"{user} signs in with the password alone, and can set up another.")
        return redirect("admin:auth_user_change", user.pk)

    def rules_view(self, request: HttpRequest) -> HttpResponse:
        """Of which roles a second factor is required. Nobody decides about a role with rights they lack."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        mine = roles.grantable(request.user)
        now = SecondFactorRule.objects.filter(role__in=mine).values_list("role", flat=True)
        form = RulesForm(request.POST if request.method == "POST" else None, initial={"roles": list(now)})
        form.fields["roles"].choices = [(role.value, role.label) for role in mine]
        if form.is_valid():
            guarding.require(set(form.cleaned_data["roles"]), mine, request.user)
            messages.success(request, "Saved. It holds from the next page that anybody opens.")
            return redirect("admin:auth_user_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Who needs a second factor",
            "form": form,
        }
        return TemplateResponse(request, "admin/exercises/second_factor_rules.html", context)

    def save_model(self, request, obj, form, change):
        if not change or {"role", "is_superuser"} & set(form.changed_data):
            obj.is_staff = bool(form.cleaned_data["role"]) or obj.is_superuser
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        role = form.cleaned_data["role"]
        if "role" in form.changed_data:
            roles.give(form.instance, role or None)
        if said := _what_changed(form, change):
            editing.note(AuditEntry.What.ACCOUNT, request.user, form.instance, said)

    def log_change(self, request, obj, message):
        if request.resolver_match.url_name == "auth_user_password_change":
            editing.note(AuditEntry.What.ACCOUNT, request.user, obj, "Password set.")
        return super().log_change(request, obj, message)

    def delete_model(self, request, obj):
        editing.note(AuditEntry.What.ACCOUNT, request.user, obj, "Deleted.")
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            editing.note(AuditEntry.What.ACCOUNT, request.user, user, "Deleted.")
        super().delete_queryset(request, queryset)


def _what_changed(form, change: bool) -> str:
    """What the saved form changed of what the account may do, in a sentence each."""
    said = [] if change else ["Account made."]
    if "role" in form.changed_data:
        before = form.fields["role"].initial or "none"
        said.append(f"Role: {before}, now {form.cleaned_data['role'] or 'none'}.")
    if "is_superuser" in form.changed_data:
        said.append("Made a superuser." if form.instance.is_superuser else "No longer a superuser.")
    if "is_active" in form.changed_data:
        said.append("Active again." if form.instance.is_active else "Made inactive.")
    return " ".join(said)
