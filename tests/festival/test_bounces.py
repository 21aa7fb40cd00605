"""Letters that come back: a notice marks the sending that it names; whatever else is written there never matters."""

import base64
import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from festival import bounces, letters, outages
from festival.bounces import BounceOutcome, notices
from festival.db import rows
from festival.settings import Settings, Unsafe
from festival.tables import Letter
from tests.builders import a_person, an_edition, sign_in
from tests.postbox import scripted

DOMAIN = "cinema-for-space.example"
EXIM = """From: Mail Delivery System <Mailer-Daemon@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered.

--B
Content-type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Action: failed
Final-Recipient: rfc822;{to}
Status: 5.0.0
Remote-MTA: dns; in.example.org
Diagnostic-Code: smtp; 550-5.1.1 The account does
 not exist

--B
Content-type: {kind}

Message-ID: {id}
To: {to}
Subject: x

--B--
"""


def exim(to: str, message_id: str, *, kind: str = "message/rfc822") -> bytes:
    """As Exim writes it, whose blocks begin with the action."""
    return EXIM.format(to=to, id=message_id, kind=kind).encode()


def postfix(to: str, *, action: str = "failed", status: str = "5.1.1", envelope: str = "", more: str = "") -> bytes:
    """Without a word of the letter, but perhaps for its envelope."""
    told = f"Original-Envelope-Id: {envelope}\r\n" if envelope else ""
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n--B\r\n'
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n{told}\r\n"
        f"Original-Recipient: rfc822;{to}\r\nFinal-Recipient: rfc822;{to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 gone\r\n{more}\r\n--B--\r\n"
    ).encode()


async def a_sent_letter(edition=None, *, to: str = "") -> Letter:
    edition = edition or await an_edition()
    reader = await a_person("filmmaker", edition=edition)
    await letters.write("submitted", reader, occasion=reader.id, edition=edition, title="Nuit")
    await rows("UPDATE letter SET sent_at = now(), sent_to = {} WHERE person = {} RETURNING id", to or reader.email, reader.id)
    await rows("UPDATE outbox SET done_at = now() WHERE args->>'letter' = (SELECT id FROM letter WHERE person = {}) RETURNING id", reader.id)
    letter = await Letter.objects().get(Letter.person == reader.id)
    assert letter is not None
    return letter


async def mark_of(letter: Letter) -> tuple[bool, str]:
    again = await Letter.objects().get(Letter.id == letter.id)
    return again.bounced_at is not None, again.bounce


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
async def test_the_letter_that_comes_back_is_marked_with_the_servers_words(house, kind: str) -> None:
    letter = await a_sent_letter()
    raw = exim(letter.sent_to, f"<{letter.id}@{DOMAIN}>", kind=kind)

    first = await bounces.take(raw, settings=Settings.read())
    second = await bounces.take(raw, settings=Settings.read())

    assert (first, second) == (BounceOutcome.BOUNCED, BounceOutcome.KNOWN)
    assert await mark_of(letter) == (True, "mail_returned 5.0.0 550-5.1.1 The account does not exist")
    (line,) = await rows("SELECT edition, details FROM record WHERE subject = {}", letter.id)
    assert line == {"edition": letter.edition, "details": {"status": "5.0.0"}}  # no address on the record


async def test_a_notice_that_names_the_envelope_alone_is_enough(house) -> None:
    letter = await a_sent_letter()

    assert await bounces.take(postfix("x@y.example", envelope=letter.id), settings=Settings.read()) is BounceOutcome.BOUNCED
    assert (await mark_of(letter))[0]


async def test_a_server_that_knows_of_notices_is_told_the_envelopes_name_and_returns_no_body(house, monkeypatch) -> None:
    await outages.note_open()
    edition = await an_edition()
    reader = await a_person("filmmaker", edition=edition)
    await letters.write("submitted", reader, occasion=reader.id, edition=edition, title="Nuit")
    letter = await Letter.objects().get(Letter.person == reader.id)
    async with scripted(EHLO="250-here\r\n250 DSN") as server:
        settings = msgspec.structs.replace(Settings.read(), smtp_url=server.url, bounce_to="retours@example.org")
        await letters.send(letter.id, settings=settings)

    assert server.lines("MAIL") == [f"MAIL FROM:<retours@example.org> RET=HDRS ENVID={letter.id}"]
    sent = await Letter.objects().get(Letter.id == letter.id)
    assert sent.sent_to == reader.email


async def test_without_a_word_of_the_letter_the_only_one_to_that_address_is_meant(house) -> None:
    one, (first, second) = await a_sent_letter(), [await a_sent_letter(to="twice@example.org") for _ in range(2)]

    assert await bounces.take(postfix(one.sent_to.upper()), settings=Settings.read()) is BounceOutcome.BOUNCED
    assert await bounces.take(postfix("twice@example.org"), settings=Settings.read()) is BounceOutcome.NOT_OURS
    assert [(await mark_of(letter))[0] for letter in (one, first, second)] == [True, False, False]


async def test_what_is_not_final_or_not_about_a_letter_of_ours_changes_nothing(house) -> None:
    letter = await a_sent_letter()
    foreign = await a_sent_letter()
    ours, edition = f"<{letter.id}@{DOMAIN}>", await an_edition()
    told = {
        "delayed": postfix(letter.sent_to, action="delayed", status="4.4.1", envelope=letter.id),
        "delivered": postfix(letter.sent_to, action="delivered", status="2.0.0", envelope=letter.id),
        "another house's": exim(letter.sent_to, f"<{letter.id}@elsewhere.example>"),
        "a person's own letter": exim(letter.sent_to, "<CAF123@mail.example.org>"),
        "nobody's": exim(letter.sent_to, f"<{'a' * 16}@{DOMAIN}>"),
        "another sending": exim(letter.sent_to, f"<{letter.id}.2@{DOMAIN}>"),
        "an answer": f"From: ada@example.org\r\nIn-Reply-To: {ours}\r\n\r\nI am away".encode(),
        "a notice that is only attached": b"Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + exim(letter.sent_to, ours) + b"\r\n--X--",
    }  # fmt: skip

    found = {name: await bounces.take(raw, settings=Settings.read()) for name, raw in told.items()}
    elsewhere = await bounces.take(exim(foreign.sent_to, f"<{foreign.id}@{DOMAIN}>"), settings=Settings.read(), edition=edition)

    assert set(found.values()) <= {BounceOutcome.NO_NOTICE, BounceOutcome.NOT_OURS, BounceOutcome.KNOWN}
    assert (await mark_of(letter), await mark_of(foreign)) == ((False, ""), (False, ""))
    assert elsewhere is BounceOutcome.NOT_OURS


def hostile() -> list[bytes]:
    """Pieces that are broken, endless, nested, or say things that do something elsewhere."""
    whole, dice = exim("a@b.example", f"<{'k' * 16}@{DOMAIN}>"), random.Random(7)
    cut = [whole[: dice.randrange(len(whole))] for _ in range(30)]
    turned = []
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(dice.randrange(1, 12)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        turned.append(bytes(raw))
    nested = b"".join(b'Content-Type: multipart/report; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(400))
    return [
        b"", b"\0" * 1000, b"\xff\xfe" * 500, nested, whole * 2000, *cut, *turned,
        whole.replace(b"550-5.1.1", b"<script>\x1b[2J\x00" + b"x" * 5000),
        whole.replace(b"Message-ID: ", b"Message-ID: =?x-unknown?q?=00?= "),
        whole.replace(b"a@b.example", b"' OR 1=1; DROP TABLE letter; --@b"),
        whole.replace(b"multipart/report", b'multipart/report; boundary="B\xe9"; charset="nothing"'),
        whole.replace(b"message/rfc822", b"text/rfc822-headers\r\nContent-Transfer-Encoding: base64"),
        postfix("a@b.example", envelope="k" * 5000, more="Action: failed\r\n" * 2000),
        b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"Action: failed\r\n\r\n" * 50) + b"\r\n--B--",
    ]  # fmt: skip


async def test_whatever_a_stranger_sends_there_marks_nothing_and_breaks_nothing(house) -> None:
    marked = "SELECT count(*) AS n FROM letter WHERE bounced_at IS NOT NULL"
    before = await rows(marked)

    found = {await bounces.take(raw, settings=Settings.read()) for raw in hostile()}

    assert found <= {BounceOutcome.NO_NOTICE, BounceOutcome.NOT_OURS}
    assert await rows(marked) == before


@pytest.mark.unit
def test_what_a_notice_says_is_one_short_line_without_signs_that_do_something() -> None:
    raw = exim("a@b.example", "<x@y>").replace(b"550-5.1.1", b"\x1b[2J<script>" + b"x" * 5000)

    (told,) = notices(raw)

    assert len(told.reason) < 320
    assert told.reason.isprintable()
    assert notices(b"x" * (bounces.MOST_BYTES + 1)) == []


async def test_an_address_fails_until_it_is_changed_or_a_later_letter_stays(house) -> None:
    edition = await an_edition()
    letter, fine = await a_sent_letter(edition), await a_sent_letter(edition)
    await bounces.take(exim(letter.sent_to, f"<{letter.id}@{DOMAIN}>"), settings=Settings.read())

    found = await bounces.failing(edition)
    assert found.keys() == {letter.person}
    assert (found[letter.person].address, found[letter.person].reason) == (letter.sent_to, "mail_returned")
    assert fine.person not in found

    await rows("UPDATE person SET email = 'other@example.org' WHERE id = {} RETURNING id", letter.person)
    assert await bounces.failing(edition) == {}
    await rows("UPDATE person SET email = {} WHERE id = {} RETURNING id", letter.sent_to, letter.person)
    await rows(
        """INSERT INTO letter (id, person, edition, kind, occasion, subject, body, sent_at, sent_to)
           SELECT 'later' || substr(id, 6), person, edition, kind, occasion || ':2', subject, body, now(), sent_to
           FROM letter WHERE id = {} RETURNING id""",
        letter.id,
    )
    assert await bounces.failing(edition) == {}


async def test_the_mail_servers_pipe_may_come_by_the_door_of_programs(client) -> None:
    edition = await an_edition()
    letter = await a_sent_letter(edition)
    place, raw = f"/api/v1/{edition.slug}/operator/bounces", exim(letter.sent_to, f"<{letter.id}@{DOMAIN}>")
    stranger = await client.post(place, content=raw, headers={"content-type": "message/rfc822"})
    await sign_in(client, await a_person("operator", edition=edition))

    found = await client.post(place, content=raw, headers={"content-type": "message/rfc822"})
    large = await client.post(place, content=b"x" * (bounces.MOST_BYTES + 1), headers={"content-type": "message/rfc822"})

    assert stranger.status_code in {401, 403}
    assert (found.status_code, found.json()) == (200, {"outcome": "bounced"})
    assert large.status_code == 413
    assert (await mark_of(letter))[0]


async def test_the_command_marks_the_letter_and_is_calm_about_anything_else(house) -> None:
    letter = await a_sent_letter()

    def run(raw: bytes, **env: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "ops.bounce"], check=False, input=raw, capture_output=True,
            env={**os.environ, **env}, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        return done.returncode, done.stdout.decode().strip()

    raw = exim(letter.sent_to, f"<{letter.id}@{DOMAIN}>")
    assert run(raw) == (0, "bounced")
    assert run(b"Subject: spam\r\n\r\nbuy") == (0, "no_notice")
    away = os.environ["DATABASE_URL"].replace("@", "@nowhere.invalid/x?", 1)
    assert run(raw, DATABASE_URL=away)[0] == 75


@pytest.mark.unit
def test_an_address_for_what_comes_back_must_be_one() -> None:
    with pytest.raises(Unsafe, match="BOUNCE_TO"):
        Settings.read({"MODE": "development", "BOUNCE_TO": "nobody at all"})


