"""The guide for editors, and its pictures, which `make guide-pictures` takes."""

import re

import pytest
from django.conf import settings

from exercises import roles
from tests.make import make_staff

GUIDE = "/admin/guide/"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", roles.Role)
def test_the_guide_is_there_for_every_role_and_says_what_each_may_do(client, role):
    client.force_login(make_staff(role))
    html = client.get(GUIDE).content.decode()
    for role in roles.Role:
        assert f"<dt>{role.label}</dt>" in html
        assert roles.SENTENCES[role] in html


def test_the_guide_is_for_staff(client):
    assert client.get(GUIDE)["Location"].startswith("/admin/login/")


def test_the_front_page_and_every_other_page_lead_to_the_guide(client, editor):
    for address in ("/admin/", "/admin/exercises/exercise/"):
        assert f'href="{GUIDE}"' in client.get(address).content.decode()


def test_its_pictures_are_there_and_none_is_left_over(client, editor):
    html = client.get(GUIDE).content.decode()
    shown = set(re.findall(r"img/guide/([a-z]+\.webp)", html))
    assert shown == {path.name for path in (settings.BASE_DIR / "static/img/guide").iterdir()}
    for alt in re.findall(r'<img [^>]*alt="([^"]*)"', html):
        assert len(alt) > 20


def test_its_contents_lead_to_its_sections(client, editor):
    html = client.get(GUIDE).content.decode()
    sections = re.findall(r'<section id="([a-z]+)"', html)
    assert re.findall(r'<li><a href="#([a-z]+)"', html) == sections
