"""What is installed is what was chosen, with a hash for each file; and what the audit of it says."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests import audit

ROOT = Path(__file__).resolve().parents[1]


def entries(name: str) -> list[str]:
    """The packages of a list with hashes, each with all its lines."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    return re.split(r"\n(?=\S)", text.strip())


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_package_has_one_version_and_hashes_and_comes_from_no_named_place(name):
    for entry in entries(f"{name}.txt"):
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert "://" not in (ROOT / f"{name}.txt").read_text()
    assert "index" not in (ROOT / f"{name}.txt").read_text().replace("--no-emit-index-url", "")


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_was_chosen_is_what_is_installed(name):
    chosen = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    installed = {entry.split(" ")[0] for entry in entries(f"{name}.txt")}
    assert len(chosen) > 5
    assert {f"{package.lower()}=={version}" for package, version in chosen} <= installed


def test_the_tests_run_on_what_the_site_runs_on():
    def pins(name):
        return {entry.split(" ")[0] for entry in entries(name)}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


SAFE = {"name": "django", "version": "5", "vulns": []}
UNSAFE = {"name": "segno", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "nh3", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ([SAFE], 0, "Nothing is known against the 1 packages"),
        ([SAFE, UNSAFE, SKIPPED], 1, "UNSAFE: segno 1, PYSEC-1; mended in 2."),
        ([SAFE, SKIPPED], 69, "NOT AUDITED"),
        ([], 69, "NOT AUDITED"),
        (None, 69, "cannot be reached"),
    ],
)
def test_the_audit_says_what_is_unsafe_and_when_it_could_not_tell(monkeypatch, capsys, found, status, words):
    output = "" if found is None else json.dumps({"dependencies": found})
    done = subprocess.CompletedProcess([], 1, stdout=output)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: done)
    assert audit.audit("requirements.txt") == status
    assert words in capsys.readouterr().out
