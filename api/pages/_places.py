"""Where in the film each finding is: the seconds to jump to, its sentence and its repair. Pure."""

import msgspec

from api.pages._report import CHECK_OF, GROUPS, words
from media.facts import Interval
from media.policy import Severity, Verdict
from units.times import timecode

LEAD = 2.0  # seconds that play before a place: what is wrong is known by what was right
NAMED = 8  # places of one finding that are named at once; the others open on demand
HEARD = frozenset({*GROUPS["sound"], "sync"})


class ShownPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place: `at` is where to begin, `start` and `end` are the place itself, in seconds of the film."""

    at: float
    start: float
    end: float
    told: str


class PlacedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that can be shown; `number` is the one it has in the table and on the timeline."""

    number: int
    tone: str
    check: str
    words: str
    repair: str
    is_heard: bool
    spots: list[ShownPlace]

    @property
    def first(self) -> ShownPlace:
        """The longest of its places."""
        return max(self.spots, key=lambda spot: spot.end - spot.start)


class AskedMoment(msgspec.Struct, frozen=True):
    """What an address asks to be shown: from when, and the finding and place that it is there for."""

    at: float
    finding: PlacedFinding | None = None
    spot: ShownPlace | None = None


def placed(lang: str, verdict: Verdict | None, length: float) -> list[PlacedFinding]:
    """The findings that have a place, in the order of the table."""
    found = []
    for number, finding in enumerate(verdict.findings if verdict else (), 1):
        if not finding.where:
            continue
        check = CHECK_OF.get(finding.code, "whole")
        found.append(
            PlacedFinding(
                number=number,
                tone="warn" if finding.severity is Severity.WARN else "bad",
                check=check,
                words=words(lang, finding),
                repair=words(lang, finding, repair=True),
                is_heard=check in HEARD,
                spots=[spot(where, length) for where in finding.where],
            )
        )
    return found


def spot(where: Interval, length: float) -> ShownPlace:
    """What begins beyond the end of the film is shown by its last seconds."""
    start = min(max(where.start, 0.0), length)
    return ShownPlace(
        at=round(max(start - LEAD, 0.0), 2),
        start=round(start, 2),
        end=round(max(where.end, start), 2),
        told=span(where),
    )


def span(where: Interval) -> str:
    """`0:23:40 – 0:23:52`, or one time where both are of the same second."""
    first, last = timecode(where.start), timecode(where.end)
    return first if first == last else f"{first} – {last}"


def moment(at: float | None, number: int | None, found: list[PlacedFinding]) -> AskedMoment | None:
    """The nearest place of the finding of this number, or of any; none is meant beyond some seconds."""
    if at is None:
        return None
    asked = [one for one in found if number in (None, one.number)]
    near = [(one, place) for one in asked for place in one.spots if abs(place.at - at) < LEAD]
    if not near:
        return AskedMoment(at)
    return AskedMoment(at, *min(near, key=lambda pair: abs(pair[1].at - at)))
