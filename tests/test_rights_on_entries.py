"""What each right on an entry opens, at every door of makers, and that a stranger is told of no entry at all.

Doors are read from the house: a new one opens to who may edit when it changes something, else to who may see;
one that is otherwise is named here.
"""

import random
from typing import Any

import httpx
import pytest

from festival.tables import Phase
from submissions.tables import EntryRight, Member
from tests.attacker import Attacker
from tests.builders import a_film, a_person, a_section, an_edition, sign_in
from tests.doorways import Doorway, doorways, table_of
from tests.one_of_each import one_of_each
from tests.test_access import ROUTES, address, body_of
from tests.test_foreign_rows import told

SEE, EDIT, OWN = EntryRight.SEE, EntryRight.EDIT, EntryRight.OWN
FOR_OWNERS = (
    "/people",
    "/people/{member_id}",
    "/ownership",
    "{member_id}/removal",
    "/revocation",
    "/filing",
    "/withdrawal",
    "/return",
)
GIVES_IT_AWAY = "/ownership"
FOR_WHO_SEES = ("/leaving", "/receipts")
PART = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
TRACK = (
    PART.format('subtitles"; filename="a.vtt', "WEBVTT")
    + PART.format("language", "fr")
    + PART.format("kind", "full")
    + "--x--\r\n"
)
AN_UPLOAD = "{upload_id}"


def of_makers(app: Any) -> list[Doorway]:
    """Every door at an entry, its film or its upload; the one that ends one's own right comes last."""
    found = [door for door in doorways(app) if ROUTES.get(door.route) == "known"
             and {"submission_id", "file_id", "upload_id"} & set(door.parameters)]  # fmt: skip
    return sorted(found, key=lambda door: door.path.endswith("/leaving"))


def needed(door: Doorway) -> EntryRight:
    """The least right that opens it."""
    if AN_UPLOAD in door.path:
        return EDIT
    if door.method in {"GET", "HEAD"}:
        return OWN if door.path.endswith("/withdrawal") else SEE
    if door.path.endswith(FOR_OWNERS):
        return OWN
    return SEE if door.path.endswith(FOR_WHO_SEES) else EDIT


async def an_entry() -> tuple[Any, dict[str, str]]:
    """An edition, and somebody's chosen entry in it, with a row of everything beside it."""
    edition = await an_edition(phase=Phase.SELECTION)
    owner = await a_person("filmmaker", edition=edition)
    film, file = await a_film(edition, owner, status="accepted")
    section = (await a_section(edition)).id
    return edition, await one_of_each(
        edition, owner, submission=film, film_file=file, section=section
    )


def sent(door: Doorway) -> tuple[bytes | None, str]:
    """What fits the door, so that its answer is about the person and not about the body; and of what kind that is."""
    if door.method in {"GET", "HEAD"}:
        return None, "application/json"
    if AN_UPLOAD in door.path:
        return b"", "application/offset+octet-stream"
    if door.is_form and door.path.endswith("/subtitles"):
        return TRACK.encode(), "multipart/form-data; boundary=x"
    if not door.is_form or door.path.endswith("/fields"):
        return body_of(door.route), "application/json"
    attacker = Attacker(random.Random(5), {})
    return attacker.form_of(
        door.shape, attacker.fitting(door.shape)
    ), "application/x-www-form-urlencoded"


async def statuses(
    client: httpx.AsyncClient,
    app: Any,
    edition: Any,
    standing: dict[str, str],
    *,
    without: tuple[str, ...] = (),
) -> dict[str, int]:
    """What each door answers, by its route."""
    found = {}
    for door in of_makers(app):
        if door.path.endswith(without):
            continue
        known = {
            name: standing.get(table_of(name), "a" * 16)
            for name in door.parameters
            if name != "edition" and table_of(name)
        }
        _, path = address(door.route, edition, **known)
        status, words = await told(client, door, path, *sent(door))
        assert status < 500, (door.route, words)
        found[door.route] = status
    return found


@pytest.mark.parametrize(
    ("right", "lacking"),
    [(SEE, {EDIT, OWN}), (EDIT, {OWN}), (OWN, set())],
    ids=["see", "edit", "own"],
)
async def test_a_right_opens_its_own_doors_and_no_other(app, client, right, lacking) -> None:
    edition, standing = await an_entry()
    person = await a_person("filmmaker", edition=edition)
    await Member(
        submission=standing["submission"], person=person.id, entry_right=right.value
    ).save()
    await sign_in(client, person)

    answers = await statuses(
        client, app, edition, standing, without=(GIVES_IT_AWAY,) if right is OWN else ()
    )

    shut = {
        route for route, status in answers.items() if status == (404 if AN_UPLOAD in route else 403)
    }
    assert shut == {door.route for door in of_makers(app) if needed(door) in lacking}


async def test_a_stranger_is_told_of_no_entry(app, client) -> None:
    edition, standing = await an_entry()
    await sign_in(client, await a_person("filmmaker", edition=edition))

    answers = await statuses(client, app, edition, standing)

    assert {route: status for route, status in answers.items() if status != 404} == {}
