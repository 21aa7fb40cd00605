"""Two doors at one address: what nobody signs is the public's, all else is people's.

Each door is a process of its own, so that whoever draws a board keeps no visitor waiting. A line may
come in at either; a question that is for the other goes there with its line, as the kernel hands a
socket from process to process: no byte is copied, and nobody stands between. Each door can answer
everything, so that a question at the wrong one is answered as well, only not apart from the others.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import ClassVar

from api.line import Line

PUBLIC, PEOPLE = DOORS = ("public", "people")
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
    stays = False  # whoever sends more than bare questions is read to the end by one parser
    said = b""  # what was heard of it elsewhere

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.said:
            self.data_received(self.said)

    def data_received(self, data: bytes) -> None:
        if not self.stays:
            asked = data.lower()
            self.stays = not (self.is_between_questions and is_bare(asked))
            if self.is_between_questions and self.goes_on(data, asked):
                return
        super().data_received(data)

    @property
    def is_between_questions(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def goes_on(self, data: bytes, asked: bytes) -> bool:
        """Whether it was handed on; people whose door has no room left are told so, and keep nobody here."""
        there = PEOPLE if self.stays or names_somebody(asked) else PUBLIC
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
