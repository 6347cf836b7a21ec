"""A real site in a folder of its own: gunicorn with its workers, which can be killed, and browsers for it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]

SETUP = """
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from tests.make import make_exercise
call_command("migrate", verbosity=0)
if {loads}:
    call_command("load_content")
if not settings.DEBUG:
    call_command("collectstatic", interactive=False, verbosity=0)
User.objects.create_superuser("soak", password="soak")
for number in range({writers}):
    make_exercise(f"soak-{{number}}")
"""


class Site:
    """The site of a folder. What of the environment could lead elsewhere is not handed on."""

    def __init__(self, folder: Path, writers: int, workers: int = 2, **settings: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.writers, self.number_of_workers = folder, writers, workers
        self.log = folder / "server.log"
        self.env = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PYTHON": sys.executable}
        self.env |= {"PORT": str(self.port), "SITE_URL": f"http://127.0.0.1:{self.port}", **settings}
        self.server: subprocess.Popen | None = None

    def fill(self, loads_content: bool = True) -> None:
        """What the first start does, an account that may do everything, an exercise for each writer."""
        script = SETUP.format(writers=self.writers, loads=loads_content)
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "site_config.settings"}
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
        )

    def start(self, *command: str) -> float:
        """Start the server alone, or by the command. Returns after how many seconds it answered."""
        address = f"127.0.0.1:{self.port}"
        gunicorn = [sys.executable, "-m", "gunicorn", "site_config.wsgi", "--bind", address]
        gunicorn += ["--workers", str(self.number_of_workers), "--threads", "8", "--log-level", "warning"]
        started = time.monotonic()
        with self.log.open("a") as log:
            self.server = subprocess.Popen(
                command or gunicorn,
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while self.server.poll() is None and time.monotonic() < started + 60:
            with suppress(OSError, HTTPException):
                if Browser(self.port).get("/healthz")[0] == 200:
                    return time.monotonic() - started
            time.sleep(0.01)
        raise RuntimeError(f"The site did not start:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9 of the whole process group."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def kill_worker(self) -> None:
        """kill -9 of one worker, as the kernel does when memory runs out."""
        with suppress(IndexError, ProcessLookupError):
            os.kill(self.workers()[0], signal.SIGKILL)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def errors(self) -> list[str]:
        """What the log tells of failures: Python's errors and the database's locks."""
        words = ("Traceback", "Internal Server Error", "database is locked", "OperationalError", "SIGSEGV")
        return [line for line in self.log.read_text().splitlines() if any(word in line for word in words)]


class Browser:
    """Keeps its cookies, and sends a form back as it came but for what is changed. Each request has a
    connection of its own, as from a proxy that keeps none: so the worker that has time takes it."""

    def __init__(self, port: int):
        self.port, self.cookies = port, {}
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str):
        """Status, headers and text. Raises OSError or HTTPException if no whole answer came."""
        headers["Connection"] = "close"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, HTTPException):
            self.connection.close()
            raise
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return response.status, response.headers, text.decode()

    def get(self, path: str):
        return self.ask("GET", path)

    def send(self, path: str, changes: dict[str, str], action: str = "", files: dict | None = None):
        """Open the page, change fields of its form, and send it. Returns the answer, or the page if that
        is refused already."""
        status, headers, page = self.get(path)
        if status != 200:
            return status, headers, page
        return self.send_back(page, action or path, changes, files)

    def send_back(self, page: str, action: str, changes: dict[str, str], files: dict | None = None):
        fields = [(name, value) for name, value in fields_of(page) if name not in changes]
        fields += changes.items()
        if files:
            kind = {"Content-Type": "multipart/form-data; boundary=soak"}
            return self.ask("POST", action, _multipart(fields, files), **kind)
        body = urlencode(fields).encode()
        return self.ask("POST", action, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self) -> None:
        status, *_ = self.send("/admin/login/", {"username": "soak", "password": "soak"})
        if status != 302:
            raise RuntimeError(f"Signing in was answered with {status}.")


def _multipart(fields: list[tuple[str, str]], files: dict[str, bytes]) -> bytes:
    parts = [
        f'--soak\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    parts += [
        f'--soak\r\nContent-Disposition: form-data; name="{name}"; filename="x.zip"\r\n'.encode()
        + b"Content-Type: application/zip\r\n\r\n"
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    return b"".join(parts) + b"--soak--\r\n"


class _Fields(HTMLParser):
    """The fields that a browser would send, of every form that posts but the one to sign out."""

    def __init__(self):
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.is_inside = False
        self.text = self.select = None

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.is_inside = given.get("method") == "post" and given.get("id") != "logout-form"
        name = given.get("name")
        if not self.is_inside:
            return
        if tag == "input" and name and "disabled" not in given:
            kind = given.get("type")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            if kind not in ("submit", "file"):
                self.fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "textarea" and name:
            self.text = [name, ""]
        elif tag == "select" and name:
            self.select = [name, None]
        elif tag == "option" and self.select and (self.select[1] is None or "selected" in given):
            self.select[1] = given.get("value", "")

    def handle_data(self, data):
        if self.text:
            self.text[1] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text:
            self.fields.append((self.text[0], self.text[1].removeprefix("\n")))
            self.text = None
        elif tag == "select" and self.select:
            if self.select[1] is not None:
                self.fields.append(tuple(self.select))
            self.select = None


def fields_of(page: str) -> list[tuple[str, str]]:
    parser = _Fields()
    parser.feed(page)
    return parser.fields
