"""Two editors save the same exercise at the same time, two hundred times, each in a process of their own."""

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
TIMES = 100  # each of the two
FIELDS = {"ana": "equipment", "ben": "answer"}

SETUP = """
from django.contrib.auth.models import User
from tests.make import make_exercise
make_exercise()
for name in ("ana", "ben"):
    User.objects.create_superuser(name)
"""

# Every save that was kept, the oldest first: by whom, and the two fields as they were then.
TOLD = """
import itertools
import json
from exercises.models import Exercise, Revision
kept = [
    (r.saved_by.username, {"ana": r.content.equipment, "ben": r.content.answer})
    for r in Revision.objects.exclude(saved_by=None).filter(kind="exercise").order_by("pk")
]
exercise = Exercise.objects.get()
print(json.dumps([kept, {"ana": exercise.equipment, "ben": exercise.answer}]))
"""


@pytest.fixture
def database(tmp_path, django_db_blocker):
    """The environment of a site that has a database of its own, of the kind that the tests run on."""
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "site_config.settings"}
    if connection.vendor == "sqlite":
        env.pop("DATABASE_URL", None)
        yield env
        return
    name = f"saves_{uuid.uuid4().hex}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield {**env, "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"}
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(env, *command) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_editors_who_save_in_parallel_lose_nothing(database):
    manage(database, "migrate", "--verbosity", "0")
    manage(database, "shell", "--no-imports", "-c", SETUP)
    editors = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.saving_editor", name, field, str(TIMES)],
            cwd=ROOT,
            env=database,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, field in FIELDS.items()
    ]
    outcomes = [editor.communicate(timeout=280) for editor in editors]
    assert [editor.returncode for editor in editors] == [0, 0], outcomes
    kept, last = json.loads(manage(database, "shell", "--no-imports", "-c", TOLD))

    assert last == {name: f"{name} {TIMES - 1}" for name in FIELDS}
    for name in FIELDS:
        saved = [fields[name] for by, fields in kept if by == name]
        assert saved == [f"{name} {number}" for number in range(TIMES)]
    # No save took back what the other had saved before.
    for (_, before), (by, after) in itertools.pairwise(kept):
        other = next(name for name in FIELDS if name != by)
        assert after[other] == before[other]
