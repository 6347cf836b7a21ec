"""Asks whether anything that the site runs on is known to be unsafe.

Ends with 0 if nothing is known, with 1 if something is, and with 69 where the advisories cannot be reached.
"""

import json
import subprocess
import sys

UNREACHED = 69
COMMAND = ["-m", "pip_audit", "--require-hashes", "--disable-pip", "--timeout", "20"]
COMMAND += ["--progress-spinner", "off", "--format", "json", "-r"]


def audit(list_of_packages: str) -> int:
    command = [sys.executable, *COMMAND, list_of_packages]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=300)
        audited = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print(f"NOT AUDITED: {list_of_packages}, since the advisories cannot be reached from here.")
        return UNREACHED
    unsafe = [(package, advisory) for package in audited for advisory in package.get("vulns", ())]
    for package, advisory in unsafe:
        fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
        print(f"UNSAFE: {package['name']} {package['version']}, {advisory['id']}; mended in {fixed}.")
    if unsafe:
        return 1
    # Where a mirror has the packages but not the advisories, the tool skips them and is content.
    if not audited or any("skip_reason" in package for package in audited):
        print(f"NOT AUDITED: {list_of_packages}, since there are no advisories on some of it here.")
        return UNREACHED
    print(f"Nothing is known against the {len(audited)} packages of {list_of_packages}.")
    return 0


if __name__ == "__main__":
    sys.exit(max(audit(each) for each in sys.argv[1:] or ["requirements.txt"]))
