"""An edition's sections, as operators set them up: their names and looks, and which films they take."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk
from festival.db import rows, transaction
from festival.deadlines import hold
from festival.errors import Refused
from festival.language import OFFICIAL, has_words, is_visible, listed, t
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Section
from festival.texts import LongTexts, ShortTexts, fields_of
from festival.texts import settled as settled_texts
from festival.uses import uses_of
from submissions.candidates import ChangeEffect, effect_of, terms_of
from submissions.eligibility import (
    BY_NAME,
    RuleSetting,
    RuleWeight,
    SectionRules,
    SectionTerms,
    field_of,
    wrong_settings,
)
from submissions.entry import CODED, Unresolved, resolved

HUES = (25, 50, 75, 110, 140, 160, 205, 235, 265, 295, 320, 350)
"""Those that a page offers; every other one is as well read (`tests/test_hues.py`)."""
SectionSeconds = Annotated[int, Meta(ge=0, le=86_400)]


class SectionForm(msgspec.Struct, frozen=True, kw_only=True):
    """A section as a whole. `rules` are by name, those that are missing are off."""

    letter: Annotated[str, Meta(pattern="^[A-Z]$")]
    names: ShortTexts
    texts: LongTexts = {}
    hue: Annotated[int, Meta(ge=0, le=359)] = 265
    least_seconds: SectionSeconds = 0
    most_seconds: SectionSeconds = 6 * 3600
    is_blind: bool = False
    is_open: bool = True
    rules: SectionRules = {}


class SectionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A section as it shall be, the version that was read, and how many entries its editor knows that
    it would no longer take.
    """

    section: SectionForm
    version: VersionNumber
    touches: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


def settled(form: SectionForm) -> dict[str, Any]:
    """The columns of a section; `Refused` with everything that is wrong with them."""
    names = settled_texts("names", form.names)
    descriptions = settled_texts("texts", form.texts)
    wrong = [
        f"{field}:field_missing"
        for field, language in fields_of("names", OFFICIAL).items()
        if not is_visible(names.get(language, ""))
    ]
    if form.least_seconds > form.most_seconds:
        wrong.append("most_seconds:lengths_reversed")
    rules, unknown = in_codes(form.rules)
    wrong += [*unknown, *wrong_settings(rules)]
    if wrong:
        words = {code.partition(":")[2]: told for code, told in unknown.items()}
        raise Refused(*dict.fromkeys(wrong), **words)
    return {
        **msgspec.structs.asdict(form),
        "names": names,
        "texts": descriptions,
        "rules": {name: msgspec.to_builtins(rules[name]) for name in BY_NAME if name in rules},
    }


def in_codes(rules: Mapping[str, RuleSetting]) -> tuple[SectionRules, dict[str, Unresolved]]:
    """(the rules with codes for names of countries and languages, what is neither: `field:code`)."""
    known: SectionRules = {}
    unknown: dict[str, Unresolved] = {}
    for name, setting in rules.items():
        known[name] = setting
        kind = BY_NAME[name].kind if name in BY_NAME else ""
        if kind in CODED and isinstance(setting.value, list):
            code_of, called, fault = CODED[kind]
            codes, words = resolved(setting.value, code_of)
            known[name] = RuleSetting(weight=setting.weight, value=codes)
            if words and setting.weight is not RuleWeight.OFF:
                unknown[f"{field_of(name)}:{fault}"] = Unresolved(words, called)
    return known, unknown


def wanted_terms(given: Mapping[str, Any]) -> SectionTerms:
    return SectionTerms(
        letter=given["letter"],
        least_seconds=given["least_seconds"],
        most_seconds=given["most_seconds"],
        is_open=given["is_open"],
        rules=msgspec.convert(given["rules"], SectionRules),
    )


async def add_section(edition: Edition, form: SectionForm, *, by: Person) -> str:
    """A section more, behind the others."""
    given = settled(form)
    async with transaction():
        await hold(edition)
        await check_letter(edition, form.letter)
        return await desk.add(Section(edition=edition.id, **given), act="section_added", by=by)


async def section_in(edition: Edition, section_id: str) -> Section:
    return await desk.one_of(Section, section_id, edition=edition, missing="section_missing")


async def effect_of_change(edition: Edition, section_id: str, form: SectionForm) -> ChangeEffect:
    """Whom the section would no longer take, if it became this; nothing is written."""
    section = await section_in(edition, section_id)
    return await effect_of(section, wanted_terms(settled(form)))


async def change_section(
    edition: Edition, section_id: str, change: SectionChange, *, by: Person
) -> int:
    """Make it what the form says. Where present entries would no longer be taken, whoever changes it
    must have said how many: else `Refused` tells, and nothing has happened. What is filed stays filed.
    """
    given = settled(change.section)
    async with transaction():
        await hold(edition)
        section = await section_in(edition, section_id)
        await check_letter(edition, change.section.letter, but=section.id)
        effect = await effect_of(section, wanted_terms(given))
        if effect.count > change.touches:
            raise Refused(
                "entries_touched",
                n=effect.count,
                touched=effect.count,
                drafts=effect.drafts,
                filed=effect.filed,
            )
        return await desk.amend(
            section, given, version=change.version, act="section_changed", by=by
        )


async def move_section(edition: Edition, section_id: str, way: desk.Way, *, by: Person) -> None:
    section = await section_in(edition, section_id)
    await desk.move(section, way, act="section_moved", by=by)


async def remove_section(edition: Edition, section_id: str, *, version: int, by: Person) -> None:
    """Take it away while nothing names it; else `Refused` says what does, and how often."""
    async with transaction():
        await hold(edition)
        section = await section_in(edition, section_id)
        await rows("SELECT id FROM section WHERE id = {} FOR UPDATE", section.id)
        uses = await uses_of_section(section)
        if uses:
            raise Refused("section_in_use", uses=SectionUses(uses))
        await desk.remove(section, version=version, act="section_removed", by=by)


async def uses_of_section(section: Section) -> dict[str, int]:
    """What names it, and how often: rows of any table, people's parts, waiver codes."""
    held = await rows(
        """SELECT (SELECT count(*) FROM role WHERE edition = {} AND sections ? {}) AS role,
             (SELECT count(*) FROM waiver_code WHERE edition = {} AND sections ? {}) AS waiver_code""",
        section.edition,
        section.id,
        section.edition,
        section.id,
    )
    return await uses_of(section) | {name: n for name, n in held[0].items() if n}


class SectionUses:
    """`3 films, 1 programme` in either language."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        self.uses = uses

    def __call__(self, lang: str) -> str:
        return listed(
            lang,
            (
                t(lang, key if has_words(key) else "desk.used.other", n=n)
                for name, n in self.uses.items()
                for key in [f"desk.used.{name}"]
            ),
        )


async def check_letter(edition: Edition, letter: str, *, but: str = "") -> None:
    taken = await Section.exists().where(
        (Section.edition == edition.id) & (Section.letter == letter) & (Section.id != but)
    )
    if taken:
        raise Refused("letter:letter_taken", letter=letter)


async def sections_counted(edition: Edition) -> list[dict[str, Any]]:
    """Every section in its order with `drafts` and `filed`, its entries that were not withdrawn."""
    counts = {
        row["section"]: row
        for row in await rows(
            """SELECT section, count(*) FILTER (WHERE status = 'draft') AS drafts,
                 count(*) FILTER (WHERE status NOT IN ('draft', 'withdrawn')) AS filed
               FROM submission WHERE edition = {} GROUP BY section""",
            edition.id,
        )
    }
    none = {"drafts": 0, "filed": 0}
    return [
        {
            "section": section,
            "terms": terms_of(section),
            "drafts": counts.get(section.id, none)["drafts"],
            "filed": counts.get(section.id, none)["filed"],
            "uses": await uses_of_section(section),
        }
        for section in await desk.all_of(Section, edition)
    ]
