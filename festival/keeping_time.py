"""Which backups stay, and until when each does at the latest. Pure; the rule is restic's own.

Of the last so many days, weeks and months that have a backup the newest of each stays, and the newest of all.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec


class KeepPolicy(msgspec.Struct, frozen=True):
    """How many days, weeks and months keep their newest backup."""

    daily: int = 14
    weekly: int = 5
    monthly: int = 3

    @property
    def longest(self) -> timedelta:
        """After so long every backup of today is gone."""
        return max(
            timedelta(days=self.daily + 1),
            timedelta(weeks=self.weekly + 1),
            timedelta(days=31 * (self.monthly + 1)),
        )


BUCKETS: dict[str, Callable[[datetime], tuple[int, ...]]] = {
    "daily": lambda at: (at.year, at.month, at.day),
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
}


def kept(times: Iterable[datetime], policy: KeepPolicy) -> set[datetime]:
    """Those of these backups that the policy leaves."""
    newest_first = sorted(times, reverse=True)
    staying = set(newest_first[:1])
    for name, bucket in BUCKETS.items():
        seen: dict[tuple[int, ...], datetime] = {}
        for at in newest_first:
            seen.setdefault(bucket(at), at)
        staying |= set(list(seen.values())[: getattr(policy, name)])
    return staying


def until(times: Iterable[datetime], policy: KeepPolicy) -> dict[datetime, datetime]:
    """For each backup the day on which it goes, if one is made each day from the newest on."""
    standing = set(times)
    goes: dict[datetime, datetime] = {}
    if not standing:
        return goes
    made = newest = max(standing)
    everything = set(standing)
    while standing - goes.keys() and made < newest + policy.longest + timedelta(days=2):
        made += timedelta(days=1)
        everything = kept(everything | {made}, policy)
        goes |= {at: made for at in standing - goes.keys() if at not in everything}
    return {at: goes.get(at, made) for at in standing}
