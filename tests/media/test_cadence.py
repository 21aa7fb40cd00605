"""The cadence that the packets show, whatever the header or the stamps round it to."""

import tracemalloc
from fractions import Fraction

import pytest

from media import cadence, policy, scan
from media.facts import Picture
from media.packets import PacketLines, Packets, timed
from tests.clips import Clips, film

NTSC = Fraction(24000, 1001)


@pytest.mark.parametrize(("written", "meant"), [
    ("2997/125", NTSC), ("2997/100", Fraction(30000, 1001)), ("2997/50", Fraction(60000, 1001)),
    ("20000/667", Fraction(30000, 1001)), ("39600/1321", Fraction(30000, 1001)),
    ("45000/1501", Fraction(30000, 1001)), ("810000/13487", Fraction(60)),
    ("90000/3001", Fraction(30)), ("2700000/90089", Fraction(30000, 1001)),
    ("720000/29993", Fraction(24)), ("216000/7201", Fraction(30)), ("25", Fraction(25)),
    ("22", Fraction(22)), ("26", Fraction(26)), ("49/2", Fraction(49, 2)), ("23", Fraction(23)),
])  # fmt: skip
def test_a_rate_is_the_nearest_that_a_projector_knows(written: str, meant: Fraction) -> None:
    assert cadence.nearest(Fraction(written)) == meant


def stamps(rate: Fraction, seconds: float, *, tick: float = 0.0) -> list[float]:
    """Those of a steady film, each rounded to `tick`."""
    times = [n / float(rate) for n in range(round(seconds * rate))]
    return [round(t / tick) * tick if tick else t for t in times]


def packets(times: list[float], rate: Fraction) -> Packets:
    """As ffprobe tells them."""
    lines = PacketLines({0}, played={0})
    for when in times:
        lines.hear(f"0,{when!r},{when!r},{1 / float(rate)!r},9,K_\n".encode())
    return lines.packets()[0]


@pytest.mark.parametrize("rate", [str(rate) for rate in cadence.KNOWN if rate >= 5])
@pytest.mark.parametrize("seconds", [3, 12])
def test_stamps_in_milliseconds_show_every_cadence(rate: str, seconds: int) -> None:
    """Matroska: 41 and 42 ms for 24, 8 and 9 ms for 120; the header tells 24 from 24000/1001."""
    told = Fraction(rate)
    picture = Picture(rate=(told.numerator, told.denominator))

    found = timed(picture, packets(stamps(told, seconds, tick=0.001), told))

    assert (Fraction(*found.rate), found.is_variable) == (told, False)


def test_the_packets_are_believed_before_the_header() -> None:
    found = timed(Picture(rate=(30, 1)), packets(stamps(Fraction(24), 12), Fraction(24)))

    assert found.rate == (24, 1)


def test_one_late_picture_is_no_other_cadence() -> None:
    *steady, last = stamps(Fraction(30), 12)
    late = packets([*steady, last + 1 / 600], Fraction(30))

    found = timed(Picture(rate=(216000, 7201)), late)

    assert (found.rate, found.is_variable) == ((30, 1), False)


@pytest.mark.parametrize(("rate", "tick"), [("604", 0.0), ("17/2", 0.001)])
def test_an_uneven_film_is_made_steady_at_a_rate_that_exists(rate: str, tick: float) -> None:
    """Above 240 the check for flashes takes no rate at all."""
    steady = stamps(Fraction(rate), 4, tick=tick)
    uneven = [when for n, when in enumerate(steady) if n % 7 not in {2, 3, 5}]

    found = timed(Picture(), packets(uneven, Fraction(rate)))

    assert found.is_variable
    assert Fraction(*found.rate) in cadence.KNOWN
    assert Fraction(*found.rate) <= 60


@pytest.mark.parametrize(("rate", "kind", "found"), [
    ("2997/125", "mp4", []), ("24", "mkv", []), ("2997/50", "mp4", ["VIDEO_FRAME_RATE"]), ("26", "mp4", ["VIDEO_FRAME_RATE"]),
    *(pytest.param(*case, marks=pytest.mark.slow) for case in
      (("2997/100", "mov", []), ("24000/1001", "mkv", []), ("22", "mkv", ["VIDEO_FRAME_RATE"]))),
])  # fmt: skip
def test_decimals_and_milliseconds_are_no_fault_of_a_film(
    clips: Clips, sandbox_for, rate: str, kind: str, found: list[str]
) -> None:
    sandbox = sandbox_for(clips.draw(film(rate=rate, seconds=3), kind=kind))

    verdict = policy.judge(scan.inspect(sandbox), policy.load("demo"))

    assert [f.code for f in verdict.findings] == found
    assert verdict.is_accepted is (rate not in {"22", "26"})


def test_old_facts_are_judged_by_the_same_tolerance() -> None:
    """A rate as a header wrote it stands in facts of before: it is compared like any other."""
    old = Picture(rate=(2997, 125), frames=9)

    assert list(policy.about_cadence(old, policy.load("festival"))) == []


def test_a_packet_weighs_some_bytes_so_that_six_hours_fit() -> None:
    """Two million of them were 115 MB of text, refused as absurd, and five times as much in objects."""
    lines = PacketLines({0}, played={0})
    tracemalloc.start()
    for n in range(50_000):
        lines.hear(b"0,%d.5,%d.5,0.041667,4321,K__\n" % (n, n))
    told = lines.packets()[0]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (len(told), told.when[-1]) == (50_000, 49_999.5)
    assert most / len(told) < 150
