"""The mailbox of development: a letter is there whole, or not yet."""

from pathlib import Path

from aiosmtpd.smtp import Envelope

from festival import letters
from festival.post import sender_of
from festival.sink import letter_of, letters_in
from festival.tables import Letter
from ops.mailbox import Mailbox
from tests.builders import a_person, an_edition


async def test_a_letter_that_is_being_written_is_in_nobodys_mailbox(tmp_path, monkeypatch) -> None:
    rename, seen = Path.rename, []

    def observed(draft: Path, to: Path) -> Path:
        seen.append(sorted(tmp_path.glob("*.eml")))
        return rename(draft, to)

    monkeypatch.setattr(Path, "rename", observed)
    envelope = Envelope()
    envelope.content = b"To: zoe@example.org\r\nSubject: Oui\r\n\r\nVenez.\r\n"

    await Mailbox(tmp_path).handle_DATA(None, None, envelope)

    assert seen == [[]]
    assert [letter_of(path)["subject"] for path in tmp_path.glob("*.eml")] == ["Oui"]


async def test_a_mailbox_shows_one_editions_letters_to_its_own_operators(house, tmp_path) -> None:
    editions = [await an_edition(), await an_edition()]
    for edition in editions:
        reader = await a_person("filmmaker", edition=edition)
        await letters.write("submitted", reader, occasion=reader.id, edition=edition, title=edition.slug)
        letter = await Letter.objects().get(Letter.person == reader.id)
        envelope = Envelope()
        mail = letters.message(letter, to=reader.email, sender=sender_of("nous@example.org"))
        mail.set_content(letter.body)
        envelope.content = mail.as_bytes()
        await Mailbox(tmp_path).handle_DATA(None, None, envelope)

    shown = [await letters_in(tmp_path, edition) for edition in editions]

    assert [[edition.slug in one["subject"] for one in found] for edition, found in zip(editions, shown, strict=True)] == [[True], [True]]
    assert await letters_in(tmp_path, editions[0], address="nobody@") == []
