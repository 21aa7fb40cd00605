"""A third language is possible: catalogues in a folder are all that it takes.

The house is opened with a language that nobody speaks (`tests/pseudo.py`), and everybody walks
through all of its pages: whatever is still in plain Latin letters was written into a template or a
program instead of a catalogue.
"""

import json
from dataclasses import dataclass, field
from itertools import product

import httpx
import msgspec
import pytest
import pytest_asyncio

from api.app import create_app
from festival import language
from festival.db import rows
from festival.settings import Settings
from festival.tables import Edition, Person, Phase, Section
from screenings import grid, publication
from screenings.grid import NewScreening
from screenings.lists import problem_of, working_grid
from screenings.programmes import ProgrammeForm, add_programme
from screenings.tables import PlanRun
from screenings.venues import GuestForm, ScreenForm, VenueForm, add_guest, add_screen, add_venue
from tests.builders import a_film, a_person, an_edition, has_seen, sign_in
from tests.pseudo import CODE, catalogues, foreign, said

ALIKE = frozenset({
    "Cin", "ma", "for", "Space", "API", "Ctrl", "MOV", "MP", "MXF", "MKV", "ics",
})  # fmt: skip
"""Names and signs that are written alike in every language."""
SAMPLES = {
    "/components": frozenset(["La", "Nuit", "Orbit", "Orbites", "Perspectives", "Silent", "antennes", "des"]),
    "/operator/policy": frozenset({"demo", "festival"}),
}
"""On single pages: the films of the page of components, policies by their names in the address."""
ELSEWHERE = {"/account/home"}  # leads on to whichever page is a person's own
FILMS = [
    ("draft", "ready"), ("draft", "faulty"), ("draft", "failed"), ("submitted", "released"),
    ("accepted", "released"), ("declined", "released"), ("withdrawn", "released"),
]  # fmt: skip


@pytest.fixture
def third(tmp_path, services):
    """The door, told by its settings of one more folder of catalogues."""
    folder = catalogues(tmp_path / "locales")
    yield create_app(msgspec.structs.replace(Settings.read(), locales=folder))
    language.LOCALES.remove(folder)
    language.spoken.cache_clear()
    language.words.cache_clear()


@dataclass
class World:
    edition: Edition
    people: dict[str, Person]
    known: dict[str, list[str]] = field(default_factory=dict)


async def a_world() -> World:
    """An edition with a film in every state, a published grid, and a text in the third language each."""
    texts = {"fr": "Текст", "en": "Текст", CODE: "Третій текст"}
    edition = await an_edition(name="Фестиваль", phase=Phase.SELECTION, places=texts)
    await Section.update({Section.names: texts}).where(Section.edition == edition.id)
    people = {
        part: await a_person(part, edition=edition, name="Особа")
        for part in ("filmmaker", "reviewer", "chair", "programmer", "operator")
    }
    maker, by = people["filmmaker"], people["programmer"]
    films = [
        (await a_film(edition, maker, title=f"Фільм {n}", status=status, file=state))
        for n, (status, state) in enumerate(FILMS)
    ]
    await rows(
        """UPDATE film f SET director = 'Режисер', directors = '["Режисер"]', titles = {}::jsonb, synopses = {}::jsonb
           FROM submission s WHERE s.film = f.id AND s.edition = {} RETURNING f.id""",
        json.dumps(texts), json.dumps(texts), edition.id,
    )  # fmt: skip
    await has_seen(people["reviewer"], films[3][1])
    venue = await add_venue(edition, VenueForm(name="Палац"), by=by)
    screen = await add_screen(
        edition, ScreenForm(venue=venue.id, name="Зала", seats=300, hours=[(600, 1440)] * 3), by=by
    )
    shown = await add_programme(
        edition, ProgrammeForm(titles=texts, section="C", films=[films[4][0]]), by=by
    )
    await add_guest(edition, GuestForm(name="Гість", qualities=texts, programmes=[shown.id]), by=by)
    await grid.place(edition, NewScreening(programme=shown.id, screen=screen.id, start=1200), by=by)
    await publication.publish(edition, version=(await working_grid(edition)).version, by=by)
    problem = msgspec.json.encode(await problem_of(edition)).decode()
    run = PlanRun(edition=edition.id, asked_by=by.id, state="failed", problem=problem)
    await run.save()
    return World(edition, people, {
        "submission_id": [submission for submission, _ in films],
        "programme_id": [shown.id],
        "run_id": [run.id],
        "token": ["a" * 16],
    })  # fmt: skip


def pages_of(app) -> list[str]:
    """Every page that is read; a diary is no page."""
    head = "/{lang}/{edition}"
    return sorted(
        route.path_format.removeprefix(head)
        for route in app.routes
        if route.path_format.startswith(head)
        and "GET" in route.methods
        and not route.path_format.endswith((".ics", ".pdf", "{name}"))
    )


def addresses(page: str, world: World) -> list[str]:
    names = [part[1:-1] for part in page.split("/") if part.startswith("{")]
    found = []
    for values in product(*(world.known[name] for name in names)):
        address = page
        for name, value in zip(names, values, strict=True):
            address = address.replace(f"{{{name}}}", value)
        found.append(f"/{CODE}/{world.edition.slug}{address}")
    return found


def untranslated(page: str, known: frozenset[str]) -> list[str]:
    """Every text with a word from no catalogue; the words, and the text's beginning."""
    return [
        f"{words} in {' '.join(text.split())[:60]!r}"
        for text in said(page)
        if (words := foreign(text, known=known))
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def walkers(third, house):
    """A browser for each kind of person, and one for nobody."""
    world = await a_world()
    made = {}
    for name, person in {"nobody": None, **world.people}.items():
        made[name] = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=third), base_url="http://127.0.0.1:8000"
        )
        if person is not None:
            await sign_in(made[name], person)
    yield world, made
    for client in made.values():
        await client.aclose()


async def test_every_page_speaks_the_third_language_and_no_other(third, walkers) -> None:
    world, clients = walkers
    wrong = {}
    read = set()

    for page, (who, client) in product(pages_of(third), clients.items()):
        for address in addresses(page, world):
            answer = await client.get(address)
            assert answer.status_code < 500, (address, who, answer.text)
            if answer.status_code == 200:
                read.add(page)
            if answer.headers.get("content-type", "").startswith("text/html"):
                found = untranslated(answer.text, ALIKE | SAMPLES.get(page, frozenset()))
                wrong |= {page: found} if found else {}

    assert wrong == {}
    assert set(pages_of(third)) - read == ELSEWHERE
