import shutil

import pytest
from django.apps import apps

from exercises import starter
from tests import sites
from tests.make import make_editor


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the starter content once; every test then rolls back to it."""
    with django_db_blocker.unblock():
        starter.load()


@pytest.fixture(autouse=True)
def _plain_settings(settings):
    """Static files without a manifest, passwords that are quick to check, and no page kept from one test
    to the next."""
    settings.KEPT_PAGES_MB = 0
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.AXES_ENABLED = False  # where it is not under test
    settings.LIMITS = {}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def media(settings, tmp_path):
    """A folder of media of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def starter_content(db):
    """The site as it is after the first run."""


@pytest.fixture
def empty_site(db):
    """The site before anything was written."""
    things = (
        "Publication",
        "Study",
        "Exercise",
        "Muscle",
        "MuscleGroup",
        "JointAction",
        "Term",
        "LoadedContent",
    )
    for name in things:
        model = apps.get_model("exercises", name)
        if name == "Muscle":
            model.objects.exclude(head_of=None).delete()
        model.objects.all().delete()


@pytest.fixture
def editor(client):
    """A member of staff who may do everything, signed in."""
    user = make_editor()
    client.force_login(user)
    return user


@pytest.fixture(scope="session")
def first_site(tmp_path_factory):
    """An installation on SQLite just after its first run. To be copied, not to be changed."""
    site = sites.Site(tmp_path_factory.mktemp("first"))
    site.does("migrate", "-v0")
    site.does("load_content")
    return site


@pytest.fixture
def sqlite_site(first_site, tmp_path):
    """An installation on SQLite with the starter content, and a folder of its own."""
    shutil.copytree(first_site.folder, tmp_path / "data")
    return sites.Site(tmp_path / "data")


@pytest.fixture(scope="session")
def first_postgres(tmp_path_factory):
    """The name of a PostgreSQL database just after the first run. To be copied."""
    url = sites.new_database()
    site = sites.Site(tmp_path_factory.mktemp("first-postgres"), url)
    site.does("migrate", "-v0")
    site.does("load_content")
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_site(first_postgres, tmp_path):
    """The same on PostgreSQL. Skipped where the tests have no such server."""
    (tmp_path / "postgres").mkdir()
    return sites.Site(tmp_path / "postgres", sites.new_database(template=first_postgres))


@pytest.fixture(params=["sqlite", "postgres"])
def site(request):
    """An installation on each."""
    return request.getfixturevalue(f"{request.param}_site")
