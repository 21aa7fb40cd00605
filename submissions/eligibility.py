"""Deadlines: exact, on server time, with the rule for uploads under way. Pure."""

from datetime import datetime, timedelta

from festival.clock import closes


def may_open(moment: datetime, deadline: datetime) -> bool:
    """An entry, or an upload, is begun before the deadline."""
    return moment < closes(deadline)


def may_finish(begun: datetime, moment: datetime, deadline: datetime, grace: timedelta) -> bool:
    """An upload begun before the deadline may end within the grace."""
    deadline = closes(deadline)
    return begun < deadline and moment < deadline + grace


def may_file(
    moment: datetime,
    deadline: datetime,
    *,
    begun: datetime | None,
    ready: datetime | None,
    grace: timedelta,
) -> bool:
    """Filed before the deadline; or, when its upload had `begun` by then, within the grace of the
    deadline or of the moment its copy was `ready`: nobody is late because we were slow.
    """
    deadline = closes(deadline)
    if moment < deadline:
        return True
    counted = max(deadline, ready or deadline)
    return begun is not None and begun < deadline and moment < counted + grace
