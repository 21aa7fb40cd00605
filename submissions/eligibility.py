"""Deadlines: exact, on server time, with the rule for uploads under way. Pure."""

from datetime import datetime, timedelta


def may_open(moment: datetime, deadline: datetime) -> bool:
    """An entry, or an upload, is begun before the deadline."""
    return moment < deadline


def may_finish(begun: datetime, moment: datetime, deadline: datetime, grace: timedelta) -> bool:
    """An upload begun before the deadline may end within the grace."""
    return begun < deadline and moment < deadline + grace
