"""The technical rules of an edition: the house's own by name, what the edition says otherwise, and over
that what a section says otherwise.
"""

from hashlib import sha256
from typing import Any

import msgspec

from festival.db import rows
from festival.errors import Refused
from festival.tables import Edition
from media import policy, rulebook
from media.policy import Policy

EVERYWHERE = ""
"""Where the edition's own rules stand among those of its sections."""


class Layer(msgspec.Struct, frozen=True):
    """What differs, and the row that says so with its version (0: there is none yet)."""

    rules: dict[str, Any] = {}
    version: int = 0
    id: str = ""


class Book(msgspec.Struct, frozen=True):
    """All that an edition says. `layers` are by section (an id), `letters` how the house's files call it."""

    base: str
    layers: dict[str, Layer] = {}
    letters: dict[str, str] = {}

    def called(self, letter: str) -> str | None:
        """The section of this letter, nothing for the whole edition; `Refused` for one that is not there."""
        if not letter:
            return None
        found = next((one for one, known in self.letters.items() if known == letter), None)
        if found is None:
            known = ", ".join(sorted(self.letters.values()))
            raise Refused("section:section_unknown", letters=letter, known=known)
        return found

    def layer(self, section: str | None) -> Layer:
        return self.layers.get(section or EVERYWHERE, Layer())

    def policy(self, section: str | None) -> Policy:
        """By which a film of this section is judged; without one, by the edition's."""
        wanted = dict.fromkeys((EVERYWHERE, section or EVERYWHERE))
        own = [self.layer(one).rules for one in wanted]
        return policy.laid_over(self.base, self.letters.get(section or "", ""), *own)

    def below(self, section: str | None) -> Policy:
        """What the rules of this section (or of the edition) are laid over."""
        return self.with_rules(section, {}).policy(section)

    def with_rules(self, section: str | None, rules: dict[str, Any]) -> "Book":
        """The same book where this place says something else: a draft, written nowhere."""
        draft = msgspec.structs.replace(self.layer(section), rules=rules)
        return msgspec.structs.replace(self, layers={**self.layers, section or EVERYWHERE: draft})

    def named(self, base: str) -> "Book":
        """The same over other rules of the house."""
        return msgspec.structs.replace(self, base=base)


async def book_of(edition: str, *, lock: str = "") -> Book:
    """The rules of an edition as they stand. Within an act, `SHARE` keeps others from changing them
    before it ends, and `NO KEY UPDATE` is for whoever changes them.
    """
    held = f"FOR {lock}" if lock else ""
    selected = await rows(f"SELECT policy FROM edition WHERE id = {{}} {held}", edition)
    sections = await rows("SELECT id, letter FROM section WHERE edition = {}", edition)
    layers = await rows(
        "SELECT coalesce(section, '') AS place, rules, version, id FROM technical_rules WHERE edition = {}",
        edition,
    )
    return Book(
        selected[0]["policy"],
        {row["place"]: Layer(row["rules"], row["version"], row["id"]) for row in layers},
        {row["id"]: row["letter"] for row in sections},
    )


async def rules_of(edition: Edition, section: str | None) -> Policy:
    return (await book_of(edition.id)).policy(section)


def draft_of(book: Book, section: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """What was set, by the names of `media.rulebook`, as rules of this place; every wrong value is named
    at once, with what would do.
    """
    own, wrong = rulebook.rules_of(given, book.below(section))
    if wrong:
        bounds = {fault.at: fault.values for fault in wrong}
        raise Refused(*(f"{fault.at}:{fault.code}" for fault in wrong), **bounds)
    return own


def mark_of(book: Book, section: str | None, draft: Policy) -> str:
    """By which rules that were tried are known again: these, in this place, over what stands now."""
    told = msgspec.json.encode([section, book.layer(section).version, draft])
    return sha256(told).hexdigest()[:16]
