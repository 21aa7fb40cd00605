"""A part that was killed is back at once; only what falls by itself is started more slowly."""

import signal

import pytest

from ops.launcher import falls, pause

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_ten_kills_cost_no_pause(how) -> None:
    counted = 0
    for _ in range(10):
        counted = falls(counted, -how, lived=1.0)

    assert pause(counted) == 0


@pytest.mark.parametrize("code", [1, 0, -signal.SIGSEGV, -signal.SIGABRT])
def test_what_falls_at_once_by_itself_is_slowed_down(code) -> None:
    pauses, counted = [], 0
    for _ in range(8):
        counted = falls(counted, code, lived=1.0)
        pauses.append(pause(counted))

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.4, 15)


def test_what_lived_well_falls_for_the_first_time() -> None:
    assert pause(falls(7, 1, lived=60)) == 0
