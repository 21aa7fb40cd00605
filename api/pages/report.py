"""The technical report of a film: the verdict, the way through the booth, the film along its length, every check."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import MAKER
from api.pages import _places, _report
from api.pages._page import language_of, page, text_of
from api.pages._paper import inline, printed
from api.pages._rules import exports_told
from api.pages._uploading import received
from api.request import AnyRequest
from festival import codes, language
from festival.access import Act, Viewer
from festival.errors import FestivalError, Missing
from festival.tables import Edition
from festival.texts import own_title
from media.encodings import spelled
from media.storage import NotPublished, Store, early_key
from submissions import entries, membership, technical
from submissions.lists import card, current_file, files_of, journal_of, own, steps_of
from submissions.status import WATCHED_BY_MAKERS, WORKING, FileState, Status
from submissions.subtitling import KINDS, tracks_of
from submissions.tables import FilmFile, Submission
from submissions.twins import Twin, twins_for_maker
from submissions.verdicts import facts_of, verdict_of
from submissions.versions import standing_before

COPIED = frozenset({FileState.READY, FileState.RELEASED})


@get("/submissions/{submission_id:str}/file", guards=MAKER)
async def report(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    version: Annotated[int | None, Meta(ge=1, le=10**4)] = None,
    at: Annotated[float | None, Meta(ge=0, le=10**6)] = None,
    finding: Annotated[int | None, Meta(ge=1, le=10**3)] = None,
) -> Response[str]:
    """The verdict first, then the way through the booth, the film along its length, every check.

    Of the newest file, or of an older `version`; the copy begins `at` these seconds, with what the
    `finding` of this number says of them.
    """
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    twins = await twins_for_maker(submission.id, viewer)
    return await report_page(
        request,
        submission,
        edition_row,
        store,
        None,
        version=version,
        twins=twins,
        at=(at, finding),
    )


async def report_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    store: Store,
    error: FestivalError | None,
    *,
    version: int | None = None,
    words: object = None,
    twins: Sequence[Twin] = (),
    at: tuple[float | None, int | None] = (None, None),
) -> Response[str]:
    """`words` are those of a form for subtitles that was refused; `at` is where the copy begins, and
    the finding that is shown there.
    """
    file = await current_file(submission.id, version)
    if version is not None and file is None:
        raise Missing("file_missing")
    drawn: dict[str, Any] = {}
    if file is not None:
        drawn = await drawn_report(language_of(request), submission, file, edition)
        drawn |= await shown_on_film(language_of(request), file, store, at=at)
        drawn["kept"] = await received(file.id, file.state, store)
        drawn["stands"] = await standing_before(submission.id, file.number)
        drawn["texts"] = await tracks_of(submission.id)
        drawn["tongues"] = [
            language.tongue(language_of(request), code) for code in codes.languages()
        ]
        drawn |= {"kinds": KINDS, "words": words, "spelled": spelled}
    return page(
        request, "filmmaker/report.html", error=error, submission=submission,
        mine=await membership.right_of(submission, request.state["viewer"].id),
        card=await card(submission.id), file=file, versions=await files_of(submission.id),
        journal=_report.journal(language_of(request), await journal_of(submission.id)),
        twins=twins, version=version,
        deadline=await entries.closing_for(submission, edition), **drawn,
    )  # fmt: skip


async def shown_on_film(
    lang: str, file: FilmFile, store: Store, *, at: tuple[float | None, int | None]
) -> dict[str, Any]:
    """The findings at their places in the copy; where nobody can watch one, why not."""
    facts = facts_of(file.facts)
    length = facts.duration if facts else 0.0
    places = _places.placed(lang, verdict_of(file.verdict), length)
    moment = _places.moment(*at, places)
    copy: Any = file.screener
    every = copy.get("sprite_every") if copy else None
    return {
        "is_watchable": await is_watchable(file, store),
        "why_unseen": why_unseen(FileState(file.state)),
        "places": places,
        "named": _places.NAMED,
        "moment": moment,
        "moment_tiles": _report.tiles_at(length, every, moment.at) if moment else [],
    }


async def is_watchable(file: FilmFile, store: Store) -> bool:
    """Whether its makers find a copy to watch: the whole, the early one, or that of a refused film."""
    state = FileState(file.state)
    if state is FileState.MAKING:
        return await asyncio.to_thread(store.is_published, early_key(file.id))
    return state in COPIED or (state in WATCHED_BY_MAKERS and file.screener is not None)


def why_unseen(state: FileState) -> str:
    if state in WORKING or state is FileState.RECEIVING:
        return "yet"
    return "replaced" if state is FileState.REPLACED else "refused"


async def drawn_report(
    lang: str, submission: Submission, file: FilmFile, edition: Edition
) -> dict[str, Any]:
    """Everything that is measured and judged, in the page's words, beside the limits that hold now: who
    changes them has every standing file judged again.
    """
    rules = await technical.rules_of(edition, submission.section)
    facts, verdict = facts_of(file.facts), verdict_of(file.verdict)
    finding_rows = _report.found_rows(lang, verdict) if verdict else []
    good = _report.good_groups(lang, facts, rules, verdict)
    copy: Any = file.screener
    every = copy.get("sprite_every") if copy else None
    return {
        "phases": _report.phases(file, await steps_of(file.id), Status(submission.status)),
        "found": finding_rows,
        "good": good,
        "sounds": _report.sound_rows(lang, facts),
        "count": sum(len(rows) for _, rows in good),
        "timeline": _report.timeline(lang, facts, verdict, rules, every=every),
        "rules": rules,
        "duration": facts.duration if facts else None,
        "is_working": file.state in WORKING,
        "exports": exports_told(lang, rules),
    }


@get("/submissions/{submission_id:str}/report.pdf", guards=MAKER)
async def paper(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[bytes]:
    """The same report as paper, for whoever mends the file."""
    lang = language_of(request)
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    file = await current_file(submission.id)
    if file is None or file.verdict is None:
        raise Missing("file_missing")
    drawn = await drawn_report(lang, submission, file, edition_row)
    shown = await card(submission.id)
    html = text_of(
        request, "paper/report.html", card=shown, file=file, title=own_title(shown),
        bad=[row for row in drawn["found"] if row.tone == "bad"],
        poster=await poster_of(file, store) if file.state in COPIED else "",
        **drawn,
    )  # fmt: skip
    return Response(
        await printed(html),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="report-{file.id}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


async def poster_of(file: FilmFile, store: Store) -> str:
    try:
        return inline(await asyncio.to_thread(picture_of, store, file.id))
    except NotPublished:
        return ""


def picture_of(store: Store, file_id: str) -> bytes:
    return store.published(file_id, "poster.jpg").read_bytes()


HANDLERS: list[Any] = [report, paper]
