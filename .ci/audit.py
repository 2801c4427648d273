"""Looks at what we ship: known vulnerabilities (pip-audit) and licences (pip-licenses) of locked dependencies.

A vulnerability fails, and so does a licence that is not on the list. Where nobody answers pip-audit (no network, a
mirror without advisories) that is said and does not fail: it says nothing about the code.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements" / "runtime.txt"
LICENCES = "MIT;BSD;Apache;ISC;PSF;Python Software Foundation;MPL;Mozilla"
"""Parts of the names of licences that go with Apache-2.0; MPL-2.0 binds the files it covers and no others."""


def main() -> int:
    """Return the exit code: 0 where nothing speaks against shipping."""
    return max(_vulnerabilities(), _licences())


def _vulnerabilities() -> int:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(LOCK), "-f", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"vulnerabilities: not looked up ({(ran.stderr.strip().splitlines() or ['no answer'])[-1]})")
        return 0
    asked = [dependency for dependency in dependencies if "skip_reason" not in dependency]
    known = [(dependency, found) for dependency in asked for found in dependency["vulns"]]
    print(f"vulnerabilities: {len(known)} known; {len(asked)} of {len(dependencies)} packages could be looked up")
    for dependency, found in known:
        print(f"  {dependency['name']} {dependency['version']}: {found['id']}, mended in {found['fix_versions']}")
    return int(bool(known))


def _licences() -> int:
    named = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    command = [
        *(sys.executable, "-m", "piplicenses", "--from=mixed", "--partial-match", f"--allow-only={LICENCES}"),
        *("--packages", *named),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"licences: {ran.stderr.strip() or ran.stdout.strip()}")
        return 1
    print(f"licences: {len(named)} packages, all on the list")
    return 0


if __name__ == "__main__":
    sys.exit(main())
