"""A letter is written once for an occasion, and a real mail server receives it once."""

import email
import email.policy
import importlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from festival import letters
from festival.db import later, rows
from festival.settings import Settings
from festival.tables import Letter, Outbox, new_id
from tests.builders import a_person, an_edition
from tests.site import free_port


@pytest.fixture
def sink(tmp_path: Path):
    """A mail server of its own, with its folder and the settings that reach it."""
    folder, port = tmp_path / "mailbox", free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "ops.mailbox"],
        env={**os.environ, "MAILBOX": str(folder), "MAILBOX_PORT": str(port)},
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield folder, msgspec.structs.replace(Settings.read(), smtp_url=f"smtp://127.0.0.1:{port}")
    server.terminate()
    server.wait(5)


def received(folder: Path) -> list:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


async def written_for(occasion: str) -> list[Letter]:
    return await Letter.objects().where(Letter.occasion == occasion)


async def test_one_occasion_makes_one_letter_and_one_line(house) -> None:
    edition = await an_edition()
    person, occasion = await a_person("filmmaker", edition=edition), f"test:{new_id()}"

    for _ in range(2):
        await letters.write("submitted", person, occasion=occasion, edition=edition, title="Nuit")

    (letter,) = await written_for(occasion)
    lines = await Outbox.objects().where(Outbox.task == "send_letter")
    assert [line.args for line in lines].count({"letter": letter.id}) == 1


async def test_a_letter_speaks_the_language_of_its_reader(house) -> None:
    edition = await an_edition()
    person, occasion = await a_person("filmmaker", edition=edition), f"test:{new_id()}"
    person.language = "en"

    await letters.write("submitted", person, occasion=occasion, edition=edition, title="Nuit")

    (letter,) = await written_for(occasion)
    assert "Nuit" in letter.subject + letter.body
    assert letter.language == "en"


async def test_a_letter_arrives_once_however_often_it_is_sent(house, sink) -> None:
    folder, settings = sink
    edition = await an_edition()
    person, occasion = await a_person("filmmaker", edition=edition), f"test:{new_id()}"
    await letters.write("submitted", person, occasion=occasion, edition=edition, title="Là-haut 🚀")
    (letter,) = await written_for(occasion)

    await letters.send(letter.id, settings=settings)
    await letters.send(letter.id, settings=settings)

    (mail,) = received(folder)
    assert (mail["To"], mail["Message-ID"].startswith(f"<{letter.id}@")) == (person.email, True)
    assert mail["Subject"] == letter.subject
    assert mail.get_content().splitlines() == letter.body.splitlines()
    assert (await written_for(occasion))[0].sent_at is not None


async def test_a_title_cannot_write_headers(house, sink) -> None:
    folder, settings = sink
    edition = await an_edition()
    person, occasion = await a_person("filmmaker", edition=edition), f"test:{new_id()}"
    hostile = "Nuit\r\nBcc: everybody@example.org"
    await letters.write("submitted", person, occasion=occasion, edition=edition, title=hostile)

    await letters.send((await written_for(occasion))[0].id, settings=settings)

    (mail,) = received(folder)
    assert mail["Bcc"] is None


async def an_old_letter(edition, *, sent: bool) -> str:
    """As they were written before, with the key in the body."""
    reader = await a_person("filmmaker", edition=edition)
    body = f"Bonjour,\n\nhttps://cinema.example/fr/2026/account/links/{'k' * 43}\n\nÀ bientôt."
    letter = Letter(person=reader.id, edition=edition.id, kind="invitation", occasion=new_id(), subject="Venez", body=body)
    await letter.save()
    line = await later("send_letter", letter=letter.id)
    moved = "done_at = now()" if sent else "rung_at = now()"
    await rows(f"UPDATE outbox SET {moved} WHERE id = {{}} RETURNING id", line)
    return letter.id


async def test_letters_from_before_lose_their_keys_and_keep_their_words(house) -> None:
    edition = await an_edition()
    old = [await an_old_letter(edition, sent=sent) for sent in (True, False)]
    moved = importlib.import_module("festival.piccolo_migrations.festival_2026_11_25t21_47_letters_without_keys")

    for statement in moved.FORWARDS.split(";;"):
        await rows(statement)

    found = await Letter.objects().where(Letter.id.is_in(old))
    assert [letter.body for letter in found] == [f"Bonjour,\n\n{letters.LINK}\n\nÀ bientôt."] * 2
    (line,) = await rows("SELECT parked_at IS NOT NULL AS parked, fault FROM outbox WHERE args->>'letter' = {}", old[1])
    assert line == {"parked": True, "fault": "mail_link_over"}
