"""Clips and cells for the tests of the projection booth; no database is asked here."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from media.sandbox import Sandbox
from media.tools import Tools, find_tools
from tests.clips import Clips

CellFor = Callable[[Path], Sandbox]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture
def sandbox_for(tmp_path: Path, tools: Tools) -> CellFor:
    """A sandbox around a film, with an empty work folder; no fallback: the walls must stand."""
    numbers = itertools.count()

    def made(source: Path) -> Sandbox:
        work = tmp_path / f"job{next(numbers)}"
        work.mkdir(mode=0o700)
        return Sandbox(tools=tools, source=source, work=work)

    return made
