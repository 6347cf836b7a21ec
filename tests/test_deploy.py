"""The files for operators agree with the site, as far as that can be told without building an image."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "site_config" / "deploy"
# Of other programs: Python, the image of PostgreSQL, and what the compose file asks of its operator.
FOREIGN = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DOMAIN", "POSTGRES_USER", "POSTGRES_PASSWORD"}


def known_variables() -> set[str]:
    settings = (ROOT / "site_config/settings.py").read_text()
    script = (ROOT / "site_config/serve.sh").read_text()
    return {*re.findall(r'env\.\w+\(\s*"(\w+)"', settings), *re.findall(r"\$\{(\w+):-", script)}


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text()


def test_what_the_image_copies_is_there_and_is_sent_to_the_builder():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile(), re.M)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored, source


def test_the_image_runs_without_root_on_what_serve_sh_needs():
    text = dockerfile()
    assert re.search(r"^USER 10001$", text, re.M)
    assert "HEALTHCHECK" in text
    assert "/healthz" in text
    assert text.rstrip().endswith('CMD ["sh", "site_config/serve.sh"]')


def test_the_image_installs_nothing_but_what_is_listed_with_a_hash():
    """pip refuses a list with hashes as soon as anything beside it has none."""
    [install] = re.findall(r"pip install (.+)$", dockerfile(), re.M)
    flags = {"--no-cache-dir", "--require-hashes", "--requirement"}
    assert set(install.split()) == flags | {"/tmp/requirements.txt"}
    assert "psycopg-binary==" in (ROOT / "requirements.txt").read_text()  # compose.yaml has PostgreSQL


def test_the_compose_file_has_its_services_and_volumes():
    parsed = compose()
    assert set(parsed["services"]) == {"web", "database", "proxy"}
    assert set(parsed["volumes"]) == {"data", "database", "certificates"}
    web = parsed["services"]["web"]
    assert web["read_only"]
    assert web["cap_drop"] == ["ALL"]
    assert "ports" not in web  # readers come through the proxy
    assert (DEPLOY / web["build"]["context"]).resolve() == ROOT
    assert (ROOT / web["build"]["dockerfile"]).exists()
    assert "reverse_proxy web:8000" in (DEPLOY / "Caddyfile").read_text()


def test_every_variable_named_is_one_that_the_site_reads():
    named = set(re.findall(r"\b([A-Z][A-Z_]+)=", dockerfile() + (DEPLOY / "legwork.service").read_text()))
    named |= set(re.findall(r"`([A-Z][A-Z_]+)(?:=\d+)?`", (DEPLOY / "README.md").read_text()))
    table = (ROOT / "README.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    named |= set(re.findall(r"`([A-Z][A-Z_]+)`", table))
    for service in compose()["services"].values():
        named |= set(service.get("environment", {}))
    assert {"SITE_URL", "DATA_DIR", "METRICS_PORT", "LEAST_FREE_MB"} <= named
    assert named - known_variables() - FOREIGN == set()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit():
    command = ["systemd-analyze", "verify", "--man=no", DEPLOY / "legwork.service"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, "legwork.service" in done.stderr) == (0, False), done.stderr
