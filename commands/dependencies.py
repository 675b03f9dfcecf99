"""Has what the lock files pin known vulnerabilities? A service outside is asked, by pip-audit."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from commands.failures import CommandFailed
from commands.runtime import Json, say

ROOT = Path(__file__).parent.parent
LOCK = "requirements-dev.lock"
"""Holds all of requirements.lock too, and what the tests and checks run."""

SECONDS = 15
VULNERABLE = 1
NOT_AUDITED = 3


@dataclass(frozen=True)
class Weakness:
    """A known vulnerability of a pinned version. mended_in: later versions without it."""

    name: str
    version: str
    id: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = ", ".join(self.mended_in) or "no version yet"
        return f"{self.name} {self.version}: {self.id} (mended in {mended})"


@dataclass(frozen=True)
class Audited:
    """asked: how many pinned projects the service answered for. unanswered: names of the others."""

    asked: int
    unanswered: tuple[str, ...]
    weaknesses: tuple[Weakness, ...]


def audit_dependencies(
    *,
    ignore: tuple[str, ...] = (),
    service: str | None = None,
    if_reachable: Annotated[bool, Parameter(negative=())] = False,
    as_json: Json = False,
) -> int:
    """Ask OSV, the open database of vulnerabilities, about every version that the locks pin.

    Exit 0: none is known to be vulnerable; 1: one is; 3: the service did not answer for all.

    Parameters
    ----------
    ignore
        A vulnerability that was looked at and does not concern us.
    service
        Address of another service that answers as OSV does.
    if_reachable
        Exit 0 when the service cannot be reached, and say so: for runs that must not depend on it.
    """
    try:
        audited = judged(_told(_ask(ignore, service)))
    except CommandFailed as failed:
        say(str(failed))
        return 0 if if_reachable else NOT_AUDITED
    if as_json:
        print(json.dumps(_shown(audited)))
    for weakness in audited.weaknesses:
        say(str(weakness))
    if audited.unanswered:
        say(f"not audited, the service does not know them: {', '.join(audited.unanswered)}")
    say(f"{audited.asked} pinned projects audited, {len(audited.weaknesses)} vulnerabilities known")
    if audited.weaknesses:
        return VULNERABLE
    return NOT_AUDITED if audited.unanswered and not if_reachable else 0


def _ask(ignore: tuple[str, ...], service: str | None) -> subprocess.CompletedProcess[str]:
    ignored = [part for each in ignore for part in ("--ignore-vuln", each)]
    elsewhere = ["--osv-url", service] if service else []
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--desc", "off"]
    command = ["-m", "pip_audit", "--vulnerability-service", "osv", "--format", "json"]
    return subprocess.run(
        [
            *(sys.executable, *command, *options, "--timeout", str(SECONDS)),
            *(*ignored, *elsewhere, "--requirement", LOCK),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _told(done: subprocess.CompletedProcess[str]) -> Any:
    """What pip-audit wrote; its exit status is no answer, as it is 0 for what was skipped too."""
    try:
        return json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        kind = last.partition(":")[0]
        raise CommandFailed(
            f"NOT AUDITED: the vulnerability service cannot be reached or failed ({kind}). "
            "Nothing is known of vulnerabilities in what is pinned"
        ) from None


def judged(told: Any) -> Audited:
    """Of pip-audit's JSON: {dependencies: [{name, version, vulns} or {name, skip_reason}]}."""
    dependencies = told["dependencies"]
    found = [
        Weakness(each["name"], each["version"], known["id"], tuple(known["fix_versions"]))
        for each in dependencies
        for known in each.get("vulns", ())
    ]
    unanswered = tuple(each["name"] for each in dependencies if "skip_reason" in each)
    return Audited(len(dependencies) - len(unanswered), unanswered, tuple(found))


def _shown(audited: Audited) -> dict[str, Any]:
    return {
        "audited": audited.asked,
        "notAudited": list(audited.unanswered),
        "vulnerabilities": [
            {
                "name": each.name,
                "version": each.version,
                "id": each.id,
                "mendedIn": list(each.mended_in),
            }
            for each in audited.weaknesses
        ],
    }
