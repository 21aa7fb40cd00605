"""The mailbox of development: a letter is there whole, or not yet."""

from pathlib import Path

from aiosmtpd.smtp import Envelope

from api.v1.operator import letters_in
from ops.mailbox import Mailbox


async def test_a_letter_that_is_being_written_is_in_nobodys_mailbox(tmp_path, monkeypatch) -> None:
    rename, seen = Path.rename, []

    def observed(draft: Path, to: Path) -> Path:
        seen.append(letters_in(tmp_path))
        return rename(draft, to)

    monkeypatch.setattr(Path, "rename", observed)
    envelope = Envelope()
    envelope.content = b"To: zoe@example.org\r\nSubject: Oui\r\n\r\nVenez.\r\n"

    await Mailbox(tmp_path).handle_DATA(None, None, envelope)

    assert seen == [[]]
    assert [letter["subject"] for letter in letters_in(tmp_path)] == ["Oui"]
