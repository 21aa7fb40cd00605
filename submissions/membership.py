"""Several people on one entry: asked by letter, with a right each, changed, gone, and never without an owner."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from festival import leases, letters, people
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.language import t
from festival.letters import key_of, write_key
from festival.record import record
from festival.sessions import digest
from festival.settings import Settings
from festival.tables import Edition, Person, Role, new_id
from festival.texts import film_title
from submissions.entries import closed_by, held
from submissions.status import Status
from submissions.tables import EntryRight, Film, Member, MemberInvitation, Submission

MOST_PEOPLE = 20  # of one entry, those who are asked included
MOST_ASKED = 40  # by one person in a day
LASTS = people.INVITATION_LASTS
OPEN = "i.ended_at IS NULL AND i.created_at > now() - {}::interval"


class EntryMember(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on an entry. An address is told to owners, and to nobody else where there is a name."""

    id: str
    person: str
    name: str
    email: str
    entry_right: EntryRight
    created_at: datetime
    is_me: bool = False


class AskedMember(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked to an entry and has not answered yet."""

    id: str
    email: str
    entry_right: EntryRight
    created_at: datetime
    by: str


class EntryQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is asked: to which film of which edition, with which right, and by whom."""

    id: str
    submission: str
    entry_right: EntryRight
    title: str
    titles: dict[str, str]
    by: str
    slug: str
    edition: str
    created_at: datetime


# Who is there


async def members_of(submission: Submission, *, by: Person) -> list[EntryMember]:
    """Owners first, then in the order in which they came."""
    found = await rows(
        """SELECT m.id, m.person, p.name, p.email, m.entry_right, m.created_at, p.id = {} AS is_me
           FROM member m JOIN person p ON p.id = m.person WHERE m.submission = {}
           ORDER BY m.entry_right <> 'own', m.created_at, m.id""",
        by.id,
        submission.id,
    )
    told = msgspec.convert(found, list[EntryMember])
    if any(one.is_me and one.entry_right is EntryRight.OWN for one in told):
        return told
    return [
        msgspec.structs.replace(one, email="") if one.name and not one.is_me else one
        for one in told
    ]


async def right_of(submission: Submission, person_id: str) -> EntryRight:
    found = await rows(
        "SELECT entry_right FROM member WHERE submission = {} AND person = {}",
        submission.id,
        person_id,
    )
    if not found:
        raise Missing("submission_missing")
    return EntryRight(found[0]["entry_right"])


async def rights_in(edition: Edition, person_id: str) -> dict[str, EntryRight]:
    """Somebody's right on each entry of theirs in an edition."""
    found = await rows(
        """SELECT m.submission, m.entry_right FROM member m JOIN submission s ON s.id = m.submission
           WHERE m.person = {} AND s.edition = {}""",
        person_id,
        edition.id,
    )
    return {row["submission"]: EntryRight(row["entry_right"]) for row in found}


async def asked_to(submission: Submission) -> list[AskedMember]:
    found = await rows(
        f"""SELECT i.id, p.email, i.entry_right, i.created_at, coalesce(nullif(b.name, ''), b.email, '') AS by
            FROM member_invitation i JOIN person p ON p.id = i.person LEFT JOIN person b ON b.id = i.by
            WHERE i.submission = {{}} AND {OPEN} ORDER BY i.created_at, i.id""",
        submission.id,
        LASTS,
    )
    return msgspec.convert(found, list[AskedMember])


async def questions_to(person_id: str) -> list[EntryQuestion]:
    """Where somebody is asked to, and has not answered; of entries that were taken back meanwhile none."""
    found = await rows(
        f"""SELECT i.id, i.submission, i.entry_right, f.title, f.titles, e.slug, e.name AS edition, i.created_at,
              coalesce(nullif(b.name, ''), b.email, '') AS by
            FROM member_invitation i JOIN submission s ON s.id = i.submission JOIN film f ON f.id = s.film
            JOIN edition e ON e.id = s.edition LEFT JOIN person b ON b.id = i.by
            WHERE i.person = {{}} AND {OPEN} AND s.status <> 'withdrawn' ORDER BY i.created_at""",
        person_id,
        LASTS,
    )
    return msgspec.convert(found, list[EntryQuestion])


async def question(invitation_id: str, person_id: str) -> EntryQuestion:
    for one in await questions_to(person_id):
        if one.id == invitation_id:
            return one
    raise Missing("entry_invitation_missing")


async def invitation_behind(token: str) -> str:
    """Which question a letter's key was sent with; none for any other key."""
    found = await rows("SELECT id FROM member_invitation WHERE link = {}", digest(token))
    return str(found[0]["id"]) if found else ""


# Asking


async def invite(
    submission: Submission,
    email: str,
    entry_right: EntryRight,
    *,
    edition: Edition,
    by: Person,
    settings: Settings,
) -> str:
    """Ask somebody to the entry by a letter; asked again, they get the new right and, if they may, another
    letter. Nobody is told whether the address was known. Returns the question's id.
    """
    async with transaction():
        standing = await owned(submission, by=by)
        return await _ask(standing, email, entry_right, edition=edition, by=by, settings=settings)


async def call_owner(
    submission: Submission, email: str, *, edition: Edition, by: Person, settings: Settings
) -> str:
    """The office names an owner where none can come in any more, their accounts being closed: whoever is on the
    entry owns it from now on, others are asked by a letter. Returns the id of the member, or of the question.
    """
    async with transaction():
        standing = await ownerless(submission)
        person = await people.meet(email, language=by.language)
        member = await Member.objects().get(
            (Member.submission == standing.id) & (Member.person == person.id)
        )
        if member is not None and person.disabled_at is None:
            await _set_right(standing, member, EntryRight.OWN, by=by)
            return str(member.id)
        return await _ask(
            standing, email, EntryRight.OWN, edition=edition, by=by, settings=settings
        )


async def _ask(
    standing: Submission,
    email: str,
    entry_right: EntryRight,
    *,
    edition: Edition,
    by: Person,
    settings: Settings,
) -> str:
    if standing.status == Status.WITHDRAWN:
        raise Refused(closed_by(standing))
    person = await people.meet(email, language=by.language)
    await people.one_at_a_time(person)
    if await Member.exists().where(
        (Member.submission == standing.id) & (Member.person == person.id)
    ):
        raise Refused("email:member_already")
    await _end(standing, person.id, outcome="replaced", by=by)
    await _one_more(standing, by=by)
    letter = ""
    if person.disabled_at is None and await people.is_owed_an_invitation(person):
        letter = await write_key(
            "entry_invited", person, edition=edition, settings=settings, about=standing.id,
            opens="invitation", title=await title_of(standing), by=by.name or by.email,
            right=partial(right_named, entry_right),
        )  # fmt: skip
    asked = MemberInvitation(
        submission=standing.id,
        person=person.id,
        by=by.id,
        entry_right=entry_right.value,
        letter=letter,
        link=digest(key_of(letter, settings)) if letter else "",
    )
    await asked.save()
    await record(
        "member_invited", standing.id, by=by, edition=edition.id, invited=person.id,
        right=entry_right.value,
    )  # fmt: skip
    return str(asked.id)


async def _one_more(submission: Submission, *, by: Person) -> None:
    counted = await rows(
        f"""SELECT (SELECT count(*) FROM member WHERE submission = {{}}) +
              (SELECT count(*) FROM member_invitation i WHERE i.submission = {{}} AND {OPEN}) AS here,
              (SELECT count(*) FROM member_invitation i WHERE i.by = {{}}
                 AND i.created_at > now() - interval '1 day') AS today""",
        submission.id,
        submission.id,
        LASTS,
        by.id,
    )
    if counted[0]["here"] >= MOST_PEOPLE:
        raise Refused("members_many", most=MOST_PEOPLE)
    if counted[0]["today"] >= MOST_ASKED:
        raise Refused("member_invitations_many", most=MOST_ASKED)


async def revoke(submission: Submission, invitation_id: str, *, by: Person) -> None:
    """The question is taken back; its letter's link opens nothing any more."""
    async with transaction():
        await owned(submission, by=by)
        await _revoke(submission, invitation_id, by=by)


async def call_no_owner(submission: Submission, invitation_id: str, *, by: Person) -> None:
    """The office takes its question back, as long as nobody owns the entry."""
    async with transaction():
        await ownerless(submission)
        await _revoke(submission, invitation_id, by=by)


async def _revoke(submission: Submission, invitation_id: str, *, by: Person) -> None:
    asked = await _open_question(submission, invitation_id)
    await _end(submission, str(asked.person), outcome="revoked", by=by)
    await record(
        "member_invitation_revoked", submission.id, by=by, edition=submission.edition,
        invited=str(asked.person),
    )  # fmt: skip


async def ownerless(submission: Submission) -> Submission:
    """The entry as it stands, of which no owner can come in; `Refused` where one can."""
    standing = await held(submission)
    if await owners_of(standing):
        raise Refused("email:owner_there")
    return standing


async def _open_question(submission: Submission, invitation_id: str) -> MemberInvitation:
    asked = await MemberInvitation.objects().get(
        (MemberInvitation.id == invitation_id)
        & (MemberInvitation.submission == submission.id)
        & MemberInvitation.ended_at.is_null()
    )
    if asked is None:
        raise Missing("entry_invitation_missing")
    return asked


async def _end(submission: Submission, person_id: str, *, outcome: str, by: Person) -> None:
    """Every open question to somebody of this entry; a key that nobody has used ends with it."""
    for ended in await rows(
        """UPDATE member_invitation SET ended_at = now(), outcome = {}
           WHERE submission = {} AND person = {} AND ended_at IS NULL RETURNING link, letter""",
        outcome,
        submission.id,
        person_id,
    ):
        await rows(
            "UPDATE link SET used_at = now() WHERE id = {} AND used_at IS NULL RETURNING id",
            ended["link"],
        )
        for line in await rows(
            """SELECT id FROM outbox WHERE task = 'send_letter' AND args->>'letter' = {}
                 AND done_at IS NULL""",
            ended["letter"],
        ):
            await leases.cancel(line["id"], by=by.id)


# Answering


async def accept(invitation_id: str, *, by: Person) -> str:
    """From now on the entry is theirs as far as the right goes; its owners hear of it. Returns the entry's id.

    Whoever has judged the film as a member of the committee cannot be one of its makers.
    """
    async with transaction():
        asked = await question(invitation_id, by.id)
        submission = await _submission(asked.submission)
        await held(submission)
        asked = await question(invitation_id, by.id)  # nobody has taken it back meanwhile
        if await _has_judged(submission, by):
            raise Refused("member_has_judged")
        edition = await _edition(submission)
        await rows(
            """INSERT INTO member (id, submission, person, entry_right) VALUES ({}, {}, {}, {})
               ON CONFLICT (submission, person) DO NOTHING RETURNING id""",
            new_id(),
            submission.id,
            by.id,
            asked.entry_right.value,
        )
        await _end(submission, by.id, outcome="accepted", by=by)
        await people.grant(by, Role.FILMMAKER, edition=edition, by=None)
        await record(
            "member_joined", submission.id, by=by, edition=edition.id, right=asked.entry_right.value
        )
        await _tell_owners(
            "entry_joined", submission, edition, besides=by,
            right=partial(right_named, asked.entry_right),
        )  # fmt: skip
    return asked.submission


async def _has_judged(submission: Submission, person: Person) -> bool:
    return bool(
        await rows(
            """SELECT id FROM review WHERE submission = {} AND person = {}
               UNION ALL SELECT id FROM decision WHERE submission = {} AND person = {}""",
            submission.id,
            person.id,
            submission.id,
            person.id,
        )
    )


async def refuse(invitation_id: str, *, by: Person) -> None:
    """Whoever was asked says no; nothing else follows."""
    async with transaction():
        asked = await question(invitation_id, by.id)
        submission = await _submission(asked.submission)
        await _end(submission, by.id, outcome="refused", by=by)
        await record("member_invitation_refused", submission.id, by=by, edition=submission.edition)


# Changing


async def owned(submission: Submission, *, by: Person) -> Submission:
    """The entry as it stands, still by an owner: of two who act on each other the second is one no more."""
    standing = await held(submission)
    if await right_of(submission, by.id) is not EntryRight.OWN:
        raise NotAllowed("entry_right_lacks")
    return standing


async def change_right(
    submission: Submission, member_id: str, wanted: EntryRight, *, was: EntryRight, by: Person
) -> None:
    """Another right for somebody, who hears of it; `was` is the one that was seen."""
    async with transaction():
        await owned(submission, by=by)
        member = await _member(submission, member_id)
        if member.entry_right != was:
            raise Conflict("member_changed_meanwhile")
        if member.entry_right == wanted:
            return
        if was is EntryRight.OWN:
            await _keep_an_owner(submission, besides=str(member.person))
        await _set_right(submission, member, wanted, by=by)


async def hand_over(submission: Submission, member_id: str, *, by: Person) -> None:
    """Somebody else is the owner, and whoever was one goes on as an editor: in one act."""
    async with transaction():
        await owned(submission, by=by)
        member = await _member(submission, member_id)
        if member.person == by.id:
            raise Refused("member_oneself")
        if not await _is_open(str(member.person)):
            raise Refused("member_closed")
        if member.entry_right != EntryRight.OWN:
            await _set_right(submission, member, EntryRight.OWN, by=by)
        await Member.update({Member.entry_right: EntryRight.EDIT.value}).where(
            (Member.submission == submission.id) & (Member.person == by.id)
        )
        await record(
            "entry_handed_over", submission.id, by=by, edition=submission.edition,
            to=str(member.person),
        )  # fmt: skip


async def _set_right(
    submission: Submission, member: Member, wanted: EntryRight, *, by: Person
) -> None:
    await Member.update({Member.entry_right: wanted.value}).where(Member.id == member.id)
    await record(
        "member_right", submission.id, by=by, edition=submission.edition, member=str(member.person),
        changes={"right": [member.entry_right, wanted.value]},
    )  # fmt: skip
    if member.person != by.id:
        await _tell(
            "entry_right", submission, str(member.person), by=by, right=partial(right_named, wanted)
        )


async def remove(submission: Submission, member_id: str, *, by: Person) -> None:
    """Somebody is on the entry no more, from this moment; they hear of it."""
    async with transaction():
        await owned(submission, by=by)
        member = await _member(submission, member_id)
        if member.person == by.id:
            raise Refused("member_oneself")
        await Member.delete().where(Member.id == member.id)
        await record(
            "member_removed", submission.id, by=by, edition=submission.edition,
            member=str(member.person),
        )  # fmt: skip
        await _tell("entry_removed", submission, str(member.person), by=by)


async def leave(submission: Submission, *, by: Person) -> None:
    """Somebody goes by themself; the last owner hands over first."""
    async with transaction():
        await held(submission)
        if await right_of(submission, by.id) is EntryRight.OWN:
            await _keep_an_owner(submission, besides=by.id)
        await Member.delete().where((Member.submission == submission.id) & (Member.person == by.id))
        await record("member_left", submission.id, by=by, edition=submission.edition)
        await _tell_owners("entry_left", submission, await _edition(submission), besides=by)


async def _keep_an_owner(submission: Submission, *, besides: str) -> None:
    """An owner with an open account is left."""
    if besides not in await owners_of(submission) or len(await owners_of(submission)) > 1:
        return
    raise Refused("member_last_owner")


async def owners_of(submission: Submission) -> list[str]:
    """Those who can still come in."""
    found = await rows(
        """SELECT m.person FROM member m JOIN person p ON p.id = m.person
           WHERE m.submission = {} AND m.entry_right = 'own' AND p.disabled_at IS NULL ORDER BY m.created_at""",
        submission.id,
    )
    return [row["person"] for row in found]


async def keep_owned(submissions: Sequence[str]) -> None:
    """Where no owner is left, as after an erasure, whoever has edited longest is one."""
    await rows(
        """UPDATE member SET entry_right = 'own' WHERE id IN (
             SELECT DISTINCT ON (m.submission) m.id FROM member m
             WHERE m.submission = ANY({}) AND m.entry_right = 'edit' AND NOT EXISTS (
               SELECT FROM member o WHERE o.submission = m.submission AND o.entry_right = 'own')
             ORDER BY m.submission, m.created_at, m.id) RETURNING id""",
        list(submissions),
    )


async def _member(submission: Submission, member_id: str) -> Member:
    member = await Member.objects().get(
        (Member.id == member_id) & (Member.submission == submission.id)
    )
    if member is None:
        raise Missing("member_missing")
    return member


async def _is_open(person_id: str) -> bool:
    return (await people.person(person_id)).disabled_at is None


# Telling


async def _tell(
    kind: str, submission: Submission, person_id: str, *, by: Person, **values: Any
) -> None:
    """Somebody hears what an owner has done about them."""
    await letters.write(
        kind,
        await people.person(person_id),
        occasion=f"{kind}:{submission.id}:{new_id()}",
        edition=await _edition(submission),
        about=submission.id,
        link="/submissions",
        title=await title_of(submission),
        by=by.name or by.email,
        **values,
    )


async def _tell_owners(
    kind: str, submission: Submission, edition: Edition, *, besides: Person, **values: Any
) -> None:
    for owner in await owners_of(submission):
        if owner == besides.id:
            continue
        await letters.write(
            kind,
            await people.person(owner),
            occasion=f"{kind}:{submission.id}:{new_id()}",
            edition=edition,
            about=submission.id,
            link=f"/submissions/{submission.id}/people",
            title=await title_of(submission),
            who=besides.name or besides.email,
            **values,
        )


def right_named(entry_right: EntryRight, language: str) -> str:
    return t(language, f"people.right.{entry_right}.told")


async def title_of(submission: Submission) -> Any:
    film = await Film.objects().get(Film.id == submission.film)
    return partial(film_title, film=film) if film else ""


async def _submission(submission_id: str) -> Submission:
    found = await Submission.objects().get(Submission.id == submission_id)
    if found is None:
        raise Missing("submission_missing")
    return found


async def _edition(submission: Submission) -> Edition:
    found = await Edition.objects().get(Edition.id == submission.edition)
    if found is None:
        raise Missing("edition_missing")
    return found
