"""Each screen's day as a row of films: all rows at once, in arrays.

A row is what one screen shows on one day. Given a reward for each screening, `best` finds the most
rewarding row of every screen and day, to the minute; a film may come back in a row, but not at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screenings.planner import minutes
from screenings.planner.search.schedule import Board

Numbers = NDArray[np.float64]
Row = tuple[tuple[int, int], ...]  # (screening, position of its start)

NEVER = 1e9
MOST_ENTRIES = 40_000_000  # about 500 MB


@dataclass
class Rows:
    """`price`, `after`: by position of the start, row and screening; `after` is where it leads."""

    screenings: list[int]
    houses: list[tuple[int, int]]  # (screen, day) of each row
    starts: NDArray[np.int64]
    price: NDArray[np.float32]
    after: NDArray[np.int32]

    @property
    def ends(self) -> int:
        return int(self.price.shape[0])

    def best(self, reward: Numbers) -> tuple[Numbers, list[Row]]:
        """For each row what it earns beyond its price, and the screenings that earn it."""
        many, ends = len(self.houses), self.ends
        every = np.arange(many)
        base = (every * (ends + 1))[:, None]
        value = np.zeros((many, ends + 1))
        chosen = np.full((many, ends), -1, np.int64)
        flat = value.reshape(-1)
        for at in range(ends - 1, -1, -1):
            worth = reward - self.price[at] + flat[self.after[at] + base]
            top = worth.argmax(axis=1)
            most = worth[every, top]
            better = most > value[:, at + 1]
            value[:, at] = np.where(better, most, value[:, at + 1])
            chosen[:, at] = np.where(better, top, -1)
        return value[:, 0].copy(), [self.read(row, chosen[row]) for row in range(many)]

    def best_without_return(self, reward: Numbers) -> tuple[Numbers, list[Row]]:
        """As `best`, but no screening follows itself.

        Of each moment it knows the best row and the best that begins with another screening.
        """
        many, ends = len(self.houses), self.ends
        every, films = np.arange(many), np.arange(len(self.screenings))
        base = (every * (ends + 1))[:, None]
        value = np.zeros((2, many, ends + 1))
        begin = np.full((2, many, ends + 1, 2), -1, np.int64)  # screening, position
        best, second = value[0].reshape(-1), value[1].reshape(-1)
        heads = np.full(many * (ends + 1), -1, np.int64)
        for at in range(ends - 1, -1, -1):
            leads = self.after[at] + base
            onward = np.where(heads[leads] == films, second[leads], best[leads])
            worth = reward - self.price[at] + onward
            one = worth.argmax(axis=1)
            one_worth = worth[every, one]
            worth[every, one] = -NEVER
            two = worth.argmax(axis=1)
            found = np.stack(
                [one_worth, worth[every, two], value[0, :, at + 1], value[1, :, at + 1]]
            )
            head = np.stack([one, two, begin[0, :, at + 1, 0], begin[1, :, at + 1, 0]])
            where = np.stack([np.full(many, at)] * 2 + [begin[n, :, at + 1, 1] for n in (0, 1)])
            top = found.argmax(axis=0)
            value[0, :, at] = found[top, every]
            begin[0, :, at, 0], begin[0, :, at, 1] = head[top, every], where[top, every]
            heads[every * (ends + 1) + at] = head[top, every]
            found = np.where(head == head[top, every], -NEVER, found)
            found = np.concatenate([found, np.zeros((1, many))])
            head = np.concatenate([head, np.full((1, many), -1)])
            where = np.concatenate([where, np.full((1, many), -1)])
            top = found.argmax(axis=0)
            value[1, :, at] = found[top, every]
            begin[1, :, at, 0], begin[1, :, at, 1] = head[top, every], where[top, every]
        return value[0, :, 0].copy(), [self.follow(begin[:, row], row) for row in range(many)]

    def follow(self, begin: NDArray[np.int64], row: int) -> Row:
        found = []
        film, at = begin[0, 0]
        while film >= 0:
            found.append((int(film), int(at)))
            leads = int(self.after[at, row, film])
            film, at = begin[1 if begin[0, leads, 0] == film else 0, leads]
        return tuple(found)

    def read(self, row: int, chosen: NDArray[np.int64]) -> Row:
        found, at = [], 0
        while at < self.ends:
            screening = int(chosen[at])
            if screening < 0:
                at += 1
            else:
                found.append((screening, at))
                at = int(self.after[at, row, screening])
        return tuple(found)

    def regrets(self, reward: Numbers) -> NDArray[np.float64]:
        """How much less a row earns at best when this screening has to begin just then."""
        many, ends = len(self.houses), self.ends
        base = (np.arange(many) * (ends + 1))[:, None]
        onward = np.zeros((many, ends + 1))
        flat = onward.reshape(-1)
        through = np.empty(self.price.shape)
        for at in range(ends - 1, -1, -1):
            through[at] = reward - self.price[at] + flat[self.after[at] + base]
            onward[:, at] = np.maximum(through[at].max(axis=1), onward[:, at + 1])
        before = np.full((many, ends + 1), -NEVER)
        before[:, 0] = 0
        flat = before.reshape(-1)
        whole = onward[:, 0][:, None]
        for at in range(ends):
            through[at] = whole - before[:, at][:, None] - through[at]
            so_far = before[:, at][:, None] + reward - self.price[at]
            np.maximum.at(flat, (self.after[at] + base).ravel(), so_far.ravel())
            before[:, at + 1] = np.maximum(before[:, at + 1], before[:, at])
        return through


def rows_of(board: Board, *, all_placed: bool) -> Rows | None:
    """The rows around the locks of `board`; None when they are too many to hold."""
    ground = board.ground
    free = [at for at in ground.free if board.starts(at)]
    starts = {at: board.starts(at) for at in free}
    if all_placed:
        starts = {
            at: {v: left & board.roomy[at] for v, left in on.items()} for at, on in starts.items()
        }
    houses, positions = [], []
    for screen in range(len(ground.screens)):
        together = 0
        for on in starts.values():
            together |= on.get(screen, 0)
        for day, its in enumerate(ground.on_day):
            if together & its:
                houses.append((screen, day))
                positions.append(np.fromiter(minutes.each(together & its), np.int64))
    ends = max((len(found) for found in positions), default=0)
    if ends * len(houses) * len(free) > MOST_ENTRIES:
        return None
    rows = Rows(
        free,
        houses,
        np.full((len(houses), ends), -1, np.int64),
        np.full((ends, len(houses), len(free)), NEVER, np.float32),
        np.zeros((ends, len(houses), len(free)), np.int32),
    )
    fill(rows, board, starts, positions)
    return rows


def fill(
    rows: Rows,
    board: Board,
    starts: dict[int, dict[int, int]],
    positions: list[NDArray[np.int64]],
) -> None:
    ground, free = board.ground, rows.screenings
    hours = np.zeros((len(free), (ground.days + 2) * 1440), np.float32)
    for column, at in enumerate(free):
        for price, its in ground.hours[at]:
            hours[column, bits(its, hours.shape[1])] = price
    allowed = {
        (column, screen): bits(left, hours.shape[1])
        for column, at in enumerate(free)
        for screen, left in starts[at].items()
    }
    for row, (screen, _) in enumerate(rows.houses):
        found = positions[row]
        count = len(found)
        rows.starts[row, :count] = found
        for column, at in enumerate(free):
            if (column, screen) not in allowed:
                continue
            may = allowed[column, screen][found]
            cost = hours[column, found] + ground.room[at][screen]
            rows.price[:count, row, column] = np.where(may, cost, NEVER)
            clear = found + ground.lengths[at] + ground.turnaround[screen]
            after = np.searchsorted(found, clear)
            rows.after[:count, row, column] = np.where(after >= count, rows.ends, after)


def bits(these: int, size: int) -> NDArray[np.bool_]:
    raw = np.frombuffer(these.to_bytes(size // 8 + 1, "little"), np.uint8)
    return np.unpackbits(raw, bitorder="little")[:size].astype(bool)
