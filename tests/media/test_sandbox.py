"""The cell: no network, one film to read, one folder to write."""

import socket
import subprocess
from pathlib import Path

import msgspec
import pytest

from media.sandbox import Cell, NoSandbox
from media.tools import find_tools

NO_WALLS = find_tools().bwrap is None
needs_walls = pytest.mark.skipif(NO_WALLS, reason="bubblewrap is not allowed on this host")


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    film, work = tmp_path / "film.mp4", tmp_path / "work"
    film.write_bytes(b"the film")
    work.mkdir()
    return Cell(tools=find_tools(), source=film, work=work)


def inside(cell: Cell, *program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(cell.argv(list(program)), check=False, capture_output=True, text=True, timeout=20)


@needs_walls
def test_the_film_is_readable_under_a_name_of_ours(cell: Cell) -> None:
    assert inside(cell, "/usr/bin/cat", "/in/film").stdout == "the film"


@needs_walls
@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/hostname", "/root", "/home"])
def test_the_host_is_not_there(cell: Cell, path: str) -> None:
    assert Path(path).exists()

    assert inside(cell, "/usr/bin/test", "-e", path).returncode == 1


@needs_walls
def test_the_film_cannot_be_changed(cell: Cell) -> None:
    ran = inside(cell, "/bin/sh", "-c", "echo x > /in/film")

    assert ran.returncode == 2
    assert cell.source.read_bytes() == b"the film"


@needs_walls
def test_only_the_work_folder_keeps_what_is_written(cell: Cell) -> None:
    inside(cell, "/bin/sh", "-c", "echo kept > /job/note; echo lost > /note")

    assert (cell.work / "note").read_text() == "kept\n"
    assert [path.name for path in cell.work.iterdir()] == ["note"]


@needs_walls
def test_there_is_no_network(cell: Cell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        call = f"exec 3<>/dev/tcp/127.0.0.1/{port}"
        outside = subprocess.run(["/bin/bash", "-c", call], check=False, timeout=20, capture_output=True)

        ran = inside(cell, "/bin/bash", "-c", call)

    assert outside.returncode == 0
    assert ran.returncode == 1


@needs_walls
def test_no_secret_of_the_house_is_in_the_air(cell: Cell, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")

    names = {line.split("=")[0] for line in inside(cell, "/usr/bin/env").stdout.splitlines()}

    assert names == {"PATH", "LC_ALL", "PWD"}


def test_without_walls_nothing_runs_unless_it_was_allowed(cell: Cell) -> None:
    bare = msgspec.structs.replace(cell, tools=msgspec.structs.replace(cell.tools, bwrap=None))

    with pytest.raises(NoSandbox):
        bare.argv(["ffmpeg"])

    allowed = msgspec.structs.replace(bare, allow_fallback=True)
    assert allowed.argv(["ffmpeg"])[-1] == "ffmpeg"
    assert allowed.name == "prlimit"
