"""Sets of minutes as whole numbers: bit 615 is a quarter past ten on the first day."""

from collections.abc import Iterator

from screenings.planner.model import DAY, DAY_TURNS


def span(begins: int, ends: int) -> int:
    """All minutes from `begins` up to, but without, `ends`."""
    begins = max(0, begins)
    return ((1 << (ends - begins)) - 1) << begins if ends > begins else 0


def day(number: int) -> int:
    """One festival day, until four in the morning."""
    return span(number * DAY + DAY_TURNS, (number + 1) * DAY + DAY_TURNS)


def every(step: int, days: int) -> int:
    """One minute of each `step`, over the whole festival."""
    return sum(1 << minute for minute in range(0, (days + 1) * DAY, step))


def first(minutes: int) -> int:
    return (minutes & -minutes).bit_length() - 1


def last(minutes: int) -> int:
    return minutes.bit_length() - 1


def each(minutes: int) -> Iterator[int]:
    while minutes:
        lowest = minutes & -minutes
        yield lowest.bit_length() - 1
        minutes ^= lowest


def runs(minutes: int, length: int) -> int:
    """The minutes from which on `length` minutes in a row belong to the set."""
    done = 1
    while done * 2 <= length:
        minutes &= minutes >> done
        done *= 2
    return minutes & (minutes >> (length - done)) if done < length else minutes
