"""Whose fault it is when a letter stays: the house waits, the letter waits, or a person looks at it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage

import msgspec
import pytest
import pytest_asyncio

from festival import leases, letters, mailbag, outages, people, post
from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.post import MailServer, PostClosed
from festival.record import record
from festival.settings import Settings, Unsafe
from festival.tables import Edition, Letter, Outbox, Person, new_id
from tests.builders import a_film, a_person, an_edition
from tests.postbox import Postbox, certificate, postbox, scripted
from tests.site import free_port
from workers import tasks


@pytest_asyncio.fixture(loop_scope="session")
async def calm(house, monkeypatch) -> AsyncIterator[None]:
    """No outage before, none after; a hanging server is given up soon."""
    monkeypatch.setattr(post, "COMMAND_SECONDS", 2)
    await outages.note_open()
    yield
    await outages.note_open()


@pytest.fixture
def box(calm, monkeypatch) -> Postbox:
    with postbox() as made:
        use(made.url, monkeypatch)
        yield made


def use(url: str, monkeypatch) -> Settings:
    settings = msgspec.structs.replace(Settings.read(), smtp_url=url)
    monkeypatch.setattr(tasks, "settings", lambda: settings)
    return settings


async def a_reader(edition: Edition, address: str = "") -> Person:
    person = await a_person("filmmaker", edition=edition)
    if address:
        person.email = address
        await Person.update({Person.email: address}).where(Person.id == person.id)
    return person


async def a_letter(edition: Edition, address: str = "") -> Outbox:
    """A letter that was just written, as its line."""
    to = await a_reader(edition, address)
    occasion = f"test:{new_id()}"
    await letters.write("submitted", to, occasion=occasion, edition=edition, title="Nuit")
    letter = await Letter.objects().get(Letter.occasion == occasion)
    return await line_of(letter.id)


async def line_of(letter: str) -> Outbox:
    found = await rows("SELECT id FROM outbox WHERE args->>'letter' = {}", letter)
    return await again(Outbox(id=found[0]["id"]))


async def again(line: Outbox) -> Outbox:
    found = await Outbox.objects().get(Outbox.id == line.id)
    assert found is not None
    return found


async def worked(line: Outbox) -> Outbox:
    """As the worker does it, now, however long the pause."""
    await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line.id)
    await tasks.work(line.id, worker="test")
    return await again(line)


async def pause_of(line: Outbox) -> float:
    found = await rows(
        "SELECT extract(epoch FROM due_at - now())::float AS s FROM outbox WHERE id = {}", line.id
    )
    return found[0]["s"]


async def lines_to_tell(edition: Edition) -> list[Outbox]:
    return await Outbox.objects().where(
        (Outbox.task == "tell_of_letters") & (Outbox.edition == edition.id)
    )


async def test_a_server_that_says_later_is_asked_again_until_it_takes_the_letter(box) -> None:
    line = await a_letter(await an_edition())
    box.rcpt = lambda _: "450 4.2.0 greylisted, come back"

    for _ in range(5):
        put = await worked(line)
        assert (put.parked_at, put.done_at, put.faults) == (None, None, 0)
        assert put.fault == "mail_later 450 4.2.0 greylisted, come back"
    box.rcpt = lambda _: None
    put = await worked(line)

    assert put.done_at is not None
    assert len(box.letters) == 1


async def test_pauses_double_up_to_an_hour_and_differ(box) -> None:
    line = await a_letter(await an_edition())
    box.data = lambda _: "452 4.3.1 disk full"
    waited = [0, 30, 60, 120, 240, 480, 960, 1920, 3840, 7440]
    pauses = []

    for seconds in waited:
        await rows(
            """UPDATE outbox SET patient_until = now() + interval '48 hours' - interval '1 second' * {}
               WHERE id = {} AND {} RETURNING id""",
            seconds, line.id, seconds > 0,
        )
        await worked(line)
        pauses.append(await pause_of(line))

    ideal = [min(max(30, seconds), 3600) for seconds in waited]
    assert [0.7 < pause / want < 1.3 for pause, want in zip(pauses, ideal, strict=True)] == [True] * 10
    assert len({round(p / w, 3) for p, w in zip(pauses, ideal, strict=True)}) > 1


async def test_after_two_days_of_later_a_person_looks_at_it(box) -> None:
    edition = await an_edition()
    line = await a_letter(edition)
    box.rcpt = lambda _: "451 4.7.1 not yet"
    first = await worked(line)
    assert timedelta(hours=47) < first.patient_until - now() <= timedelta(hours=48)

    await rows("UPDATE outbox SET patient_until = now() - interval '1 s' WHERE id = {} RETURNING id", line.id)
    put = await worked(line)

    assert (put.parked_at is not None, put.fault) == (True, "mail_later 451 4.7.1 not yet")
    assert mailbag.reason_of(put.fault, is_dead_letter=True) == ("mail_late", "451 4.7.1 not yet")
    assert len(await lines_to_tell(edition)) == 1


async def test_one_refused_address_among_a_hundred_costs_only_itself(box) -> None:
    edition = await an_edition()
    bad = f"nobody.{new_id()[:6]}@example.org"
    box.rcpt = lambda to: "550 5.1.1 no such user" if to == bad else None
    lines = [await a_letter(edition, bad if n == 40 else "") for n in range(100)]

    after = [await worked(line) for line in lines]

    parked = [line for line in after if line.parked_at is not None]
    assert [(line.fault, line.attempt) for line in parked] == [("mail_refused 550 5.1.1 no such user", 1)]
    assert sum(line.done_at is not None for line in after) == len(box.letters) == len(set(box.to())) == 99


async def test_a_letter_refused_at_its_text_is_refused_for_good(box) -> None:
    line = await a_letter(await an_edition())
    box.data = lambda _: "554 5.7.1 looks like spam"

    assert (await worked(line)).fault == "mail_refused 554 5.7.1 looks like spam"
    assert (await again(line)).parked_at is not None


async def test_a_sender_that_is_refused_concerns_the_house_and_no_addressee(box) -> None:
    line = await a_letter(await an_edition())
    box.mail = lambda _: "550 5.7.1 sender unknown"

    put = await worked(line)

    assert (put.parked_at, put.faults, put.fault) == (None, 0, "mail_away 550 5.7.1 sender unknown")
    assert "5.7.1" in (await outages.outage()).reason


async def test_while_the_server_is_away_one_letter_tries_for_all(calm, monkeypatch) -> None:
    edition, port = await an_edition(), free_port()
    use(f"smtp://127.0.0.1:{port}", monkeypatch)
    lines = [await a_letter(edition) for _ in range(5)]

    first = await worked(lines[0])
    assert first.fault.startswith("mail_away")
    others = [await again(line) for line in lines[1:]]
    assert {line.attempt for line in others} == {0}
    assert {line.due_at for line in [first, *others]} == {(await outages.outage()).next_at}

    box = Postbox(port=port).open()
    late = await a_letter(edition)
    assert (await worked(late)).done_at is None  # it is too early to try
    assert box.seen == []
    await rows("UPDATE outage SET next_at = now() RETURNING part")
    after = [await worked(line) for line in [*lines, late]]
    box.close()

    assert [line.done_at is not None for line in after] == [True] * 6
    assert len(box.letters) == 6
    assert await outages.outage() is None


async def test_the_pause_of_an_outage_grows_with_each_try_and_not_with_each_letter(calm) -> None:
    pauses = []
    for _ in range(7):
        for _ in range(3):
            closed = await outages.note_closed("away")
        pauses.append(round((closed.next_at - now()).total_seconds()))
        await rows("UPDATE outage SET next_at = now() RETURNING part")

    assert pauses == pytest.approx([15, 30, 60, 120, 240, 300, 300], abs=1)


async def test_an_outage_sets_no_letter_aside_however_long(calm, monkeypatch) -> None:
    use(f"smtp://127.0.0.1:{free_port()}", monkeypatch)
    line = await a_letter(await an_edition())

    for _ in range(6):
        await rows("UPDATE outage SET next_at = now() RETURNING part")
        put = await worked(line)

    assert (put.parked_at, put.faults, put.attempt) == (None, 0, 6)


async def test_operators_hear_of_a_long_outage_once_it_is_over(box) -> None:
    edition = await an_edition()
    keeper = await a_person("operator", edition=edition)
    await outages.note_closed("away")
    await rows("UPDATE outage SET since = now() - interval '1 hour', next_at = now() RETURNING part")

    await worked(await a_letter(edition))

    told = await Letter.objects().where((Letter.person == keeper.id) & (Letter.kind == "mail_back"))
    assert len(told) == 1


async def test_a_wrong_password_concerns_the_house(calm, monkeypatch) -> None:
    with postbox(names=True) as box:
        use(f"smtp://ada:wrong@127.0.0.1:{box.port}", monkeypatch)
        line = await a_letter(await an_edition())

        put = await worked(line)

    assert put.parked_at is None
    assert put.fault.startswith("mail_away 535")


async def test_name_and_password_are_read_as_they_were_meant(calm, monkeypatch) -> None:
    with postbox(names=True) as box:
        use(f"smtp://ada%40example.org:p%40ss%2Fw%23%25%3A@127.0.0.1:{box.port}", monkeypatch)
        put = await worked(await a_letter(await an_edition()))

    assert put.done_at is not None
    assert [(login.login, login.password) for login in box.logins] == [(b"ada@example.org", b"p@ss/w#%:")]


async def test_a_server_that_says_nothing_is_given_up_soon(calm, monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(f"smtp://127.0.0.1:{silent.getsockname()[1]}", monkeypatch)
        line = await a_letter(await an_edition())

        put = await asyncio.wait_for(worked(line), timeout=30)

    assert (put.parked_at, put.fault.startswith("mail_away")) == (None, True)


async def test_a_letter_that_hangs_waits_and_the_others_do_not(box) -> None:
    edition = await an_edition()
    slow = f"slow.{new_id()[:6]}@example.org"
    box.rcpt = lambda to: "hang" if to == slow else None
    lines = [await a_letter(edition, slow), await a_letter(edition)]

    stuck, sent = [await worked(line) for line in lines]

    assert (stuck.fault.partition(" ")[0], stuck.done_at) == ("mail_later", None)
    assert sent.done_at is not None
    assert await outages.outage() is None


async def test_a_rude_goodbye_sends_nothing_twice(box, monkeypatch) -> None:
    line = await a_letter(await an_edition())

    async def quit_(*_: object, **__: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr("aiosmtplib.SMTP.quit", quit_)
    put = await worked(line)

    assert (put.done_at is not None, len(box.letters)) == (True, 1)


# What the server says, stage by stage

AWAY, LATER, REFUSED, SENT = "mail_away", "mail_later", "mail_refused", "sent"
UNHEARD = "mail_unheard"
FATES = {
    AWAY: {
        "greeting": ["421 busy", "450 busy", "554 not you", "250 odd", "hello", "drop"],
        "EHLO": ["421 busy", "451 busy", "500 what", "502 what", "550 not you", "drop"],
        "MAIL": ["421 busy", "450 busy", "452 full", "550 not you", "553 not you", "hello", "drop"],
        "RCPT": ["530 who are you", "535 who are you", "538 who are you"],
        "DATA": ["530 who are you"],
    },
    LATER: {
        "RCPT": ["421 busy", "450 busy", "451 try later", "452 full", "hello", "drop"],
        "DATA": ["421 busy", "450 busy", "451 try later", "452 full", "250 odd", "hello", "drop"],
        "text": ["421 busy", "450 busy", "451 try later", "452 full", "354 odd"],
    },
    REFUSED: {
        "RCPT": ["500 no", "521 no", "550 no", "551 elsewhere", "552 full", "553 no", "554 no", "556 no"],
        "DATA": ["503 no", "552 full", "554 no"],
        "text": ["550 no", "552 too long", "554 no"],
    },
    UNHEARD: {"text": ["hello", "drop"]},
    SENT: {
        "MAIL": ["251 yes"],
        "RCPT": ["251 forwarded", "252 perhaps", "250-yes\r\n250 yes"],
        "text": ["200 yes", "251 yes", "250-kept\r\n250 \u00e9crit", "250"],
    },
}
ANSWERS = [(stage, answer, fate) for fate, stages in FATES.items() for stage in stages for answer in stages[stage]]


@pytest.mark.parametrize(("stage", "answer", "fate"), ANSWERS)
async def test_each_answer_of_a_server_has_one_meaning(calm, monkeypatch, stage: str, answer: str, fate: str) -> None:
    async with scripted(**{stage: answer}) as server:
        use(server.url, monkeypatch)
        put = await worked(await a_letter(await an_edition()))

    told = SENT if put.done_at else put.fault.partition(" ")[0]
    assert (told, put.parked_at is not None, put.faults) == (fate, fate == REFUSED, int(fate in {REFUSED, UNHEARD}))
    assert (await outages.outage() is not None) == (fate == AWAY)
    assert len(server.texts) == (1 if stage == "text" or fate == SENT else 0)
    if fate != SENT and answer[:3].isdigit() and answer != "250 odd":
        assert put.fault == f"{fate} {answer}"


async def test_a_text_whose_end_nobody_heard_comes_a_few_times_under_one_name_at_most(calm, monkeypatch) -> None:
    edition = await an_edition()
    line = await a_letter(edition)
    async with scripted(text="drop") as server:
        use(server.url, monkeypatch)
        put = [await worked(line) for _ in range(leases.MOST_RISKY)]

    assert [one.parked_at is not None for one in put] == [False] * (leases.MOST_RISKY - 1) + [True]
    assert len(server.texts) == leases.MOST_RISKY
    assert len({text.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for text in server.texts}) == 1
    assert mailbag.reason_of(put[-1].fault, is_dead_letter=True) == ("mail_unheard", "Unexpected EOF received")
    assert len(await lines_to_tell(edition)) == 1


async def test_a_text_whose_end_was_heard_the_second_time_is_sent(calm, monkeypatch) -> None:
    line = await a_letter(await an_edition())
    async with scripted(text="drop") as server:
        use(server.url, monkeypatch)
        await worked(line)
        assert 15 < await pause_of(line) < 60
        del server.answers["text"]
        put = await worked(line)

    assert (put.done_at is not None, len(server.texts)) == (True, 2)


async def test_one_address_that_the_server_cannot_write_closes_the_post_for_nobody(calm, monkeypatch) -> None:
    edition = await an_edition()
    async with scripted(MAIL="555 SMTPUTF8 not here") as server:
        use(server.url, monkeypatch)
        put = await worked(await a_letter(edition, f"zoé.{new_id()[:5]}@example.org"))

    assert (put.parked_at is not None, put.fault) == (True, "mail_utf8 555 SMTPUTF8 not here")
    assert await outages.outage() is None


async def test_lines_that_begin_with_a_dot_arrive_as_they_were_written(box) -> None:
    to = await a_reader(await an_edition())
    mail = EmailMessage()
    mail["To"], mail["Subject"] = to.email, "."
    mail.set_content(".\n..\n.fin\n\nfin.\n.\n")
    await post.hand_over(mail, to=to.email, sender="nous@example.org", server=MailServer.of(box.url))

    assert box.letters[0].get_content().replace("\r\n", "\n") == ".\n..\n.fin\n\nfin.\n.\n"


# Over TLS or not at all


async def hand(url: str, **given: object) -> None:
    mail = EmailMessage()
    mail["To"] = "ada@example.org"
    mail.set_content("Venez.")
    await post.hand_over(mail, to="ada@example.org", sender="nous@example.org", server=MailServer.of(url, **given))


async def test_with_starttls_the_letter_travels_hidden(calm, tmp_path, monkeypatch) -> None:
    authority, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with postbox(tls_context=context, require_starttls=True) as box:
        await hand(f"smtp+starttls://127.0.0.1:{box.port}")

    assert len(box.letters) == 1


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
async def test_a_server_without_tls_gets_neither_password_nor_letter(calm, scheme: str) -> None:
    with postbox(names=True) as box, pytest.raises(PostClosed):  # as where somebody strips the offer
        await hand(f"{scheme}://ada:secret@127.0.0.1:{box.port}")

    assert (box.seen, box.logins, box.letters) == ([], [], [])


async def test_a_certificate_that_nobody_vouches_for_is_refused(calm, tmp_path) -> None:
    _, context = certificate(tmp_path)
    with postbox(tls_context=context) as box, pytest.raises(PostClosed, match="certificate"):
        await hand(f"smtp+starttls://127.0.0.1:{box.port}")

    assert box.letters == []


async def test_tls_from_the_first_byte(calm, tmp_path, monkeypatch) -> None:
    authority, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with postbox(ssl_context=context) as box:
        await hand(f"smtps://127.0.0.1:{box.port}")

    assert len(box.letters) == 1


@pytest.mark.parametrize("answer", ["454 not now", "501 what", "220 go", "250 odd", "421 busy", "hello", "drop"])
async def test_a_server_whose_tls_does_not_begin_gets_nothing_in_clear(calm, answer: str) -> None:
    async with scripted(EHLO="250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS", STAR=answer) as server:
        with pytest.raises(PostClosed):
            await hand(f"smtp+starttls://ada:hush@127.0.0.1:{server.port}")

    assert server.texts == []
    assert {verb for verb in server.heard if verb.isalpha()} <= {"EHLO", "STAR", "QUIT"}


@pytest.mark.parametrize("host", ["nowhere.invalid", "l" * 64 + ".invalid", "a..b.invalid", "256.1.1.1", "[::1%none]"])
async def test_a_host_that_is_nowhere_closes_the_post_and_loses_no_letter(calm, monkeypatch, host: str) -> None:
    use(f"smtp://{host}:2525", monkeypatch)
    line = await a_letter(await an_edition())

    put = await worked(line)

    assert (put.parked_at, put.faults, put.fault.partition(" ")[0]) == (None, 0, "mail_away")


@pytest.mark.parametrize(
    ("url", "clear", "tls", "port"),
    [
        ("smtp://127.0.0.1:2525", False, "none", 2525),
        ("smtp://[::1]", False, "none", 25),
        ("smtp://localhost", False, "none", 25),
        ("smtp://mail.example.org", False, "starttls", 587),
        ("smtp://mail.example.org:25", True, "starttls", 25),
        ("smtp://localhost.example.org", False, "starttls", 587),
        ("smtp://127.0.0.1.example.org", False, "starttls", 587),
        ("smtp://relay:25", False, "starttls", 25),
        ("smtp://relay:25", True, "none", 25),
        ("smtp://10.1.2.3", True, "none", 25),
        ("smtp+starttls://relay", True, "starttls", 587),
        ("smtps://ada:x@mail.example.org", False, "whole", 465),
    ],
)  # fmt: skip
def test_words_travel_in_clear_only_within_this_machine(url: str, clear: bool, tls: str, port: int) -> None:
    server = MailServer.of(url, clear_allowed=clear)

    assert (server.tls, server.port) == (tls, port)


@pytest.mark.parametrize(
    "given",
    [
        {"SMTP_URL": "mail.example.org:587"},
        {"SMTP_URL": "http://mail.example.org"},
        {"SMTP_URL": "smtp://ada:p@ss/w#rd@mail.example.org:587"},
        {"SMTP_URL": "smtp://ada:pa%ffss@mail.example.org"},
        {"SMTP_URL": "smtp://ada@mail.example.org"},
        {"SMTP_URL": "smtp://mail.example.org:99999"},
        {"SMTP_URL": "smtp://ada:12#w@mail.example.org"},
        {"SMTP_URL": "smtp://ada:12?w@mail.example.org"},
        {"SMTP_URL": "smtp://"},
        {"SMTP_URL": "smtp://mail.example.org", "SMTP_ALLOW_CLEAR": "true"},
        {"SMTP_URL": "smtps://mail.example.org", "MAIL_FROM": "Cinéma for Space"},
        {"MAIL_FROM": "Cinéma <nous@>"},
        {"MAIL_FROM": "Cinéma <@example.org>"},
        {"MAIL_FROM": "Cinéma <zoé@example.org>"},
        {"MAIL_FROM": "Cinéma <nous@-ab\u2044c.é>"},
    ],
)
def test_the_house_does_not_start_with_mail_that_cannot_be_meant(given: dict[str, str]) -> None:
    with pytest.raises(Unsafe):
        Settings.read({"MODE": "development", **given})


@pytest.mark.parametrize("url", ["smtp://ada:hush#w@mail.example.org", "smtp://ada:hush/w@mail.example.org:587"])
def test_what_is_wrong_with_an_address_is_said_without_its_password(url: str) -> None:
    with pytest.raises(Unsafe) as said:
        Settings.read({"MODE": "development", "SMTP_URL": url})

    assert "hush" not in str(said.value)


# Addresses of the whole world


async def test_an_accented_domain_goes_as_the_wires_know_it(box) -> None:
    put = await worked(await a_letter(await an_edition(), f"zoe.{new_id()[:5]}@Café.example"))

    assert put.done_at is not None
    assert box.to()[0].endswith("@xn--caf-dma.example")


async def test_a_house_with_an_accented_domain_writes_letters(box, monkeypatch) -> None:
    settings = msgspec.structs.replace(tasks.settings(), mail_from="Cinéma for Space <nous@café.example>")
    monkeypatch.setattr(tasks, "settings", lambda: settings)

    put = await worked(await a_letter(await an_edition()))

    assert (put.done_at is not None, box.envelopes[0].mail_from) == (True, "nous@xn--caf-dma.example")
    assert str(box.letters[0]["From"]) == "Cinéma for Space <nous@xn--caf-dma.example>"
    assert box.letters[0]["Message-ID"].strip("<>").endswith("@xn--caf-dma.example")


async def test_a_domain_that_cannot_exist_has_its_own_reason(box) -> None:
    put = await worked(await a_letter(await an_edition(), "zoe@-ab\u2044c.é"))

    assert (put.parked_at is not None, put.fault.split()[0]) == (True, "mail_domain")


async def test_a_domain_that_mail_cannot_write_is_refused_at_the_door(house) -> None:
    with pytest.raises(Refused, match="email_invalid"):
        await people.meet("zoe@-ab\u2044c.é.example")


async def test_a_long_or_odd_address_reaches_its_own_box(box) -> None:
    odd = [f"{'long' * 15}.{new_id()[:3]}@{'very-' * 9}far.{'away-' * 8}example.org", f"a..b{new_id()[:5]}@example.org",
           f"o'neil+tag={new_id()[:5]}@example.org"]

    after = [await worked(await a_letter(await an_edition(), address)) for address in odd]

    assert [line.done_at is not None for line in after] == [True] * 3
    assert [envelope.rcpt_tos for envelope in box.envelopes] == [[address] for address in odd]
    assert [str(letter["To"]) for letter in box.letters] == odd


async def test_accents_before_the_at_sign_go_where_the_server_takes_them(calm, monkeypatch) -> None:
    address = f"zoé.{new_id()[:5]}@example.org"
    with postbox(enable_SMTPUTF8=True) as box:
        use(box.url, monkeypatch)
        put = await worked(await a_letter(await an_edition(), address))
        assert put.done_at is not None
        assert (box.to(), box.envelopes[0].rcpt_tos) == ([address], [address])

    with postbox(enable_SMTPUTF8=False) as box:
        use(box.url, monkeypatch)
        put = await worked(await a_letter(await an_edition(), f"x{address}"))
        assert (put.parked_at is not None, put.fault) == (True, "mail_utf8")
        assert box.letters == []


# Keys


async def a_key(edition: Edition, kind: str = "sign_in") -> tuple[Person, Letter]:
    to = await a_reader(edition)
    more = {"part": "x", "words": ""} if kind == "invitation" else {}
    await letters.write_key(kind, to, edition=edition, settings=tasks.settings(), **more)
    letter = await Letter.objects().get(Letter.person == to.id)
    assert letter is not None
    return to, letter


@pytest.mark.parametrize("kind", ["sign_in", "invitation"])
async def test_no_row_ever_holds_the_key_that_a_letter_brings(box, kind: str) -> None:
    edition = await an_edition()
    to, letter = await a_key(edition, kind)
    before = await everything_about(letter)

    await worked(await line_of(letter.id))

    (mail,) = box.letters
    link = next(word for word in mail.get_content().split() if "/account/links/" in word)
    key = link.rpartition("/")[2]
    after = await everything_about(letter)
    assert len(key) >= 43
    assert [key in text for text in (before, after)] == [False, False]
    assert (await people.use_link(key)).id == to.id


async def everything_about(letter: Letter) -> str:
    found = []
    for table in ("letter", "outbox", "link", "record", "outage"):
        found += await rows(f"SELECT row_to_json(t)::text AS text FROM {table} t")
    return "\n".join(row["text"] for row in found)


async def test_a_key_is_good_from_when_it_was_sent(box) -> None:
    _, letter = await a_key(await an_edition())
    await rows("UPDATE link SET expires_at = now() - interval '1 h' WHERE person = {} RETURNING id", letter.person)

    assert (await worked(await line_of(letter.id))).done_at is not None
    good = await rows("SELECT expires_at FROM link WHERE person = {}", letter.person)
    assert timedelta(minutes=110) < good[0]["expires_at"] - now() <= timedelta(hours=2)


async def test_a_key_that_was_ended_is_not_sent_any_more(box) -> None:
    _, letter = await a_key(await an_edition())
    await rows("UPDATE link SET used_at = now() WHERE person = {} RETURNING id", letter.person)

    put = await worked(await line_of(letter.id))

    assert (put.parked_at is not None, put.fault, box.letters) == (True, "mail_link_over", [])


async def test_whoever_stands_at_the_door_goes_before_a_batch(box) -> None:
    edition = await an_edition()
    batch = await a_letter(edition)
    _, letter = await a_key(edition)

    assert (await line_of(letter.id)).priority < batch.priority


# Telling operators


async def test_a_burst_of_refused_letters_is_one_letter_to_each_operator(box) -> None:
    edition = await an_edition()
    keepers = [await a_person("operator", edition=edition, name=name) for name in ("Maud", "Noe")]
    box.rcpt = lambda _: "550 5.1.1 gone away"
    for _ in range(30):
        await worked(await a_letter(edition))
    (line,) = await lines_to_tell(edition)

    await worked(line)

    for keeper in keepers:
        (told,) = await Letter.objects().where(
            (Letter.person == keeper.id) & (Letter.kind == "letters_parked")
        )
        assert told.subject == "30 lettres n’ont pas pu partir"
        assert told.body.count("550 5.1.1 gone away") == mailbag.NAMED
        refused = await worked(await line_of(told.id))
        assert refused.parked_at is not None
    assert len(await lines_to_tell(edition)) == 1  # a tale that is refused makes no other


async def test_the_next_burst_is_told_later(box) -> None:
    edition = await an_edition()
    await a_person("operator", edition=edition)
    box.rcpt = lambda _: "550 5.1.1 gone away"
    await worked(await a_letter(edition))
    (line,) = await lines_to_tell(edition)
    assert 60 < await pause_of(line) <= 120
    await worked(line)

    await worked(await a_letter(edition))

    (second,) = [one for one in await lines_to_tell(edition) if one.id != line.id]
    assert 25 * 60 < await pause_of(second) <= 30 * 60


async def test_one_act_sends_all_refused_letters_again(box) -> None:
    edition, elsewhere = await an_edition(), await an_edition()
    keeper = await a_person("operator", edition=edition)
    box.rcpt = lambda _: "550 5.1.1 gone away"
    mine = [await worked(await a_letter(edition)) for _ in range(3)]
    foreign = await worked(await a_letter(elsewhere))

    assert await mailbag.retry_all(edition, by=keeper) >= 3

    box.rcpt = lambda _: None
    assert [(await worked(line)).done_at is not None for line in mine] == [True] * 3
    assert (await again(foreign)).parked_at is not None


async def test_whoever_mends_something_does_not_wait_for_the_end_of_a_pause(box) -> None:
    edition = await an_edition()
    keeper = await a_person("operator", edition=edition)
    line = await a_letter(edition)
    await outages.note_closed("away")
    await tasks.work(line.id, worker="test")
    assert await pause_of(line) > 5

    await mailbag.retry_all(edition, by=keeper)
    await tasks.work(line.id, worker="test")

    assert (await again(line)).done_at is not None


async def test_a_server_that_asks_for_a_name_at_the_addressee_means_the_house(box) -> None:
    line = await a_letter(await an_edition())
    box.rcpt = lambda _: "530 5.7.0 authentication required"

    put = await worked(line)

    assert (put.parked_at, put.fault) == (None, "mail_away 530 5.7.0 authentication required")


async def test_giving_up_ends_what_was_seen_and_no_more(box) -> None:
    edition = await an_edition()
    keeper = await a_person("operator", edition=edition)
    box.rcpt = lambda _: "550 5.1.1 gone away"
    old = await worked(await a_letter(edition))
    seen = old.parked_at
    new = await worked(await a_letter(edition))

    await mailbag.give_up_all(edition, seen=seen, by=keeper)

    assert ((await again(old)).cancelled_by, (await again(new)).cancelled_by) == (keeper.id, "")
    assert (await mailbag.counts(edition.id)).parked >= 1
    await mailbag.retry_all(edition, by=keeper)
    assert (await again(old)).parked_at is not None


async def test_every_line_names_its_edition(house) -> None:
    edition = await an_edition()

    line = await a_letter(edition)

    assert line.edition == edition.id
    assert await leases.take(line.id, worker="test") == leases.Lease(
        line=line.id, task="send_letter", args=line.args, attempt=1, edition=edition.id, zone="Europe/Paris"
    )


async def test_what_is_recorded_about_a_film_names_its_edition(house) -> None:
    edition = await an_edition()
    film, file = await a_film(edition, await a_person("filmmaker", edition=edition))
    line = await a_letter(edition)

    for subject in (film, file, line.id):
        await record("tried", subject)

    found = await rows("SELECT DISTINCT edition FROM record WHERE subject = ANY({})", [film, file, line.id])
    assert [row["edition"] for row in found] == [edition.id]
