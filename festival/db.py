"""One transaction for each act, and `later`: the outbox line written in the same breath."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from piccolo.engine.postgres import PostgresEngine

from festival.jobs import job_of
from festival.tables import Outbox


def engine() -> PostgresEngine:
    """The engine of `piccolo_conf.py`, that every table uses."""
    return cast("PostgresEngine", Outbox._meta.db)  # noqa: SLF001


_within_request: ContextVar[bool] = ContextVar("within_request", default=False)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Open an act; inside another act, join it."""
    if not engine().transaction_exists():
        async with engine().transaction():
            yield
    elif _within_request.get():
        async with _act_within_request():
            yield
    else:
        yield


@asynccontextmanager
async def whole_request() -> AsyncIterator[None]:
    """Every act of one request and its answer are kept together, or none of them."""
    async with engine().transaction():
        token = _within_request.set(True)
        try:
            yield
        finally:
            _within_request.reset(token)


@asynccontextmanager
async def _act_within_request() -> AsyncIterator[None]:
    """An act that is refused leaves nothing, even where its door then answers something else."""
    token = _within_request.set(False)
    await rows("SAVEPOINT act")
    try:
        yield
    except BaseException:
        await rows("ROLLBACK TO SAVEPOINT act")
        raise
    finally:
        _within_request.reset(token)
    await rows("RELEASE SAVEPOINT act")


async def later(
    task: str,
    /,
    *,
    due_at: datetime | None = None,
    owner: str = "",
    weight: int = 0,
    priority: int = 3,
    **names: str,
) -> str:
    """Write down what must happen after this act; the relay notifies a worker once it is committed.

    Only ids travel: a task reads everything else from its rows. From those ids the database
    itself fills in the line's edition, so that no act forgets it.
    """
    job = job_of(task)
    if missing := set(job.ids) - set(names):
        raise KeyError(f"{task} needs {', '.join(sorted(missing))}")
    line = Outbox(
        task=task, queue=job.queue, args=names, owner=owner, weight=weight, priority=priority
    )
    if due_at is not None:
        line.due_at = due_at
    await line.save()
    return line.id


Asked = ParamSpec("Asked")
Made = TypeVar("Made")
_told: ContextVar[dict[tuple[str, str], Any] | None] = ContextVar("told", default=None)
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|LOCK|SHARE|SAVEPOINT|pg_\w+)\b")


@asynccontextmanager
async def each_once() -> AsyncIterator[None]:
    """For who only reads: within, `rows` asks the same question once, whoever asks it again. What anybody writes
    within, by `rows`, is seen afterwards.
    """
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


async def rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    """Ask in SQL what Piccolo's query builder cannot say; `{}` marks each value."""
    told = _told.get()
    if told is None or _WRITES.search(sql):
        if told:
            told.clear()
        return cast("list[dict[str, Any]]", await Outbox.raw(sql, *values))
    key = (sql, repr(values))
    if key not in told:
        told[key] = await Outbox.raw(sql, *values)
    return [dict(row) for row in told[key]]


def made_once(read: Callable[Asked, Awaitable[Made]]) -> Callable[Asked, Awaitable[Made]]:
    """Within `each_once` what `read` makes of its rows is kept, too, by the ids of what it is asked of: whoever asks
    again has the same, a list of their own, and changes nothing in it.
    """

    @wraps(read)
    async def told_once(*asked: Asked.args, **named: Asked.kwargs) -> Made:
        told = _told.get()
        if told is None:
            return await read(*asked, **named)
        said = dict(enumerate(asked)) | named
        ids = {name: getattr(one, "id", one) for name, one in said.items()}
        key = (f"{read.__module__}.{read.__qualname__}", repr(ids))
        if key not in told:
            told[key] = await read(*asked, **named)
        return copy(cast("Made", told[key]))

    return told_once
