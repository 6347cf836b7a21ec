import pytest
from django.apps import apps

from exercises import starter
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
def starter_content(db):
    """The site as it is after the first run."""


@pytest.fixture
def empty_site(db):
    """The site before anything was written."""
    for name in ("Publication", "Study", "Exercise", "Muscle", "MuscleGroup", "JointAction", "LoadedContent"):
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
