"""Whole installations, each in a folder and, if it is not on SQLite, a database of its own.

What keeps a site is tried on these, from outside, as somebody who runs one does it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]

# Django, with static files as they are before they are collected.
PLAIN = """
import django
django.setup()
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
from exercises.models import *
"""


class Site:
    def __init__(self, folder: Path, database_url: str = ""):
        self.folder = folder
        self.environment = {
            key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")
        }
        self.environment |= {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "site_config.settings"}
        if database_url:
            self.environment["DATABASE_URL"] = database_url

    def run(self, *command, **environment) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *map(str, command)],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def manage(self, *arguments, **environment) -> subprocess.CompletedProcess:
        return self.run("manage.py", *arguments, **environment)

    def does(self, *arguments, **environment) -> str:
        """What the command prints. It has to end well."""
        done = self.manage(*arguments, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments, **environment) -> str:
        """What the command says when it does not do it."""
        refused = self.manage(*arguments, **environment)
        assert refused.returncode == 1, refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr
        return refused.stderr

    def python(self, code: str) -> str:
        """What the code prints, with Django, `Client` and the models at hand."""
        done = self.run("-c", PLAIN + code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def database(self) -> Path:
        return self.folder / "legwork.sqlite3"

    def lose_everything(self) -> None:
        """Database, media and key."""
        if "DATABASE_URL" in self.environment:
            self.python(
                "from django.db import connection\n"
                "with connection.cursor() as c: c.execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public')"
            )
        shutil.rmtree(self.folder)
        self.folder.mkdir()


def postgres_url() -> str:
    """The address of the server that the tests run on; without one the test is skipped."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("This needs a PostgreSQL server: make test-postgres.")
    return url


def new_database(template: str = "template1") -> str:
    """The address of a database that is made for a test. It goes with the server."""
    url, name = postgres_url(), f"site_{uuid4().hex[:12]}"
    server = settings.DATABASES["default"]
    where = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"]}
    where["password"] = server["PASSWORD"]
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{url.rpartition('/')[0]}/{name}"


def copied(folder: Path, to: Path, leaving_out: tuple[str, ...] = ()) -> Path:
    """What an installation keeps, once more. Returns the folder that has it now."""
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*leaving_out), dirs_exist_ok=True)


@contextmanager
def served(data_dir: Path, **environment: str):
    """The site on a data folder; `environment` has further settings. Gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = data_dir / "server.log"
    # Nothing else of the environment is handed on: a DATABASE_URL must not reach the tests.
    settings = {"PYTHON": sys.executable, "DATA_DIR": str(data_dir), "PORT": str(port), "WORKERS": "1"}
    settings |= environment
    with log.open("w") as output:
        server = subprocess.Popen(
            ["sh", "site_config/serve.sh"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(server, f"{url}/healthz", log)
        yield url
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def _wait_for(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
