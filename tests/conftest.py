import fcntl
import os

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS

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
    """The site before anything was written. Table by table, since deleting thing by thing takes as long as
    many of the tests."""
    for model in apps.get_app_config("exercises").get_models(include_auto_created=True):
        model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)


@pytest.fixture
def editor(client):
    """A member of staff who may do everything, signed in."""
    user = make_editor()
    client.force_login(user)
    return user


@pytest.fixture(scope="session")
def started(tmp_path_factory):
    """The data folder of a site on SQLite that serve.sh has started for the first time, and that was stopped:
    database with the starter content, secret key, static files. To be copied, not to be changed.

    It takes ten seconds, so all workers have the same one: the first that needs it makes it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker has a folder of its own in that of the session
    folder = shared / "started"
    with (shared / "started.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            made = tmp_path_factory.mktemp("made")
            with sites.served(made):
                pass
            made.rename(folder)
    return folder


NOT_KEPT = ("static", "server.log")  # what every start makes anew


@pytest.fixture
def sqlite_site(started, tmp_path):
    """An installation on SQLite with the starter content, and a folder of its own."""
    return sites.Site(sites.copied(started, tmp_path / "data", NOT_KEPT))


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
