"""How staff prove who they are, what shuts them out, and the ways out of that."""

import re
import time
from binascii import unhexlify

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from exercises import guarding
from exercises.models import AuditEntry, SecondFactorRule
from tests.admin_forms import form_of, url
from tests.make import make_exercise, make_staff
from tests.test_roles import account, save_account

pytestmark = pytest.mark.usefixtures("empty_site")

What = AuditEntry.What
SET_UP = "/admin/second-factor/"


def sign_in(client, name="author", password="password", **more):
    return client.post("/admin/login/", {"username": name, "password": password, **more})


def send_code(client, code, **more):
    return client.post("/admin/code/", {"code": code, **more})


def is_in(client) -> bool:
    return client.get("/admin/").status_code == 200


def make_device(user) -> TOTPDevice:
    guarding._new_codes(user)
    return TOTPDevice.objects.create(user=user, name="app", confirmed=True)


def code_of(device, steps=0) -> str:
    return f"{totp(unhexlify(device.key), drift=steps):06d}"


def a_recovery_code(user) -> str:
    return StaticToken.objects.filter(device__user=user).first().token


def forgive(user):
    """Time passes, and the devices take codes again."""
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=user).update(throttling_failure_count=0)


def noted(*what):
    entries = AuditEntry.objects.filter(what__in=what).order_by("pk")
    return [(entry.what, entry.name, entry.note, entry.by_name) for entry in entries]


# Lock-out


@pytest.fixture
def guarded(settings):
    settings.AXES_ENABLED = True
    return settings


@pytest.mark.parametrize("name", ["author", "nobody-of-ours"])
def test_five_failures_lock_out_whether_there_is_such_a_name_or_not_and_nothing_tells_which(
    client, guarded, name
):
    make_staff("author")
    answers = [sign_in(client, name, "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    for answer in answers[:4]:
        assert "Please enter the correct username and password" in answer.content.decode()
    for answer in answers[4:]:
        assert "There were too many tries with this name." in answer.content.decode()
        assert answer["Retry-After"] == "900"
    assert sign_in(client, name).status_code == 429
    assert not is_in(client)


def test_the_answers_to_a_name_that_exists_and_one_that_does_not_are_the_same(client, guarded):
    make_staff("author")

    def said(name):
        html = sign_in(client, name, "wrong").content.decode().replace(name, "NAME")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)

    for _ in range(6):
        assert said("author") == said("ruhtua")


def test_a_lock_out_holds_for_the_address_only(guarded):
    make_staff("author")
    for _ in range(6):
        sign_in(Client(REMOTE_ADDR="203.0.113.7"), password="wrong")
    elsewhere = Client(REMOTE_ADDR="203.0.113.8")
    assert sign_in(elsewhere).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="203.0.113.7")).status_code == 429


def test_a_lock_out_ends_by_itself_and_trying_on_does_not_lengthen_it(client, guarded, monkeypatch):
    make_staff("author")
    for _ in range(5):
        sign_in(client, password="wrong")
    begun = timezone.now()
    at = begun + guarded.AXES_COOLOFF_TIME / 2
    monkeypatch.setattr("axes.handlers.proxy.now", lambda: at)
    assert sign_in(client, password="wrong").status_code == 429
    at = begun + guarded.AXES_COOLOFF_TIME * 1.1
    assert sign_in(client).status_code == 302


def test_signing_in_forgets_the_failures_before(client, guarded):
    make_staff("author")
    for _ in range(3):
        for _ in range(4):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302


def test_the_log_has_each_failure_and_the_lock_out_once(client, guarded):
    make_staff("author")
    for _ in range(9):
        sign_in(client, password="wrong")
    assert [what for what, *_ in noted(What.FAILED_SIGN_IN, What.LOCKED_OUT)] == (
        ["failed-sign-in"] * 5 + ["locked-out"]
    )
    assert noted(What.LOCKED_OUT) == [("locked-out", "", "", "author")]


def test_a_name_of_any_length_is_no_error(client, guarded):
    assert sign_in(client, "x" * 5000, "wrong").status_code == 200


def test_an_administrator_unlocks_an_account_from_its_form(client, guarded):
    author = make_staff("author")
    for _ in range(5):
        sign_in(client, password="wrong")
    administrator = Client()
    administrator.force_login(make_staff("administrator"))
    html = administrator.get(account("change", author)).content.decode()
    assert "The account is locked out." in html
    assert 'form="unlock"' in html
    assert administrator.get(account("unlock", author)).status_code == 405
    assert administrator.post(account("unlock", author)).status_code == 302
    assert sign_in(client).status_code == 302
    assert noted(What.UNLOCKED) == [("unlocked", "author", "", "administrator")]
    assert 'form="unlock"' not in administrator.get(account("change", author)).content.decode()


@pytest.mark.parametrize("page", ["unlock", "reset_second_factor"])
@pytest.mark.parametrize("role", ["", "author", "editor", "administrator"])
def test_only_administrators_let_somebody_in_and_no_greater_one(client, page, role):
    user, root = User.objects.create_user("ana"), User.objects.create_superuser("root")
    make_device(root)
    client.force_login(make_staff(role))
    assert client.post(account(page, user)).status_code == (302 if role == "administrator" else 403)
    assert client.post(account(page, root)).status_code == 403
    assert guarding.has_second_factor(root)


def test_a_command_lets_the_last_administrator_in(client, guarded, capsys):
    root = User.objects.create_superuser("root", password="password")
    make_device(root)
    for _ in range(5):
        sign_in(client, "root", "wrong")
    call_command("unlock_account", "root", "--reset-second-factor")
    assert sign_in(client, "root").status_code == 302
    assert is_in(client)
    assert noted(What.UNLOCKED, What.SECOND_FACTOR) == [
        ("unlocked", "root", "", "manage.py"),
        ("second-factor", "root", "Reset.", "manage.py"),
    ]
    with pytest.raises(CommandError, match="no account named 'rood'"):
        call_command("unlock_account", "rood")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "203.0.113.7"),
        (0, "198.51.100.1", "203.0.113.7"),  # anybody can write that
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        (2, "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "", "203.0.113.7"),
        (1, "rubbish", "0.0.0.0"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=forwarded)
    assert guarding.address_of(request) == address


# The second factor: setting it up


def the_key(client):
    client.get(SET_UP)
    return client.session[guarding.KEY]


def set_up(client, **more):
    code = f"{totp(unhexlify(the_key(client))):06d}"
    return client.post(SET_UP, {"set-up": "1", "password": "password", "code": code, **more})


def test_a_second_factor_is_set_up_with_a_picture_or_a_secret_and_gives_ten_codes_once(client):
    author = make_staff("author")
    sign_in(client)
    page = client.get(SET_UP)
    secret = page.context["secret"].replace(" ", "")
    picture = client.get("/admin/second-factor/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture["Cache-Control"]
    assert "no-store" in page["Cache-Control"]
    assert b"<style" not in picture.content
    assert guarding.device_for(author, the_key(client)).config_url.count(secret) == 1
    done = set_up(client)
    codes = done.context["codes"]
    assert len(set(codes)) == 10
    assert "no-store" in done["Cache-Control"]
    assert codes[0] not in client.get(SET_UP).content.decode()
    assert is_in(client)
    assert noted(What.SECOND_FACTOR) == [("second-factor", "author", "Set up.", "author")]
    assert client.get("/admin/second-factor/qr.svg").status_code == 404


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"code": "x"}, {"password": "no"}, {"code": ""}])
def test_a_wrong_code_or_password_sets_nothing_up_and_the_secret_stays(client, wrong):
    author = make_staff("author")
    sign_in(client)
    key = the_key(client)
    assert set_up(client, **wrong).status_code == 200
    assert not guarding.has_second_factor(author)
    assert the_key(client) == key


@pytest.mark.parametrize("address", [SET_UP, "/admin/second-factor/qr.svg", "/admin/confirm/"])
def test_the_pages_are_for_staff(client, address):
    assert client.get(address)["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("reader"))
    assert client.get(address)["Location"].startswith("/admin/login/")


# Signing in with it


def test_signing_in_takes_the_password_and_the_code(client):
    device = make_device(make_staff("author"))
    asked = sign_in(client, next="/admin/exercises/")
    assert asked.status_code == 200
    assert 'autocomplete="one-time-code"' in asked.content.decode()
    assert not is_in(client)
    assert noted(What.SIGN_IN) == []
    entered = send_code(client, code_of(device), next="/admin/exercises/")
    assert entered["Location"] == "/admin/exercises/"
    assert is_in(client)
    assert noted(What.SIGN_IN) == [("sign-in", "", "", "author")]


def test_a_code_is_taken_once(client):
    device = make_device(make_staff("author"))
    code = code_of(device)
    sign_in(client)
    send_code(client, code)
    other = Client()
    sign_in(other)
    send_code(other, code)
    assert not is_in(other)


def test_a_recovery_code_lets_in_once_however_it_is_typed(client):
    author = make_staff("author")
    make_device(author)
    code = a_recovery_code(author)
    sign_in(client)
    send_code(client, f" {code[:4].upper()} {code[4:]}")
    assert is_in(client)
    assert guarding.codes_left(author) == 9
    other = Client()
    sign_in(other)
    send_code(other, code)
    assert not is_in(other)


def test_codes_of_one_account_are_no_good_for_another(client):
    make_device(make_staff("author"))
    other = make_device(make_staff("editor"))
    sign_in(client)
    send_code(client, code_of(other))
    send_code(client, a_recovery_code(other.user))
    assert not is_in(client)


def test_the_code_alone_is_not_enough_nor_after_a_wrong_password(client):
    device = make_device(make_staff("author"))
    assert "Sign in" in send_code(client, code_of(device)).content.decode()
    sign_in(client, password="wrong")
    send_code(client, code_of(device))
    assert not is_in(client)


def test_the_code_has_to_come_soon(client, monkeypatch):
    device = make_device(make_staff("author"))
    sign_in(client)
    late = time.time() + guarding.HALF_SECONDS + 1
    monkeypatch.setattr(guarding.time, "time", lambda: late)
    assert "That took too long" in send_code(client, code_of(device)).content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "changed"}])
def test_an_account_that_has_changed_meanwhile_does_not_come_in(client, change):
    author = make_staff("author")
    device = make_device(author)
    sign_in(client)
    User.objects.filter(pk=author.pk).update(**change)
    send_code(client, code_of(device))
    assert not is_in(client)


def test_wrong_codes_lock_out_like_wrong_passwords_and_the_password_does_not_start_the_count_anew(
    client, guarded
):
    author = make_staff("author")
    device = make_device(author)
    answers = []
    for _ in range(5):
        sign_in(client)
        answers.append(send_code(client, "000000").status_code)
        forgive(author)
    assert answers == [200] * 4 + [429]
    assert sign_in(client).status_code == 429
    assert send_code(client, code_of(device)).status_code == 200
    assert not is_in(client)
    assert noted(What.FAILED_SIGN_IN)[0] == ("failed-sign-in", "", "The code was wrong.", "author")


def test_after_a_wrong_code_the_device_takes_none_for_a_while(client):
    author = make_staff("author")
    device = make_device(author)
    sign_in(client)
    send_code(client, "000000")
    send_code(client, code_of(device))
    assert not is_in(client)
    forgive(author)
    send_code(client, code_of(device))
    assert is_in(client)


def test_a_session_from_before_the_second_factor_owes_the_code(client):
    author = make_staff("author")
    sign_in(client)
    other = Client()
    sign_in(other)
    set_up(client)
    assert not is_in(other)
    assert guarding.has_second_factor(author)


@pytest.mark.parametrize("has_device", [True, False])
def test_what_was_written_when_the_session_ended_comes_back_after_both_steps(client, has_device):
    editor = make_staff("editor")
    device = make_device(editor) if has_device else None
    exercise = make_exercise()
    asked = client.post(url("change", exercise), {"name": "press", "answer": "Written with care."})
    lost, where = asked.context["lost"], asked.context["next"]
    back = sign_in(client, "editor", _lost=lost, next=where)
    if has_device:
        assert "Written with care." in back.context["lost"]
        wrong = send_code(client, "wrong", _lost=lost, next=where)
        assert "Written with care." in wrong.context["lost"]
        forgive(editor)
        back = send_code(client, code_of(device), _lost=lost, next=where)
    assert back.context["path"] == url("change", exercise)
    assert ("answer", "Written with care.") in back.context["fields"]


# Renewing and removing it


@pytest.mark.parametrize("do", ["remove", "renew"])
@pytest.mark.parametrize("wrong", [{"password": "no"}, {"code": "000000"}, {"code": ""}])
def test_removing_and_renewing_take_the_password_and_a_code(client, do, wrong):
    author = make_staff("author")
    sign_in(client)
    set_up(client)
    code = a_recovery_code(author)
    client.post(SET_UP, {do: "1", "password": "password", "code": code, **wrong})
    assert guarding.has_second_factor(author)
    assert StaticToken.objects.filter(token=code).exists()


def test_removing_it_makes_the_password_enough_again(client):
    author = make_staff("author")
    sign_in(client)
    set_up(client)
    client.post(SET_UP, {"remove": "1", "password": "password", "code": a_recovery_code(author)})
    assert not guarding.has_second_factor(author)
    assert not StaticToken.objects.exists()
    assert is_in(client)
    assert noted(What.SECOND_FACTOR)[1] == ("second-factor", "author", "Removed.", "author")
    other = Client()
    sign_in(other)
    assert is_in(other)


def test_new_recovery_codes_take_the_place_of_the_old(client):
    author = make_staff("author")
    device = make_device(author)
    sign_in(client)
    send_code(client, code_of(device))
    old = a_recovery_code(author)
    done = client.post(SET_UP, {"renew": "1", "password": "password", "code": code_of(device, 1)})
    assert len(done.context["codes"]) == 10
    assert not StaticToken.objects.filter(token=old).exists()
    assert noted(What.SECOND_FACTOR) == [("second-factor", "author", "New recovery codes.", "author")]


def test_a_lost_second_factor_is_reset_in_the_form_of_the_account(client):
    author = make_staff("author")
    make_device(author)
    administrator = Client()
    administrator.force_login(make_staff("administrator"))
    assert 'form="reset-second-factor"' in administrator.get(account("change", author)).content.decode()
    administrator.post(account("reset_second_factor", author))
    assert noted(What.SECOND_FACTOR) == [("second-factor", "author", "Reset.", "administrator")]
    assert not StaticDevice.objects.exists()
    sign_in(client)
    assert is_in(client)


def test_nobody_resets_their_own_without_a_code(client):
    administrator = make_staff("administrator")
    device = make_device(administrator)
    sign_in(client, "administrator")
    send_code(client, code_of(device))
    assert 'form="reset-second-factor"' not in client.get(account("change", administrator)).content.decode()
    assert client.post(account("reset_second_factor", administrator)).status_code == 403
    assert guarding.has_second_factor(administrator)


@pytest.mark.parametrize("model", ["otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"])
def test_no_page_of_the_admin_shows_a_secret_not_even_to_superusers(client, editor, model):
    assert client.get(f"/admin/{model}/").status_code == 404


# Requiring it

RULES = "/admin/auth/user/second-factor/"


def test_an_administrator_requires_it_of_roles(client):
    client.force_login(make_staff("administrator"))
    assert RULES in client.get("/admin/auth/user/").content.decode()
    client.post(RULES, {"roles": ["editor", "author"]})
    client.post(RULES, {"roles": ["editor"]})
    client.post(RULES, {"roles": ["editor"]})
    assert [rule.role for rule in SecondFactorRule.objects.all()] == ["editor"]
    assert [note for _, _, note, _ in noted(What.SECOND_FACTOR)] == [
        "Required of: author, editor.",
        "Required of: editor.",
    ]


@pytest.mark.parametrize("role", ["", "author", "editor"])
def test_others_require_nothing(client, role):
    client.force_login(make_staff(role))
    assert client.get(RULES).status_code == 403
    assert client.post(RULES, {"roles": ["author"]}).status_code == 403
    assert not SecondFactorRule.objects.exists()


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/exercises/exercise/", "/admin/password_change/", RULES]
)
@pytest.mark.parametrize("role", ["author", "editor", "superuser"])
def test_whoever_needs_a_device_comes_to_its_page_and_nowhere_else(client, role, address):
    SecondFactorRule.objects.create(role="editor")
    if role == "superuser":
        client.force_login(User.objects.create_superuser("root"))
    else:
        client.force_login(make_staff(role))
    answer = client.get(address)
    if role == "author":
        assert answer.status_code in (200, 403)
    else:
        assert answer["Location"] == SET_UP
        assert client.get(SET_UP).status_code == 200
        client.post("/admin/logout/")
        assert "_auth_user_id" not in client.session


def test_who_needs_a_device_sets_it_up_and_gets_back_what_was_sent(client):
    make_staff("editor")
    sign_in(client, "editor")
    exercise = make_exercise()
    typed = form_of(client, exercise) | {"answer": "Written with care."}
    SecondFactorRule.objects.create(role="editor")
    asked = client.post(url("change", exercise), typed)
    exercise.refresh_from_db()
    assert exercise.answer != "Written with care."
    done = set_up(client, _lost=asked.context["lost"], next=asked.context["next"])
    assert ("answer", "Written with care.") in done.context["fields"]
    assert done.context["path"] == url("change", exercise)
    assert is_in(client)


def test_it_cannot_be_removed_where_it_is_required(client):
    SecondFactorRule.objects.create(role="author")
    author = make_staff("author")
    device = make_device(author)
    sign_in(client)
    send_code(client, code_of(device))
    assert 'name="remove"' not in client.get(SET_UP).content.decode()
    client.post(SET_UP, {"remove": "1", "password": "password", "code": a_recovery_code(author)})
    assert guarding.has_second_factor(author)


# Sessions and passwords


def test_a_session_ends_twelve_hours_after_it_was_last_used(client, monkeypatch):
    make_staff("author")
    sign_in(client)
    session = Session.objects.get()
    assert 11.9 < (session.expire_date - timezone.now()).total_seconds() / 3600 <= 12
    assert client.cookies["sessionid"]["max-age"] == 12 * 3600
    Session.objects.update(expire_date=timezone.now() + timezone.timedelta(hours=1))
    client.get("/admin/")
    assert Session.objects.get().expire_date < timezone.now() + timezone.timedelta(hours=2)
    later = time.time() + guarding.SEEN_SECONDS + 1
    monkeypatch.setattr(guarding.time, "time", lambda: later)
    client.get("/admin/")
    assert Session.objects.get().expire_date > timezone.now() + timezone.timedelta(hours=11)
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(client)


def test_changing_the_password_ends_the_other_sessions(client):
    make_staff("author")
    other = Client()
    sign_in(client)
    sign_in(other)
    new = "a-long-passphrase-7"
    passwords = {"old_password": "password", "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", passwords).status_code == 302
    assert is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize("password", ["eleven-char", "928374659182", "administrator", "1qaz2wsx3edc"])
def test_a_password_that_is_short_or_easily_guessed_is_refused(client, password):
    client.force_login(make_staff("author"))
    passwords = {"old_password": "password", "new_password1": password, "new_password2": password}
    assert client.post("/admin/password_change/", passwords).status_code == 200


# The password once more


@pytest.fixture
def asked_again(settings, monkeypatch):
    """A site that asks again after ten minutes, and a clock that can be set forward."""
    settings.REAUTHENTICATE_SECONDS = 600
    ahead = {"by": 0}
    now = time.time
    monkeypatch.setattr(guarding.time, "time", lambda: now() + ahead["by"])
    return ahead


@pytest.mark.parametrize("has_device", [True, False])
def test_publishing_asks_for_the_password_if_it_was_given_long_ago_and_keeps_the_note(
    client, asked_again, has_device
):
    editor = make_staff("editor")
    exercise = make_exercise()
    sign_in(client, "editor")
    if has_device:
        assert set_up(client).status_code == 200
    assert client.post(url("publish", exercise), {"note": "At once."}).status_code == 302
    asked_again["by"] = 601
    assert client.get(url("publish", exercise)).context["title"].startswith("Publish")
    asked = client.post(url("publish", exercise), {"note": "Later."})
    assert asked.context["title"] == "Is it you?"
    assert exercise.publications.count() == 2
    carried = {"_lost": asked.context["lost"], "next": asked.context["next"]}
    wrong = client.post("/admin/confirm/", {"password": "no", **carried})
    assert wrong.context["lost"] == carried["_lost"]
    code = {"code": a_recovery_code(editor)} if has_device else {}
    if has_device:
        assert client.post("/admin/confirm/", {"password": "password", **carried}).context["form"].errors
    back = client.post("/admin/confirm/", {"password": "password", **code, **carried})
    assert dict(back.context["fields"])["note"] == "Later."
    assert client.post(back.context["path"], dict(back.context["fields"])).status_code == 302
    assert exercise.publications.count() == 3


def test_what_weighs_little_never_asks(client, asked_again):
    make_staff("editor")
    exercise = make_exercise()
    sign_in(client, "editor")
    asked_again["by"] = 10_000
    assert client.post(url("review", exercise), {"words": "Look."}).status_code == 302
    typed = form_of(client, exercise)
    assert client.post(url("change", exercise), typed).status_code == 302


@pytest.mark.parametrize("page", ["change", "delete", "unlock", "reset_second_factor"])
def test_what_is_done_to_accounts_asks(client, asked_again, page):
    ana = User.objects.create_user("ana")
    make_staff("administrator")
    sign_in(client, "administrator")
    asked_again["by"] = 601
    assert client.post(account(page, ana), {"username": "mine"}).context["title"] == "Is it you?"
    assert client.get("/admin/auth/user/add/").context["title"] == "Is it you?"
    assert User.objects.filter(username="ana").exists()


def test_a_role_is_given_after_confirming(client, asked_again):
    ana = User.objects.create_user("ana")
    make_staff("administrator")
    sign_in(client, "administrator")
    asked_again["by"] = 601
    asked = save_account(client, ana, role="author")
    carried = {"_lost": asked.context["lost"], "next": asked.context["next"]}
    back = client.post("/admin/confirm/", {"password": "password", **carried})
    client.post(back.context["path"], dict(back.context["fields"]))
    assert [group.name for group in ana.groups.all()] == ["author"]


def test_guessing_the_password_of_an_open_session_locks_out(client, guarded, asked_again):
    make_staff("editor")
    sign_in(client, "editor")
    for _ in range(5):
        answer = client.post("/admin/confirm/", {"password": "wrong"})
    assert "There were too many tries" in answer.content.decode()
    right = client.post("/admin/confirm/", {"password": "password"})
    assert "There were too many tries" in right.content.decode()


def test_by_itself_nothing_asks(client, monkeypatch):
    make_staff("editor")
    exercise = make_exercise()
    sign_in(client, "editor")
    later = time.time() + 100_000
    monkeypatch.setattr(guarding.time, "time", lambda: later)
    assert client.post(url("publish", exercise), {"note": "At once."}).status_code == 302
