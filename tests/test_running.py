"""What the machines around a running site ask: whether it lives, whether it is ready, how it does."""

import re
import socket
from collections import namedtuple
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from exercises.views import machines
from tests.sites import copied, served


def test_it_lives_though_the_database_does_not(client, monkeypatch):
    monkeypatch.setattr(connection, "cursor", broken)
    assert client.get("/healthz").status_code == 200


def broken(*args, **kwargs):
    raise DatabaseError


@pytest.mark.django_db
def test_it_is_ready(client):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(client, monkeypatch):
    monkeypatch.setattr(connection, "cursor", broken)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")


@pytest.mark.django_db
def test_it_is_not_ready_before_the_database_has_been_migrated(client):
    MigrationRecorder.Migration.objects.filter(app="exercises").latest("pk").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "lacks migrations" in response.content.decode()


@pytest.mark.django_db
def test_it_is_not_ready_when_the_disk_is_full(client, monkeypatch):
    usage = namedtuple("usage", "free")(50 * 1024 * 1024)
    monkeypatch.setattr(machines.shutil, "disk_usage", lambda path: usage)
    response = client.get("/readyz")
    assert (response.status_code, response.content.decode()) == (
        503,
        "Less than 100 MB are free where the data is kept.\n",
    )


def test_metrics_of_all_workers_stand_at_a_port_of_their_own_and_name_nobody(started, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"METRICS_PORT": str(port), "WORKERS": "2", "DEBUG": "1"}
    with served(copied(started, tmp_path), **environment) as site:
        for address in ["/exercises/leg-press/?who=ana"] * 8 + ["/ana/", "/admin/login/?next=ana"]:
            with suppress(HTTPError):
                urlopen(Request(f"{site}{address}", headers={"User-Agent": "ana"})).close()
        text = urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{site}/metrics")
    route = 'legwork_requests_total{method="GET",route="exercises/<slug:slug>/",status="200"} '
    assert f"{route}8.0" in text
    assert 'route="none",status="404"' in text
    made, kept = (
        sum(float(n) for n in re.findall(rf'legwork_kept_pages_total{{what="{what}"}} (\S+)', text))
        for what in ("made", "kept")
    )
    assert (made + kept, made <= 2) == (8, True)
    assert 'legwork_request_seconds_bucket{le="0.1"' in text
    assert "ana" not in re.sub(r"^#.*$", "", text, flags=re.M)


def test_there_are_no_metrics_unless_they_are_asked_for(settings):
    assert settings.METRICS_PORT == 0
    assert not any("metrics" in name for name in settings.MIDDLEWARE)
