"""Prints the path of a Chrome or Chromium that starts, getting one if there is none.

Run as `python tests/find_chromium.py`. Only the path goes to stdout; progress goes to stderr.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str:
    """The path. Where none can be had the program ends, with a line that says what to install."""
    if chosen := os.environ.get("CHROMIUM"):
        return starting(chosen) or sys.exit(
            f"CHROMIUM is {chosen}, which does not start: set another, or none."
        )
    return (
        installed()
        or downloaded()
        or (install_with_apt() and installed())
        or (install_with_playwright() and downloaded())
        or sys.exit(
            "The browser tests need Chromium: install it (or Google Chrome), or set CHROMIUM to its path."
        )
    )


def installed() -> str | None:
    return next(filter(None, map(starting, NAMES)), None)


def downloaded() -> str | None:
    """The Chromium that this Playwright has downloaded before."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    try:
        with sync_playwright() as playwright:
            return starting(playwright.chromium.executable_path)
    except Error:
        return None


def starting(name: str) -> str | None:
    """The path of the program, if it starts: some distributions have a stub that only says how to get it."""
    path = shutil.which(name)
    return path if path and succeeds(path, "--version", output=subprocess.DEVNULL) else None


def install_with_apt() -> bool:
    if not shutil.which("apt-get"):
        return False
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and not (shutil.which("sudo") and succeeds(*root, "true")):
        return False
    say("Installing Chromium with apt-get ...")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    return succeeds(*apt, "update") and succeeds(*apt, "install", "-y", "--no-install-recommends", "chromium")


def install_with_playwright() -> bool:
    say("Downloading Chromium with Playwright ...")
    return succeeds(sys.executable, "-m", "playwright", "install", "chromium")


def succeeds(*command: str, output=None) -> bool:
    """Whether the command ends well. What it says goes to stderr, unless `output` says where."""
    streams = {"stdout": output or sys.stderr, "stderr": output}
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, **streams).returncode == 0
    except OSError:
        return False


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(find_chromium())
