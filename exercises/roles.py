"""Who on the staff may do what.

A role is one of Django's groups, which a migration has made and filled. What an account may do always
follows from its permissions, never from the name of its role.
"""

from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models import Q

MOST_PEOPLE = 20  # in a sentence


class Role(models.TextChoices):
    AUTHOR = "author"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


SENTENCES = {
    Role.AUTHOR: "Writes drafts, previews them, and asks for a review. Readers see nothing of it.",
    Role.EDITOR: "Does what an author does, decides what readers see, deletes drafts, reads the audit log.",
    Role.ADMINISTRATOR: "Does what an editor does, and gives people their accounts and roles.",
}


def role_of(user: User) -> Role | None:
    """The role that gives the account most. One query, unless its groups are loaded."""
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role) if role in names), None)


def beside_role(user: User) -> list[str]:
    """What the account was given besides its role: permissions, and groups that are no role. Two queries."""
    groups = [group.name for group in user.groups.all() if group.name != role_of(user)]
    return [*groups, *(permission.name for permission in user.user_permissions.all())]


def grantable(by: User) -> list[Role]:
    """The roles that hold nothing which `by` lacks."""
    if by.is_superuser:
        return list(Role)
    mine = _rights(by)
    groups = {
        group.name: {permission.pk for permission in group.permissions.all()}
        for group in Group.objects.filter(name__in=Role.values).prefetch_related("permissions")
    }
    return [role for role in Role if role in groups and groups[role] <= mine]


def may_manage(by: User, user: User) -> bool:
    """Whether the account holds nothing that `by` lacks. Who could change a greater one could take its
    password, and with it its rights."""
    return by.is_superuser or (not user.is_superuser and _rights(user) <= _rights(by))


def give(user: User, role: Role | None) -> None:
    """Let the role be all that the account has."""
    user.user_permissions.clear()
    user.groups.set(Group.objects.filter(name=role) if role else [])


def people() -> dict[str, list[str]]:
    """The names of those who may publish, and among them of those who manage accounts, at most twenty
    accounts together. Two queries."""
    may = Q(groups__name__in=[Role.EDITOR, Role.ADMINISTRATOR]) | Q(is_superuser=True)
    users = User.objects.filter(may, is_active=True, is_staff=True).prefetch_related("groups").distinct()
    users = list(users.order_by("first_name", "last_name", "username")[:MOST_PEOPLE])
    return {
        "editors": [_name(user) for user in users],
        "administrators": [
            _name(user) for user in users if user.is_superuser or role_of(user) == Role.ADMINISTRATOR
        ],
    }


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _rights(user: User) -> set[int]:
    """The permissions that the account has, whether it is active or not. A query."""
    return set(Permission.objects.filter(Q(user=user) | Q(group__user=user)).values_list("pk", flat=True))
