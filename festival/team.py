"""Who belongs to an edition: inviting, changing parts, taking them away, and who hears of it."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import leases, letters, people
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import OFFICIAL, listed, moment, spoken, t, text_in
from festival.letters import key_of, write_key
from festival.record import record
from festival.sessions import digest
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Invitation, Person, Role, Section, new_id
from festival.wording import LINK

Letters = Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=26)]
OF_A_SECTION = frozenset({Role.REVIEWER, Role.CHAIR})
"""Parts that may be held for some sections alone."""
LINK_LIKE = re.compile(
    r"[a-z][a-z0-9+.\-]*:/|www\.|mailto:|[\w\-]+\.[a-z]{2,}(?:/|$|[\s,;:!?)])", re.IGNORECASE
)
"""What a mail program would make a link of."""
JOINERS = "\u200c\u200d"


class InvitationForm(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gets parts in this edition; `part` is for who gives one alone.

    Sections by letter, for who watches: an empty list means all of them, none at all leaves them
    as they were. `words` go into the letter as they are written. `language` is the letter's.
    """

    email: Email
    name: Annotated[str, Meta(max_length=120)] = ""
    part: Role | None = None
    parts: Annotated[list[Role], Meta(max_length=len(Role))] = []
    sections: Letters | None = None
    words: Annotated[str, Meta(max_length=600)] = ""
    language: Annotated[str, Meta(max_length=2)] = ""

    @property
    def all_parts(self) -> list[Role]:
        return list(dict.fromkeys([*self.parts, *([self.part] if self.part else [])]))


class PartWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A part that somebody is to hold, in these sections; none named means all of them."""

    part: Role
    sections: Letters = []


class InvitationOutcome(StrEnum):
    """What an invitation has done, for whoever sends it."""

    INVITED = "invited"  # a part is given, and a letter goes out
    AGAIN = "again"  # the parts were held; their letter's time was over, another goes out
    STANDS = "stands"  # the parts were held; a letter whose link is good lies in the mailbox
    HELD = "held"  # the parts were held, and their holder has come in since
    QUIET = "quiet"  # as many letters as the mailbox may get in a day have gone out already


class Invited(msgspec.Struct, frozen=True):
    id: str
    state: InvitationOutcome


class InvitationWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter of invitation says, and in which language; none named is its reader's."""

    words: str = ""
    language: str = ""


# Inviting


async def invite(
    edition: Edition,
    form: InvitationForm,
    *,
    by: Person,
    settings: Settings,
    tells: bool = True,
) -> Invited:
    """The parts, and one letter with a link. Inviting again changes and writes only what is missing.

    `tells` is whether who keeps the edition hears of it at once.
    """
    told = checked(form)
    ids = await sections_of(edition, form.sections)
    async with transaction():
        person = await people.meet(
            form.email, name=form.name, language=told.language or OFFICIAL[0]
        )
        if person.id == by.id:
            raise Refused("email:part_to_oneself")  # a part needs a second person
        if person.disabled_at is not None:
            raise Refused("email:account_disabled")
        await people.one_at_a_time(person)
        given = [
            part
            for part in form.all_parts
            if await people.grant(
                person,
                part,
                edition=edition,
                by=by,
                sections=ids if part in OF_A_SECTION else None,
            )
        ]
        if given and tells:
            await tell_of_parts("part_given", person, given, edition=edition, by=by)
        state = await write_invitation(
            person, form.all_parts, told, edition=edition, by=by, settings=settings
        )
    if given and state is InvitationOutcome.AGAIN:
        state = InvitationOutcome.INVITED
    return Invited(person.id, state)


def checked(form: InvitationForm) -> InvitationWords:
    """What is wrong with an invitation is told all at once."""
    words = plain_words(form.words)
    link = LINK_LIKE.search(words)
    wrong = [] if form.all_parts else ["parts:nothing_chosen"]
    wrong += ["words:words_link"] if link else []
    if form.language and form.language not in spoken():
        wrong.append("language:language_unspoken")
    try:
        people.checked_email(form.email)
    except Refused as error:
        wrong += error.codes
    if wrong:
        raise Refused(*wrong, known=", ".join(spoken()), text=link[0].strip() if link else "")
    return InvitationWords(words=words, language=form.language)


def plain_words(text: str) -> str:
    """Without signs that nobody sees, nor the one that stands in a letter for its link."""
    seen = (c for c in unicodedata.normalize("NFC", text) if c in JOINERS or is_seen(c))
    return "".join(seen).replace("\r\n", "\n").strip()


def is_seen(character: str) -> bool:
    return character != LINK and unicodedata.category(character) not in {"Cf", "Co", "Cs"}


async def sections_of(edition: Edition, letters_wanted: Sequence[str] | None) -> list[str] | None:
    """The ids of the letters; a letter that the edition does not know is named with those it does."""
    if letters_wanted is None:
        return None
    ids = {
        section.letter: section.id
        for section in await Section.objects().where(Section.edition == edition.id)
    }
    if unknown := [letter for letter in letters_wanted if letter not in ids]:
        raise Refused(
            "sections:section_unknown", letters=", ".join(unknown), known=", ".join(sorted(ids))
        )
    return [ids[letter] for letter in letters_wanted]


async def write_invitation(
    person: Person,
    parts: Sequence[Role],
    told: InvitationWords,
    *,
    edition: Edition,
    by: Person,
    settings: Settings,
) -> InvitationOutcome:
    """One letter about the parts of which none has told yet; AGAIN where it goes out."""
    states = {part: await letter_state(person, part, edition=edition) for part in parts}
    untold = [part for part, state in states.items() if state is InvitationOutcome.AGAIN]
    if not untold:
        stands = InvitationOutcome.STANDS in states.values()
        return InvitationOutcome.STANDS if stands else InvitationOutcome.HELD
    if not await people.is_owed_an_invitation(person):
        return InvitationOutcome.QUIET
    named = await parts_named(person, untold, edition=edition)
    letter = await write_key(
        "invitation",
        person,
        edition=edition,
        settings=settings,
        about=untold[0].value,
        language=told.language,
        part=named,
        words=partial(quoted_words, told.words, by.name or by.email),
    )
    await Invitation(
        person=person.id,
        edition=edition.id,
        by=by.id,
        parts=[part.value for part in untold],
        words=told.words,
        language=told.language or person.language,
        letter=letter,
        link=digest(key_of(letter, settings)),
    ).save()
    return InvitationOutcome.AGAIN


def quoted_words(words: str, by: str, language: str) -> str:
    """Somebody's own words, each line marked, so that none passes for the letter's."""
    if not words:
        return ""
    lines = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
    return f"\n\n{t(language, 'team.words_of', by=by)}\n\n{lines}"


async def parts_named(person: Person, parts: Sequence[Role], *, edition: Edition) -> Any:
    """`committee member (Competition, Shorts), programming`, in the language that it is asked in."""
    held = await rows(
        """SELECT r.part, coalesce((SELECT jsonb_agg(s.names ORDER BY s.position, s.letter)
             FROM section s WHERE r.sections @> to_jsonb(s.id)), '[]') AS sections
           FROM role r WHERE r.person = {} AND r.edition = {} AND r.part = ANY({})""",
        person.id,
        edition.id,
        [part.value for part in parts],
    )
    sections = {row["part"]: row["sections"] for row in held}

    def said(language: str) -> str:
        return listed(
            language,
            (
                t(language, f"common.part.{part}")
                + (
                    f" ({listed(language, (text_in(language, one) for one in names))})"
                    if (names := sections.get(part))
                    else ""
                )
                for part in parts
            ),
        )

    return said


OPEN_INVITATION = """i.revoked_at IS NULL AND l.used_at IS NULL AND l.expires_at > now()
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.task = 'send_letter'
    AND o.args->>'letter' = i.letter AND o.parked_at IS NOT NULL)"""


async def letter_state(person: Person, part: Role, *, edition: Edition) -> InvitationOutcome:
    """Whether a letter about this part is wanted (`AGAIN`), or why none is."""
    if await people.has_come_in(person, part, edition=edition):
        return InvitationOutcome.HELD
    told = await rows(
        f"""SELECT i.id FROM invitation i JOIN link l ON l.id = i.link
            WHERE i.person = {{}} AND i.edition = {{}} AND i.parts @> to_jsonb({{}}::text)
              AND {OPEN_INVITATION}""",
        person.id,
        edition.id,
        part.value,
    )
    return InvitationOutcome.STANDS if told else InvitationOutcome.AGAIN


async def invitation_of(invitation_id: str, person_id: str, *, edition: Edition) -> Invitation:
    found = await Invitation.objects().get(
        (Invitation.id == invitation_id)
        & (Invitation.person == person_id)
        & (Invitation.edition == edition.id)
    )
    if found is None:
        raise Missing("invitation_missing")
    return found


async def send_again(
    invitation_id: str, person_id: str, *, edition: Edition, by: Person, settings: Settings
) -> Invited:
    """A new letter with a new link in place of the last one, as often as the mailbox allows."""
    sent = await invitation_of(invitation_id, person_id, edition=edition)
    person = await people.person(person_id)
    async with transaction():
        await people.one_at_a_time(person)
        held = await rows(
            "SELECT part FROM role WHERE person = {} AND edition = {}", person_id, edition.id
        )
        parts = [Role(part) for part in _parts_of(sent) if {"part": part} in held]
        if sent.revoked_at is not None or not parts:
            raise Conflict("invitation_over")
        if not await people.is_owed_an_invitation(person):
            return Invited(person_id, InvitationOutcome.QUIET)
        await _end_letter(sent, by=by)
        state = await write_invitation(
            person,
            parts,
            InvitationWords(words=sent.words, language=sent.language),
            edition=edition,
            by=by,
            settings=settings,
        )
    return Invited(person_id, state)


async def revoke_invitation(
    invitation_id: str, person_id: str, *, edition: Edition, by: Person
) -> None:
    """The link opens nothing, a letter on its way stays here, and parts that nobody took up go."""
    sent = await invitation_of(invitation_id, person_id, edition=edition)
    person = await people.person(person_id)
    async with transaction():
        await people.one_at_a_time(person)
        if sent.revoked_at is not None or not await _is_unused(sent):
            raise Conflict("invitation_over")
        await _end_letter(sent, by=by)
        await record(
            "invitation_revoked", person_id, by=by, edition=edition.id, parts=_parts_of(sent)
        )
        gone = []
        for part in map(Role, _parts_of(sent)):
            if not await people.has_come_in(person, part, edition=edition):
                try:
                    await people.revoke(person, part, edition=edition, by=by)
                except Missing:
                    continue
                gone.append(part)
        await tell_of_parts("part_taken", person, gone, edition=edition, by=by)


def _parts_of(sent: Invitation) -> list[str]:
    return [str(part) for part in sent.parts]


async def _is_unused(sent: Invitation) -> bool:
    return not await rows("SELECT id FROM link WHERE id = {} AND used_at IS NOT NULL", sent.link)


async def _end_letter(sent: Invitation, *, by: Person) -> None:
    await rows(
        "UPDATE invitation SET revoked_at = now() WHERE id = {} AND revoked_at IS NULL RETURNING id",
        sent.id,
    )
    await rows(
        "UPDATE link SET used_at = now() WHERE id = {} AND used_at IS NULL RETURNING id", sent.link
    )
    for line in await rows(
        """SELECT id FROM outbox WHERE task = 'send_letter' AND args->>'letter' = {}
             AND done_at IS NULL""",
        sent.letter,
    ):
        await leases.cancel(line["id"], by=by.id)


# Changing parts


async def mark_of(person_id: str, edition: Edition) -> str:
    """The parts of somebody in this edition as they stand: whoever changes them gives it back."""
    found = await rows(
        """SELECT coalesce(string_agg(part || '.' || version || '.' || left(id, 4), ' ' ORDER BY part), '')
             AS mark FROM role WHERE person = {} AND edition = {}""",
        person_id,
        edition.id,
    )
    return str(found[0]["mark"])


async def set_parts(
    person: Person,
    wanted: Sequence[PartWanted],
    *,
    seen: str,
    edition: Edition,
    by: Person,
    settings: Settings,
) -> None:
    """Somebody holds these parts from now on and no others, if they stand as their editor saw them."""
    async with transaction():
        await people.one_at_a_time(person)
        if seen != (mark := await mark_of(person.id, edition)):
            raise Conflict("changed_meanwhile", mark=mark)
        before = await sections_held(person.id, edition)
        after = {
            one.part: sorted(
                (await sections_of(edition, one.sections) or []) if one.part in OF_A_SECTION else []
            )
            for one in wanted
        }
        kept = {
            part: ids if part in OF_A_SECTION else before.get(part, ids)
            for part, ids in after.items()
        }
        if person.id == by.id and any(before.get(part) != ids for part, ids in kept.items()):
            raise Refused("parts:part_to_oneself")
        given = [part for part in kept if part not in before]
        taken = [part for part in before if part not in kept]
        for part, ids in kept.items():
            await people.grant(person, part, edition=edition, by=by, sections=ids)
        for part in taken:
            await people.revoke(person, part, edition=edition, by=by)
        await tell_of_parts("part_given", person, given, edition=edition, by=by)
        await tell_of_parts("part_taken", person, taken, edition=edition, by=by)
        if given:
            await write_invitation(
                person, given, InvitationWords(), edition=edition, by=by, settings=settings
            )


async def sections_held(person_id: str, edition: Edition) -> dict[Role, list[str]]:
    """Part → the ids of its sections; none means all of them."""
    held = await rows(
        "SELECT part, sections FROM role WHERE person = {} AND edition = {}", person_id, edition.id
    )
    return {Role(row["part"]): sorted(row["sections"]) for row in held}


async def revoke_role(person_id: str, part: Role, *, edition: Edition, by: Person) -> None:
    person = await people.person(person_id)
    async with transaction():
        await people.revoke(person, part, edition=edition, by=by)
        await tell_of_parts("part_taken", person, [part], edition=edition, by=by)


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """Whose parts of an edition go to whom: `email` is the heir's, nobody's where it is empty.

    `seen` is the mark of the parts as they stood when they were read.
    """

    email: Email = ""
    name: Annotated[str, Meta(max_length=120)] = ""
    parts: Annotated[list[Role], Meta(max_length=len(Role))] = []
    seen: Annotated[str, Meta(max_length=200)]


async def hand_over(
    person: Person, form: HandOver, *, edition: Edition, by: Person, settings: Settings
) -> None:
    """Parts go to somebody else with their sections; then whoever had them is dismissed, and their keys end.

    A maker stays one: films are no office.
    """
    if form.parts and not form.email:
        raise Refused("email:field_missing")
    async with transaction():
        heir = await people.meet(form.email, name=form.name) if form.email else None
        if heir is not None and heir.id in {by.id, person.id}:
            raise Refused("email:part_to_oneself")
        for one in sorted([person, *([heir] if heir else [])], key=lambda one: one.id):
            await people.one_at_a_time(one)
        if form.seen != (mark := await mark_of(person.id, edition)):
            raise Conflict("changed_meanwhile", mark=mark)
        held = await sections_held(person.id, edition)
        if set(form.parts) - set(held) or Role.FILMMAKER in form.parts:
            raise Refused("parts:part_missing")
        if heir is not None:
            await _inherit(heir, {part: held[part] for part in form.parts}, edition, by, settings)
        gone = [part for part in held if part is not Role.FILMMAKER]
        for part in gone:
            await people.revoke(person, part, edition=edition, by=by)
        await people.end_keys(person, edition=edition)
        await tell_of_parts("part_taken", person, gone, edition=edition, by=by)
        await record(
            "handed_over",
            person.id,
            by=by,
            edition=edition.id,
            to=heir.id if heir else "",
            parts=[part.value for part in form.parts],
        )


async def _inherit(
    heir: Person, parts: dict[Role, list[str]], edition: Edition, by: Person, settings: Settings
) -> None:
    """Whoever holds such a part already holds it for the sections of both."""
    if heir.disabled_at is not None:
        raise Refused("email:account_disabled")
    own = await sections_held(heir.id, edition)
    given = []
    for part, ids in parts.items():
        both = sorted({*ids, *own[part]}) if part in own and ids and own[part] else ids
        both = [] if part in own and not own[part] else both
        if await people.grant(heir, part, edition=edition, by=by, sections=both):
            given.append(part)
    await tell_of_parts("part_given", heir, given, edition=edition, by=by)
    await write_invitation(
        heir, given, InvitationWords(), edition=edition, by=by, settings=settings
    )


# Telling


async def tell_of_parts(
    kind: str, person: Person, parts: Sequence[Role], *, edition: Edition, by: Person
) -> None:
    """Who keeps the edition hears of parts that another of them gives or takes: no one person
    makes themself a second one in silence. Makers come and go without it.
    """
    parts = [part for part in parts if part is not Role.FILMMAKER]
    if not parts:
        return
    act, when = new_id(), now()
    named = await parts_named(person, parts, edition=edition)
    for to in await keepers_of(edition, besides=[by.id, person.id]):
        await letters.write(
            kind,
            to,
            occasion=f"{kind}:{act}:{to.id}",
            edition=edition,
            by=by.name or by.email,
            who=person.name or person.email,
            when=partial(moment, when=when),
            part=named,
        )


async def keepers_of(edition: Edition, *, besides: Sequence[str]) -> list[Person]:
    """Operators and chairs with an open account."""
    found = await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.edition = {} AND r.part IN ('operator', 'chair') AND p.disabled_at IS NULL
             AND NOT p.id = ANY({})""",
        edition.id,
        list(besides),
    )
    return [await people.person(row["id"]) for row in found]
