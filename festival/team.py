"""Who belongs to an edition: inviting, taking a part away, and who hears of it."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import letters, people
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Refused
from festival.language import moment, t
from festival.letters import has_good_key, write_key
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person, Role, Section, new_id


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gets a part in this edition. Sections by letter: an empty list means all of them,
    none at all leaves them as they were.
    """

    email: Email
    name: Annotated[str, Meta(max_length=120)] = ""
    part: Role
    sections: Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=20)] | None = None


class InvitationOutcome(StrEnum):
    """What an invitation has done, for whoever sends it."""

    INVITED = "invited"  # the part is given, and a letter goes out
    AGAIN = "again"  # the part was held; its letter's time was over, another goes out
    STANDS = "stands"  # the part was held; a letter whose link is good lies in the mailbox
    HELD = "held"  # the part was held, and its holder has come in since
    QUIET = "quiet"  # as many letters as the mailbox may get in a day have gone out already


class Invited(msgspec.Struct, frozen=True):
    id: str
    state: InvitationOutcome


async def invite(
    edition: Edition, invitation: Invitation, *, by: Person, settings: Settings
) -> Invited:
    """The part, and a letter with a link. Inviting again changes and writes only what is missing."""
    ids = await sections_of(edition, invitation)
    async with transaction():
        person = await people.meet(invitation.email, name=invitation.name)
        if person.id == by.id:
            raise Refused("email:part_to_oneself")  # a part needs a second person
        await people.one_at_a_time(person)
        is_new = await people.grant(person, invitation.part, edition=edition, by=by, sections=ids)
        if is_new:
            await tell_of_role("part_given", person, invitation.part, edition=edition, by=by)
        state = await outcome(person, invitation.part, edition=edition, settings=settings)
        if state is InvitationOutcome.AGAIN:
            await write_key(
                "invitation",
                person,
                edition=edition,
                settings=settings,
                about=invitation.part.value,
                part=lambda language: t(language, f"common.part.{invitation.part}"),
            )
    return Invited(
        person.id,
        InvitationOutcome.INVITED if is_new and state is InvitationOutcome.AGAIN else state,
    )


async def sections_of(edition: Edition, invitation: Invitation) -> list[str] | None:
    """The ids of the letters; a letter that the edition does not know is named with those it does."""
    if invitation.sections is None:
        return None
    ids = {
        section.letter: section.id
        for section in await Section.objects().where(Section.edition == edition.id)
    }
    if unknown := [letter for letter in invitation.sections if letter not in ids]:
        raise Refused(
            "sections:section_unknown", letters=", ".join(unknown), known=", ".join(sorted(ids))
        )
    return [ids[letter] for letter in invitation.sections]


async def outcome(
    person: Person, part: Role, *, edition: Edition, settings: Settings
) -> InvitationOutcome:
    """Whether a letter about this part is wanted (`AGAIN`), or why none is."""
    if await people.has_come_in(person, part, edition=edition):
        return InvitationOutcome.HELD
    if await has_good_key(
        "invitation", person, edition=edition, settings=settings, about=part.value
    ):
        return InvitationOutcome.STANDS
    return (
        InvitationOutcome.AGAIN
        if await people.is_owed_an_invitation(person)
        else InvitationOutcome.QUIET
    )


async def revoke_role(person_id: str, part: Role, *, edition: Edition, by: Person) -> None:
    person = await people.person(person_id)
    async with transaction():
        await people.revoke(person, part, edition=edition, by=by)
        await tell_of_role("part_taken", person, part, edition=edition, by=by)


async def tell_of_role(
    kind: str, person: Person, part: Role, *, edition: Edition, by: Person
) -> None:
    """Who keeps the edition hears of a part that another of them gives or takes: no one person
    makes themself a second one in silence. Makers come and go without it.
    """
    if part is Role.FILMMAKER:
        return
    act, when = new_id(), now()
    for row in await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.edition = {} AND r.part IN ('operator', 'chair') AND p.disabled_at IS NULL
             AND p.id <> {} AND p.id <> {}""",
        edition.id,
        by.id,
        person.id,
    ):
        await letters.write(
            kind,
            await people.person(row["id"]),
            occasion=f"{kind}:{act}:{row['id']}",
            edition=edition,
            by=by.name or by.email,
            who=person.name or person.email,
            when=partial(moment, when=when),
            part=lambda language: t(language, f"common.part.{part}"),
        )


async def people_of(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        """SELECT p.id, p.name, p.email, p.disabled_at IS NOT NULL AS disabled,
             jsonb_agg(r.part ORDER BY r.part) AS parts
           FROM person p JOIN role r ON r.person = p.id WHERE r.edition = {}
           GROUP BY p.id ORDER BY p.name, p.email""",
        edition.id,
    )
