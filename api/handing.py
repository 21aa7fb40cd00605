"""Three doors at one address: what nobody signs is the public's, films are the freight's, all else is people's.

Each door is a process of its own, so that neither a board nor ten films on their way keep a visitor waiting.
A line may come in at any; a question that is for another goes there with its line, as the kernel hands a
socket from process to process: no byte is copied, and nobody stands between. Each door can answer
everything, so that a question at the wrong one is answered as well, only not apart from the others.
"""

import asyncio
import os
import re
import socket
from collections.abc import Mapping
from typing import ClassVar

from api.line import Line

PUBLIC, PEOPLE, FREIGHT = DOORS = ("public", "people", "freight")
BYTES_OF_A_FILM = re.compile(rb"patch /api/v1/[^/ ]+/uploads/")
OUGHT_TO_HAVE_A_BODY = (
    b"\r\ncontent-length:",
    b"\r\ntransfer-encoding:",
    b"\r\nexpect:",
    b"\r\nupgrade:",
)
SOMEBODY = (b"session=", b"\r\nauthorization:")
END = b"\r\n\r\n"
AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n"
    b"cache-control: no-store\r\nconnection: close\r\n\r\n"
)


def is_bare(question: bytes) -> bool:
    """One question, whole, with nothing behind it; `question` in small letters."""
    return (
        question.startswith((b"get ", b"head "))
        and question.find(END) == len(question) - len(END)
        and not any(word in question for word in OUGHT_TO_HAVE_A_BODY)
    )


def names_somebody(question: bytes) -> bool:
    return any(word in question for word in SOMEBODY)


def door_of(question: bytes) -> str:
    """Which door a question is for, told by what was heard of it first; `question` in small letters."""
    if BYTES_OF_A_FILM.match(question):
        return FREIGHT
    return PUBLIC if is_bare(question) and not names_somebody(question) else PEOPLE


class Inbox:
    """Where a door finds lines that came in elsewhere; made before the doors are."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.near.setblocking(False)
        self.far.setblocking(False)

    def put(self, line: int, question: bytes) -> bool:
        """Whether there was room; `line` is a descriptor, and still the caller's to close."""
        words = os.memfd_create("question")
        try:
            os.write(words, question)
            socket.send_fds(self.far, [b"."], [line, words])
        except BlockingIOError:
            return False
        finally:
            os.close(words)
        return True

    def take(self) -> tuple[socket.socket, bytes] | None:
        """The next line and what was said on it; none, where nothing waits."""
        try:
            _, given, _, _ = socket.recv_fds(self.near, 1, 2)
        except BlockingIOError:
            return None
        line, words = given
        with os.fdopen(words, "rb") as said:
            said.seek(0)
            return socket.socket(fileno=line), said.read()


class HandedLine(Line):
    """A line at the door `here`, which is one of those that have an inbox."""

    here: ClassVar[str] = PUBLIC
    inboxes: ClassVar[Mapping[str, Inbox]] = {}
    is_within = (
        False  # a question whose end has not come: its line stays with the parser that began it
    )
    said = b""  # what was heard of it elsewhere

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.said:
            self.data_received(self.said)

    def on_message_begin(self) -> None:
        self.is_within = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self.is_within = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if not (self.is_between_questions and self.goes_on(data)):
            super().data_received(data)
            self.wait_if_full()

    def wait_if_full(self) -> None:
        """A handed line begins to be read after its first bytes were heard: a pause that they asked for is lost."""
        if self.flow.read_paused and self.transport.is_reading():
            self.transport.pause_reading()

    @property
    def is_between_questions(self) -> bool:
        return not self.is_within and (self.cycle is None or bool(self.cycle.response_complete))

    def goes_on(self, data: bytes) -> bool:
        """Whether it was handed on; where people's door has no room left they are told so, and keep nobody here."""
        there = door_of(data.lower())
        if there == self.here or there not in self.inboxes:
            return False
        if self.transport.get_write_buffer_size():
            return False  # the answer before is not out yet
        if self.inboxes[there].put(self.transport.get_extra_info("socket").fileno(), data):
            self.transport.abort()  # ours alone: the line itself is open there
            return True
        if there == PUBLIC:
            return False
        self.transport.write(AWAY)
        self.transport.close()
        return True
