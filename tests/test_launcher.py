"""The script `xinfeng`, in a copy of its own with a small lock: what a first start does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import environment

ROOT = Path(__file__).parent.parent
STUB = "import os, sys; print(sys.prefix, os.environ.get('HOME'), *sys.argv[1:], sep='|')\n"
TOOLS = ("cmp", "dirname", "readlink", "sh")
MISSING = "nothing-is-called-this==1.0 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout whose path has spaces, with locks that name no package."""
    return build_house(tmp_path / "a house")


@pytest.fixture(scope="module")
def first_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A checkout that was started once, and what that said."""
    place = tmp_path_factory.mktemp("first")
    made = build_house(place / "a house")
    return made, launch(made / "xinfeng", "demo", "--data", "a b", cwd=place)


@pytest.fixture
def lived_in(first_start: tuple[Path, object], tmp_path: Path) -> Path:
    """A copy of a checkout that was started before: quicker than starting one."""
    return shutil.copytree(first_start[0], tmp_path / "a house", symlinks=True)


def build_house(made: Path) -> Path:
    (made / "commands").mkdir(parents=True)
    shutil.copy(ROOT / "xinfeng", made / "xinfeng")
    shutil.copy(ROOT / "commands" / "environment.py", made / "commands")
    (made / "cli.py").write_text(STUB)
    (made / "requirements.lock").write_text("# nothing\n")
    (made / "requirements-dev.lock").write_text("# nothing either\n")
    return made


def launch(
    script: Path, *arguments: str, cwd: Path = ROOT, **variables: str | None
) -> subprocess.CompletedProcess[str]:
    changed: dict[str, str | None] = {"XINFENG_PYTHON": sys.executable, **variables}
    merged = {**os.environ, "PIP_NO_INDEX": "1", **changed}
    env = {name: value for name, value in merged.items() if value is not None}
    return subprocess.run(
        [str(script), *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_the_first_start_makes_the_environment_and_the_second_says_nothing(
    first_start: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    house, first = first_start
    assert first.returncode == 0, first.stderr
    assert first.stdout.split("|")[2:] == ["demo", "--data", "a b\n"]
    assert Path(first.stdout.split("|")[0]) == house / ".venv"
    said = first.stderr.splitlines()
    assert said[0].startswith("xinfeng: making the environment .venv with Python 3.")
    assert said[1] == "xinfeng: installing 0 packages from requirements.lock, once"
    assert said[2].startswith("xinfeng: installed in ")
    link = tmp_path / "bin" / "xf"
    link.parent.mkdir()
    link.symlink_to(os.path.relpath(house / "xinfeng", link.parent))
    second = launch(link, "--help", cwd=Path("/"), HOME=None, PYTHONPATH="/nowhere")
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == f"{house / '.venv'}|None|--help\n"
    assert launch(link, HOME="").stdout == f"{house / '.venv'}|None\n"


def test_a_changed_lock_is_installed_and_a_failed_one_leaves_no_stamp(lived_in: Path) -> None:
    house = lived_in
    (house / "requirements.lock").write_text(MISSING)
    failed = launch(house / "xinfeng")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "nothing-is-called-this" in failed.stderr
    assert "Check the network" in failed.stderr
    assert (house / ".venv" / "installed-requirements.lock").read_text() == "# nothing\n"
    (house / "requirements.lock").write_text("# fixed\n")
    again = launch(house / "xinfeng")
    assert again.returncode == 0
    assert "installing 0 packages from requirements.lock" in again.stderr


def test_the_tests_install_the_development_lock_which_holds_the_other(lived_in: Path) -> None:
    house = lived_in
    first = launch(house / "xinfeng", "test")
    assert first.returncode == 0, first.stderr
    assert "from requirements-dev.lock" in first.stderr
    assert launch(house / "xinfeng", "demo").stderr == ""
    assert launch(house / "xinfeng", "test").stderr == ""


def test_two_first_starts_at_once_both_work(house: Path) -> None:
    env = {**os.environ, "PIP_NO_INDEX": "1", "XINFENG_PYTHON": sys.executable}
    both = [
        subprocess.Popen([house / "xinfeng"], env=env, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("making the environment" in text for text in said) == 1
    assert sum("waiting for it" in text for text in said) == 1


def test_an_environment_that_no_longer_runs_is_made_anew(lived_in: Path) -> None:
    house = lived_in
    python = house / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    again = launch(house / "xinfeng")
    assert again.returncode == 0, again.stderr
    assert "making the environment" in again.stderr


def bare_path(tmp_path: Path, **programs: str) -> str:
    """A PATH with what the script needs and these programs, nothing else."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return str(folder)


def test_no_python_is_named_with_the_remedy(house: Path, tmp_path: Path) -> None:
    old = "#!/bin/sh\nexit 1\n"
    done = launch(house / "xinfeng", PATH=bare_path(tmp_path, python3=old), XINFENG_PYTHON=None)
    assert done.returncode == 1
    assert done.stderr == (
        "xinfeng: needs Python 3.11 or later: install it (Debian and Ubuntu: apt-get install "
        "python3 python3-venv), or set XINFENG_PYTHON to one\n"
    )
    assert not (house / ".venv").exists()


def test_a_python_without_venv_is_passed_over_or_named(lived_in: Path, tmp_path: Path) -> None:
    house = lived_in
    (house / ".venv" / "installed-requirements.lock").unlink()
    poor = f'#!/bin/sh\ncase $2 in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'
    path = bare_path(tmp_path, **{"python3.13": poor})
    done = launch(house / "xinfeng", PATH=path, XINFENG_PYTHON=None)
    assert done.returncode == 1
    assert done.stderr == (
        "xinfeng: python3.13 has no venv and ensurepip: install them "
        "(Debian and Ubuntu: apt-get install python3-venv)\n"
    )
    good = Path(path) / "python3"
    good.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    good.chmod(0o755)
    assert launch(house / "xinfeng", PATH=path, XINFENG_PYTHON=None).returncode == 0


def test_a_wrong_xinfeng_python_is_named(house: Path) -> None:
    done = launch(house / "xinfeng", XINFENG_PYTHON="/no such/python")
    assert done.returncode == 1
    assert done.stderr.startswith("xinfeng: XINFENG_PYTHON is /no such/python, which does not run")


def test_a_checkout_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert environment.main(tmp_path / "nowhere", "requirements.lock") == 1
    assert "cannot make" in capsys.readouterr().err
