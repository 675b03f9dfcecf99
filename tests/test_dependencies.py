"""What we stand on: pinned whole, by hash, from nowhere in particular, under licences we may use.

Whether a pinned version has a known vulnerability a service outside knows:
`./xinfeng audit-dependencies` asks it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions

import pytest

from tests.serving import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
FREE = re.compile(
    r"\b(MIT|MIT-0|Apache|BSD|PSF|Python Software Foundation|MPL|Mozilla|LGPL|SIL Open Font)\b"
)
"""LGPL: psycopg, used as it is. SIL Open Font License: letters of PDFs."""


def normal(name: str) -> str:
    """A project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def pinned(lock: str) -> dict[str, tuple[str, int]]:
    """Version, and how many hashes, of each project. Every line must be understood."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (ROOT / lock).read_text().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if match := PIN.match(line):
            name = normal(match[1])
            assert name not in found, line
            found[name] = (match[2], 0)
        else:
            assert HASH.match(line), line
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
    return found


def wanted(*extras: str) -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    for requirement in (each for given in lists for each in given):
        yield normal(re.split(r"[<>=!~; \[]", requirement)[0])


@pytest.mark.parametrize(("lock", "extras"), [(LOCKS[0], ()), (LOCKS[1], ("dev",))])
def test_everything_is_pinned_by_hash(lock: str, extras: tuple[str, ...]) -> None:
    found = pinned(lock)
    assert [name for name in wanted(*extras) if name not in found] == []
    assert [name for name, (_, hashes) in found.items() if hashes == 0] == []
    assert "://" not in "".join(
        line for line in (ROOT / lock).read_text().splitlines() if not line.lstrip().startswith("#")
    )


def test_both_locks_say_the_same() -> None:
    run, develop = (pinned(lock) for lock in LOCKS)
    assert {name: run[name] for name in run if develop.get(name) != run[name]} == {}


def test_what_is_installed_is_what_is_pinned_and_may_be_used() -> None:
    versions = {name: version for name, (version, _) in pinned(LOCKS[1]).items()}
    installed = {normal(each.metadata["Name"]): each for each in distributions()}
    other = {
        name: each.version
        for name, each in installed.items()
        if name in versions and versions[name] != each.version
    }
    assert other == {}
    assert set(installed) - set(versions) <= {"pip", "setuptools"}
    licences = {
        name: " ".join(
            [
                *each.metadata.get_all("License-Expression", []),
                *(line[:80] for line in each.metadata.get_all("License", [])),
                *(line for line in each.metadata.get_all("Classifier", []) if "License" in line),
            ]
        )
        for name, each in installed.items()
    }
    assert {name: said for name, said in licences.items() if not FREE.search(said)} == {}
