"""One act on many entries: each by itself, if it still is what was seen; whatever is left is named, with the reason."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.access import Viewer
from festival.clock import in_zone, now, zone
from festival.db import rows, transaction
from festival.errors import Conflict, FestivalError, Refused
from festival.language import euro, is_visible, last_minute, moment, t
from festival.record import record
from festival.tables import Edition, Person, Phase, new_id
from festival.texts import Texts
from submissions import rejudging
from submissions.amending import film_to_amend
from submissions.entries import closing_for, held, section_called
from submissions.office import fixes, inbox, tags
from submissions.office.fixes import FixWanted
from submissions.office.inbox import EntryLine, InboxQuery
from submissions.reminders import NEXT_STEP
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members

EntrySeen = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,16}\.[0-9]{1,9}$")]
"""An entry and the version of it that was seen: `id.version`."""
OfficeSubject = Annotated[str, Meta(max_length=160)]
OfficeLetterText = Annotated[str, Meta(max_length=6000)]


class LeftEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry to which nothing was done, and why; without a name where it may not be known."""

    id: str
    title: str
    titles: Texts
    why: tuple[str, ...]


class Done(msgspec.Struct, frozen=True):
    """To how many entries it was done, and those that were left."""

    n: int
    left: list[LeftEntry]


OneAct = Callable[[EntryLine], Awaitable[None]]


async def each(edition: Edition, viewer: Viewer, seen: Sequence[EntrySeen], act: OneAct) -> Done:
    """Do it to each of these; what has changed since it was seen is left as it is."""
    if not seen:
        raise Refused("chosen:entries_none")
    if len(seen) > inbox.MOST_AT_ONCE:
        raise Refused("chosen:entries_many_at_once", most=inbox.MOST_AT_ONCE)
    versions = dict(one.split(".") for one in seen)
    known = await inbox.chosen(edition, viewer, ids=[*versions], query=InboxQuery())
    left = [
        LeftEntry(id=one, title="", titles={}, why=("submission_missing",))
        for one in versions.keys() - {line.id for line in known}
    ]
    n = 0
    for line in known:
        try:
            if line.version != int(versions[line.id]):
                raise Conflict("changed_meanwhile")
            await act(line)
            n += 1
        except FestivalError as error:
            if (
                any(code.partition(":")[0] in TYPED and ":" in code for code in error.codes)
                and not n
            ):
                raise  # what was typed is wrong, for all of them
            why = tuple(code.rpartition(":")[2] for code in error.codes)
            left.append(LeftEntry(id=line.id, title=line.title, titles=line.titles, why=why))
    return Done(n, left)


TYPED = frozenset({"why", "due", "subject", "text", "tag", "section_letter"})
"""Fields of the form of such an act: what is wrong in one of them is wrong for every entry."""


async def ask_each(
    edition: Edition,
    seen: Sequence[EntrySeen],
    wanted: FixWanted,
    *,
    viewer: Viewer,
    by: Person,
) -> Done:
    """Ask the makers of each to mend the same field until the same day."""

    async def ask(line: EntryLine) -> None:
        await fixes.ask(edition, line.id, wanted, viewer=viewer, by=by, version=line.version)

    return await each(edition, viewer, seen, ask)


async def tag_each(
    edition: Edition,
    seen: Sequence[EntrySeen],
    name: str,
    *,
    off: bool = False,
    viewer: Viewer,
    by: Person,
) -> Done:
    async def put(line: EntryLine) -> None:
        verb, why = (tags.untag, "tag_not_there") if off else (tags.tag, "tag_there")
        if not await verb(edition, line.id, name, viewer=viewer, by=by):
            raise Refused(why)

    return await each(edition, viewer, seen, put)


async def move_each(
    edition: Edition,
    seen: Sequence[EntrySeen],
    letter: str,
    *,
    viewer: Viewer,
    by: Person,
) -> Done:
    """Put each into another section; only before the selection: later a committee has begun with it."""
    if edition.phase not in (Phase.PREPARING, Phase.ENTRIES):
        raise Refused("section_letter:section_in_selection")
    section = await section_called(letter, edition.id)
    if section is None:
        raise Refused("section_letter:section_missing")

    async def move(line: EntryLine) -> None:
        async with transaction():
            submission = await held(await film_to_amend(edition, line.id, viewer))
            if submission.version != line.version:
                raise Conflict("changed_meanwhile")
            if submission.section == section.id:
                raise Refused("section_same")
            if submission.status != Status.SUBMITTED or submission.pending is not None:
                raise Refused("section_stays")
            await Submission.update(
                {
                    Submission.section: section.id,
                    Submission.version: Submission.version + 1,
                    Submission.changed_at: now(),
                }
            ).where(Submission.id == submission.id)
            await record(
                "entry_section_changed",
                submission.id,
                by=by,
                edition=edition.id,
                changes={"section": [line.section_letter or "", section.letter]},
            )
            await rejudging.section_changed(submission)
            await tell_members(
                submission,
                "section_changed",
                edition=edition,
                occasion=f"section:{line.version + 1}",
                link=f"/submissions/{submission.id}",
                section=partial(section_in, names=dict(section.names)),
            )

    return await each(edition, viewer, seen, move)


def section_in(language: str, *, names: Texts) -> str:
    return names.get(language) or next(iter(names.values()), "")


async def write_each(
    edition: Edition,
    seen: Sequence[EntrySeen],
    subject: str,
    text: str,
    *,
    viewer: Viewer,
    by: Person,
) -> Done:
    """A letter in the office's own words to the makers of each."""
    wrong = [
        f"{field}:letter_{field}_missing"
        for field, words in (("subject", subject), ("text", text))
        if not is_visible(words)
    ]
    if wrong:
        raise Refused(*wrong)
    occasion = f"office_letter:{new_id()}"

    async def write(line: EntryLine) -> None:
        async with transaction():
            submission = await film_to_amend(edition, line.id, viewer)
            await letter_to(
                submission,
                "office_letter",
                edition=edition,
                occasion=occasion,
                topic=" ".join(subject.split()),
                text=text.strip(),
            )
            await record("entry_written_to", submission.id, by=by, edition=edition.id)

    return await each(edition, viewer, seen, write)


async def remind_each(
    edition: Edition, seen: Sequence[EntrySeen], *, viewer: Viewer, by: Person
) -> Done:
    """Tell the makers of each what is still open in it; once a day, and nobody for whom nothing is."""

    async def remind(line: EntryLine) -> None:
        async with transaction():
            submission = await film_to_amend(edition, line.id, viewer)
            things = await open_things(edition, submission, line)
            if not things:
                raise Refused("nothing_open")
            with in_zone(edition.zone):
                day = now().astimezone(zone()).date().isoformat()
            if await rows(
                "SELECT id FROM letter WHERE about = {} AND occasion LIKE {} LIMIT 1",
                submission.id,
                f"nudge-{day}:%",
            ):
                raise Refused("reminded_today")
            await letter_to(
                submission,
                "entry_nudge",
                edition=edition,
                occasion=f"nudge-{day}",
                page=NEXT_STEP if line.status == Status.DRAFT else "",
                lines=partial(lines_in, things=things),
            )
            await record("entry_reminded", submission.id, by=by, edition=edition.id)

    return await each(edition, viewer, seen, remind)


OpenLine = Callable[[str], str]
"""To a language: one thing that is open, with its day where it has one."""


async def open_things(edition: Edition, submission: Submission, line: EntryLine) -> list[OpenLine]:
    """What its makers have still to do."""
    things: list[OpenLine] = [
        partial(fix_line, fix=fix) for fix in await fixes.fixes_of(submission.id, states=("open",))
    ]
    if line.file_state in (None, "faulty", "failed"):
        things.append(partial(plain, key="office.nudge.file"))
    elif line.file_state == "ready":
        things.append(partial(plain, key="office.nudge.release"))
    if line.status == Status.DRAFT:
        closing = last_minute(await closing_for(submission, edition))
        things.append(partial(dated, key="office.nudge.draft", when=closing))
    if line.owed_cents > 0 and line.status == Status.SUBMITTED:
        things.append(partial(owed, cents=line.owed_cents))
    return things


def fix_line(language: str, *, fix: fixes.FixShown) -> str:
    return t(
        language,
        "office.nudge.fix",
        field=fixes.field_label(language, fix.field, fix.labels),
        when=moment(language, last_minute(fix.due_at)),
    )


def plain(language: str, *, key: str) -> str:
    return t(language, key)


def dated(language: str, *, key: str, when: Any) -> str:
    return t(language, key, when=moment(language, when))


def owed(language: str, *, cents: int) -> str:
    return t(language, "office.nudge.fee", amount=euro(language, cents))


def lines_in(language: str, *, things: Sequence[OpenLine]) -> str:
    return "\n".join(f"– {one(language)}" for one in things)


async def letter_to(
    submission: Submission,
    kind: str,
    *,
    edition: Edition,
    occasion: str,
    page: str = "",
    **values: Any,
) -> None:
    await tell_members(
        submission,
        kind,
        edition=edition,
        occasion=occasion,
        link=f"/submissions/{submission.id}{page}",
        **values,
    )
