import subprocess
import sys

import pytest

from . import find_chromium as script


@pytest.fixture
def commands(monkeypatch):
    """What was run, on a machine that has nothing: every command fails."""
    ran = []

    def fail(command, **streams):
        ran.append(" ".join(command))
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(script.subprocess, "run", fail)
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    monkeypatch.setattr(script, "downloaded", lambda: None)
    return ran


def test_without_any_way_to_get_one_it_ends_with_one_line_that_says_what_to_install(commands):
    with pytest.raises(SystemExit) as refusal:
        script.find_chromium()
    assert "install" in refusal.value.code
    assert "\n" not in refusal.value.code
    assert commands == [f"{sys.executable} -m playwright install chromium"]


def test_a_chosen_one_that_does_not_start_is_refused_and_nothing_else_is_tried(commands, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")
    with pytest.raises(SystemExit, match="/no/such/chromium"):
        script.find_chromium()
    assert commands == []


def test_a_stub_that_does_not_start_is_passed_over(commands, monkeypatch):
    monkeypatch.setattr(script.shutil, "which", lambda name: f"/usr/bin/{name}")
    works = "/usr/bin/google-chrome"
    monkeypatch.setattr(script, "succeeds", lambda path, *words, **streams: path == works)
    assert script.find_chromium() == works


def test_apt_get_is_asked_only_where_that_needs_no_password(commands, monkeypatch):
    monkeypatch.setattr(script.shutil, "which", {"apt-get": "/usr/bin/apt-get", "sudo": "/usr/bin/sudo"}.get)
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    assert not script.install_with_apt()
    assert commands == ["sudo -n true"]
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    assert not script.install_with_apt()
    assert commands[1:] == ["env DEBIAN_FRONTEND=noninteractive apt-get update"]
