"""What filmmakers do with an entry: open, save, release the copy, file, withdraw."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api import limits
from api.acts.act import Refusal, act
from api.auth import settings_of
from api.forms import filled
from api.guards import MAKER
from api.pages import _entry
from api.pages._page import back, language_of
from api.pages.entry import answers_page, entry_page, may_type, stands
from api.pages.filmmaker import opening_page
from api.pages.report import report_page
from api.request import AnyRequest
from festival.access import Act, Viewer, in_scope
from festival.errors import Conflict, FestivalError, Missing, Refused
from festival.language import is_visible
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions import answers, entries
from submissions.entry import Entry
from submissions.lists import own
from submissions.reusing import entry_like, said_over
from submissions.tables import Submission

FILMS = "/submissions"
FILM = "/submissions/{submission_id:str}"


class Version(msgspec.Struct, frozen=True):
    """The version that a form was drawn at."""

    version: VersionNumber


class Opening(Entry, frozen=True, kw_only=True):
    """The first words of an entry, with a waiver code where one opens what is closed for others. `like` is another
    entry of this person: what it says of its film is taken over where nothing else is said.
    """

    like: Annotated[str, Meta(max_length=16)] = ""
    code: Annotated[str, Meta(max_length=60)] = ""


class Saving(msgspec.Struct, frozen=True):
    """The whole form, and the version it was read at."""

    entry: Entry
    version: VersionNumber


class TypedEntry(Saving, frozen=True):
    """A form as a person typed it: what nobody can read of it is kept beside the entry."""

    unread: dict[str, str]


async def film_of(request: AnyRequest, wanted: Act = Act.SEE_ENTRY) -> Submission:
    """The film that the address names, if it is this visitor's."""
    at = request.path_params["submission_id"]
    return await own(at, request.state["viewer"], request.state["edition"], wanted)


def refusal_of(refused: Refusal) -> Refused:
    """What a form is told about its own words; every other no has a page of its own."""
    if isinstance(refused.error, Refused):
        return refused.error
    raise refused.error


def to_report(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/file"


def to_entry(_: AnyRequest, opened: dict[str, Any]) -> str:
    return f"/submissions/{opened['id']}"


async def opening_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    given = {name: refused.last(name) for name in refused.sent}
    return await opening_page(request, request.state["edition"], given, refusal_of(refused))


@act(
    FILMS,
    json=FILMS,
    guards=MAKER,
    again=opening_again,
    goes=to_entry,
    says="filmmaker.done.opened",
)
async def open_entry(
    request: AnyRequest,
    data: Opening,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Open an entry in draft; it may hold as little as a title that can be read."""
    if not in_scope(viewer, "entries"):
        raise Missing("missing")
    wanted: Entry = data
    if data.like:
        before = await entry_like(data.like, edition_row, viewer=viewer, section=data.section)
        wanted = said_over(before, data)
    if not is_visible(wanted.title):
        raise Refused("title:title_missing")
    async with limits.rate_limit_codes(request, person):
        submission = await entries.open_entry(edition_row, by=person, entry=wanted, code=data.code)
    return {"id": submission.id, "version": submission.version, "status": submission.status}


async def as_typed(request: AnyRequest) -> TypedEntry:
    """A field that cannot be read keeps in the entry what it said before."""
    submission = await film_of(request, Act.EDIT_ENTRY)
    version = (await filled(request, Version)).version
    form, lang = await answers.form_of(submission), language_of(request)
    before = _entry.typed(await entries.written(submission), lang, form=form)
    there = await stands(submission, lang, form)
    given = _entry.kept(await request.form(), there, form)
    wanted, unread, _ = _entry.readable(given, before, form)
    return TypedEntry(wanted, version, unread)


async def form_again(
    request: AnyRequest,
    *,
    status: int | None = None,
    error: FestivalError | None = None,
    others: dict[str, str] | None = None,
) -> Response[str]:
    """The form as it was typed; what cannot be read of it is told where no `error` is."""
    submission = await film_of(request)
    form, sent = await answers.form_of(submission), await request.form()
    there = await stands(submission, language_of(request), form)
    return await entry_page(
        request,
        submission,
        request.state["edition"],
        request.app.state.store,
        settings_of(request),
        given=_entry.kept(sent, there, form),
        step=str(sent.get("step", "")),
        status=status,
        error=error,
        others=others,
    )


async def saving_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """Nothing is overwritten that another window saved meanwhile: both are shown."""
    if not isinstance(refused.error, Conflict):
        return await form_again(request, error=refusal_of(refused))
    submission = await film_of(request)
    form = await answers.form_of(submission)
    there = await stands(submission, language_of(request), form)
    given = _entry.kept(await request.form(), there, form)
    others = {k: v for k, v in there.items() if not _entry.same(k, v, given[k])}
    return await form_again(request, error=refused.error, others=others)


async def saved(request: AnyRequest, _: Any) -> Response[Any]:
    """On to what the button said; what was kept unread is told at once."""
    submission = await film_of(request)
    if submission.unread:
        return await form_again(request, status=422)
    wanted = (await request.form()).get("next")
    if wanted in (*_entry.STEPS, _entry.FILING):
        return back(request, f"/submissions/{submission.id}?step={wanted}")
    return back(request, f"/submissions/{submission.id}", "filmmaker.done.saved")


@act(
    FILM,
    json=FILM,
    method="patch",
    guards=MAKER,
    reads=as_typed,
    again=saving_again,
    answers=saved,
)
async def save(
    submission_id: FromPath[str],
    data: Saving,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Save the form; 409 when somebody else saved meanwhile."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    unread = data.unread if isinstance(data, TypedEntry) else {}
    version = await entries.save_entry(
        submission, data.entry, version=data.version, by=person, unread=unread
    )
    return {"version": version}


async def report_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    error = refusal_of(refused)
    submission, edition = await film_of(request), request.state["edition"]
    return await report_page(request, submission, edition, request.app.state.store, error)


@act(
    f"{FILM}/release",
    json=f"{FILM}/release",
    status=204,
    guards=MAKER,
    again=report_again,
    goes=to_report,
    says="filmmaker.done.released",
)
async def release(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The maker has watched the copy and lets the committee see it."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.release(submission, by=person)


async def filing_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The last step, with all that is in the way; what was taken back meanwhile is only read."""
    error, submission, edition = (
        refusal_of(refused),
        await film_of(request),
        request.state["edition"],
    )
    if not await may_type(submission, request.state["viewer"]):
        return await answers_page(request, submission, edition, error)
    return await entry_page(
        request,
        submission,
        edition,
        request.app.state.store,
        settings_of(request),
        error=error,
        step=_entry.FILING,
    )


@act(
    f"{FILM}/filing",
    json=f"{FILM}/filing",
    status=204,
    guards=MAKER,
    again=filing_again,
    goes=FILMS,
    says="filmmaker.done.filed",
)
async def file_entry(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """File the entry; 422 with everything that is missing."""
    submission = await own(submission_id, viewer, edition_row, Act.FILE_ENTRY)
    await entries.submit(
        submission,
        edition=edition_row,
        by=person,
        language=language_of(request),
    )


@act(
    f"{FILM}/withdrawal",
    json=f"{FILM}/withdrawal",
    status=204,
    guards=MAKER,
    goes=FILMS,
    says="filmmaker.done.withdrawn",
)
async def withdraw(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take the film back; twice is once."""
    submission = await own(submission_id, viewer, edition_row, Act.FILE_ENTRY)
    await entries.withdraw(submission, by=person)


@act(
    f"{FILM}/return",
    json=f"{FILM}/return",
    status=204,
    guards=MAKER,
    goes=FILMS,
    says="filmmaker.done.returned",
)
async def come_back(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Give a film again that was taken back in the last days; twice is once."""
    submission = await own(submission_id, viewer, edition_row, Act.FILE_ENTRY)
    await entries.come_back(submission, by=person)


ACTS = [open_entry, save, release, file_entry, withdraw, come_back]
