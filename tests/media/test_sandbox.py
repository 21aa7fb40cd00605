"""The sandbox: no network, one film to read, one folder to write."""

import socket
import subprocess
from pathlib import Path

import msgspec
import pytest

from media.sandbox import NoSandbox, Sandbox
from media.tools import find_tools

NO_WALLS = find_tools().bwrap is None
needs_walls = pytest.mark.skipif(NO_WALLS, reason="bubblewrap is not allowed on this host")


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    film, work = tmp_path / "film.mp4", tmp_path / "work"
    film.write_bytes(b"the film")
    work.mkdir()
    return Sandbox(tools=find_tools(), source=film, work=work)


def inside(sandbox: Sandbox, *program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(sandbox.argv(list(program)), check=False, capture_output=True, text=True, timeout=20)


@needs_walls
def test_the_film_is_readable_under_a_name_of_ours(sandbox: Sandbox) -> None:
    assert inside(sandbox, "/usr/bin/cat", "/in/film").stdout == "the film"


@needs_walls
@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/hostname", "/root", "/home"])
def test_the_host_is_not_there(sandbox: Sandbox, path: str) -> None:
    assert Path(path).exists()

    assert inside(sandbox, "/usr/bin/test", "-e", path).returncode == 1


@needs_walls
def test_the_film_cannot_be_changed(sandbox: Sandbox) -> None:
    ran = inside(sandbox, "/bin/sh", "-c", "echo x > /in/film")

    assert ran.returncode == 2
    assert sandbox.source.read_bytes() == b"the film"


@needs_walls
def test_only_the_work_folder_keeps_what_is_written(sandbox: Sandbox) -> None:
    inside(sandbox, "/bin/sh", "-c", "echo kept > /job/note; echo lost > /note")

    assert (sandbox.work / "note").read_text() == "kept\n"
    assert [path.name for path in sandbox.work.iterdir()] == ["note"]


@needs_walls
def test_there_is_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        call = f"exec 3<>/dev/tcp/127.0.0.1/{port}"
        outside = subprocess.run(["/bin/bash", "-c", call], check=False, timeout=20, capture_output=True)

        ran = inside(sandbox, "/bin/bash", "-c", call)

    assert outside.returncode == 0
    assert ran.returncode == 1


@needs_walls
def test_no_secret_of_the_house_is_in_the_air(sandbox: Sandbox, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")

    names = {line.split("=")[0] for line in inside(sandbox, "/usr/bin/env").stdout.splitlines()}

    assert names == {"PATH", "LC_ALL", "PWD"}


def test_without_walls_nothing_runs_unless_it_was_allowed(sandbox: Sandbox) -> None:
    bare = msgspec.structs.replace(sandbox, tools=msgspec.structs.replace(sandbox.tools, bwrap=None))

    with pytest.raises(NoSandbox):
        bare.argv(["ffmpeg"])

    allowed = msgspec.structs.replace(bare, allow_fallback=True)
    assert allowed.argv(["ffmpeg"])[-1] == "ffmpeg"
    assert allowed.name == "prlimit"
