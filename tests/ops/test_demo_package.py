"""The demo's package is one that the house takes: whole, and within its rules."""

import tarfile
from pathlib import Path

import pytest

from media import dcp, policy
from media.dcp import judging
from media.tools import find_tools
from ops import demo_package
from tests.clips import Clips, film


@pytest.mark.slow
def test_a_package_that_is_drawn_of_a_film_is_in_order_and_drawn_once(tmp_path: Path) -> None:
    clip = Clips(tmp_path).draw(film(seconds=3, size="320x180", rate="24"))

    packed = demo_package.draw_package(clip, tmp_path, demo_package.PACKAGE)
    again = demo_package.draw_package(clip, tmp_path, demo_package.PACKAGE)
    left = list(tmp_path.glob("*.mxf"))
    found = dcp.inspect(packed, find_tools(), most_bytes=10**9, allow_fallback=True)

    assert (again, judging.judge(found, policy.load("demo")).findings) == (packed, ())
    with tarfile.open(packed) as tar:
        assert min(tar.getnames()) == f"{demo_package.PACKAGE}/ASSETMAP.xml"
    assert left == []
