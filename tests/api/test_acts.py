"""An act has two faces of one function; whatever changes something and is no act is named here."""

import httpx
from litestar import Litestar

from api.app import ACTS
from api.auth import UNSAFE
from tests.builders import a_person, an_edition, sign_in

BOARD = "a page's form holds the four decisions, and a program has an address for each"
HAND = "a hand moves screenings on a grid that a script draws, and draws again from the answer"
NO_TWIN: dict[str, str] = {
    "accounts.set_password": "a password is typed by a person; a program has keys",
    **{f"decisions.{verb}": BOARD for verb in ("decide", "accept", "wait", "regret", "reopen")},
    **{
        f"grid.{verb}": HAND
        for verb in ("place", "move", "take_out", "lock", "free", "hold", "copy_day", "split", "merge", "mend", "take_in_hand", "let_go")
    },
    **{
        f"grid.{verb}": "a program names the act that it has done; a page knows only the plan that it shows"
        for verb in ("undo", "redo")
    },
    "plans.undo_plan": "the page of a plan takes back what the plan became, whichever act that was",
    "variants.undo_merge": "a program undoes the act of the grid that a merge is (grid.undo)",
    "editions.change_edition": "a program sets what it names; the page has all of them in one form",
    "editions.set_rules": "the page's form; a program sets what it names (change_edition)",
    "site.preview": "a page shows a text as the public would read it; a program has its own eyes",
    "room.watch": "the player tells every few seconds what was watched; no form could",
    "fields.save_fields": "a page keeps what is typed as it is typed; a program saves an entry whole",
    "letters.take_bounce": "a mail server hands on what came back; no person types a notice of delivery",
    "passkeys.ask": "a question that the script of a form asks before the form goes on",
    "sheets.effect": "a page shows the effect where a weight was not set yet; a program asks for it first",
    "subtitles.drop": "a row of the page is one track; a program says so at the address of its language",
    "subtitles.remove": "a page takes away what its reader sees, never all of a language at once",
}
"""Acts of one door, and why the other would serve nobody."""

OUTSIDE = {f"api.v1.uploads.{verb}" for verb in ("create", "append", "abandon")}
"""A protocol: browsers and programs send films by tus, whose clients choose verbs and answers."""


def changing(app: Litestar) -> set[str]:
    """The functions behind every door that changes something."""
    return {
        f"{handler.fn.__module__}.{handler.fn.__name__}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if set(handler.http_methods) & UNSAFE
    }


def test_an_act_has_both_doors_or_a_reason() -> None:
    one_door = {one.name for one in ACTS if one.page is None or one.json is None}

    assert one_door == set(NO_TWIN)


def test_nothing_new_changes_anything_but_by_an_act(app) -> None:
    outside = {one for one in changing(app) if not one.startswith("api.acts.")}

    assert outside == OUTSIDE


def test_the_two_faces_tell_of_one_function() -> None:
    for one in ACTS:
        faces = [face for face in (one.page, one.json) if face is not None]
        assert all(face.fn.__module__.startswith("api.acts.") for face in faces)
        assert len({face.fn.__doc__ for face in faces}) == 1


async def test_both_doors_refuse_alike(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("chair", edition=edition))
    wanted = {"submissions": ["no-such-film"]}

    form = await client.post(f"/en/{edition.slug}/committee/announcements", data=wanted)
    program = await client.post(f"/api/v1/{edition.slug}/announcements", json=wanted)

    assert (form.status_code, program.status_code) == (404, 404)
    assert program.json()["codes"] == ["submission_missing"]
    assert program.json()["words"]["en"][0] in form.text
