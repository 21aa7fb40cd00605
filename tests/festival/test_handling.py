"""What a person does with a letter before it goes, and after it came back; against a real mail server."""

import asyncio
import email.policy
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from festival import bounces, handling, leases, letters, mailbag, outages
from festival.bounces import BounceOutcome
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.handling import Correction
from festival.language import t
from festival.settings import Settings
from festival.tables import Edition, Letter, Outbox, Person
from festival.wording import LINK
from tests.builders import a_person, an_edition
from tests.postbox import Postbox, postbox, scripted
from workers import tasks


class Desk(msgspec.Struct):
    """An operator, an edition, and the mail server that their letters go to."""

    edition: Edition
    by: Person
    box: Postbox
    settings: Settings

    async def writes(self, kind: str = "submitted", *, link: str = "") -> str:
        reader = await a_person("filmmaker", edition=self.edition)
        await letters.write(kind, reader, occasion=f"{kind}:{reader.id}", edition=self.edition, link=link, title="Nuit",
                            lines="x", reason="y", by="z", places="w", when="v", watched="")
        letter = await Letter.objects().get(Letter.person == reader.id)
        assert letter is not None
        return letter.id

    async def does(self, act, letter: str, *given) -> object:
        return await act(letter, *given, edition=self.edition, by=self.by)

    async def corrects(self, letter: str, body: str = "Autre texte", *, subject: str = "Autre", version: int = 1) -> object:
        return await self.does(handling.correct, letter, Correction(subject=subject, body=body, version=version))

    def texts(self) -> list[str]:
        return [str(mail.get_content()).replace("\r\n", "\n").strip() for mail in self.box.letters]


@pytest_asyncio.fixture(loop_scope="session")
async def office(house, monkeypatch) -> AsyncIterator[Desk]:
    await outages.note_open()
    with postbox() as box:
        settings = msgspec.structs.replace(Settings.read(), smtp_url=box.url)
        monkeypatch.setattr(tasks, "settings", lambda: settings)
        edition = await an_edition()
        yield Desk(edition, await a_person("operator", edition=edition), box, settings)
    await outages.note_open()


async def line_of(letter: str) -> Outbox:
    found = await rows(
        "SELECT id FROM outbox WHERE args->>'letter' = {} ORDER BY created_at DESC LIMIT 1", letter
    )
    line = await Outbox.objects().get(Outbox.id == found[0]["id"])
    assert line is not None
    return line


async def worked(letter: str) -> str:
    """The worker's turn, if the line may be taken; where the letter stands then."""
    await tasks.work((await line_of(letter)).id, worker="test")
    return await state_of(letter)


async def state_of(letter: str) -> str:
    found = await rows(
        f"SELECT {mailbag.STATE} AS state FROM letter l {mailbag.ITS_LINE} WHERE l.id = {{}}", letter
    )
    return found[0]["state"]


async def is_heard(letter: str) -> bool:
    """Whether the relay would tell a worker of it."""
    return (await line_of(letter)).id in {line.id for line in await leases.waiting(10_000)}


async def told_of(letter: str) -> list[str]:
    return [row["act"] for row in await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", letter)]


# One letter


async def test_a_held_letter_is_taken_by_nobody_until_it_is_let_go(office) -> None:
    letter = await office.writes()
    await office.does(handling.hold, letter)
    await office.does(handling.hold, letter)  # twice is once

    assert (await worked(letter), await is_heard(letter), office.box.letters) == ("held", False, [])

    await office.does(handling.release, letter)
    await office.does(handling.release, letter)
    assert (await is_heard(letter), await worked(letter)) == (True, "sent")
    assert len(office.box.letters) == 1
    assert await told_of(letter) == ["letter_held", "letter_released"]


async def test_a_letter_that_is_changed_goes_as_it_was_changed(office) -> None:
    letter = await office.writes("film_withdrawn", link="/programmer/grid")

    assert await office.corrects(letter, "Venez : {link}\r\nMerci.", subject=" Venez ") == 2
    assert await worked(letter) == "sent"

    (mail,) = office.box.letters
    assert mail["Subject"] == "Venez"
    assert office.texts() == [f"Venez : {office.settings.public_url}/fr/{office.edition.slug}/programmer/grid\nMerci."]
    (line,) = await rows("SELECT details FROM record WHERE subject = {}", letter)
    assert line["details"] == {"fields": ["subject", "body"]}  # and not what it said


@pytest.mark.parametrize(("subject", "body", "code"), [
    ("", "Texte {link}", "subject:letter_subject_empty"),
    ("A\nBcc: b@example.org", "Texte {link}", "subject:letter_header"),
    ("A", "", "body:letter_body_empty"),
    ("A", "Sans lien", "body:link_needed"),
    ("A", f"{LINK} {{link}}", "body:letter_unseen"),
])  # fmt: skip
async def test_a_change_that_could_not_be_sent_is_refused_and_nothing_is_lost(office, subject, body, code) -> None:
    letter = await office.writes("film_withdrawn", link="/programmer/grid")
    before = await Letter.objects().get(Letter.id == letter)

    with pytest.raises(Refused) as no:
        await office.corrects(letter, body, subject=subject)

    after = await Letter.objects().get(Letter.id == letter)
    assert code in no.value.codes
    assert t("en", f"error.{code.partition(':')[2]}", **no.value.values)
    assert (after.subject, after.body, after.version) == (before.subject, before.body, 1)


async def test_a_worker_that_has_taken_the_letter_wins_and_it_is_said(office) -> None:
    letter = await office.writes()
    lease = await leases.take((await line_of(letter)).id, worker="elsewhere")

    for act in (handling.hold, handling.send_now):
        with pytest.raises(Conflict, match="letter_being_sent"):
            await office.does(act, letter)
    with pytest.raises(Conflict, match="letter_being_sent"):
        await office.corrects(letter)

    assert lease is not None
    await letters.send(letter, settings=office.settings)
    await leases.finish(lease)
    with pytest.raises(Conflict, match="letter_sent"):
        await office.corrects(letter)
    assert "Autre texte" not in office.texts()


async def test_of_two_who_change_a_letter_the_second_is_told(office) -> None:
    letter = await office.writes()

    done = await asyncio.gather(
        *(office.corrects(letter, f"Texte {n}") for n in range(4)), return_exceptions=True
    )

    assert sorted(str(one) for one in done) == ["2"] + ["letter_changed_meanwhile"] * 3


async def test_a_change_and_a_worker_at_the_same_moment_send_one_of_the_two_texts(office) -> None:
    written = [await office.writes() for _ in range(6)]
    done = await asyncio.gather(
        *(office.corrects(letter) for letter in written),
        *(worked(letter) for letter in written),
        return_exceptions=True,
    )
    for letter in written:
        assert await worked(letter) == "sent"

    changed = sum(one == 2 for one in done)
    assert len(office.box.letters) == 6
    assert office.texts().count("Autre texte") == changed
    assert {str(one) for one in done[:6]} <= {"2", "letter_being_sent", "letter_sent"}


async def test_a_letter_that_may_have_arrived_is_not_changed(office, monkeypatch) -> None:
    letter = await office.writes()
    async with scripted(text="drop") as server:
        silent = msgspec.structs.replace(office.settings, smtp_url=server.url)
        monkeypatch.setattr(tasks, "settings", lambda: silent)
        assert await worked(letter) == "put_off"

    with pytest.raises(Conflict, match="letter_perhaps_there"):
        await office.corrects(letter)


async def test_letters_of_another_edition_are_out_of_reach(office) -> None:
    letter, elsewhere = await office.writes(), await an_edition()
    other = await a_person("operator", edition=elsewhere)

    for act in (handling.hold, handling.release, handling.send_now):
        with pytest.raises(Missing):
            await act(letter, edition=elsewhere, by=other)
    assert (await state_of(letter), await told_of(letter)) == ("waiting", [])


# Sent by hand


async def test_sending_now_sends_once_however_often_it_is_pressed(office) -> None:
    letter = await office.writes()
    await office.does(handling.hold, letter)

    done = await asyncio.gather(
        *(office.does(handling.send_now, letter) for _ in range(3)), return_exceptions=True
    )
    line = await line_of(letter)
    assert done == [None] * 3
    assert (line.priority, line.held_at) == (0, None)
    await asyncio.gather(*(worked(letter) for _ in range(3)))

    assert len(office.box.letters) == 1
    with pytest.raises(Conflict, match="letter_sent"):
        await office.does(handling.send_now, letter)


async def test_a_refused_letter_is_sent_again_under_its_own_name(office) -> None:
    letter = await office.writes()
    office.box.rcpt = lambda _: "550 5.1.1 no such user"
    assert await worked(letter) == "parked"
    office.box.rcpt = lambda _: None

    await office.does(handling.send_now, letter)

    assert await worked(letter) == "sent"
    (mail,) = office.box.letters
    assert mail["Message-ID"].startswith(f"<{letter}@")


async def test_what_came_back_is_sent_anew_to_the_address_of_today_and_what_comes_late_is_known(office) -> None:
    letter = await office.writes()
    await worked(letter)
    first = office.box.letters[0]
    assert await bounces.take(notice(first), settings=office.settings) is BounceOutcome.BOUNCED
    await rows(
        "UPDATE person p SET email = 'new.' || p.email FROM letter l WHERE l.id = {} AND p.id = l.person RETURNING p.id",
        letter,
    )

    done = await asyncio.gather(
        *(office.does(handling.send_now, letter) for _ in range(3)), return_exceptions=True
    )
    assert await worked(letter) == "sent"
    late = await bounces.take(notice(first), settings=office.settings)

    assert None in done
    assert (late, await state_of(letter), len(office.box.letters)) == (BounceOutcome.KNOWN, "sent", 2)
    assert office.box.letters[1]["To"] == f"new.{first['To']}"
    assert office.box.letters[1]["Message-ID"].startswith(f"<{letter}.2@")
    assert await bounces.take(notice(office.box.letters[1]), settings=office.settings) is BounceOutcome.BOUNCED


def notice(mail, *, status: str = "5.1.1", said: str = "550 5.1.1 no such user") -> bytes:
    """As Postfix writes it."""
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {mail['To']}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\n{mail.as_bytes(policy=email.policy.SMTP).decode()}\r\n--B--\r\n"
    ).encode()


# A kind of letters


async def test_letters_of_a_held_kind_wait_and_others_go(office) -> None:
    waiting, other = await office.writes("accepted"), await office.writes("submitted")
    assert await office.does(handling.hold_kind, "accepted") == 1
    assert await office.does(handling.hold_kind, "accepted") == 0
    later = await office.writes("accepted")

    assert [await worked(one) for one in (waiting, later, other)] == ["held", "held", "sent"]
    elsewhere = await a_person("filmmaker", edition=(foreign := await an_edition()))
    await letters.write("accepted", elsewhere, occasion=elsewhere.id, edition=foreign, title="Nuit")
    free = await Letter.objects().get(Letter.person == elsewhere.id)
    assert await worked(free.id) == "sent"


async def test_what_was_held_when_the_list_was_looked_at_goes_and_what_came_since_stays(office) -> None:
    await office.does(handling.hold_kind, "declined")
    old = await office.writes("declined")
    seen = now()
    new = await office.writes("declined")

    gone = await handling.release_kind("declined", seen=seen, edition=office.edition, by=office.by)

    assert (gone, await worked(old), await worked(new)) == (1, "sent", "held")
    await office.does(handling.stop_holding, "declined")
    assert (await worked(new), await worked(await office.writes("declined"))) == ("held", "sent")


@pytest.mark.parametrize("kind", ["sign_in", "invitation", "test"])
async def test_whoever_stands_at_the_door_is_never_kept_waiting(office, kind: str) -> None:
    with pytest.raises(Refused, match="letter_cannot_wait"):
        await office.does(handling.hold_kind, kind)


@pytest.mark.parametrize("kind", ["sheet_reopened", "film_declined", "no_such_kind"])
async def test_what_the_committee_writes_is_not_an_operators_to_hold(office, kind: str) -> None:
    with pytest.raises(Missing):
        await office.does(handling.hold_kind, kind)


async def test_no_letter_slips_by_while_its_kind_is_being_held(office) -> None:
    """Whoever writes within a longer act is waited for."""
    wrote, go_on = asyncio.Event(), asyncio.Event()
    found: list[str] = []

    async def announces() -> None:
        async with transaction():
            found.append(await office.writes("accepted"))
            wrote.set()
            await go_on.wait()

    announcing = asyncio.create_task(announces())
    await wrote.wait()
    holding = asyncio.create_task(office.does(handling.hold_kind, "accepted"))
    await asyncio.sleep(0.2)
    assert not holding.done()
    go_on.set()
    await announcing

    assert (await holding, await worked(found[0])) == (1, "held")


async def test_held_letters_are_counted_apart(office) -> None:
    before = await mailbag.counts(office.edition.id)
    await office.does(handling.hold, await office.writes())
    await office.writes()

    after = await mailbag.counts(office.edition.id)
    kinds = {one.kind: one.states for one in await mailbag.counts_by_kind(office.edition)}

    assert (after.held - before.held, after.waiting - before.waiting) == (1, 1)
    assert kinds["submitted"] == {"held": 1, "waiting": 1}

    sent = await office.writes()
    assert await worked(sent) == "sent"
    [left] = await mailbag.counts_by_kind(office.edition, not_out=True)
    assert (left.kind, left.held, left.waiting, left.parked) == ("submitted", 1, 1, 0)
    assert left.due_at is not None


async def test_a_given_up_letter_that_was_held_goes_when_it_is_sent_again(office) -> None:
    from festival import work

    letter = await office.writes()
    await office.does(handling.hold, letter)
    await work.let_go((await line_of(letter)).id, edition=office.edition, by=office.by)
    assert await state_of(letter) == "given_up"

    await office.does(handling.send_now, letter)

    assert await worked(letter) == "sent"
