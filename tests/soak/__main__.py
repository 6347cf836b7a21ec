"""What takes too long for every test run: make soak. Prints numbers; ends with 1 if one is not met.

python -m tests.soak [starts|load|kills|memory|fuzz] ...
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_config.settings")
django.setup()

from . import kills, load  # noqa: E402


def soak_starts(folder: Path) -> bool:
    found = load.starts(folder)
    print("starts:", found)
    return found["server alone s"] < 2


def soak_load(folder: Path) -> bool:
    found = load.readers_and_writers(folder, float(os.environ.get("SOAK_SECONDS", "60")))
    print("16 readers and 4 writers:", found)
    return not found["wrong"] and not found["errors"] and found["p99 ms"] < 100


def soak_kills(folder: Path) -> bool:
    found = kills.run(folder, int(os.environ.get("SOAK_KILLS", "100")))
    found["starts"] = f"{max(found['starts']):.2f} s at the most"
    print("kill -9:", found)
    return not found["wrong"] and not found["errors"]


def soak_memory(folder: Path) -> bool:
    found = load.memory(folder, int(os.environ.get("SOAK_REQUESTS", "100000")))
    print("memory:", found)
    return found["growth"] < 0.05


def soak_fuzz(folder: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "tests/test_fuzz.py", "-q"]
    return subprocess.run(command, env={**os.environ, "FUZZ": "long"}).returncode == 0


PARTS = {
    "starts": soak_starts,
    "load": soak_load,
    "kills": soak_kills,
    "memory": soak_memory,
    "fuzz": soak_fuzz,
}


def main(names: list[str]) -> int:
    failed = []
    for name in names or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            if not PARTS[name](Path(folder)):
                failed.append(name)
    print(f"Not met: {', '.join(failed)}." if failed else "All met.")
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
