"""Where logging begins: one line of JSON an event, which names no film, person, address or key.

What an exception says is often what somebody has typed, or a row of the database. So in production
its kind and the places that it came through are kept, and of what it says only codes of our own.
In development lines are plain text, and nothing is left out.
"""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from festival.errors import FestivalError
from festival.settings import Settings

PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"
HIDDEN = "[…]"
SECRETS = re.compile(
    r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+"  # addresses of mail
    r"|(?<=/links/)[\w-]+|\bcfs_[\w-]+"  # keys of links and of programs
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,}[0-9a-f:]*"  # addresses of machines
    r"|\?\S+",  # what was asked for behind an address
    re.IGNORECASE,
)


def begin(settings: Settings) -> None:
    """Once in each process, before anything else is said."""
    handler = logging.StreamHandler(sys.stderr)
    if settings.in_production:
        handler.setFormatter(json_lines())
    else:
        handler.setFormatter(logging.Formatter(PLAIN))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for own in ("uvicorn", "uvicorn.error"):  # it has set up handlers of its own
        logging.getLogger(own).handlers[:] = []
        logging.getLogger(own).propagate = True
    for chatty in ("httpx", "asyncio", "uvicorn.access", "celery", "kombu", "piccolo", "fido2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def json_lines() -> logging.Formatter:
    """`{"at": …, "level": …, "from": …, "event": …}`, with whatever the event brought in `extra`."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            named,
            fault_without_words,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        keep_exc_info=False,
        keep_stack_info=False,
    )


def named(_: Any, __: str, event: EventDict) -> EventDict:
    """Which part of the house speaks."""
    event["from"] = event["_record"].name
    return event


def fault_without_words(_: Any, __: str, event: EventDict) -> EventDict:
    """Of an exception: its kind, our own codes, and where it came through, innermost last."""
    kept = event.pop("exc_info", None)
    error = kept[1] if isinstance(kept, tuple) else sys.exc_info()[1] if kept else None
    if error is not None:
        event["fault"] = type(error).__name__
        event["codes"] = list(error.codes) if isinstance(error, FestivalError) else []
        event["through"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def without_secrets(_: Any, __: str, event: EventDict) -> EventDict:
    """Whatever looks like an address or a key is hidden, also in words that a library wrote."""
    return {
        name: SECRETS.sub(HIDDEN, value) if isinstance(value, str) else value
        for name, value in event.items()
    }
