"""What filmmakers do with an entry: open, save, release the copy, file, withdraw."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from festival import consents
from festival.clock import now
from festival.closing import be_open
from festival.db import later, made_once, rows, transaction
from festival.deadlines import closing_of, last_closing, stand_still
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person, Phase, Section
from festival.texts import texts_of
from submissions import answers, rejudging
from submissions.asking import (
    EntryForm,
    frozen_faults,
    labels_of,
    parts_of,
    settled_answers,
    still_asks,
    unasked_faults,
)
from submissions.candidates import EntryStanding, standing_of
from submissions.eligibility import Promise, kept_promise, may_file, may_open
from submissions.entry import BETWEEN_NAMES, Credits, Entry, faults, settled
from submissions.fees import settle_fee
from submissions.lists import section_of
from submissions.premieres import EarlierShowings
from submissions.status import DECIDABLE, DECISIONS, MOVES, RETURNS, FileState, Status
from submissions.tables import Credit, Film, FilmFile, Member, Submission
from submissions.telling import tell_members
from submissions.versions import put_older_aside, put_unreleased_aside
from submissions.waiver_codes import code_on, redeem

BACK_FOR = timedelta(days=7)
CLOSED = {Status.DECLINED, Status.WITHDRAWN}
MOST_ENTRIES = 300  # of one person in one edition, withdrawn ones too: their files lie here

STANDS = {
    Status.DRAFT: "stands_draft",
    Status.SUBMITTED: "stands_submitted",
    Status.ACCEPTED: "stands_accepted",
    Status.WAITLISTED: "stands_waitlisted",
    Status.DECLINED: "stands_declined",
    Status.WITHDRAWN: "stands_withdrawn",
}


async def terms_for(submission: Submission, edition: Edition) -> Promise:
    """Until when today: the last deadline of the entry's section, or a later one of the code on it."""
    closing = await closing_of(edition, submission.section)
    code = await code_on(submission)
    is_late = (
        code is not None
        and code.counts
        and code.late_until is not None
        and code.late_until > closing
    )
    return Promise(
        section=submission.section or "",
        code=code.code if code is not None and is_late else "",
        deadline=code.late_until if code is not None and is_late else closing,
        grace_hours=edition.grace_hours,
    )


async def closing_for(submission: Submission, edition: Edition) -> datetime:
    """The moment at which the entry is late, by the terms of today."""
    return kept_promise(Promise(), await terms_for(submission, edition))[0]


async def may_still_file(submission: Submission, edition: Edition) -> bool:
    """The written rule for uploads under way, on server time: one file in time is enough."""
    selected = await rows(
        """SELECT created_at AS begun, ready_at AS ready, promise FROM film_file
           WHERE submission = {} AND state <> 'replaced'""",
        submission.id,
    )
    today = await terms_for(submission, edition)
    for file in selected or [{"begun": None, "ready": None, "promise": {}}]:
        deadline, grace = kept_promise(msgspec.convert(file["promise"], Promise), today)
        if may_file(now(), deadline, begun=file["begun"], ready=file["ready"], grace=grace):
            return True
    return False


async def open_entry(
    edition: Edition, *, by: Person, entry: Entry | None = None, code: str = ""
) -> Submission:
    """A new film and its candidacy, in draft; its opener is its first member.

    A waiver `code` goes onto it at once: one that lets it be late opens what is closed for others.
    """
    entry = settled(entry or Entry())
    async with transaction():
        edition = await stand_still(edition)
        be_open(edition)
        if edition.phase == Phase.PREPARING:
            raise Refused("entries_not_open")
        is_late = not may_open(now(), await last_closing(edition))
        if is_late and not code:
            raise Refused("deadline_passed")
        await one_more(edition, by=by)
        film = Film()
        await film.save()
        submission = Submission(edition=edition.id, film=film.id)
        await submission.save()
        await Member(submission=submission.id, person=by.id).save()
        await write(submission, entry, before=Entry(), by=by)
        await record("entry_opened", submission.id, by=by, edition=edition.id)
        submission = await held(submission)
        if code:
            await redeem(submission, code, by=by)
        if is_late and not may_open(now(), await closing_for(submission, edition)):
            raise Refused("code:code_not_late")
        return submission


async def one_more(edition: Edition, *, by: Person) -> None:
    """So many entries in one edition that nobody fills the house with them."""
    opened = await rows(
        """SELECT count(*) AS n FROM member m JOIN submission s ON s.id = m.submission
           WHERE m.person = {} AND s.edition = {}""",
        by.id,
        edition.id,
    )
    if opened[0]["n"] >= MOST_ENTRIES:
        raise Refused("entries_many", most=MOST_ENTRIES)


async def section_called(letter: str, edition: str) -> Section | None:
    """The section, nothing where none is chosen yet; `Refused` for one that the edition does not have."""
    sections = await Section.objects().where(Section.edition == edition).order_by(Section.position)
    named = {section.letter: section for section in sections}
    if letter and letter not in named:
        raise Refused("section:section_unknown", letters=letter, known=", ".join(named))
    return named.get(letter)


async def write(submission: Submission, entry: Entry, *, before: Entry, by: Person) -> str | None:
    """The fields of the form into their rows; the section by its letter. Returns the section's id.

    `Refused` names what is frozen, and what nobody asks for; what is not asked keeps what it said.
    """
    section = await section_called(entry.section, str(submission.edition))
    form = await form_between(submission, None if section is None else str(section.id))
    was, wanted = msgspec.structs.asdict(before), msgspec.structs.asdict(entry)
    values, wrong = settled_answers(form, await answers.values_of(submission), entry.answers)
    wrong = [*frozen_faults(form, was, wanted), *unasked_faults(form, was, wanted), *wrong]
    if wrong:
        raise Refused(*wrong, **labels_of(form, wrong))
    kept = {
        part: getattr(before, part)
        for name in form.fields
        if not form.asks(name)
        for part in parts_of(name)
    }
    entry = msgspec.structs.replace(entry, **kept)
    await answers.write_values(submission, values, by=by)
    await Film.update(
        {
            Film.title: entry.title.strip(),
            Film.titles: entry.titles,
            Film.synopses: entry.synopses,
            Film.year: entry.year,
            Film.countries: entry.countries,
            Film.languages: entry.languages,
            Film.subtitles: entry.subtitles,
            Film.directors: entry.directors,
            Film.director: BETWEEN_NAMES.join(entry.directors),
            Film.declared_seconds: entry.declared_seconds,
            Film.premiere: entry.premiere,
            Film.shown: msgspec.to_builtins(entry.shown),
            Film.version: Film.version + 1,
        }
    ).where(Film.id == submission.film)
    if entry.credits != before.credits:
        await write_credits(str(submission.film), entry.credits)
    await Submission.update(
        {
            Submission.section: None if section is None else section.id,
            Submission.rights_confirmed: entry.rights_confirmed,
            Submission.changed_at: now(),
        }
    ).where(Submission.id == submission.id)
    return None if section is None else str(section.id)


async def write_credits(film: str, wanted: Credits) -> None:
    """These names, and no others any more; `position` goes through all roles of a film."""
    await Credit.delete().where(Credit.film == film)
    named = [(role, name) for role, names in wanted.items() for name in names]
    lines = [
        Credit(film=film, role=role, name=name, position=n) for n, (role, name) in enumerate(named)
    ]
    if lines:
        await Credit.insert(*lines)


async def credits_of(film: str) -> Credits:
    named: Credits = {}
    for line in await Credit.objects().where(Credit.film == film).order_by(Credit.position):
        named.setdefault(line.role, []).append(line.name)
    return named


async def form_between(submission: Submission, section: str | None) -> EntryForm:
    """The form of the section that is chosen now; what another one has frozen stays so, and its
    questions may still be answered in the same breath.
    """
    form = await answers.form_in(submission.edition, section)
    if section == submission.section:
        return form
    before = await answers.form_of(submission)
    fields = {
        name: msgspec.structs.replace(state, is_frozen=state.is_frozen or before.freezes(name))
        for name, state in form.fields.items()
    }
    others = [one for one in before.questions if form.question(one.id) is None]
    return EntryForm(fields=fields, questions=(*form.questions, *others))


def closed_by(submission: Submission) -> str:
    """Why an entry takes no more words."""
    return "entry_withdrawn" if submission.status == Status.WITHDRAWN else "entry_is_filed"


def refuse_closed(submission: Submission) -> None:
    """Nothing is brought beside a film that was declined, or taken back."""
    if submission.status in CLOSED:
        raise Refused("entry_is_closed")


async def save_entry(
    submission: Submission,
    entry: Entry,
    *,
    version: int,
    by: Person,
    unread: Mapping[str, str] | None = None,
) -> int:
    """Keep what was typed; whoever saves second over another's change is told. New version.

    `unread` are words of the form that could not be read: they are kept beside the entry.
    """
    if submission.status != Status.DRAFT:
        raise Refused(closed_by(submission))
    entry = settled(entry)
    async with transaction():
        moved = await rows(
            """UPDATE submission SET version = version + 1, unread = {}::jsonb
               WHERE id = {} AND version = {} AND status = 'draft' RETURNING version, section""",
            json.dumps(dict(unread or {})),
            submission.id,
            version,
        )
        if not moved:
            raise Conflict("entry_changed_meanwhile")
        standing = await held(submission)
        section = await write(standing, entry, before=await entry_of(standing), by=by)
        await record("entry_saved", submission.id, by=by, edition=submission.edition)
        if section != moved[0]["section"]:
            await rejudging.section_changed(submission)
    return int(moved[0]["version"])


async def release(submission: Submission, *, by: Person) -> None:
    """The maker has watched the committee's copy and lets it go; only then is it seen.

    What was filed stays as it was filed.
    """
    async with transaction():
        released = await rows(
            """UPDATE film_file n SET state = 'released', released_at = now() FROM submission s
               WHERE s.id = {} AND s.status = 'draft' AND n.submission = s.id AND n.state = 'ready'
               RETURNING n.id, n.number""",
            submission.id,
        )
        for file in released:
            await put_older_aside(submission.id, file["number"], now_is=FileState.RELEASED)
            await record("copy_released", submission.id, by=by, file=file["id"])
        if not released and not await has_released_file(submission):
            raise Refused("copy_not_ready")


async def has_released_file(submission: Submission) -> bool:
    return await FilmFile.exists().where(
        (FilmFile.submission == submission.id) & (FilmFile.state == FileState.RELEASED.value)
    )


@made_once
async def entry_of(submission: Submission) -> Entry:
    """The form as its rows have it."""
    film = await Film.objects().get(Film.id == submission.film)
    section = await section_of(submission)
    if film is None:
        raise Missing("film_missing")
    return Entry(
        title=film.title,
        titles=texts_of(film.titles),
        synopses=texts_of(film.synopses),
        section="" if section is None else section.letter,
        year=film.year,
        countries=list(film.countries),
        languages=list(film.languages),
        subtitles=list(film.subtitles),
        directors=list(film.directors),
        director=film.director,
        credits=await credits_of(film.id),
        declared_seconds=film.declared_seconds,
        premiere=film.premiere,
        shown=msgspec.convert(film.shown, EarlierShowings),
        rights_confirmed=submission.rights_confirmed,
    )


async def written(submission: Submission) -> Entry:
    """The form as its makers have filled it in, with their answers to the edition's questions."""
    return msgspec.structs.replace(
        await entry_of(submission), answers=await answers.values_of(submission)
    )


async def missing_of(submission: Submission, form: EntryForm | None = None) -> list[str]:
    """All that keeps the entry from being filed; `form` where the caller has it already."""
    sections = await Section.objects().where(Section.edition == submission.edition)
    form = form or await answers.form_of(submission)
    return faults(
        await entry_of(submission),
        sections={s.letter for s in sections},
        file_is_released=await has_released_file(submission),
        unread=[field for field in submission.unread if still_asks(form, field)],
        form=form,
        answered=await answers.answered_in(submission),
    )


async def refusals_of(submission: Submission, edition: Edition) -> Refused | None:
    """All that keeps the entry from being filed, with the values of its words; nothing where it may be."""
    form = await answers.form_of(submission)
    missing = await missing_of(submission, form)
    return lacks(submission, form, missing, await standing_of(submission, edition))


def lacks(
    submission: Submission, form: EntryForm, missing: list[str], standing: EntryStanding
) -> Refused | None:
    """What is missing, and what the chosen section refuses of what the form asks for, each once."""
    closed = ["section:section_closed"] if standing.is_closed else []
    refused = [
        one
        for one in standing.refused
        if form.asks(field_in(one.code)) and field_in(one.code) not in submission.unread
    ]
    codes = [*dict.fromkeys([*closed, *missing, *(one.code for one in refused)])]
    values = {name: value for one in refused for name, value in one.values.items()}
    return Refused(*codes, **values, **labels_of(form, codes)) if codes else None


def field_in(code: str) -> str:
    return code.partition(":")[0]


async def held(submission: Submission) -> Submission:
    """As it stands now, and nobody else changes it before this act ends."""
    await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
    standing = await Submission.objects().get(Submission.id == submission.id)
    if standing is None:
        raise Missing("submission_missing")
    return standing


async def submit(
    submission: Submission, *, edition: Edition, by: Person, language: str = ""
) -> None:
    """File the entry: whole, eligible and in time, or refused with every reason at once. Twice is once.

    Deadlines and rules are those of one moment: nobody moves them before this act ends.
    The released file is filed; another that was still on its way is put aside. What its filer agrees to
    by it is kept in the words of `language`, that of the page, or the person's own.
    """
    if submission.status == Status.SUBMITTED:
        return
    async with transaction():
        edition = await stand_still(edition)
        standing = await held(submission)
        if standing.status == Status.SUBMITTED:
            return  # somebody pressed twice, or two members at once
        if standing.status == Status.WITHDRAWN:
            raise Refused(closed_by(standing))
        if not await may_still_file(standing, edition):
            raise Refused("deadline_passed")
        if refused := await refusals_of(standing, edition):
            raise refused
        await settle_fee(standing, edition, by=by)
        await move(submission, Status.SUBMITTED, by=by)
        await put_unreleased_aside(submission.id)
        await Submission.update({Submission.filed_at: now()}).where(Submission.id == submission.id)
        for kind in consents.AT_FILING:
            await consents.give(
                by, kind, language=language or by.language, edition=edition, about=submission.id
            )
        await tell_members(submission, "submitted", edition=edition, occasion="filed")


async def withdraw(submission: Submission, *, by: Person) -> None:
    """The maker takes the film back; a decision not yet announced falls with it.

    Chair and programmers hear of it, unless it was never filed.
    """
    was_filed = submission.status != Status.DRAFT
    async with transaction():
        if (await held(submission)).status == Status.WITHDRAWN:
            return  # twice is once
        await move(submission, Status.WITHDRAWN, by=by)
        if was_filed:
            await later(
                "tell_of_departure", edition=str(submission.edition), submission=submission.id
            )
        await Submission.update({Submission.pending: None}).where(Submission.id == submission.id)


async def comes_back_until(submission: Submission) -> datetime | None:
    """Until when a film that was taken back may come back; never once its decision had been announced: others
    may have been promised its place.
    """
    if submission.status != Status.WITHDRAWN or submission.announced_at is not None:
        return None
    [left] = await rows(
        """SELECT max(at) AS at FROM record WHERE subject = {} AND act = 'submission_moved'
             AND details->>'to' = 'withdrawn'""",
        submission.id,
    )
    return None if left["at"] is None else left["at"] + BACK_FOR


async def come_back(submission: Submission, *, by: Person) -> None:
    """The maker gives the film to the festival again: filed if it was, else as a draft. A decision that was
    not yet announced has fallen, and is taken anew.
    """
    async with transaction():
        standing = await held(submission)
        if standing.status != Status.WITHDRAWN:
            return  # twice is once
        until = await comes_back_until(standing)
        if until is None or until <= now():
            raise Refused("film_stays_away", days=BACK_FOR.days)
        was_filed = standing.filed_at is not None
        await move(standing, Status.SUBMITTED if was_filed else Status.DRAFT, by=by, moves=RETURNS)
        if was_filed:
            await later(
                "tell_of_departure", edition=str(submission.edition), submission=submission.id
            )


async def move(
    submission: Submission,
    wanted: Status,
    *,
    by: Person | None,
    moves: Mapping[Status, frozenset[Status]] = MOVES,
) -> None:
    """The one writer of `status`; whoever comes second gets `Conflict`. `moves` are those that exist here."""
    if wanted not in moves.get(Status(submission.status), frozenset()):
        raise Refused(STANDS[Status(submission.status)])
    async with transaction():
        moved = await rows(
            """UPDATE submission SET status = {}, version = version + 1
               WHERE id = {} AND status = {} RETURNING id""",
            wanted.value,
            submission.id,
            submission.status,
        )
        if not moved:
            raise Conflict("submission_moved_meanwhile")
        await record(
            "submission_moved", submission.id, by=by, edition=submission.edition, to=wanted.value
        )
        if submission.status == Status.ACCEPTED:
            edition = str(submission.edition)
            await later("discard_projection", edition=edition, submission=submission.id)
            await later("leave_packages", edition=edition, submission=submission.id)
    submission.status = wanted.value


async def propose(submission: Submission, wanted: Status | None, *, by: Person) -> None:
    """The one writer of `pending`: a decision that stays inside the committee."""
    if wanted is not None and wanted not in DECISIONS:
        raise ValueError(f"{wanted} is no decision")
    moved = await rows(
        "UPDATE submission SET pending = {} WHERE id = {} AND status = ANY({}) RETURNING id",
        None if wanted is None else wanted.value,
        submission.id,
        [status.value for status in DECIDABLE],
    )
    if not moved:
        raise await standing(submission)
    await record(
        "decision_proposed",
        submission.id,
        by=by,
        edition=submission.edition,
        wanted=None if wanted is None else wanted.value,
    )
    submission.pending = None if wanted is None else wanted.value


async def propose_many(
    submissions: list[str], wanted: Status | None, *, edition: Edition, by: Person
) -> None:
    """The same for many films at once, all of them held and decidable: one line of the record each."""
    if wanted is not None and wanted not in DECISIONS:
        raise ValueError(f"{wanted} is no decision")
    value = None if wanted is None else wanted.value
    await rows(
        """UPDATE submission SET pending = {} WHERE id = ANY({}) AND edition = {} RETURNING id""",
        value,
        submissions,
        edition.id,
    )
    await rows(
        """INSERT INTO record (act, subject, person, edition, details)
           SELECT 'decision_proposed', one, {}, {}, jsonb_build_object('wanted', {}::text)
           FROM unnest({}::text[]) AS one RETURNING id""",
        by.id,
        edition.id,
        value,
        submissions,
    )


async def standing(submission: Submission) -> Refused:
    """Where the film stands by now, and so why the act cannot be: the words say what can."""
    selected = await rows("SELECT status FROM submission WHERE id = {}", submission.id)
    return Refused(STANDS[Status(selected[0]["status"])])
