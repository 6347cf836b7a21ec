"""Two editors save the same thing at the same time, two hundred times, each in a process of their own."""

import itertools
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
# The form of an exercise is the largest, that of a term the smallest; the guard is the same for all.
CASES = [
    ("exercise", {"ana": "equipment", "ben": "answer"}, 15),
    ("term", {"ana": "definition", "ben": "name"}, 85),
]

SETUP = """
from django.contrib.auth.models import User
from tests.make import make_exercise, make_term
make_exercise()
make_term()
for name in ("ana", "ben"):
    User.objects.create_superuser(name)
"""

# Every save that was kept, the oldest first: by whom, and the two fields as they were then.
TOLD = """
import json
from django.apps import apps
from exercises.models import Revision
thing = apps.get_model("exercises", {kind!r}).objects.order_by("pk").first()
fields = {fields!r}
told = lambda value: {{name: getattr(value, field) for name, field in fields.items()}}
kept = Revision.objects.exclude(saved_by=None).filter(kind={kind!r}, thing_pk=thing.pk).order_by("pk")
print(json.dumps([[(r.saved_by.username, told(r.content)) for r in kept], told(thing)]))
"""


@pytest.fixture(scope="module")
def database(django_db_blocker, tmp_path_factory):
    """The environment of a site that has a database of its own, of the kind that the tests run on, with
    something of each kind in it and two editors."""
    env = {**os.environ, "DATA_DIR": str(tmp_path_factory.mktemp("saves"))}
    env["DJANGO_SETTINGS_MODULE"] = "site_config.settings"
    if connection.vendor == "sqlite":
        env.pop("DATABASE_URL", None)
        fill(env)
        yield env
        return
    name = f"saves_{uuid.uuid4().hex}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
        fill(env)
        yield env
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill(env) -> None:
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "shell", "--no-imports", "-c", SETUP)


def manage(env, *command) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("kind", "fields", "times"), CASES)
def test_two_editors_who_save_in_parallel_lose_nothing(database, kind, fields, times):
    editors = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.saving_editor", kind, name, field, str(times)],
            cwd=ROOT,
            env=database,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, field in fields.items()
    ]
    outcomes = [editor.communicate(timeout=280) for editor in editors]
    assert [editor.returncode for editor in editors] == [0, 0], outcomes
    kept, last = json.loads(
        manage(database, "shell", "--no-imports", "-c", TOLD.format(kind=kind, fields=fields))
    )

    assert last == {name: f"{name} {times - 1}" for name in fields}
    for name in fields:
        saved = [was[name] for by, was in kept if by == name]
        assert saved == [f"{name} {number}" for number in range(times)]
    # No save took back what the other had saved before.
    for (_, before), (by, after) in itertools.pairwise(kept):
        other = next(name for name in fields if name != by)
        assert after[other] == before[other]
