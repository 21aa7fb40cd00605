"""A third language is possible: catalogues in a folder are all that it takes.

The house is opened with a language that nobody speaks (`tests/pseudo.py`), and everybody walks
through all of its pages: whatever is still in plain Latin letters was written into a template or a
program instead of a catalogue.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import httpx
import msgspec
import pytest
import pytest_asyncio

from api.app import create_app
from api.pages import _rules
from festival import consents, invitations, language, letters, merging
from festival.clock import now
from festival.db import rows
from festival.deadlines import DeadlineForm, DeadlineKind, add_deadline
from festival.settings import Settings
from festival.site import NewText, SiteKind, write_text
from festival.tables import BackupRun, Edition, Person, Phase, Section
from keeping import erasure, export, retention
from media import rulebook
from media.facts import Facts, Interval, Picture, Sound
from media.policy import Finding, Outcome, Severity, Verdict
from reviews import decisions, meetings, reviewing
from reviews.scoring import Sheet
from screenings import comments, grid, publication, variants
from screenings.comments import NewComment
from screenings.exchange import imports as grid_imports
from screenings.exchange.imports import ChoicesGiven
from screenings.grid import NewScreening
from screenings.guests import GuestForm, add_guest
from screenings.lists import working_grid
from screenings.problem import problem_of
from screenings.programmes import ProgrammeForm, add_programme
from screenings.reservations import ReservationForm, add_reservation
from screenings.rooms import ScreenChange, ScreenForm, add_screen, change_screen
from screenings.shared import KINDS, CrewForm, JuryForm, ResourceForm, add_shared
from screenings.tables import PlanRun
from screenings.variants import NewVariant
from screenings.venues import VenueForm, add_venue
from submissions import materials, membership, questions
from submissions.asking import AnswerOption, QuestionKind
from submissions.eligibility import RULES
from submissions.fees import FeeChange, FeeState, change_fee
from submissions.importing import imports
from submissions.importing.imports import ColumnMapping
from submissions.lists import submission_in
from submissions.materials import MaterialForm
from submissions.office import fixes
from submissions.office.fixes import FixWanted
from submissions.questions import FieldForm, QuestionForm
from submissions.tables import EntryRight, FilmFile
from submissions.visitors import VisitorForm, add_visitor
from submissions.waiver_codes import CodeForm, add_code
from tests.builders import a_film, a_person, a_section, an_edition, has_seen, sign_in, the_viewer
from tests.pseudo import CODE, catalogues, foreign, said
from workers import tasks

ALIKE = frozenset({
    "Cin", "ma", "for", "Space", "API", "Ctrl", "MOV", "MP", "MXF", "MKV", "ics", "PDF",
    "AAC", "CSV", "EUR", "XLSX", "JSON", "XML", "utf", "kHz", "LUFS", "dBTP", "stereo",
}) | {
    word
    for limit in rulebook.limits() if isinstance(limit, rulebook.Pick)
    for value in limit.values
    for name in (str(value), _rules.one_name("fr", limit.path, str(value)))
    for word in re.findall("[A-Za-z]+", name)
}  # fmt: skip
"""Names and signs that are written alike in every language: those of codecs and containers, too."""
SAMPLES = {
    "/components": frozenset(
        ["La", "Nuit", "Orbit", "Orbites", "Perspectives", "Silent", "antennes", "des"]
    ),
    **dict.fromkeys(
        ("/operator/policy", "/operator/policy/trial", "/operator/policy/rules"),
        frozenset({"demo", "festival"}),
    ),
    **dict.fromkeys(
        ("/account/passkeys", "/account/passkeys/recovery-codes", "/account/passkeys/{passkey_id}/name",
         "/account/passkeys/{passkey_id}/removal"),
        frozenset({"localhost"}),
    ),
    "/account/language": frozenset({"fr", "en", CODE}),
}  # fmt: skip
"""On single pages: films of the page of components, policies by their names in the address, the house's address, codes of languages."""
ELSEWHERE = {"/account/home", "/committee/next"}  # lead on to whichever page is a person's own, or the film that is next
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
    await measured([file for _, file in films])
    batch = await judged(edition, people, *films[3])
    met = await a_meeting(edition, people["chair"])
    venue = await add_venue(edition, VenueForm(name="Палац"), by=by)
    screen = await add_screen(
        edition, ScreenForm(venue=venue.id, name="Зала", seats=300, hours=[(600, 1440)] * 3), by=by
    )
    await add_venue(edition, VenueForm(name="Кіно", commune="Місто"), by=by)
    opening = ReservationForm(titles=texts, screen=screen.id, begins=600, ends=660)
    reserved = await add_reservation(edition, opening, by=by)
    sheet = "titre;salle;début;durée\nСвято;Зала;2027-11-26 20:00;60\nДеінде;Інша;2027-11-26 20:00;60\n"
    brought = await grid_imports.bring(edition, sheet.encode(), name="сітка", by=by)
    await grid_imports.choose(
        edition, brought.id, ChoicesGiven(version=1, new_programmes=True), by=by
    )
    await change_screen(
        edition, screen.id, by=by,
        change=ScreenChange(version=1, closures=[(1000, 1060)], starts=[1200], equipment=["екран"]),
    )  # fmt: skip
    shown = await add_programme(
        edition, ProgrammeForm(titles=texts, section="C", films=[films[4][0]]), by=by
    )
    form = GuestForm(name="Гість", qualities=texts, windows=[(900, 2000)], programmes=[shown.id])
    guest = await add_guest(edition, form, by=by)
    kinds, shared = await all_shared(edition, shown.id, screen.id, by=by)
    visitor = await add_visitor(
        await submission_in(edition, films[4][0]), VisitorForm(name="Актор", arrives=600),
        edition=edition, by=maker,
    )  # fmt: skip
    await grid.place(edition, NewScreening(programme=shown.id, screen=screen.id, start=1200), by=by)
    await comments.add(edition, NewComment(programme=shown.id, text="Чому тут?"), by=by)
    await publication.publish(edition, version=(await working_grid(edition)).version, by=by)
    other = await a_person("reviewer", edition=edition, name="Інша")
    listed = await invitations.begin(
        f"new.{edition.slug}@example.org;Нова;reviewer", edition=edition, by=people["operator"]
    )
    asked = await merging.ask(people["reviewer"], other, edition=edition, by=people["operator"])
    problem = msgspec.json.encode(await problem_of(edition)).decode()
    for kind in (SiteKind.LEGAL, SiteKind.INTRO):
        await write_text(edition, kind, NewText(texts=texts), by=people["operator"])
    run = PlanRun(edition=edition.id, asked_by=by.id, state="failed", problem=problem)
    await run.save()
    leaving = await erasure.ask(people["reviewer"], by=people["reviewer"], edition=edition)
    await consents.give(maker, "rights", language=CODE, edition=edition, about=films[3][0])
    await export.ask(maker, edition=edition)
    await retention.place_hold(edition, films[5][0], reason="Спір.", by=people["operator"])
    await BackupRun(kind="drill", state="failed", fault="диск").save()
    await covered(edition, films[5][0])
    return World(edition, people, {
        "fix_id": [await asked_for(edition, films[3][0], by=people["operator"])],
        "invitation_id": [await invited(edition, films[3][0], people["programmer"], by=maker)],
        "erasure_id": [leaving.id],
        "batch_id": [batch],
        "meeting_id": [met],
        "grid_import_id": [brought.id],
        "venue_id": [venue.id],
        "section_letter": ["C"],
        "screen_id": [screen.id],
        "reservation_id": [reserved],
        "paper_name": ["doors", "projection", "technique", "guests", "juries", "subtitles"],
        "variant_id": [await variants.keep(edition, NewVariant(name="Вечір", note="Спроба"), by=by)],
        "submission_id": [submission for submission, _ in films],
        "programme_id": [shown.id],
        **await questioned(edition, people["operator"], texts),
        "run_id": [run.id],
        "number": ["1"],
        "guest_id": [guest.id, visitor],
        "shared_kind": kinds,
        "shared_id": shared,
        "section_id": [await entered(edition, films[4][0], texts, by=people["operator"])],
        "import_id": await lists_of(edition, people["operator"]),
        "own_import_id": await lists_of(edition, maker, is_own=True),
        "token": ["a" * 16],
        "kind": ["submitted"],
        "letter": [await a_letter(edition, maker)],
        "text": ["legal", "tagline"],
        "person_id": [other.id],
        "list_id": [listed],
        "request_id": [asked],
    })  # fmt: skip


async def covered(edition: Edition, film: str) -> None:
    """It lies in a section whose committee does not know who made what."""
    await rows("UPDATE section SET is_blind = true WHERE edition = {} AND letter = 'S' RETURNING id", edition.id)
    section = await a_section(edition, "S")
    await rows("UPDATE submission SET section = {} WHERE id = {} RETURNING id", section.id, film)


async def asked_for(edition: Edition, film: str, *, by: Person) -> str:
    """A field that the office wants mended."""
    wanted = FixWanted(field="year", why="Помилка.", due=now().date() + timedelta(days=9))
    return await fixes.ask(edition, film, wanted, viewer=await the_viewer(by, edition), by=by)


async def invited(edition: Edition, film: str, person: Person, *, by: Person) -> str:
    """Somebody who is asked to one more entry."""
    submission = await submission_in(edition, film)
    return await membership.invite(
        submission, person.email, EntryRight.SEE, edition=edition, by=by, settings=Settings.read()
    )


async def all_shared(
    edition: Edition, programme: str, screen: str, *, by: Person
) -> tuple[list[str], list[str]]:
    """A jury, a crew and a resource: their kinds and their ids."""
    forms = [
        JuryForm(name="Журі", programmes=[programme]),
        CrewForm(name="Будка", screens=[screen]),
        ResourceForm(name="Мікрофони", programmes=[programme], counted="debate"),
    ]
    return list(KINDS), [await add_shared(edition, form, by=by) for form in forms]


async def a_letter(edition: Edition, reader: Person) -> str:
    """To somebody who reads the third language."""
    reader.language = CODE
    await letters.write(
        "submitted", reader, occasion=f"third:{edition.id}", edition=edition, title="Фільм"
    )
    return (
        await rows("SELECT id FROM letter WHERE edition = {} AND kind = 'submitted'", edition.id)
    )[0]["id"]


async def entered(edition: Edition, film: str, texts: dict[str, str], *, by: Person) -> str:
    """A section with every rule, a deadline with a fee, a code, and a film that has paid."""
    section = await a_section(edition, "C")
    values = {"number": 2, "countries": ["UA"], "languages": ["uk"], "tier": "world"}
    rules = {
        one.name: {
            "weight": "remark",
            "value": 2026 if one.name == "year" else values.get(one.kind),
        }
        for one in RULES
    }
    await Section.update({Section.texts: texts, Section.rules: rules}).where(
        Section.id == section.id
    )
    form = DeadlineForm(kind=DeadlineKind.REGULAR, at=edition.deadline_at, fee_cents=1250)
    await add_deadline(edition, form, by=by)
    await add_code(
        edition, CodeForm(code="ШКОЛА", late_until=edition.deadline_at, sections=["C"]), by=by
    )
    paid = FeeChange(state=FeeState.PAID, cents=1250, note="Сплачено.")
    await change_fee(await submission_in(edition, film), paid, edition=edition, by=by)
    return section.id


async def lists_of(edition: Edition, by: Person, *, is_own: bool = False) -> list[str]:
    """A list of entries that was brought, one that was tried, and one that was applied and undone."""
    text = "№,Фільм,Хвилин,Категорія,Країна,Пошта\nА1,Місяць,?,Довгі,Нідзе,ніхто\n,Марс,12,,,\n".encode()
    ids = []
    for ways in ([], ["choose"], ["choose", "apply"], ["choose", "apply", "undo"]):
        one = await imports.bring(
            text, edition=edition, name="список.csv", by=by, is_own=is_own
        )
        columns = ["tracking", "title", "runtime", "section", "countries", "" if is_own else "email"]
        kept = "" if is_own else "Список"
        for way in ways:
            if way == "choose":
                wanted = ColumnMapping(
                    columns=columns, source=kept, keep_as=kept, version=1
                )
                await imports.choose(one, wanted, edition=edition, by=by)
            else:
                await imports.move(one, way, edition=edition, by=by)
            for line in await rows(
                "SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id
            ):
                await tasks.work(line["id"], worker="test")
        ids.append(one.id)
    return ids


async def questioned(edition: Edition, by: Person, texts: dict[str, str]) -> dict[str, list[str]]:
    """A question of every kind, one of the team, things that are wanted, and a field's rule."""
    options = [AnswerOption(key=key, names=texts) for key in "ab"]
    kinds = [
        await questions.add_question(
            edition, QuestionForm(labels=texts, helps=texts, kind=kind, options=options), by=by
        )
        for kind in QuestionKind
    ]
    await questions.add_question(edition, QuestionForm(labels=texts, asks="team"), by=by)
    wanted = [
        await materials.add_material(
            edition, MaterialForm(labels=texts, accepts=accepts, is_required=True), by=by
        )
        for accepts in ("picture", "text")
    ]
    rule = FieldForm(wanted="required", required_from=now() + timedelta(days=1))
    await questions.rule_field(edition, "premiere", rule, by=by)
    return {"question_id": kinds, "material_id": wanted, "field": ["premiere"]}


async def measured(files: list[str]) -> None:
    """What was measured of each, and every finding that there is."""
    facts = Facts(
        container="mov", size=9, duration=60.0, curve=(-20.0, -30.0), silences=(Interval(10, 20),),
        pictures=(Picture(codec="h264", width=1920, height=1080, rate=(25, 1), frames=1500),),
        sounds=(Sound(codec="aac", channels=2, layout="stereo", sample_rate=48000, language="fr",
                      loudness=-23.1, true_peak=-1.5),),
    )  # fmt: skip
    codes = {key.split(".")[1] for key in language.words(CODE) if key.startswith("finding.")}
    findings = tuple(
        Finding(
            code=code, severity=Severity.WARN, measured="12.5", limit="10", where=(Interval(1, 2),)
        )
        for code in sorted(codes)
    )
    verdict = Verdict(outcome=Outcome.REMARKS, findings=findings, policy="demo")
    await rows(
        "UPDATE film_file SET facts = {}::jsonb, verdict = {}::jsonb WHERE id = ANY({}) RETURNING id",
        msgspec.json.encode(facts).decode(), msgspec.json.encode(verdict).decode(), files,
    )  # fmt: skip


async def a_meeting(edition: Edition, chair: Person) -> str:
    """One that runs, with a remark."""
    given = meetings.NewMeeting(name="Четвер", others="Гостя")
    viewer = await the_viewer(chair, edition)
    met = await meetings.begin(given, edition=edition, viewer=viewer, by=chair)
    await meetings.remark(met, meetings.TableRemark(note="Починаємо."), edition=edition, by=chair)
    return met


async def judged(edition: Edition, people: dict[str, Person], film: str, file_id: str) -> str:
    """A film with a sheet from each, a remark, and a decision that waits for its announcement."""
    submission = await submission_in(edition, film)
    file = await FilmFile.objects().get(FilmFile.id == file_id)
    assert file is not None
    for part in ("reviewer", "chair"):
        await has_seen(people[part], file_id)
        sheet = Sheet(writing=3, image=4, sound=2, space=5, opinion="Ясна думка. " * 12)
        await reviewing.review(submission, file, sheet, version=0, give=True, by=people[part])
    remark = reviewing.Remark(at_seconds=5, sign="+", text="Гарно.")
    await reviewing.note(submission, file, remark, by=people["reviewer"])
    await decisions.accept(submission, by=people["chair"], note="Добре.")
    return (await decisions.ask_announcement(edition, [film], by=people["chair"])).id


def pages_of(app) -> list[str]:
    """Every page that is read; a diary is no page."""
    head = "/{lang}/{edition}"
    return sorted(
        route.path_format.removeprefix(head)
        for route in app.routes
        if route.path_format.startswith(head)
        and "GET" in route.methods
        and not route.path_format.endswith((".ics", ".pdf", ".csv", ".zip", "{name}"))
    )


def forms_of(app) -> list[str]:
    """Every form; those that end the session of who sends them are not sent here."""
    head = "/{lang}/{edition}"
    return sorted(
        route.path_format.removeprefix(head)
        for route in app.routes
        if route.path_format.startswith(head)
        and "POST" in route.methods
        and not route.path_format.endswith(("sign-out", "/ending"))
    )


def addresses(page: str, world: World) -> list[str]:
    """Of everything that is known, each stands in one of them at least."""
    names = [part[1:-1] for part in page.split("/") if part.startswith("{")]
    known = [world.known.get(name, ["a" * 16]) for name in names]
    found = []
    for number in range(max(map(len, known), default=1)):
        values = [of_one[number % len(of_one)] for of_one in known]
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


@pytest.mark.slow
async def test_every_page_speaks_the_third_language_and_no_other(third, walkers) -> None:
    world, clients = walkers
    wrong = {}
    read = set()

    for page in pages_of(third):
        asked = list(product(clients.items(), addresses(page, world)))
        answers = await asyncio.gather(*(client.get(address) for (_, client), address in asked))
        for ((who, _), address), answer in zip(asked, answers, strict=True):
            assert answer.status_code < 500, (address, who, answer.text)
            if answer.status_code == 200:
                read.add(page)
            if answer.headers.get("content-type", "").startswith("text/html"):
                found = untranslated(answer.text, ALIKE | SAMPLES.get(page, frozenset()))
                wrong |= {page: found} if found else {}

    for form, (who, client) in product(forms_of(third), clients.items()):
        answer = await client.post(addresses(form, world)[0], data={})
        assert answer.status_code < 500, (form, who, answer.text)
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = untranslated(answer.text, ALIKE | SAMPLES.get(form, frozenset()))
            wrong |= {f"POST {form}": found} if found else {}

    assert wrong == {}
    assert set(pages_of(third)) - read == ELSEWHERE


@pytest.mark.unit
@pytest.mark.parametrize(("page", "found"), [
    ("<p>[!!Şǿḿḗ ẇǿřḓş!!] 12 Фільм</p>", []),
    ("<p>[!!Şǿḿḗ!!] <b>Hello</b></p>", ["['Hello'] in 'Hello'"]),
    ("<p>[!!Şǿḿḗ Hello!!]</p>", ["['Hello'] in '[!!Şǿḿḗ Hello!!]'"]),
    ("<p><img alt='A still' src='x'></p>", ["['still'] in 'A still'"]),
    ("<p><input placeholder='Title'></p>", ["['Title'] in 'Title'"]),
    ("<p aria-label='Close'></p>", ["['Close'] in 'Close'"]),
    ("<p data-saved='All saved'></p>", ["['All', 'saved'] in 'All saved'"]),
    ("<script type='application/json'>{\"titles\": {\"fr\": \"La nuit\", \"uk\": \"Ніч\"}, \"word\": \"Too late\"}</script>",
     ["['Too', 'late'] in 'Too late'"]),
    ("<p><a lang='fr'>Français</a> ada@example.org film.mov</p>", []),
])  # fmt: skip
def test_a_word_from_no_catalogue_is_found_wherever_it_stands(page: str, found: list[str]) -> None:
    assert untranslated(f"<html><body>{page}</body></html>", frozenset()) == found


async def test_a_text_in_the_third_language_goes_in_and_out_by_form_and_by_program(
    third, walkers
) -> None:
    world, clients = walkers
    maker, prefix = clients["filmmaker"], f"/{CODE}/{world.edition.slug}"
    api = f"/api/v1/{world.edition.slug}"
    await rows("UPDATE edition SET phase = 'entries' WHERE id = {} RETURNING id", world.edition.id)

    opened = await maker.post(
        f"{prefix}/submissions",
        data={"title": "Aube", "title_en": "Dawn", f"title_{CODE}": "Світанок"},
    )
    film = opened.headers["location"].partition("/submissions/")[2].partition("?")[0]
    first = (await maker.get(f"{api}/submissions/{film}")).json()
    page = (await maker.get(f"{prefix}/submissions/{film}")).text
    texts = {"fr": "Une nuit.", "en": "A night.", CODE: "Одна ніч."}
    kept = await maker.patch(
        f"{api}/submissions/{film}",
        json={"version": first["version"], "entry": {**first["entry"], "synopses": texts}},
    )
    second = (await maker.get(f"{api}/submissions/{film}")).json()
    shown = (await maker.get(f"{prefix}/submissions/{film}")).text
    refused = await maker.patch(
        f"{api}/submissions/{film}",
        json={"version": second["version"], "entry": {**second["entry"], "titles": {"xx": "?"}}},
    )

    assert first["entry"]["titles"] == {"en": "Dawn", CODE: "Світанок"}
    assert 'value="Світанок"' in page
    assert kept.status_code == 200, kept.text
    assert (second["entry"]["titles"], second["entry"]["synopses"]) == (
        first["entry"]["titles"],
        texts,
    )
    assert "Одна ніч." in shown
    assert (refused.status_code, refused.json()["codes"]) == (422, ["titles:language_unspoken"])
    assert (await maker.get(f"{prefix}/submissions/{film}")).text.count("Світанок") == shown.count(
        "Світанок"
    )
