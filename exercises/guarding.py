"""Who comes into the admin, and how sure that is: the second factor, lock-outs, sessions that end.

A session has the name of the account once everything asked for has been proved, never before. What is kept of
somebody who has given the password and owes the code is in the session under a name of its own.
"""

import time
from binascii import unhexlify
from ipaddress import ip_address, ip_network

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from . import editing, roles
from .models import AuditEntry, SecondFactorRule

# Names in a session.
HALF = "half_signed_in"
KEY = "second_factor_key"
CONFIRMED = "confirmed_at"
SEEN = "seen_at"

HALF_SECONDS = 300  # to type the code in
SEEN_SECONDS = 600  # how exactly it is known when a session was last used
RECOVERY_CODES = 10
# What an account may owe before it comes in.
CODE, DEVICE = "code", "device"


def address_of(request: HttpRequest) -> str:
    """The address that a request comes from: what the outermost of our own proxies saw, since whatever
    stands further left in the header was written by the sender. Of IPv6 the network, of which a single
    customer has all addresses."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        seen = hops[-min(settings.PROXIES, len(hops))] if hops else seen
    try:
        address = ip_address(seen)
    except ValueError:
        return "0.0.0.0"  # noqa: S104 -- no address to listen at: a sender without one
    if address.version == 6:
        address = address.ipv4_mapped or ip_network((address, 64), strict=False).network_address
    return str(address)


# Sessions


def begin_session(sender, request, **_) -> None:
    """Somebody has just proved who they are. What has ended is cleared away on the occasion."""
    request.session[SEEN] = request.session[CONFIRMED] = int(time.time())
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def go_on(request: HttpRequest) -> None:
    """Let the session last from now on again. It is written now and then, not with every request."""
    if time.time() - request.session.get(SEEN, 0) > SEEN_SECONDS:
        request.session[SEEN] = int(time.time())


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the password was given recently enough for what weighs most."""
    most = settings.REAUTHENTICATE_SECONDS
    return not most or time.time() - request.session.get(CONFIRMED, 0) <= most


def confirm(request: HttpRequest) -> None:
    request.session[CONFIRMED] = int(time.time())


# Signing in, first half


def remember_half(request: HttpRequest, user: User) -> None:
    request.session.cycle_key()
    request.session[HALF] = [user.pk, user.get_session_auth_hash(), int(time.time()) + HALF_SECONDS]


def half_signed_in(request: HttpRequest) -> User | None:
    """The account whose password was given a moment ago, if it has not changed since."""
    pk, proof, until = request.session.get(HALF) or (None, "", 0)
    if time.time() > until:
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    return user if user and constant_time_compare(proof, user.get_session_auth_hash()) else None


def forget_half(request: HttpRequest) -> None:
    request.session.pop(HALF, None)


# The second factor


def has_second_factor(user: User) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def _rules(user: User):
    """The rules that the account is under. A superuser is under each."""
    if user.is_superuser:
        return SecondFactorRule.objects.all()
    groups = Group.objects.filter(user=user.pk).values("name")
    return SecondFactorRule.objects.filter(role__in=groups)


def needs_second_factor(user: User) -> bool:
    return _rules(user).exists()


def owes(user: User) -> str:
    """What the signed-in account still owes: the code of its device, a device, or nothing. A query, once
    for a request. A session that began before there was a device owes the code, too."""
    if getattr(user, "otp_device", None):
        return ""
    if not hasattr(user, "_owes"):
        devices = TOTPDevice.objects.filter(user=user.pk, confirmed=True)
        found = User.objects.filter(pk=user.pk).values_list(Exists(devices), Exists(_rules(user)))
        has, must = found.first() or (False, False)
        user._owes = CODE if has else DEVICE if must else ""
    return user._owes


def check_code(request: HttpRequest, user: User, code: str):
    """The device that the code proves, or None. A wrong code counts as a failed sign-in; each is taken once,
    and after a wrong one its device takes none for a while, which grows."""
    code = "".join(code.split()).replace("-", "").lower()
    if settings.AXES_ENABLED and not AxesProxyHandler.is_allowed(request, {"username": user.get_username()}):
        request.axes_locked_out = True
        return None
    is_from_device = len(code) == 6 and code.isascii() and code.isdigit()
    model = TOTPDevice if is_from_device else StaticDevice
    with transaction.atomic():
        for device in model.objects.filter(user=user, confirmed=True).select_for_update():
            if device.verify_token(code):
                return device
    said = {"username": user.get_username(), "why": "The code was wrong."}
    user_login_failed.send(sender=__name__, credentials=said, request=request)
    return None


def new_key(request: HttpRequest) -> str:
    """The secret that the account may set up. It stays in the session until a code has proved it."""
    return request.session.setdefault(KEY, default_key())


def device_for(user: User, key: str) -> TOTPDevice:
    return TOTPDevice(user=user, key=key, name="app")


@transaction.atomic
def set_up(user: User, key: str, code: str) -> tuple[TOTPDevice, list[str]] | None:
    """The device and its recovery codes; None if the code does not fit. The code is used up by it."""
    code = "".join(code.split())
    totp = TOTP(unhexlify(key), drift=0)
    totp.time = time.time()
    if not (code.isascii() and code.isdigit() and totp.verify(int(code), tolerance=1)):
        return None
    _remove(user)
    device = device_for(user, key)
    device.confirmed, device.last_t = True, totp.t()
    device.save()
    editing.note(AuditEntry.What.SECOND_FACTOR, user, user, "Set up.")
    return device, _new_codes(user)


def renew_codes(user: User) -> list[str]:
    editing.note(AuditEntry.What.SECOND_FACTOR, user, user, "New recovery codes.")
    return _new_codes(user)


def remove(user: User) -> None:
    """By the account itself."""
    _remove(user)
    editing.note(AuditEntry.What.SECOND_FACTOR, user, user, "Removed.")


def reset_second_factor(user: User, by: User | None, by_name: str = "") -> None:
    """By somebody else, for an account that has lost it."""
    _remove(user)
    editing.note(AuditEntry.What.SECOND_FACTOR, by, user, "Reset.", by_name=by_name)


def codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


@transaction.atomic
def _new_codes(user: User) -> list[str]:
    device, _ = StaticDevice.objects.get_or_create(user=user, name="recovery codes")
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _remove(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def require(wanted: set[str], among: list[str], by: User) -> None:
    """Let exactly these of the roles need a second factor; other roles stay as they are."""
    before = set(SecondFactorRule.objects.filter(role__in=among).values_list("role", flat=True))
    SecondFactorRule.objects.filter(role__in=before - wanted).delete()
    SecondFactorRule.objects.bulk_create(SecondFactorRule(role=role) for role in wanted - before)
    if wanted != before:
        names = ", ".join(role for role in roles.Role if role in wanted) or "nobody"
        editing.note(AuditEntry.What.SECOND_FACTOR, by, words=f"Required of: {names}.")


# Lock-outs


def lockout_name(request: HttpRequest, credentials: dict | None) -> str:
    """What a lock-out knows the account by: as much of the typed name as an account can have."""
    return str((credentials or {}).get("username") or "").replace("\0", "")[:150]


def is_locked(user: User) -> bool:
    """From any address."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tries = AccessAttempt.objects.filter(username=user.get_username(), attempt_time__gt=since)
    by_address = tries.values("ip_address").annotate(failures=Sum("failures_since_start")).order_by()
    return by_address.filter(failures__gte=settings.AXES_FAILURE_LIMIT).exists()


def unlock(user: User, by: User | None, by_name: str = "") -> None:
    reset(username=user.get_username())
    editing.note(AuditEntry.What.UNLOCKED, by, user, by_name=by_name)
