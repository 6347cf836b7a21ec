"""The settings of other installations, each read in a process of its own."""

import os
import subprocess
import sys

import pytest


def run(tmp_path, *arguments, **environment):
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**clean, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )


def test_a_public_site_passes_the_deployment_check(tmp_path):
    result = run(tmp_path, "check", "--deploy", "--fail-level", "WARNING", SITE_URL="https://legwork.example")
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"SITE_URL": "http://legwork.example"}, "SITE_URL is not https"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is '*'"),
        ({"SITE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": "legwork.example"}, "SITE_URL is not https"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is weak"),
        ({"SITE_URL": "legwork.example"}, "It has to be a scheme and a host"),
        ({"SITE_URL": "https://legwork.example/path"}, "It has to be a scheme and a host"),
    ],
)
def test_a_public_site_does_not_start_with_an_unsafe_setting_and_says_which(tmp_path, environment, complaint):
    result = run(tmp_path, "check", **{"SITE_URL": "https://legwork.example", **environment})
    assert result.returncode != 0
    assert complaint in result.stderr


def test_the_first_run_makes_a_secret_key_that_only_the_owner_can_read_and_keeps_it(tmp_path):
    assert run(tmp_path, "check").returncode == 0
    key = tmp_path / "secret_key"
    first = key.read_text()
    assert len(first) > 50
    assert key.stat().st_mode & 0o077 == 0
    assert run(tmp_path, "check").returncode == 0
    assert key.read_text() == first
