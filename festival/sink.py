"""Letters that the mail server of development has received."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from festival.db import rows
from festival.errors import Missing
from festival.settings import Settings
from festival.tables import Edition

MOST_LETTERS = 200


def mailbox_of(settings: Settings) -> Path:
    """In development only; in production there is no such place."""
    if settings.in_production or settings.mailbox is None:
        raise Missing("missing")
    return settings.mailbox


async def letters_in(mailbox: Path, edition: Edition, *, address: str = "") -> list[dict[str, str]]:
    """The newest letters of the sink: this edition's, and those of the house itself."""
    letters: list[dict[str, str]] = []
    files = sorted(mailbox.glob("*.eml"), reverse=True)
    for some in batched(files, MOST_LETTERS):
        read = [letter_of(path) for path in some]
        known = await rows(
            "SELECT id FROM letter WHERE id = ANY({}) AND (edition IS NULL OR edition = {})",
            [letter["letter"] for letter in read],
            edition.id,
        )
        ids = {row["id"] for row in known}
        letters += [
            candidate
            for candidate in read
            if candidate["letter"] in ids and address.lower() in candidate["to"].lower()
        ]
        if len(letters) >= MOST_LETTERS:
            break
    return letters[:MOST_LETTERS]


def forget(mailbox: Path, words: list[str]) -> None:
    """Letters to somebody, or that name them, go: this folder is the only place where they lie."""
    for path in mailbox.glob("*.eml"):
        said = "\n".join(letter_of(path).values()).casefold()
        if any(word.casefold() in said for word in words):
            path.unlink(missing_ok=True)


def letter_of(path: Path) -> dict[str, str]:
    """One file of the sink; `letter` is the row that it was made from."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    return {
        "id": path.stem,
        "letter": str(mail["Message-ID"]).strip("<>").partition("@")[0].partition(".")[0],
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "date": str(mail["Date"]),
        "body": str(body.get_content()) if isinstance(body, EmailMessage) else "",
    }


def batched(paths: list[Path], size: int) -> Iterator[list[Path]]:
    for first in range(0, len(paths), size):
        yield paths[first : first + size]
