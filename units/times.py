"""Where a festival's day turns, and times and lengths as they are written the same in every language."""

DAY = 24 * 60  # minutes
DAY_TURNS = 4 * 60  # minutes after midnight: what begins earlier belongs to the evening before


def clock_face(minutes: int) -> str:
    """Minutes after midnight as a clock shows them: `20:30`; 1500 is `01:00`."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def timecode(seconds: float, digits: int = 0) -> str:
    """A place in a film: `0:07`, `41:38`, `1:02:07`.

    Without digits it is the second that has begun; with some, whoever asks has rounded to them.
    """
    minutes, rest = divmod(seconds if digits else int(seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    ticks = f"{rest:0{digits + 3 if digits else 2}.{digits}f}"
    return f"{hours}:{minutes:02d}:{ticks}" if hours else f"{minutes}:{ticks}"


def hours_and_minutes(minutes: int, *, space: str = " ", sign: str = "h") -> str:
    """A length of an hour and more: `1 h 44`, with the space and the sign that its place asks for."""
    return f"{minutes // 60}{space}{sign}{space}{minutes % 60:02d}"
