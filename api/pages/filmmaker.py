"""The filmmakers' pages: their films, the entry, the technical report."""

import re
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.auth import signed_in
from api.forms import filled
from api.pages._page import fault_words, language_of, page, prefix_of
from api.v1.submissions import own, report_of
from festival.access import Act, Viewer
from festival.errors import Conflict, FestivalError, Refused
from festival.language import length
from festival.tables import Edition, Person
from media.facts import Facts
from submissions import entries
from submissions.entry import Entry, Synopsis, Title
from submissions.lists import (
    Card,
    card,
    current_file,
    journal_of,
    my_submissions,
    sections_of,
    steps_of,
)
from submissions.status import LAST, STEPS
from submissions.tables import FilmFile, Submission
from submissions.verdicts import facts_of

AnyRequest = Request[Any, Any, Any]


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """How a film looks on its maker's list: a state with words, a tone, and the next thing to do."""

    code: str
    tone: str
    icon: str
    do: str
    place: str
    phases: list[tuple[str, str]]


class EntryForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form as a browser sends it: lists by commas, the running time as people write it."""

    version: Annotated[int, Meta(ge=0, le=10**9)] = 0
    title: Title = ""
    title_en: Title = ""
    director: Title = ""
    section: Annotated[str, Meta(max_length=1)] = ""
    year: Annotated[int, Meta(ge=1888, le=2100)] | None = None
    runtime: Annotated[str, Meta(max_length=20)] = ""
    countries: Title = ""
    languages: Title = ""
    subtitles: Title = ""
    premiere: Annotated[str, Meta(pattern="^(world|international|european|national|none)$")] = (
        "none"
    )
    synopsis_fr: Synopsis = ""
    synopsis_en: Synopsis = ""
    rights_confirmed: bool = False


def face_of(one: Card) -> Face:
    """The one thing that matters now about a film."""
    names = ("entry", "file", "check", "copy", "committee", "answer")
    code, tone, icon, do, place, at = situation(one)
    done = names.index(at)
    last = {"bad": "bad", "gold": "gold"}.get(tone, "now")
    phases = [(n, "done" if i < done else last if i == done else "") for i, n in enumerate(names)]
    return Face(code=code, tone=tone, icon=icon, do=do, place=place, phases=phases)


def situation(one: Card) -> tuple[str, str, str, str, str, str]:  # noqa: PLR0911
    """(words, tone, icon, act, where, phase) for a submission and its newest file."""
    if one.status == "accepted":
        return "accepted", "gold", "disc", "see", "", "answer"
    if one.status in {"waitlisted", "declined", "withdrawn"}:
        return one.status, "", "ring", "see", "", "answer"
    if one.status == "submitted":
        return "submitted", "go", "go", "see", "", "committee"
    if one.file_state in {"faulty", "quarantined"}:
        return "faulty", "bad", "no", "replace", "/file", "check"
    if one.file_state == "failed":
        return "failed", "bad", "no", "report", "/file", "check"
    if one.file_state == "ready":
        return "ready", "go", "go", "watch", "/file", "copy"
    if one.file_state == "released":
        return "released", "go", "go", "file", "", "committee"
    if one.file_state in {"received", "inspecting", "sound", "making"}:
        return "working", "go", "go", "follow", "/file", "check"
    return "draft", "", "ring", "continue", "", "file" if one.file_state == "receiving" else "entry"


def seconds_of(text: str) -> int | None:
    """`1 h 44`, `1:44:10`, `14 min`, `14:30`: minutes first unless an hour is named."""
    text = text.strip().lower().replace("\u00a0", " ").replace("\u202f", " ")
    if not text:
        return None
    if re.fullmatch(r"\d{1,2}:\d{2}:\d{2}", text):
        hours, minutes, seconds = map(int, text.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    if re.fullmatch(r"\d{1,3}:\d{2}", text):
        minutes, seconds = map(int, text.split(":"))
        return minutes * 60 + seconds
    if found := re.fullmatch(r"(\d{1,2})\s*h\s*(\d{0,2})\s*(?:min|m)?", text):
        return int(found[1]) * 3600 + int(found[2] or 0) * 60
    if found := re.fullmatch(r"(\d{1,3})\s*(?:min|m|mn|’|')?\s*(?:(\d{1,2})\s*s?)?", text):
        return int(found[1]) * 60 + int(found[2] or 0)
    raise Refused("runtime:field_invalid")


def listed(text: str) -> list[str]:
    return [word.strip()[:40] for word in text.split(",") if len(word.strip()) > 1][:12]


def entry_from(form: EntryForm) -> Entry:
    return Entry(
        declared_seconds=seconds_of(form.runtime),
        countries=listed(form.countries), languages=listed(form.languages),
        subtitles=listed(form.subtitles),
        **{name: getattr(form, name) for name in ("title", "title_en", "director", "section", "year",
           "premiere", "synopsis_fr", "synopsis_en", "rights_confirmed")},
    )  # fmt: skip


@get("/submissions", guards=[signed_in()])
async def films(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    cards = await my_submissions(viewer)
    return page(
        request, "filmmaker/films.html", cards=cards, faces={one.id: face_of(one) for one in cards}
    )


async def entry_page(
    request: AnyRequest,
    edition: Edition,
    submission: Submission | None,
    *,
    error: FestivalError | None = None,
    entry: Entry | None = None,
) -> Response[str]:
    """The form, empty, as saved, or as it was sent with what is wrong with it."""
    known = entry or (await entries.entry_of(submission) if submission else Entry())
    missing = await entries.missing_of(submission) if submission else []
    told = fault_words(language_of(request), error) if error else []
    return page(
        request, "filmmaker/entry.html", status=422 if error else 200, entry=known, told=told,
        card=await card(submission.id) if submission else None,
        version=submission.version if submission else 0, missing=missing,
        sections=await sections_of(edition), tasks=tasks_of(missing, submission),
        runtime=length(known.declared_seconds) if known.declared_seconds else "",
    )  # fmt: skip


def tasks_of(missing: list[str], submission: Submission | None) -> list[tuple[str, bool, str]]:
    """The steps of an entry, each done or not, and where it is on the page."""
    wanting = {code.split(":")[0] for code in missing} if submission else None
    groups = [
        ("title", {"title", "title_en", "director"}),
        ("facts", {"section", "year", "declared_seconds", "countries", "languages"}),
        ("synopsis", {"synopsis_fr", "synopsis_en"}),
        ("rights", {"rights_confirmed"}),
        ("file", {"file"}),
    ]
    anchors = {
        "title": "#f-title",
        "facts": "#f-section",
        "synopsis": "#f-synopsis_fr",
        "rights": "#f-rights_confirmed",
        "file": "#main",
    }
    return [
        (name, wanting is not None and not wanting & fields, anchors[name])
        for name, fields in groups
    ]


@get("/submissions/new", guards=[signed_in()])
async def new(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await entry_page(request, edition_row, None)


@post("/submissions/new", guards=[signed_in()])
async def open_entry(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        submission = await entries.open_entry(
            edition_row, by=person, entry=entry_from(await filled(request, EntryForm))
        )
    except FestivalError as error:
        return await entry_page(request, edition_row, None, error=error)
    return Redirect(
        f"{prefix_of(request)}/submissions/{submission.id}?done=filmmaker.done.opened",
        status_code=303,
    )


@get("/submissions/{submission_id:str}", guards=[signed_in()])
async def entry(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await entry_page(request, edition_row, submission)


@post("/submissions/{submission_id:str}", guards=[signed_in()])
async def save(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    typed: Entry | None = None
    try:
        form = await filled(request, EntryForm)
        typed = entry_from(form)
        await entries.save_entry(submission, typed, version=form.version, by=person)
    except (Refused, Conflict) as error:
        return await entry_page(request, edition_row, submission, error=error, entry=typed)
    return Redirect(
        f"{prefix_of(request)}/submissions/{submission.id}?done=filmmaker.done.saved",
        status_code=303,
    )


@post("/submissions/{submission_id:str}/filing", guards=[signed_in()])
async def file_entry(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    try:
        await entries.submit(submission, edition=edition_row, by=person)
    except (Refused, Conflict) as error:
        return await entry_page(request, edition_row, submission, error=error)
    return Redirect(f"{prefix_of(request)}/submissions?done=filmmaker.done.filed", status_code=303)


@post("/submissions/{submission_id:str}/withdrawal", guards=[signed_in()])
async def withdraw(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.withdraw(submission, by=person)
    return Redirect(
        f"{prefix_of(request)}/submissions?done=filmmaker.done.withdrawn", status_code=303
    )


@post("/submissions/{submission_id:str}/release", guards=[signed_in()])
async def release(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.release(submission, by=person)
    return Redirect(
        f"{prefix_of(request)}/submissions/{submission.id}?done=filmmaker.done.released",
        status_code=303,
    )


@get("/submissions/{submission_id:str}/file", guards=[signed_in()])
async def report(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Verdict first, then the film's timeline, then every check."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    file = await current_file(submission.id)
    facts = facts_of(file.facts) if file else None
    findings = report_of(file)["findings"] if file else []
    watchable = file is not None and file.state in {"ready", "released"}
    return page(
        request, "filmmaker/report.html", card=await card(submission.id), file=file, facts=facts,
        findings=findings, last={state.value for state in LAST}, counts=counts(findings),
        face=verdict_face(file, findings), steps=await step_rows(file),
        lanes=lanes(facts), curve=curve_path(facts), measures=measures(facts),
        journal=await journal_of(submission.id),
        copy={"file": file.id, "position": 0, "viewing": "", "duration": facts.duration}
        if watchable and file and facts else None,
    )  # fmt: skip


def counts(findings: list[dict[str, Any]]) -> list[tuple[str, int]]:
    warned = sum(f["severity"] == "warn" for f in findings)
    return [("bad", len(findings) - warned), ("warn", warned)]


def verdict_face(file: FilmFile | None, findings: list[dict[str, Any]]) -> str:
    if file is None:
        return "none"
    if file.state in {"ready", "released"}:
        return "remarks" if findings else "sound"
    return {"faulty": "refused", "quarantined": "quarantined", "failed": "failed"}.get(
        file.state, "working"
    )


async def step_rows(file: FilmFile | None) -> list[tuple[str, str, Any, float]]:
    known = await steps_of(file.id) if file else {}
    found = []
    for kind in STEPS:
        step = known.get(kind)
        state = "" if step is None else "done" if step.state == "done" else "now"
        found.append((kind, state, step.ended_at if step else None, step.fraction if step else 0.0))
    return found


def lanes(facts: Facts | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where the film is black, frozen or silent, in per cent of its length."""
    if facts is None or facts.duration <= 0:
        return []
    known = [
        ("black", facts.blacks or ()),
        ("freeze", facts.freezes or ()),
        ("silence", facts.silences),
    ]
    return [
        (name, [(f"{100 * run.start / facts.duration:.2f}", f"{max(0.2, 100 * run.length / facts.duration):.2f}")
                for run in runs])
        for name, runs in known
    ]  # fmt: skip


def curve_path(facts: Facts | None) -> str:
    """Loudness over the whole film: −60 LUFS at the bottom, 0 at the top."""
    if facts is None or len(facts.curve) < 2:
        return ""
    step = 1000 / (len(facts.curve) - 1)
    points = [
        f"{i * step:.1f} {min(63, max(1, -value)):.1f}" for i, value in enumerate(facts.curve)
    ]
    return "M" + "L".join(points)


def measures(facts: Facts | None) -> list[tuple[str, str]]:
    """What was measured, for whoever likes numbers."""
    if facts is None or facts.picture is None:
        return []
    picture, sound = facts.picture, facts.sound
    found = [
        ("container", facts.container.upper()),
        ("picture", f"{picture.codec} · {picture.width} × {picture.height}"),
        ("rate", f"{picture.fps:.3f}"),
        ("frames", f"{picture.frames}"),
    ]
    if sound is not None:
        found.append(
            ("sound", f"{sound.codec} · {sound.layout or sound.channels} · {sound.sample_rate} Hz")
        )
        if sound.loudness is not None:
            found.append(("loudness", f"{sound.loudness:.1f} LUFS"))
        if sound.true_peak is not None:
            found.append(("peak", f"{sound.true_peak:.1f} dBTP"))
    return found


HANDLERS: list[Any] = [films, new, open_entry, entry, save, file_entry, withdraw, release, report]
