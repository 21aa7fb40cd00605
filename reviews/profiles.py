"""What each member watches, knows and belongs to: set by the member, or by a chair for them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import codes, desk
from festival.access import COMMITTEE, Viewer
from festival.codes import Unknown, language_code
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import listed, tongue
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Section
from reviews.phases import FilmCap
from reviews.tables import ReviewerProfile

LineOfText = Annotated[str, Meta(max_length=2000)]
MOST_WORDS = 40


class ProfileForm(msgspec.Struct, frozen=True, kw_only=True):
    """`sections` are letters, none is all; words are parted by commas. `version` is 0 where there was none yet."""

    sections: Annotated[list[Annotated[str, Meta(max_length=1)]], Meta(max_length=30)] = []
    languages: LineOfText = ""
    cap: FilmCap | None = None
    topics: LineOfText = ""
    affiliations: LineOfText = ""
    version: SeenVersion = 0


class SeatedMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the committee, with what they said of themself; `parts` name each its sections."""

    id: str
    name: str
    email: str
    parts: dict[str, list[str]]
    sections: list[str] = []
    languages: list[str] = []
    cap: int | None = None
    topics: list[str] = []
    affiliations: list[str] = []
    version: int = 0

    @property
    def own_sections(self) -> frozenset[str]:
        """Ids of the sections whose films may be asked of them, none named is all: those of their part that they
        have not left out.
        """
        given = self.parts.get("reviewer", self.parts.get("chair", []))
        chosen = [one for one in self.sections if not given or one in given]
        return frozenset(chosen or given)

    @property
    def is_asked(self) -> bool:
        """A chair who is no reviewer watches what they like, and nothing is shared out to them."""
        return "reviewer" in self.parts


MEMBERS = """
SELECT p.id, coalesce(nullif(p.name, ''), p.email) AS name, p.email,
  jsonb_object_agg(o.part, o.sections) AS parts,
  coalesce(k.sections, '[]') AS sections, coalesce(k.languages, '[]') AS languages, k.cap,
  coalesce(k.topics, '[]') AS topics, coalesce(k.affiliations, '[]') AS affiliations,
  coalesce(k.version, 0) AS version
FROM role o JOIN person p ON p.id = o.person
LEFT JOIN reviewer_profile k ON k.person = p.id AND k.edition = o.edition
WHERE o.edition = {} AND o.part IN ('reviewer', 'chair') AND p.disabled_at IS NULL
GROUP BY p.id, k.id ORDER BY name, p.id
"""


async def members_of(edition: Edition) -> list[SeatedMember]:
    return msgspec.convert(await rows(MEMBERS, edition.id), list[SeatedMember])


async def member_in(edition: Edition, person_id: str) -> SeatedMember:
    for one in await members_of(edition):
        if one.id == person_id:
            return one
    raise Missing("person_missing")


def check_edits(viewer: Viewer, person_id: str) -> None:
    """One's own, or as a chair anybody's."""
    if viewer.id != person_id and "chair" not in viewer.roles:
        raise Missing("person_missing")
    if not viewer.has(*COMMITTEE):
        raise Missing("person_missing")


def words_in(text: str) -> list[str]:
    """Words or names parted by commas, semicolons or lines, each once."""
    parts = text.replace(";", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def languages_in(text: str) -> list[str]:
    """Codes of languages that were named in either language; `Refused` with what is none."""
    found, unknown = [], []
    for word in codes.split(text, language_code):
        try:
            found.append(language_code(word))
        except Unknown:
            unknown.append(word)
    if unknown:
        raise Refused("languages:languages_unread", words=", ".join(unknown))
    return list(dict.fromkeys(found))


def languages_typed(lang: str, tags: list[str]) -> str:
    return ", ".join(tongue(lang, tag) for tag in tags)


async def set_profile(edition: Edition, person_id: str, form: ProfileForm, *, by: Person) -> int:
    """What a member watches from now on; what was shared out to them stays until it is shared out again."""
    member = await member_in(edition, person_id)
    known = {
        one.letter: one.id for one in await Section.objects().where(Section.edition == edition.id)
    }
    wrong = []
    if strange := [letter for letter in form.sections if letter not in known]:
        wrong.append("sections:section_unknown")
    topics, affiliations = words_in(form.topics), words_in(form.affiliations)
    for name, words in (("topics", topics), ("affiliations", affiliations)):
        if len(words) > MOST_WORDS or any(len(word) > 120 for word in words):
            wrong.append(f"{name}:words_many")
    if wrong:
        raise Refused(
            *wrong, letters=listed("fr", strange), known=", ".join(known), most=MOST_WORDS
        )
    given: dict[str, Any] = {
        "sections": [known[letter] for letter in dict.fromkeys(form.sections)],
        "languages": languages_in(form.languages),
        "cap": form.cap,
        "topics": topics,
        "affiliations": affiliations,
    }
    async with transaction():
        await desk.hold_edition(edition.id)
        standing = await ReviewerProfile.objects().get(
            (ReviewerProfile.edition == edition.id) & (ReviewerProfile.person == member.id)
        )
        if standing is None:
            if form.version:
                raise Conflict("gone_meanwhile")
            made = ReviewerProfile(edition=edition.id, person=member.id, **given)
            await desk.add(made, act="reviewer_profile_set", by=by)
            return 1
        return await desk.amend(
            standing, given, version=form.version, act="reviewer_profile_set", by=by
        )
