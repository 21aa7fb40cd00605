"""What people agree to: each in words that are kept with their hash, and taken back as easily as given."""

import hashlib

from festival.db import rows, transaction
from festival.errors import Refused
from festival.language import t
from festival.record import record
from festival.tables import Consent, Edition, Person

AT_FILING = ("rights", "data")  # said by whoever files a film, about that film
OF_CHOICE = ("news",)  # asked for alone, un-ticked; nothing hangs on it


def words_of(kind: str, language: str) -> str:
    """The very words that stand beside the box."""
    return t(language, f"privacy.consent.{kind}")


async def give(
    person: Person, kind: str, *, language: str, edition: Edition, about: str = ""
) -> None:
    """Said again it is the first saying that stands, unless it was taken back meanwhile."""
    words = words_of(kind, language)
    async with transaction():
        standing = await rows(
            """SELECT id FROM consent WHERE person = {} AND kind = {} AND about = {} AND edition = {}
                 AND withdrawn_at IS NULL FOR UPDATE""",
            person.id,
            kind,
            about,
            edition.id,
        )
        if standing:
            return
        await Consent(
            person=person.id,
            edition=edition.id,
            kind=kind,
            about=about,
            language=language,
            words=words,
            digest=hashlib.sha256(words.encode()).hexdigest(),
        ).save()
        await record("consent_given", about or person.id, by=person, edition=edition.id, kind=kind)


async def withdraw(person: Person, kind: str, *, edition: Edition) -> None:
    """From now on; what was done until then stays right."""
    if kind not in OF_CHOICE:
        raise Refused("consent_binds")
    async with transaction():
        gone = await rows(
            """UPDATE consent SET withdrawn_at = now() WHERE person = {} AND kind = {} AND edition = {}
                 AND withdrawn_at IS NULL RETURNING id""",
            person.id,
            kind,
            edition.id,
        )
        if gone:
            await record("consent_withdrawn", person.id, by=person, edition=edition.id, kind=kind)
