"""Whatever a member may open is, byte for byte, the same before and after others have scored; and in a blind section
nothing that they may open names who made the film.

The doors are the house's own list, so a new one is asked too.
"""

import asyncio
import io
import json
import re
import zipfile
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.pages import _paper
from festival import clock
from festival.access import Act, may
from festival.db import rows
from festival.tables import Phase, Section
from reviews import (
    assignments,
    board,
    conflicts,
    decisions,
    meetings,
    outgoing,
    phases,
    profiles,
    reviewing,
    sheets,
    talk,
)
from reviews.assignments import AssignmentByHand
from reviews.phases import CommitteeRulesForm
from reviews.profiles import ProfileForm
from reviews.reviewing import Remark
from reviews.scoring import Sheet
from submissions.entries import withdraw
from submissions.tables import Credit, EntryAnswer, Film, Question, Visitor
from tests.builders import a_film, a_person, a_section, an_edition, has_seen, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury
from tests.test_access import ROUTES, address

SAID = "Le plan de la grue tient le film entier."
TABLE, BLIND, OWN, PENCIL, FIRST, SECOND, GONE = range(7)
OF_THE_TABLE = (TABLE, BLIND, PENCIL)
"""Films on which others give sheets; `OWN` is the one on which the reviewer has given theirs before."""

OWN_DATA_AND_CLOCKS = re.compile(
    r"[0-9a-f]{64}"  # proofs of forms
    r'|name="_once"\s+value="[^"]+"'
    r'|name="seen_at" value="[^"]+"'  # until when the board was read
    r'|"seen_at":"[^"]+","is_this"'  # when one's own session was last there
    r'|"challenge":"[^"]+"'  # what a passkey is to sign, drawn anew each time
    r'|<p class="clock">\s*<time datetime="[^"]+">[0-9:]+'  # the wall clock of the foyer
    r'|\{"table":"record","count":[0-9]+|<b>[0-9]+</b> × ligne'  # one's own acts on the record: these exports
    r"|<dcterms:[^<]+"  # when a workbook was made
)
MORE = {
    "GET /{lang}/{edition}/committee": ["?order=advised", "?order=length", "?state=note", "?state=given"],
    "GET /{lang}/{edition}/committee/decisions": ["?sort=mean", "?flag=unvoted", "?q=nuit"],
    "GET /api/v1/{edition}/committee/board": [
        *(f"?sort={sort}" for sort in board.SORTS), *(f"?flag={flag}" for flag in board.FLAGS), "?q=nuit",
    ],
    "GET /api/v1/{edition}/committee/duels": ["?section={section_id}&places=1"],
    "GET /{lang}/{edition}/committee/conflicts": ["?state=confirmed", "?state=dismissed"],
}  # fmt: skip
"""What else a door is asked for: orders and filters would tell by where a film stands what no row says."""
NAMED = {
    "GET /{lang}/{edition}/committee/exports/{name}": [
        f"{which}.{kind}" for which in outgoing.LISTS for kind in outgoing.FORMATS
    ],
}

MAKERS = {
    "a director": "Zéphyrine Quaxolotl", "a credit": "Théodule Vrombaut", "a maker": "Ildefonse Kraspek",
    "an address": "ildefonse@wuzzumfilms.example", "a company": "Wuzzum Pictures SARL",
    "a guest": "Pulchérie Ngwazi",
}  # fmt: skip


class Round(Jury):
    """Bob reviews and Cy chairs: neither has scored. Ann, Dan and Eve, who chairs too, are about to."""

    async def sit(self) -> "Round":
        self.edition = await an_edition(phase=Phase.SELECTION)
        self.maker = await a_person("filmmaker", edition=self.edition, name="Mo")
        self.ann = await a_person("reviewer", edition=self.edition, name="Ann")
        self.bob = await a_person("reviewer", edition=self.edition, name="Bob")
        self.dan = await a_person("reviewer", edition=self.edition, name="Dan")
        self.gil = await a_person("reviewer", edition=self.edition, name="Gil")
        self.fay = await a_person("reviewer", edition=self.edition, name="Fay")
        self.cy = await a_person("chair", edition=self.edition, name="Cy")
        self.eve = await a_person("chair", edition=self.edition, name="Eve")
        self.films = [
            await a_film(self.edition, self.maker, title=f"Nuit {n}", section="S" if n == BLIND else "C") for n in range(7)
        ]
        for n, (submission, file) in enumerate(self.films):
            await rows(
                "UPDATE submission SET filed_at = now() + {} * interval '1 second' WHERE id = {} RETURNING id", n, submission
            )
            for person in (self.ann, self.bob, self.dan, self.cy, self.eve):
                await has_seen(person, file)
        await self.hide()
        await self.prepare()
        return self

    async def hide(self) -> None:
        """A blind section, and a film in it that says everywhere who made it."""
        await Section.update({Section.is_blind: True}).where(
            (Section.edition == self.edition.id) & (Section.letter == "S")
        )
        told = MAKERS
        film = (await self.film(BLIND))[0]
        text = f"{told['a director']} filme {told['a credit']}, avec {told['a maker']}."
        await Film.update({
            Film.director: told["a director"], Film.directors: [told["a director"]], Film.synopses: {"fr": text, "en": text},
        }).where(Film.id == film.film)  # fmt: skip
        await Credit(film=film.film, role="image", name=told["a credit"]).save()
        await Visitor(edition=self.edition.id, submission=film.id, name=told["a guest"]).save()
        hidden = await a_person("filmmaker", edition=self.edition)
        await rows(
            "UPDATE person SET name = {}, email = {} WHERE id = {} RETURNING id",
            told["a maker"], f"{film.id}.{told['an address']}", hidden.id,
        )  # fmt: skip
        await rows("UPDATE member SET person = {} WHERE submission = {} RETURNING id", hidden.id, film.id)
        asked = Question(edition=self.edition.id, kind="line", asks="makers", labels={"fr": "Société", "en": "Company"},
                         identifies=True)  # fmt: skip
        await asked.save()
        await EntryAnswer(question=asked.id, submission=film.id, value=json.dumps(told["a company"])).save()
        await profiles.set_profile(
            self.edition, self.bob.id, ProfileForm(affiliations=told["a company"].removesuffix(" SARL")), by=self.eve
        )

    async def prepare(self) -> None:
        """One of each thing that a door may be about."""
        await sheets.begin(self.edition, None, by=self.eve)
        await phases.set_rules(self.edition, CommitteeRulesForm(chair_waits=True), by=self.eve)
        for version, n in enumerate((TABLE, BLIND, OWN, PENCIL)):
            await assignments.assign_by_hand(
                self.edition, (await self.film(n))[0], AssignmentByHand(person=self.bob.id, version=version), by=self.eve
            )
        assert (await conflicts.look_for_conflicts(self.edition, by=self.eve))["new"]
        for person in (self.bob, self.ann, self.dan):
            await self.give(person, GOOD, OWN)
        self.review = (await rows("SELECT id FROM review WHERE person = {}", self.bob.id))[0]["id"]
        film, file = await self.film(TABLE)
        self.note = (await reviewing.note(film, file, Remark(text="Beau."), by=self.bob)).id
        for n, decide in ((GONE, decisions.accept), (FIRST, decisions.wait), (SECOND, decisions.wait)):
            await decide((await self.film(n))[0], by=self.eve, note="En réunion.")
        ids = [self.films[n][0] for n in (GONE, FIRST, SECOND)]
        announced = await decisions.ask_announcement(self.edition, ids, by=self.eve)
        await decisions.announce(announced.id, edition=self.edition, by=self.cy)
        await withdraw((await self.film(GONE))[0], by=self.maker)
        await decisions.accept((await self.film(PENCIL))[0], by=self.eve, note="En réunion.")
        self.batch = (await decisions.ask_announcement(self.edition, [self.films[PENCIL][0]], by=self.eve)).id
        given = meetings.NewMeeting(name="Jeudi", people=[self.bob.id])
        viewer = await the_viewer(self.cy, self.edition)
        self.meeting = await meetings.begin(given, edition=self.edition, viewer=viewer, by=self.eve)
        await meetings.show(self.meeting, self.films[TABLE][0], edition=self.edition, by=self.eve)

    async def others_score(self) -> None:
        """Sheets that move every mean, spread and rank; begun ones, changed ones, opinions and notes."""
        for n in OF_THE_TABLE:
            await self.give(self.ann, Sheet(**GOOD.scores, opinion=SAID), n)
        for n in (TABLE, BLIND):
            kept = await self.give(self.dan, POOR, n, give=False)
            version = await self.give(self.dan, POOR, n, version=kept)
            await self.give(self.dan, Sheet(**POOR.scores, opinion=f"{SAID} Non."), n, version=version)
            film, file = await self.film(n)
            await reviewing.note(film, file, Remark(text=SAID), by=self.ann)
        await self.give(self.eve, GOOD, TABLE)
        film, file = await self.film(TABLE)
        await talk.say(film, talk.NewTalk(text=f"@Bob {SAID}"), by=self.ann)
        await reviewing.abstain(film, file, reason="Je connais le sujet.", version=0, by=self.gil)
        for n, score in ((FIRST, 1), (SECOND, 5)):  # from before the announcement, as they arrive now
            await rows(
                """INSERT INTO review (id, submission, file, person, scores, opinion, seen, given_at)
                   VALUES ({}, {}, {}, {}, jsonb_build_object('writing', {}::int, 'image', {}::int), {}, 1, now())
                   RETURNING id""",
                f"late{n}{self.films[n][0]}"[:16], *self.films[n], self.ann.id, score, score, SAID,
            )  # fmt: skip

    async def known(self, n: int) -> dict[str, str]:
        submission, file = self.films[n]
        section = (await a_section(self.edition, "S" if n == BLIND else "C")).id
        return {
            "submission_id": submission, "file_id": file, "note_id": self.note, "review_id": self.review,
            "meeting_id": self.meeting, "batch_id": self.batch, "person_id": self.ann.id, "section_id": section,
            "section_letter": "S" if n == BLIND else "C",
        }  # fmt: skip


def doors(viewer: Any) -> list[str]:
    """Every GET of an edition that lets this person in."""
    return sorted(
        route for route, who in ROUTES.items()
        if route.startswith("GET ") and "{edition}" in route and (who in {"public", "known"} or may(viewer, Act(who)))
    )  # fmt: skip


async def all_that(
    app: Any, client: httpx.AsyncClient, committee: Round, person: Any, session: Any, *, part: str = ""
) -> dict[str, str]:
    """Every body that is there for this person, and their letters, by where it stands; or those with `part` in it."""
    client.cookies.set("session", session[0])
    client.headers["x-csrf-token"] = session[1]
    told: dict[str, str] = {}
    for route in doors(await the_viewer(person, committee.edition)):
        if part not in route:
            continue
        films = (TABLE, BLIND) if "/committee/submissions/" in route else (TABLE,)
        for n in films:
            known = await committee.known(n)
            for name in NAMED.get(route, ("main.m3u8",)):
                _, path = address(route, committee.edition, **known, name=name)
                for more in ("", *MORE.get(route, ())):
                    where = f"{route}{more} {name if route in NAMED else n}"
                    told[where] = await body_at(app, client, path + more.format(**known))
    letters = await rows("SELECT kind, subject, body, link FROM letter WHERE person = {} ORDER BY id", person.id)
    return {**told, "letters": str(letters)}


async def body_at(app: Any, client: httpx.AsyncClient, path: str) -> str:
    if path.endswith("/events"):
        return await first_word(app, client, path)
    answer = await client.get(path)
    assert answer.status_code < 500, (path, answer.text)
    return OWN_DATA_AND_CLOCKS.sub("", f"{answer.status_code} {words_of(answer.content)}")


def words_of(content: bytes) -> str:
    """What is in a file that is packed, too."""
    if content[:4] != b"PK\x03\x04":
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


async def first_word(app: Any, client: httpx.AsyncClient, path: str) -> str:
    """What a stream says first; then nobody listens any more."""
    heard: asyncio.Event = asyncio.Event()
    said: list[bytes] = []
    coming = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        if (first := next(coming, None)) is not None:
            return first
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            said.append(message["body"])
            heard.set()

    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    where = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", cookies.encode())],
    }  # fmt: skip
    await asyncio.wait_for(app(where, receive, send), 30)
    return OWN_DATA_AND_CLOCKS.sub("", said[0].decode())


async def a_session(client: httpx.AsyncClient, person: Any) -> tuple[str, str]:
    await sign_in(client, person)
    return str(client.cookies["session"]), client.headers["x-csrf-token"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def read(app: Any) -> Any:
    """What Bob and Cy read before and after others scored; Bob also after somebody has stepped aside."""
    mend = pytest.MonkeyPatch()
    mend.setattr(_paper, "paper_of", str.encode)  # paper says what is drawn on it
    began = clock.now()
    mend.setattr(clock, "now", lambda: began)  # paper says when it was drawn, to the minute
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        committee = await Round().sit()
        bob, cy = await a_session(client, committee.bob), await a_session(client, committee.cy)
        found = SimpleNamespace(committee=committee)
        found.reviewer_before = await all_that(app, client, committee, committee.bob, bob)
        found.chair_before = await all_that(app, client, committee, committee.cy, cy)
        await committee.others_score()
        found.chair_after = await all_that(app, client, committee, committee.cy, cy)
        await reviewing.recuse((await committee.film(PENCIL))[0], reason="Un ami.", by=committee.fay)
        found.reviewer_after = await all_that(app, client, committee, committee.bob, bob)
    mend.undo()
    return found


def differing(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """By the door, what stands around the first byte that is another."""
    wrong = {}
    for where in before.keys() | after.keys():
        one, other = before.get(where, ""), after.get(where, "")
        if one != other:
            at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
            wrong[where] = f"{one[max(0, at - 80) : at + 80]!r} → {other[max(0, at - 80) : at + 80]!r}"
    return wrong


@pytest.mark.parametrize("who", ["reviewer", "chair"])
async def test_nothing_that_a_member_reads_changes_when_others_score(read, who: str) -> None:
    before, after = getattr(read, f"{who}_before"), getattr(read, f"{who}_after")

    assert differing(before, after) == {}
    assert [where for where, body in after.items() if SAID in body] == []


@pytest.mark.parametrize("who", ["reviewer", "chair"])
@pytest.mark.parametrize("name", list(MAKERS))
async def test_in_a_blind_section_nothing_that_a_member_reads_names_its_makers(read, who: str, name: str) -> None:
    bodies = getattr(read, f"{who}_before") | getattr(read, f"{who}_after")

    told = MAKERS[name].casefold()
    assert [where for where, body in bodies.items() if told in body.casefold()] == []


async def test_the_doors_were_open_and_say_more_after_ones_own_sheet(read, client, app) -> None:
    """Else the tests above look at nothing."""
    committee: Round = read.committee
    opened = {" ".join(where.partition("?")[0].split()[:2]) for where, body in read.chair_before.items()
              if body.startswith(("200", "303"))}  # fmt: skip
    session = await a_session(client, committee.cy)

    await committee.give(committee.cy, GOOD, TABLE)
    after = await all_that(app, client, committee, committee.cy, session, part="/committee/submissions/")

    assert {where for where, body in after.items() if SAID in body} >= {
        "GET /{lang}/{edition}/committee/submissions/{submission_id} 0",
        "GET /api/v1/{edition}/committee/submissions/{submission_id} 0",
    }
    assert opened >= {
        route for route, who in ROUTES.items() if who in {"see_queue", "see_board"} and route.startswith("GET ")
        and not route.endswith("/events")
    }  # fmt: skip


async def test_the_doors_are_those_of_the_house_and_of_its_document(client) -> None:
    document = await client.get("/api/openapi.json")

    told = {f"GET {path}" for path, ways in document.json()["paths"].items() if "get" in ways}
    assert told
    assert told <= set(ROUTES)
