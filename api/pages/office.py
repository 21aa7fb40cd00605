"""The office's pages of entries: the inbox, a look before an act on many, and all that happened to one."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages import _lists
from api.pages._changes import changes_in
from api.pages._desk import desk_page
from api.pages._exports import own_file
from api.pages._page import language_of, page, prefix_of
from api.pages.letters import number_in
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import euro, t, text_in
from festival.tables import Edition, Person
from festival.texts import texts_of
from submissions import amending, answers, exporting, membership, trailers
from submissions.asking import FIELDS
from submissions.exporting import Filters
from submissions.lists import card, sections_of
from submissions.office import fixes, inbox, notes, tags, timeline, twins
from submissions.office.bulk import Done
from submissions.office.inbox import MOST_AT_ONCE, EntryLine, InboxQuery, query_of

ENTRIES = "/operator/entries"
ACTS = ("fix", "remind", "letter", "tag", "untag", "section", "export")
VIEWS: dict[str, dict[str, str]] = {
    "all": {},
    "reread": {"fix": "done", "sort": "due"},
    "wished": {"fix": "wished", "sort": "due"},
    "late": {"fix": "late", "sort": "due"},
    "no_file": {"lacks": "file"},
    "refused": {"verdict": "refused"},
    "twins": {"twins": "yes", "sort": "title"},
    "unpaid": {"fee": "due"},
    "noted": {"notes": "yes", "sort": "changed"},
}
"""Questions that an office asks every morning, each an address."""


@get(ENTRIES, guards=OPERATOR)
async def entries(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """All entries of the edition; what is looked for stands in the address."""
    query = query_of(request.query_params)
    sheet = await inbox.entries(edition_row, viewer, query, number=number_in(request))
    return page(
        request,
        "operator/entries.html",
        sheet=sheet,
        query=query,
        kept=kept(query),
        kept_without=partial(kept_without, query),
        views=VIEWS,
        view=next((name for name, said in VIEWS.items() if said == query.words), ""),
        words=await inbox.words_of(edition_row, viewer),
        sections=await letters_and_names(edition_row, language_of(request)),
        statuses=inbox.STATUSES,
        lacks=list(inbox.ABSENT),
        euro=partial(euro, language_of(request)),
        lack_words=partial(lack_words, language_of(request)),
        verdicts=inbox.VERDICTS,
        fixes=inbox.FIXES,
        fees=inbox.FEES,
        sorts=inbox.SORTS,
        acts=ACTS,
        verdict_of=verdict_of,
        most=MOST_AT_ONCE,
    )


async def letters_and_names(edition: Edition, lang: str) -> list[tuple[str, str]]:
    return [
        (one.letter, f"{one.letter} · {text_in(lang, texts_of(one.names))}")
        for one in await sections_of(edition)
    ]


def kept(query: InboxQuery, number: int = 1) -> str:
    """The words of an address, for its next page; with a number for that page of it."""
    return urlencode(query.words | ({"page": str(number)} if number > 1 else {}))


def kept_without(query: InboxQuery, name: str, word: str = "") -> str:
    """The same address with another word in one place."""
    words = {key: value for key, value in query.words.items() if key != name}
    return "?" + urlencode(words | ({name: word} if word else {}))


def lack_words(lang: str, name: str) -> str:
    """What an entry may lack, as it is called."""
    key = "corrections.field." if name in FIELDS else "office.lack."
    return t(lang, f"{key}{name}")


def verdict_of(line: EntryLine) -> str:
    """How the newest file of an entry stands, in one word."""
    if line.file_state is None:
        return "none"
    if line.file_state == "failed":
        return "failed"
    if line.file_state in ("ready", "released", "faulty", "quarantined"):
        return line.outcome or "sound"
    return "working"


# A look before an act


@get(f"{ENTRIES}/act", guards=OPERATOR)
async def look(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    """Who it would be done to: the rows that were ticked, or all that the filter means. A list goes out at once."""
    asked = request.query_params
    act = asked.get("act", "")
    act = act if act in ACTS else ACTS[0]
    seen = [one.partition(".")[0][:16] for one in asked.getall("chosen", [])]
    is_all = asked.get("all", "") == "yes"
    query = query_of(asked)
    found = await inbox.chosen(edition_row, viewer, ids=None if is_all else seen, query=query)
    if act == "export" and found:
        return await listed_out(request, edition_row, viewer, found, by=person)
    came_from = kept(query, number_in(request))
    return await look_page(request, edition_row, act, found, came_from)


async def listed_out(
    request: AnyRequest, edition: Edition, viewer: Viewer, found: Sequence[EntryLine], *, by: Person
) -> Response[bytes]:
    """The entries that may be read, as a spreadsheet; the record says that they went out."""
    lang = language_of(request)
    await exporting.note(edition, by=by, columns=exporting.USUAL, kind="csv")
    filters = Filters(ids=tuple(line.id for line in found[:MOST_AT_ONCE]))
    lines = exporting.lines(exporting.found(viewer, edition, filters), exporting.USUAL, lang)
    pieces = spreadsheets.csv_pieces(exporting.heads(exporting.USUAL, lang), lines)
    return Response(
        b"".join([piece async for piece in pieces]),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"entries-{edition.slug}.csv"),
    )


async def look_page(
    request: AnyRequest,
    edition: Edition,
    act: str,
    found: Sequence[EntryLine],
    came_from: str,
    *,
    error: FestivalError | None = None,
    typed: Mapping[str, str] | None = None,
    ticked: Sequence[str] | None = None,
) -> Response[str]:
    """`came_from` are the words of the list's address; `typed` and `ticked` are what was sent, where the act was
    refused.
    """
    lang = language_of(request)
    return page(
        request,
        "operator/entries_act.html",
        error=error,
        at=f"{ENTRIES}/act",
        act=act,
        lines=found[:MOST_AT_ONCE],
        more=len(found) > MOST_AT_ONCE,
        most=MOST_AT_ONCE,
        kept=came_from,
        typed=typed or {},
        ticked=ticked,
        fields=[
            (name, t(lang, f"corrections.field.{name}"))
            for name in (*fixes.OWN_FIELDS, fixes.TRACKS)
        ],
        sections=await letters_and_names(edition, lang),
        tags=await tags.tags_in(edition, request.state["viewer"]),
    )


def done_page(request: AnyRequest, act: str, done: Done, came_from: str) -> Response[str]:
    """What was done, and what was left with the reason; and the way back to where the list stood."""
    return page(
        request,
        "operator/entries_done.html",
        at=f"{ENTRIES}/act",
        act=act,
        done=done,
        kept=came_from,
    )


# One entry


async def office_of(request: AnyRequest, edition: Edition, submission_id: str) -> dict[str, Any]:
    """What the office's page of one entry says beside what is closed; only the caller knows who may read it."""
    viewer, lang = request.state["viewer"], language_of(request)
    line = await inbox.line_of(edition, viewer, submission_id)
    submission = await amending.film_to_amend(edition, submission_id, viewer)
    is_named = line is not None and line.is_named
    own, questions = await fixes.askable(submission) if is_named else ([], [])
    form = await answers.form_of(submission)
    asks_for_tracks = is_named and fixes.asks_for_tracks(submission)
    beside = (
        [(fixes.TRACKS, fixes.field_label(lang, fixes.TRACKS, None))] if asks_for_tracks else []
    )
    return {
        "here": f"{prefix_of(request)}{ENTRIES}/{submission_id}",
        "line": line,
        "is_named": is_named,
        "called": await membership.asked_to(submission)
        if line is not None and line.is_ownerless and not line.is_veiled
        else [],
        "verdict": verdict_of(line) if line else "none",
        "askable": [
            *((name, t(lang, f"corrections.field.{name}")) for name in own),
            *((one.field, text_in(lang, one.labels)) for one in questions),
            *beside,
        ],
        "fixes": await fixes.fixes_of(submission_id) if is_named else [],
        "notes": await notes.notes_of(submission_id),
        "trailers": await trailers.for_office(submission),
        "kept_trailers": trailers.KEPT,
        "tags_known": await tags.tags_in(edition, viewer),
        "fix_label": partial(fixes.field_label, lang),
        "fix_told": lambda fix, said: fixes.told_field(lang, fix.field, said, form),
        "pairs": (await twins.pairs_of(edition, viewer, entry=submission_id)).pairs
        if line is not None and line.twins
        else [],
        "lately": (await timeline.timeline_of(submission)).lines[:6],
    }


@get(f"{ENTRIES}/{{submission_id:str}}/timeline", guards=OPERATOR)
async def all_of_time(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Everything that happened to an entry, by kind, a page at a time."""
    submission = await amending.film_to_amend(edition_row, submission_id, viewer)
    group = request.query_params.get("kind", "")
    group = group if group in timeline.GROUPS else ""
    line = await inbox.line_of(edition_row, viewer, submission_id)
    letters = {one.id: one.letter for one in await sections_of(edition_row)}
    return desk_page(
        request,
        "operator/entry_timeline.html",
        submission=submission,
        card=await card(submission_id),
        is_named=line is not None and line.is_named,
        sheet=await timeline.timeline_of(submission, group=group, number=number_in(request)),
        group=group,
        groups=list(timeline.GROUPS),
        changes_in=partial(changes_in, language_of(request), names=letters),
    )


# The same film twice


TWINS = "/operator/twins"


@get(TWINS, guards=OPERATOR)
async def twin_pairs(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Entries that may be one film, side by side; those of which nothing was said first."""
    return await twins_page(request, edition_row, viewer)


async def twins_page(
    request: AnyRequest, edition: Edition, viewer: Viewer, error: FestivalError | None = None
) -> Response[str]:
    said = request.query_params.get("said", "open")
    said = said if said in twins.SAID else "open"
    sheet = await twins.pairs_of(edition, viewer, said=said, number=number_in(request))
    return page(
        request,
        "operator/twins.html",
        error=error,
        at=TWINS,
        sheet=sheet,
        said=said,
        kept=_lists.kept(sheet.number, said=said),
        states=twins.SAID,
        verdict_of=verdict_of,
    )


HANDLERS: list[Any] = [entries, look, all_of_time, twin_pairs]
