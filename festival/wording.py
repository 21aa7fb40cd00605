"""The words of letters: the house's own, or an edition's version of them.

An edition's text is a row (`letter_text`), one column of texts by language for the subject and one
for the body. In a language that it leaves out the house's text stands, which is there in every
language that the house speaks; a reader of none of these gets what `language.text_in` gives.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk
from festival.db import made_once, transaction
from festival.errors import Conflict, Missing, Refused
from festival.kinds import HOUSE_ONLY
from festival.language import OFFICIAL, has_words, is_visible, spaced, spoken, t, text_in, words
from festival.tables import Edition, LetterText, Person
from festival.texts import LanguageCode, Texts, field_of, settled, texts_of

LINK = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands in a body for the address of its link
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
MOST_SUBJECT, MOST_BODY = 200, 6000
MOST_WRITTEN = 300  # signs of a subject whose names are filled in
# A letter may go without these and still say what it is for.
DISPENSABLE = frozenset({"name", "edition", "watched", "by", "when", "n", "until"})
IN_A_SUBJECT = frozenset({
    "name", "edition", "title", "part", "who", "by", "when", "task", "n", "since", "deadline", "what",
    "days", "amount", "topic",
})  # fmt: skip
UNSEEN = "".join(sign for sign in map(chr, range(32)) if sign not in "\n\t") + "\x7f" + LINK

Subjects = Annotated[dict[LanguageCode, Annotated[str, Meta(max_length=1000)]], Meta(max_length=40)]
Bodies = Annotated[dict[LanguageCode, Annotated[str, Meta(max_length=20_000)]], Meta(max_length=40)]


class LetterWords(msgspec.Struct, frozen=True, kw_only=True):
    """Subject and body by language; a language that is left empty has the house's words."""

    subjects: Subjects = {}
    bodies: Bodies = {}


# What the house says


def kinds() -> list[str]:
    """Every kind whose words may be changed, in the order in which the catalogue has them."""
    return [kind for kind in all_kinds() if kind not in HOUSE_ONLY]


def all_kinds() -> list[str]:
    keys = (key.split(".") for key in words(OFFICIAL[0]) if key.startswith("letter."))
    return [key[1] for key in keys if len(key) == 3 and key[2] == "subject"]


def house_words(kind: str) -> LetterWords:
    """The standing text; of one that knows one and many, that for many."""
    return LetterWords(
        subjects={one: words(one)[f"letter.{kind}.subject"][-1] for one in spoken()},
        bodies={one: words(one)[f"letter.{kind}.body"][-1] for one in spoken()},
    )


def placeholders(kind: str) -> list[str]:
    """What may stand in braces: what the house's text says, and names that every letter knows."""
    standing = house_words(kind)
    texts = (standing.subjects[OFFICIAL[0]], standing.bodies[OFFICIAL[0]])
    found = [name for text in texts for name in PLACEHOLDER.findall(text)]
    return list(dict.fromkeys([*found, "name", "edition"]))


def needed(kind: str) -> list[str]:
    """Without these a letter of this kind says nothing: its link, its reason, which film it is."""
    return [name for name in placeholders(kind) if name not in DISPENSABLE]


# What an edition says instead


def faults(kind: str, given: LetterWords) -> list[str]:
    """`field:code` of everything that keeps these texts from being sent, in every language."""
    return [
        fault
        for language in dict.fromkeys([*given.subjects, *given.bodies])
        if (subject := given.subjects.get(language, "")) or given.bodies.get(language)
        for fault in faults_in(kind, language, subject, given.bodies.get(language, ""))
    ]


def faults_in(kind: str, language: str, subject: str, body: str) -> list[str]:
    at_subject, at_body = field_of("subjects", language), field_of("bodies", language)
    known = set(placeholders(kind))
    told = [
        *(f"{at_subject}:{code}" for code in subject_faults(subject, known & IN_A_SUBJECT)),
        *(f"{at_body}:{code}" for code in body_faults(body, known)),
    ]
    said = set(PLACEHOLDER.findall(body)) | set(PLACEHOLDER.findall(subject)) & IN_A_SUBJECT
    if not told and set(needed(kind)) - said:
        told.append(f"{at_body}:placeholder_needed")
    return told


def subject_faults(subject: str, known: set[str] | None) -> list[str]:
    """What keeps a subject from being a header; `known` where names in braces stand for something."""
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in subject) or LINK in subject:
        return ["letter_header"]
    if not is_visible(PLACEHOLDER.sub("x", subject)):
        return ["letter_subject_empty"]
    if len(subject) > (MOST_SUBJECT if known else MOST_WRITTEN):
        return ["letter_long"]
    return brace_faults(subject, known)


def body_faults(body: str, known: set[str] | None, *, most: int = MOST_BODY) -> list[str]:
    if any(sign in UNSEEN for sign in body):
        return ["letter_unseen"]
    if not is_visible(body):
        return ["letter_body_empty"]
    if len(body) > most:
        return ["letter_long"]
    return brace_faults(body, known)


def brace_faults(text: str, known: set[str] | None) -> list[str]:
    if known is None:
        return []
    if set(PLACEHOLDER.findall(text)) - known:
        return ["placeholder_unknown"]
    return ["placeholder_broken"] if set("{}") & set(PLACEHOLDER.sub("", text)) else []


def checked(kind: str, given: LetterWords) -> LetterWords:
    """With one sign for the end of a line; `Refused` with every fault, and what the kind knows."""
    given = LetterWords(
        subjects=settled("subjects", given.subjects),
        bodies={
            language: text.replace("\r\n", "\n")
            for language, text in settled("bodies", given.bodies).items()
        },
    )
    if wrong := faults(kind, given):
        raise Refused(
            *wrong,
            known=braced(placeholders(kind)),
            needed=braced(needed(kind)),
            subject=MOST_SUBJECT,
            body=MOST_BODY,
        )
    return given


def braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


@made_once
async def own_words(kind: str, edition: Edition) -> LetterText | None:
    return await LetterText.objects().get(
        (LetterText.edition == edition.id) & (LetterText.kind == kind)
    )


async def own_kinds(edition: Edition) -> set[str]:
    """Kinds of which the edition has words of its own."""
    kept = await LetterText.objects().where(LetterText.edition == edition.id)
    return {row.kind for row in kept if texts_of(row.bodies)}


def check_kind(kind: str) -> None:
    if kind not in kinds():
        raise Missing("letter_kind_missing")


async def reword(
    kind: str, given: LetterWords, *, version: int, edition: Edition, by: Person
) -> None:
    """The edition's own words from now on; letters that are written stay as they are.

    A language in which both are the house's words, or both are empty, is left to the house.
    `version` is the one that was seen, 0 where there was none yet.
    """
    check_kind(kind)
    given = without_the_house(kind, checked(kind, given))
    await keep(kind, given, version=version, act="letter_reworded", edition=edition, by=by)


async def to_the_house(kind: str, *, version: int, edition: Edition, by: Person) -> None:
    """The house's words again, in every language; the row stays, and with it what it said before."""
    check_kind(kind)
    await keep(
        kind, LetterWords(), version=version, act="letter_words_dropped", edition=edition, by=by
    )


async def keep(
    kind: str, given: LetterWords, *, version: int, act: str, edition: Edition, by: Person
) -> None:
    async with transaction():
        await desk.hold_edition(edition.id)
        kept = await own_words(kind, edition)
        if kept is not None:
            await desk.amend(kept, msgspec.structs.asdict(given), version=version, act=act, by=by)
        elif version:
            raise Conflict("gone_meanwhile")
        elif given.bodies:
            row = LetterText(
                edition=edition.id, kind=kind, version=1,
                subjects=given.subjects, bodies=given.bodies,
            )  # fmt: skip
            await desk.add(row, act=act, by=by)


def without_the_house(kind: str, given: LetterWords) -> LetterWords:
    standing = house_words(kind)
    own = [
        one
        for one in given.bodies
        if (given.subjects[one], given.bodies[one])
        != (standing.subjects[one].strip(), standing.bodies[one].strip())
    ]
    return LetterWords(
        subjects={one: given.subjects[one] for one in own},
        bodies={one: given.bodies[one] for one in own},
    )


# A letter is written


async def worded(
    kind: str, reader: str, *, edition: Edition | None, values: Mapping[str, Any]
) -> tuple[str, str, str]:
    """(language, subject, body) of a letter to a reader of this language."""
    own = None if edition is None else await own_words(kind, edition)
    return worded_as(own, kind, reader, values)


def worded_as(
    own: LetterText | None, kind: str, reader: str, values: Mapping[str, Any]
) -> tuple[str, str, str]:
    """The same in an edition's own words, or the house's: for whoever writes many of a kind."""
    language = text_in(reader, {one: one for one in spoken()})
    said = {
        name: bare(value(language) if callable(value) else value) for name, value in values.items()
    } | {"link": LINK}
    subjects, bodies = (texts_of(own.subjects), texts_of(own.bodies)) if own else ({}, {})
    if bodies.get(language):
        return (
            language,
            filled(language, subjects[language], said),
            filled(language, bodies[language], said),
        )
    return (
        language,
        t(language, f"letter.{kind}.subject", **said),
        t(language, f"letter.{kind}.body", **said),
    )


def bare(value: Any) -> Any:
    """Nobody's title is taken for the place of a link."""
    return value.replace(LINK, "") if isinstance(value, str) else value


def filled(language: str, text: str, values: Mapping[str, Any]) -> str:
    """Names in braces as they are known; nothing else of a text is read as a command."""
    return PLACEHOLDER.sub(
        lambda match: str(values.get(match[1], match[0])), spaced(language, text)
    )


# A letter is shown before it is written


def samples(kind: str, language: str) -> Texts:
    """What might stand in the place of each name, as a reader of this language would see it."""
    return {name: sample_of(kind, language, name) for name in placeholders(kind)}


def sample_of(kind: str, language: str, name: str) -> str:
    keys = (f"letter.sample.{kind}.{name}", f"letter.sample.{name}")
    return first_words(language, *keys) or f"[{name}]"


def meaning_of(language: str, kind: str, name: str) -> str:
    """What a name in braces stands for."""
    return first_words(language, f"letter.value.{kind}.{name}", f"letter.value.{name}")


def first_words(language: str, *keys: str) -> str:
    return next((t(language, key) for key in keys if has_words(key)), "")


def shown(
    kind: str, given: LetterWords, *, edition: Edition, home: Callable[[str], str]
) -> dict[str, tuple[str, str]]:
    """Language → (subject, body) as its reader would see them, filled with what might be."""
    standing = house_words(kind)
    found = {}
    for language in spoken():
        said = given if given.bodies.get(language) else standing
        values = samples(kind, language) | {"edition": edition.name, "link": home(language)}
        subject = filled(language, said.subjects.get(language, ""), values)
        found[language] = (one_line(subject), filled(language, said.bodies[language], values))
    return found


def one_line(text: str) -> str:
    """A header is one line, whatever a title holds."""
    return " ".join(text.split())[:MOST_WRITTEN]
