"""Who is on the staff, in which role. Roles stand in place of Django's groups and permissions."""

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User

from .. import editing, roles
from ..models import AuditEntry
from ..roles import Role

apps.get_app_config("auth").verbose_name = "Accounts"
admin.site.unregister(User)
admin.site.unregister(Group)


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
    list_display = ["username", "first_name", "last_name", "role", "is_active", "last_login"]
    list_filter = [RoleFilter, "is_active", "is_superuser"]
    filter_horizontal = []
    readonly_fields = ["beside_role", "last_login", "date_joined"]
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
