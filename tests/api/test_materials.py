"""What is wanted of accepted films: set up, hidden until the announcement, brought, and seen by who plans."""

from datetime import timedelta

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from festival.tables import Phase
from reviews.tables import Recusal
from screenings import confirming
from screenings.confirming import FilmsAsked
from submissions import materials
from submissions.materials import MaterialForm
from submissions.tables import PackageUpload, Submission
from tests.api.test_asking import PDF, PNG, door
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.screenings.world import World

LABELS = {"fr": "Photos du film", "en": "Stills"}


@pytest.fixture
async def world(client):
    edition = await an_edition(phase=Phase.SELECTION)
    maker = await a_person("filmmaker", edition=edition, name="Maker")
    operator = await a_person("operator", edition=edition, name="Op")
    return edition, maker, operator


async def a_material(edition, by, **given) -> str:
    form = MaterialForm(**{"labels": LABELS, "accepts": "picture", "is_required": True, **given})
    return await materials.add_material(edition, form, by=by)


async def send(client, edition, film: str, one: str, raw: bytes, name: str = "a.png"):
    return await client.post(
        door(edition, f"/submissions/{film}/materials/{one}/file"),
        params={"name": name},
        content=raw,
        headers={"content-type": "application/octet-stream"},
    )


async def test_nothing_is_shown_or_taken_before_the_announcement(client, world) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="submitted", pending="accepted")
    one = await a_material(edition, operator)
    await sign_in(client, maker)

    before = [
        await client.get(f"/fr/{edition.slug}/submissions/{film}/materials"),
        await send(client, edition, film, one, PNG),
    ]
    listed = (await client.get(door(edition, f"/submissions/{film}/materials"))).json()
    films = (await client.get(f"/fr/{edition.slug}/submissions")).text
    await Submission.update({Submission.status: "accepted"}).where(Submission.id == film)
    after = await client.get(f"/fr/{edition.slug}/submissions/{film}/materials")
    films_after = (await client.get(f"/fr/{edition.slug}/submissions")).text

    assert ([answer.status_code for answer in before], listed) == ([404, 404], [])
    assert "/materials" not in films
    assert (after.status_code, "Photos du film" in after.text) == (200, True)
    assert f"/submissions/{film}/materials" in films_after


@pytest.mark.parametrize(
    ("section", "due", "is_required", "state"),
    [
        ("C", None, True, "due"),
        ("C", timedelta(days=-1), True, "late"),
        ("C", timedelta(days=1), True, "due"),
        ("C", timedelta(days=-1), False, "wished"),
        ("S", None, True, None),
    ],
)
async def test_the_checklist_says_where_each_thing_stands(
    client, world, section, due, is_required, state
) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted", section="C")
    when = now() + due if due else None
    await a_material(edition, operator, sections=[section], due_at=when, is_required=is_required)
    submission = await Submission.objects().get(Submission.id == film)
    await sign_in(client, maker)

    listed = await materials.wanted_of(submission)
    page = await client.get(f"/en/{edition.slug}/submissions/{film}/materials")

    assert [one.state for one in listed] == ([state] if state else [])
    assert page.status_code == 200
    assert ("Stills" in page.text) is bool(state)


async def test_files_are_brought_up_to_how_many_are_wanted_and_taken_back(client, world) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted")
    one = await a_material(edition, operator, most=2)
    await sign_in(client, maker)
    at = f"/fr/{edition.slug}/submissions/{film}"

    first = await client.post(
        f"{at}/materials/{one}/file", files={"file": ("1.png", PNG, "image/png")}
    )
    second = await send(client, edition, film, one, PNG, "2.png")
    third = await send(client, edition, film, one, PNG, "3.png")
    pdf = await send(client, edition, film, one, PDF, "4.png")
    back = await client.post(f"{at}/deliveries/{second.json()['delivery']}/removal")
    again = await client.delete(
        door(edition, f"/submissions/{film}/deliveries/{second.json()['delivery']}")
    )
    page = (await client.get(f"{at}/materials")).text

    assert (first.status_code, second.status_code, back.status_code, again.status_code) == (
        303,
        201,
        303,
        204,
    )
    assert (third.status_code, pdf.status_code) == (422, 422)
    assert ("material_full" in third.text, "1.png" in page, "2.png" in page) == (True, True, False)
    assert len(await rows("SELECT 1 AS one FROM delivery WHERE submission = {}", film)) == 1


async def test_where_one_is_wanted_the_newer_file_takes_the_place_of_the_older(
    client, world
) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted")
    one = await a_material(edition, operator)
    await sign_in(client, maker)

    for name in ("1.png", "2.png"):
        assert (await send(client, edition, film, one, PNG, name)).status_code == 201

    listed = (await client.get(door(edition, f"/submissions/{film}/materials"))).json()
    assert [brought["file"]["name"] for brought in listed[0]["brought"]] == ["2.png"]
    assert await rows(
        "SELECT 1 AS one FROM outbox WHERE task = 'discard_attachment' AND edition = ''"
    )


async def test_two_windows_do_not_overwrite_a_text(client, world) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted")
    one = await a_material(edition, operator, accepts="text", kind="biography")
    await sign_in(client, maker)
    at = f"/fr/{edition.slug}/submissions/{film}/materials/{one}/text"

    first = await client.post(at, data={"text": "Née à Dakar.", "version": "0"})
    second = await client.post(at, data={"text": "Née à Thiès.", "version": "0"})
    third = await client.post(at, data={"text": "Née à Thiès.", "version": "1"})
    empty = await client.post(at, data={"text": "   ", "version": "2"})

    kept = f"/fr/{edition.slug}/submissions/{film}/materials"
    [back] = html.fromstring((await client.get(kept)).text).xpath("//form[contains(@action, '/removal')]/@action")
    taken = await client.post(back)

    assert (taken.status_code, "Née à Thiès." in (await client.get(kept)).text) == (303, False)
    several = await client.post(f"/fr/{edition.slug}/submissions/materials/{one}/text",
                                data={"text": "Née à Saint-Louis.", "chosen": f"{film}.7"})  # fmt: skip

    assert (several.status_code, "Née à Saint-Louis." in several.text) == (200, True), "left, for another text stands there"
    assert [one.status_code for one in (first, second, third, empty)] == [303, 409, 303, 422]
    assert ("Née à Dakar." in second.text, "Née à Thiès." in second.text) == (True, True)


async def test_a_material_is_set_up_by_forms_alone(client, world) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted")
    await sign_in(client, operator)
    at = f"/fr/{edition.slug}/operator/materials"
    given = {"kind": "poster", "accepts": "any", "label_fr": "Affiche", "label_en": "Poster",
             "most": "1", "is_required": "yes", "due_at": "2027-03-01T23:59"}  # fmt: skip

    empty = (await client.get(at)).text
    new = await client.get(f"{at}/new?kind=poster")
    refused = await client.post(at, data={**given, "label_en": "", "most": "99"})
    added = await client.post(at, data=given)
    one = (await rows("SELECT id FROM material WHERE edition = {}", edition.id))[0]["id"]
    stale = await client.post(f"{at}/{one}", data={**given, "version": "4"})
    changed = await client.post(
        f"{at}/{one}", data={**given, "version": "1", "label_fr": "Grande affiche"}
    )
    page = (await client.get(f"{at}/{one}")).text
    moved = await client.post(f"{at}/{one}/move", data={"way": "up"})
    await sign_in(client, maker)
    brought = await send(client, edition, film, one, PDF, "affiche.pdf")
    await sign_in(client, operator)
    removed = await client.post(f"{at}/{one}/removal", data={"version": "2"})
    text = await client.post(f"{at}/{one}", data={**given, "version": "2", "accepts": "text"})
    closed = await client.post(f"{at}/{one}/closing", data={"version": "2"})
    record = (await client.get(f"/fr/{edition.slug}/operator/record?about={one}")).text

    assert "Choisissez ci-dessous" in empty
    assert (new.status_code, added.status_code, changed.status_code) == (200, 303, 303)
    assert (refused.status_code, "Affiche" in refused.text, "2027-03-01T23:59" in refused.text) == (
        422,
        True,
        True,
    )
    assert (stale.status_code, moved.status_code, brought.status_code) == (409, 303, 201)
    assert (
        "Grande affiche" in page,
        removed.status_code,
        text.status_code,
        closed.status_code,
    ) == (True, 422, 422, 303)
    assert "Grande affiche" in record


async def test_a_material_nobody_brought_can_be_removed_and_opened_again(client, world) -> None:
    edition, _, operator = world
    await sign_in(client, operator)
    one = await a_material(edition, operator)
    at = door(edition, f"/operator/materials/{one}")

    steps = [
        (await client.post(f"{at}/closing", json={"version": 1})).status_code,
        (await client.post(f"{at}/reopening", json={"version": 2})).status_code,
        (await client.post(f"{at}/removal", json={"version": 3})).status_code,
    ]

    assert steps == [204, 204, 204]
    assert (await client.get(door(edition, "/operator/materials"))).json() == []


async def test_the_board_shows_announced_films_alone_and_finds_what_is_missing(
    client, world
) -> None:
    edition, maker, operator = world
    programmer = await a_person("programmer", edition=edition)
    whole, _ = await a_film(edition, maker, title="Tout est là", status="accepted")
    await a_film(edition, maker, title="Il manque", status="accepted")
    await a_film(edition, maker, title="Pas encore dit", status="submitted", pending="accepted")
    one = await a_material(edition, operator)
    await a_material(edition, operator, labels={"fr": "Bio", "en": "Bio"}, is_required=False)
    await sign_in(client, maker)
    await send(client, edition, whole, one, PNG)
    pages = {}

    for who, at in ((operator, "/operator/materials/films"), (programmer, "/programmer/materials")):
        await sign_in(client, who)
        for query in ("", "?missing=yes"):
            pages[at + query] = (await client.get(f"/fr/{edition.slug}{at}{query}")).text
    told = (await client.get(door(edition, "/materials?missing=true"))).json()

    for at, page in pages.items():
        seen = tuple(title in page for title in ("Tout est là", "Il manque", "Pas encore dit"))
        assert seen == ("missing" not in at, True, False), at
    assert [film["title"] for film in told["films"]] == ["Il manque"]
    assert (told["total"], told["missing"]) == (2, 1)


async def test_the_board_is_paged_and_searched_and_owes_what_is_asked_of_a_film(client, world, monkeypatch) -> None:
    monkeypatch.setattr(materials, "PAGE", 1)
    edition, maker, operator = world
    short, _ = await a_film(edition, maker, title="Zénith", section="S", status="accepted")
    whole, _ = await a_film(edition, maker, title="Aube", status="accepted")
    await a_film(edition, maker, title="Été", status="accepted")
    one = await a_material(edition, operator, sections=["C"])
    await sign_in(client, maker)
    await send(client, edition, whole, one, PNG)
    await PackageUpload(submission=short, material=one, name="a.tar").save()
    await sign_in(client, operator)
    at = f"/fr/{edition.slug}/operator/materials/films"

    async def told(asked: str) -> list[str]:
        page = (await client.get(f"{at}?{asked}")).text
        return [title for title in ("Aube", "Été", "Zénith") if title in page]

    pages = [await told(f"page={n}") for n in (1, 2, 3, 9)]
    board = (await client.get(door(edition, "/operator/materials/films?q=zenith"))).json()

    assert sorted(title for page in pages[:3] for title in page) == ["Aube", "Zénith", "Été"]
    assert pages[3] == pages[2]
    assert (await told("q=ETE"), await told("missing=yes"), await told("missing=yes&q=aube")) == (["Été"], ["Été"], [])
    assert (board["found"], board["total"], board["missing"]) == (1, 3, 1)
    [cell] = board["films"][0]["cells"]
    assert (cell["state"], cell["package"], board["films"][0]["missing"]) == ("", "receiving", 0)


@pytest.mark.parametrize("status", ["accepted", "submitted"])
async def test_who_is_handed_what_was_brought(client, world, status) -> None:
    edition, maker, operator = world
    film, _ = await a_film(edition, maker, status="accepted")
    one = await a_material(edition, operator)
    await sign_in(client, maker)
    await send(client, edition, film, one, PNG)
    file = (await rows("SELECT attachment FROM delivery WHERE submission = {}", film))[0][
        "attachment"
    ]
    await Submission.update({Submission.status: status}).where(Submission.id == film)
    recused = await a_person("operator", edition=edition)
    await Recusal(submission=film, person=recused.id).save()
    people = {
        "maker": maker,
        "operator": operator,
        "programmer": await a_person("programmer", edition=edition),
        "other maker": await a_person("filmmaker", edition=edition),
        "reviewer": await a_person("reviewer", edition=edition),
        "chair": await a_person("chair", edition=edition),
        "recused operator": recused,
        "programmer abroad": await a_person("programmer", edition=await an_edition()),
    }
    handed = set()

    for who, person in people.items():
        await sign_in(client, person)
        answer = await client.get(door(edition, f"/attachments/{file}"))
        assert answer.status_code in {200, 404}
        if answer.status_code == 200:
            handed.add(who)
    client.cookies.clear()

    assert handed == ({"maker", "operator", "programmer"} if status == "accepted" else {"maker"})
    assert (await client.get(door(edition, f"/attachments/{file}"))).status_code == 401


async def test_the_makers_own_list_tells_what_is_owed_until_when_and_which_screenings_wait(client) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    operator = await a_person("operator", edition=world.edition)
    await a_material(world.edition, operator, due_at=now() + timedelta(days=3))
    await a_material(world.edition, operator, due_at=now() - timedelta(days=3))
    await a_material(world.edition, operator)
    await confirming.ask(world.edition, FilmsAsked(), by=world.by)
    await sign_in(client, world.maker)

    page = " ".join((await client.get(f"/fr/{world.edition.slug}/submissions")).text.split())

    assert ("1 chose à envoyer" in page, "1 chose en retard" in page) == (True, True)
    assert "1 séance à confirmer" in page
