"""What operators do with entries: note, tag, ask for a fix, one by one or many at once."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages import office as pages
from api.pages._lists import stood
from api.pages.amending import PAGE, entry_page
from api.pages.committee import page_asked
from api.request import AnyRequest
from festival.access import Viewer
from festival.desk import Seen
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person
from submissions import membership
from submissions.office import bulk, fixes, inbox, notes, tags, twins, wishes
from submissions.office.bulk import Done, EntrySeen, OfficeLetterText, OfficeSubject
from submissions.office.fixes import FixAgain, FixWanted
from submissions.office.inbox import MOST_AT_ONCE, InboxQuery, query_of
from submissions.office.notes import NoteChange, NoteSaid
from submissions.office.reach import named_film
from submissions.office.tags import TagName
from submissions.office.twins import TwinSaid
from submissions.office.wishes import FixDeclined

FIXES = f"{PAGE}/fixes"
FIX = f"{FIXES}/{{fix_id:str}}"
NOTES = f"{PAGE}/notes"
NOTE = f"{NOTES}/{{note_id:str}}"
TAGS = f"{PAGE}/tags"


def its_page(request: AnyRequest, _: object) -> str:
    return f"/operator/entries/{request.path_params['submission_id']}"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The entry's page, the form that was refused as it was typed."""
    if isinstance(refused.error, Missing | NotAllowed):
        raise refused.error
    place = request.url.path
    new = {"fixes": ":new", "notes": ":note", "tags": ":tag", "owner": ":owner"}
    row = request.path_params
    named = row.get("fix_id") or row.get("note_id") or row.get("trailer_id")
    of = f":{named}" if named else next((of for end, of in new.items() if f"/{end}" in place), "")
    return await entry_page(
        request,
        request.state["edition"],
        request.path_params["submission_id"],
        request.state["viewer"],
        error=refused.error,
        of=of,
        typed={name: refused.last(name).replace("\r\n", "\n") for name in refused.sent},
    )


def on_entry(place: str, says: str, *, json: str = "same", **given: Any) -> Any:
    """An act on one entry, led back to its page."""
    return act(
        place,
        json=place if json == "same" else json,
        guards=OPERATOR,
        again=again,
        goes=its_page,
        says=says,
        **given,
    )


# Owners


class OwnerCalled(msgspec.Struct, frozen=True):
    """Whoever goes on with an entry."""

    email: Email


@on_entry(f"{PAGE}/owner", "owners.done")
async def call_owner(
    submission_id: FromPath[str],
    data: OwnerCalled,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Name an owner of an entry whose owners' accounts are all closed; whoever is not on it is asked by a letter."""
    submission = await named_film(edition_row, submission_id, viewer)
    asked = await membership.call_owner(
        submission, data.email, edition=edition_row, by=person, settings=settings
    )
    return {"id": asked}


@on_entry(f"{PAGE}/owner/{{invitation_id:str}}/revocation", "people.done.revoked", status=204)
async def call_no_owner(
    submission_id: FromPath[str],
    invitation_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take that question back."""
    submission = await named_film(edition_row, submission_id, viewer)
    await membership.call_no_owner(submission, invitation_id, by=person)


# Notes


@on_entry(NOTES, "office.note.added")
async def add_note(
    submission_id: FromPath[str],
    data: NoteSaid,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Note something about an entry, for operators alone."""
    note = await notes.add_note(edition_row, submission_id, data.text, viewer=viewer, by=person)
    return {"id": note}


@on_entry(NOTE, "office.note.done", method="patch")
async def change_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    data: NoteChange,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Say it otherwise; 409 when somebody else did meanwhile."""
    version = await notes.change_note(
        edition_row, submission_id, note_id, data, viewer=viewer, by=person
    )
    return {"version": version}


@on_entry(f"{NOTE}/removal", "office.note.removed", status=204)
async def remove_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take a note away; 409 when it has changed since."""
    await notes.remove_note(
        edition_row, submission_id, note_id, data.version, viewer=viewer, by=person
    )


# Tags


class TagSaid(msgspec.Struct, frozen=True):
    tag: TagName


@on_entry(TAGS, "office.tag.done", status=204)
async def put_tag(
    submission_id: FromPath[str],
    data: TagSaid,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Put a word on an entry, to find it by; twice is once."""
    await tags.tag(edition_row, submission_id, data.tag, viewer=viewer, by=person)


@on_entry(f"{TAGS}/removal", "office.tag.gone", status=204)
async def take_tag(
    submission_id: FromPath[str],
    data: TagSaid,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it off again; twice is once."""
    await tags.untag(edition_row, submission_id, data.tag, viewer=viewer, by=person)


# Asking for a fix


@on_entry(FIXES, "fixes.done.asked")
async def ask_fix(
    submission_id: FromPath[str],
    data: FixWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Ask its makers to mend one field until a day: that field opens for them, and no other."""
    return {"id": await fixes.ask(edition_row, submission_id, data, viewer=viewer, by=person)}


@on_entry(f"{FIX}/again", "fixes.done.asked")
async def ask_again(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: FixAgain,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Ask once more, in other words or until another day; 409 when it has changed since."""
    version = await fixes.ask_again(
        edition_row, submission_id, fix_id, data, viewer=viewer, by=person
    )
    return {"version": version}


@on_entry(f"{FIX}/settled", "fixes.done.settled", status=204)
async def settle_fix(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """What was mended is read and right; 409 when it has changed since."""
    await fixes.settle(edition_row, submission_id, fix_id, data.version, viewer=viewer, by=person)


@on_entry(f"{FIX}/withdrawal", "fixes.done.taken_back", status=204)
async def take_fix_back(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Ask for it no more; its makers are told. 409 when it has changed since."""
    await fixes.take_back(
        edition_row, submission_id, fix_id, data.version, viewer=viewer, by=person
    )


@on_entry(f"{FIX}/refusal", "fixes.done.declined", status=204)
async def decline_wish(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: FixDeclined,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A field that its makers wish to correct stays as it is; they are told why. 409 when it has changed since."""
    await wishes.decline(edition_row, submission_id, fix_id, data, viewer=viewer, by=person)


# The same film twice


async def twins_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if not isinstance(refused.error, Refused | Conflict):
        raise refused.error
    edition, viewer = request.state["edition"], request.state["viewer"]
    return await pages.twins_page(request, edition, viewer, refused.error)


def twins_stood(request: AnyRequest, _: object) -> str:
    return stood(request, pages.TWINS, "said")


@act(
    pages.TWINS,
    json=pages.TWINS,
    status=200,
    guards=OPERATOR,
    again=twins_again,
    goes=twins_stood,
    says="twins.done",
)
async def say_twins(
    data: TwinSaid,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Say of two entries that they are one film, or two, or take that back; 409 when somebody else has."""
    return {"version": await twins.say(edition_row, data, viewer=viewer, by=person)}


# Many at once

BulkAct = Annotated[str, Meta(pattern="^(fix|remind|letter|tag|untag|section)$")]
KeptQuery = Annotated[str, Meta(max_length=2000)]


class BulkWanted(msgspec.Struct, frozen=True, kw_only=True):
    """One act on many entries, each as it was seen (`id.version`); which of the other fields it needs, says `act`.

    fix: `field`, `why`, `due` (YYYY-MM-DD). letter: `subject`, `text`. tag, untag: `tag`. section: `section_letter`.
    """

    act: BulkAct
    chosen: Annotated[list[EntrySeen], Meta(max_length=MOST_AT_ONCE)] = []
    field: fixes.FieldName = ""
    why: fixes.FixWhy = ""
    due: Annotated[str, Meta(max_length=10)] = ""
    subject: OfficeSubject = ""
    text: OfficeLetterText = ""
    tag: TagName = ""
    section_letter: Annotated[str, Meta(max_length=1)] = ""
    kept: KeptQuery = ""


async def look_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """What was typed and ticked stands again."""
    if not isinstance(refused.error, Refused | Conflict):
        raise refused.error
    edition, viewer = request.state["edition"], request.state["viewer"]
    ticked = refused.sent.get("chosen", [])
    shown = refused.sent.get("shown", ticked)
    ids = [one.partition(".")[0][:16] for one in shown][:MOST_AT_ONCE]
    which = refused.last("act")
    if which not in pages.ACTS:
        raise refused.error
    query, came_from = where_it_stood(refused.last("kept"))
    found = await inbox.chosen(edition, viewer, ids=ids, query=query)
    typed = {name: refused.last(name).replace("\r\n", "\n") for name in refused.sent}
    return await pages.look_page(
        request, edition, which, found, came_from, error=refused.error, typed=typed, ticked=ticked
    )


def where_it_stood(kept: str) -> tuple[InboxQuery, str]:
    """(what the list was narrowed to, its address with the page), from a field that only should come from us."""
    words = dict(parse_qsl(kept))
    query = query_of(words)
    return query, pages.kept(query, page_asked(words.get("page", "")))


async def told_done(request: AnyRequest, done: Done) -> Response[str]:
    form = await request.form()
    _, came_from = where_it_stood(str(form.get("kept", "")))
    return pages.done_page(request, str(form.get("act", "")), done, came_from)


@act(
    f"{pages.ENTRIES}/acts",
    json=f"{pages.ENTRIES}/acts",
    status=200,
    guards=OPERATOR,
    again=look_again,
    answers=told_done,
)
async def on_many(
    data: BulkWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Done:
    """Do one thing to many entries: what has changed since it was seen is left, and named with the reason."""
    return await DO[data.act](edition_row, data, {"viewer": viewer, "by": person})


Who = Mapping[str, Any]


async def ask_many(edition: Edition, data: BulkWanted, who: Who) -> Done:
    try:
        wanted = msgspec.convert(
            {"field": data.field, "why": data.why, "due": data.due}, FixWanted, strict=False
        )
    except msgspec.ValidationError:
        raise Refused("due:fix_due_unreadable") from None
    return await bulk.ask_each(edition, data.chosen, wanted, **who)


async def remind_many(edition: Edition, data: BulkWanted, who: Who) -> Done:
    return await bulk.remind_each(edition, data.chosen, **who)


async def write_many(edition: Edition, data: BulkWanted, who: Who) -> Done:
    return await bulk.write_each(edition, data.chosen, data.subject, data.text, **who)


async def tag_many(edition: Edition, data: BulkWanted, who: Who) -> Done:
    off = data.act == "untag"
    return await bulk.tag_each(edition, data.chosen, data.tag, off=off, **who)


async def move_many(edition: Edition, data: BulkWanted, who: Who) -> Done:
    return await bulk.move_each(edition, data.chosen, data.section_letter, **who)


DO = {
    "fix": ask_many,
    "remind": remind_many,
    "letter": write_many,
    "tag": tag_many,
    "untag": tag_many,
    "section": move_many,
}

ACTS = [
    say_twins, call_owner, call_no_owner,
    add_note, change_note, remove_note, put_tag, take_tag, ask_fix, ask_again, settle_fix, take_fix_back,
    decline_wish, on_many,
]  # fmt: skip
