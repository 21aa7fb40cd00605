"""Sets of minutes as whole numbers: bit 615 is a quarter past ten on the first day."""

from collections.abc import Iterator

from units.times import DAY, DAY_TURNS


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
    """In their order. Written out once: to take them off a long number one by one is slow."""
    written = f"{minutes:b}"[::-1]
    at = written.find("1")
    while at >= 0:
        yield at
        at = written.find("1", at + 1)


def runs(minutes: int, length: int) -> int:
    """The minutes from which on `length` minutes in a row belong to the set."""
    done = 1
    while done * 2 <= length:
        minutes &= minutes >> done
        done *= 2
    return minutes & (minutes >> (length - done)) if done < length else minutes


def stretches(minutes: int, step: int = 1) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of minutes that follow one another by `step`.

    Raises nothing, but means nothing, where minutes lie closer together than a step.
    """
    filled = minutes * ((1 << step) - 1)
    at = 0
    while filled:
        skipped = (filled & -filled).bit_length() - 1
        filled >>= skipped
        long = (~filled & (filled + 1)).bit_length() - 1
        yield at + skipped, at + skipped + long - step
        filled >>= long
        at += skipped + long


def clock_hours(earliest: int | None, latest: int | None, days: int) -> int:
    """Between these two minutes of every day, both of them included."""
    begins = DAY_TURNS if earliest is None else max(DAY_TURNS, earliest)
    ends = min(DAY + DAY_TURNS - 1, DAY + DAY_TURNS - 1 if latest is None else latest)
    return sum(span(day * DAY + begins, day * DAY + ends + 1) for day in range(days))


def festival(days: int) -> int:
    """Every minute, and those of the last night."""
    return span(0, (days + 2) * DAY)
