"""What operators and chairs set of the score sheets: whose they are, their scale, and what they ask.

No score is ever lost or changes its meaning here: what carries a score is closed instead of removed,
and keeps its scale; other weights are set only by who has seen what they change.
"""

import re
import unicodedata
from collections.abc import Collection
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.access import Viewer, may_set_sheet
from festival.clock import now
from festival.db import transaction
from festival.desk import Way
from festival.errors import Missing, NotAllowed, Refused
from festival.language import OFFICIAL
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Role, Section, new_id
from festival.texts import Texts, field_of
from reviews.board import BoardStanding, standings
from reviews.lists import VOTES_OPEN, votes_open_values
from reviews.rubrics import EVERYWHERE, Rubrics, RubricUse, rubrics_of, uses_of
from reviews.scoring import Rubric
from reviews.tables import Criterion, ScoreSheet

MOST_CRITERIA = 12
LEAST_STEPS, MOST_STEPS = 2, 10

SheetSteps = Annotated[int, Meta(ge=LEAST_STEPS, le=MOST_STEPS)]
LeastOpinion = Annotated[int, Meta(ge=0, le=1000)]
StepName = Annotated[str, Meta(pattern="^([1-9]|10)$")]
StepTexts = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(max_length=40)]], Meta(max_length=40)
]
CriterionHelp = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(max_length=600)]], Meta(max_length=40)
]
CriterionName = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(min_length=1, max_length=80)]],
    Meta(max_length=40),
]


class ScaleForm(msgspec.Struct, frozen=True, kw_only=True):
    """Scores go from 1 to `steps`; `labels` are the words of single steps, by their number. An opinion has
    at least `least_opinion` signs; None leaves that as it is.
    """

    steps: SheetSteps
    least_opinion: LeastOpinion | None = None
    labels: Annotated[dict[StepName, StepTexts], Meta(max_length=MOST_STEPS)] = {}
    version: VersionNumber


class CriterionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is scored, one text a language; `weight` 0 is asked and does not count."""

    names: CriterionName
    helps: CriterionHelp = {}
    weight: Annotated[int, Meta(ge=0, le=10)] = 1


class CriterionAgain(CriterionForm, frozen=True, kw_only=True):
    """`seen` is the mark of the effect that was shown, where sheets were given."""

    version: VersionNumber
    seen: Annotated[str, Meta(max_length=16)] = ""


async def section_of(edition: Edition, letter: str) -> str | None:
    """The section of this letter; nothing for the whole edition."""
    if not letter:
        return None
    known = await Section.objects().where(Section.edition == edition.id).order_by(Section.position)
    named = {section.letter: str(section.id) for section in known}
    if letter not in named:
        raise Refused("section:section_unknown", letters=letter, known=", ".join(named))
    return named[letter]


def check_may(viewer: Viewer, section: str | None) -> None:
    if not may_set_sheet(viewer, section):
        raise NotAllowed("not_allowed")


async def sheet_in(edition: Edition, sheet_id: str, viewer: Viewer) -> ScoreSheet:
    sheet = await desk.one_of(ScoreSheet, sheet_id, edition=edition, missing="score_sheet_missing")
    check_may(viewer, sheet.section)
    return sheet


async def criterion_in(edition: Edition, criterion_id: str, viewer: Viewer) -> Criterion:
    found = await desk.one_of(Criterion, criterion_id, edition=edition, missing="criterion_missing")
    await sheet_in(edition, found.sheet, viewer)
    return found


async def begin(edition: Edition, section: str | None, *, by: Person) -> str:
    """Give this place a sheet of its own: what it is scored by now, to be changed from here on. The keys
    stay, so that what was scored already keeps its meaning. Twice is once.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        rubrics = await rubrics_of(edition.id)
        standing = rubrics.own.get(section or EVERYWHERE)
        if standing is not None:
            return standing.id
        above = rubrics.rubric(section)
        sheet = ScoreSheet(
            edition=edition.id,
            section=section,
            steps=above.steps,
            labels=above.labels,
            least_opinion=above.least_opinion,
        )
        await desk.add(sheet, act="sheet_begun", by=by)
        for position, one in enumerate(above.criteria):
            await Criterion(
                edition=edition.id, sheet=sheet.id, position=position, key=one.key,
                names=one.names, helps=one.helps, weight=one.weight,
                closed_at=now() if one.is_closed else None,
            ).save()  # fmt: skip
    return str(sheet.id)


async def uses_told(viewer: Viewer, rubrics: Rubrics) -> dict[str, RubricUse]:
    """How far sheets are filled in, for whoever sets them: operators know the numbers of all; chairs those of films
    whose sheets are open to them.
    """
    if viewer.has(Role.OPERATOR):
        return await uses_of(viewer.edition, rubrics)
    values = votes_open_values(viewer)
    return await uses_of(viewer.edition, rubrics, where=VOTES_OPEN, values=values)


async def use_of(edition: str, sheet: ScoreSheet) -> RubricUse:
    """How far this sheet has been filled in."""
    uses = await uses_of(edition, await rubrics_of(edition))
    return uses.get(sheet.section or EVERYWHERE, RubricUse())


async def drop(sheet: ScoreSheet, *, version: int, by: Person) -> None:
    """Back to the sheet above; refused once somebody has scored by this one."""
    async with transaction():
        await desk.hold_edition(sheet.edition)
        if (await use_of(sheet.edition, sheet)).keys:
            raise Refused("sheet_scored")
        await desk.remove(sheet, version=version, act="sheet_dropped", by=by)


async def set_scale(sheet: ScoreSheet, given: ScaleForm, *, by: Person) -> int:
    """How far scores go, and the words of its steps. The steps of a sheet that carries scores stay."""
    beyond = [step for step in given.labels if int(step) > given.steps]
    if beyond:
        raise Refused(*(f"labels_{step}:step_beyond" for step in beyond), steps=given.steps)
    labels = {
        step: kept
        for step, words in sorted(given.labels.items(), key=lambda one: int(one[0]))
        if (kept := texts.settled("labels", words))
    }
    async with transaction():
        await desk.hold_edition(sheet.edition)
        use = await use_of(sheet.edition, sheet)
        if given.steps != sheet.steps and use.keys:
            raise Refused("steps:scale_scored")
        least = sheet.least_opinion if given.least_opinion is None else given.least_opinion
        return await desk.amend(
            sheet, {"steps": given.steps, "labels": labels, "least_opinion": least},
            version=given.version, act="scale_changed", by=by,
        )  # fmt: skip


def settled(given: CriterionForm) -> dict[str, Any]:
    names = texts.settled("names", given.names)
    if missing := [lang for lang in OFFICIAL if lang not in names]:
        raise Refused(*(f"{field_of('names', lang)}:field_missing" for lang in missing))
    return {"names": names, "helps": texts.settled("helps", given.helps), "weight": given.weight}


async def add_criterion(sheet: ScoreSheet, given: CriterionForm, *, by: Person) -> str:
    """Ask for one more thing. Sheets given before keep their total; begun ones must answer it."""
    values = settled(given)
    async with transaction():
        await desk.hold_edition(sheet.edition)
        asked = await Criterion.objects().where(Criterion.sheet == sheet.id)
        if len(asked) >= MOST_CRITERIA:
            raise Refused("criteria_many", most=MOST_CRITERIA)
        taken = {one.key for one in asked} | (await use_of(sheet.edition, sheet)).keys
        key = key_for(values["names"], taken)
        made = Criterion(edition=sheet.edition, sheet=sheet.id, key=key, **values)
        return await desk.add(made, act="criterion_added", by=by, among="sheet")


def key_for(names: Texts, taken: Collection[str]) -> str:
    """A criterion's name in every score: its English one in plain letters, where that is free."""
    plain = unicodedata.normalize("NFKD", names["en"]).encode("ascii", "ignore").decode().lower()
    key = re.sub("[^a-z]+", "_", plain).strip("_")[:16]
    return key if key and key not in {*taken, *NO_KEYS} else new_id()


NO_KEYS = frozenset(
    {
        "opinion",
        "version",
        "over",
        "act",
        "confidence",
        "discuss",
        "heart",
        "sensitive",
        "list",
        "reason",
    }
)
"""What the form of a sheet has other fields for."""


async def amend_criterion(criterion: Criterion, given: CriterionAgain, *, by: Person) -> int:
    """Other words, or another weight: where sheets were given, only by who has seen what that changes."""
    values = settled(given)
    async with transaction():
        await desk.hold_edition(criterion.edition)
        sheet = await the_sheet(criterion)
        standing = await desk.held(criterion, given.version)
        is_weighed = standing["weight"] != given.weight
        if is_weighed and (await use_of(criterion.edition, sheet)).given:
            rubrics = await rubrics_of(criterion.edition)
            if given.seen != mark_of(
                rubrics.own[sheet.section or EVERYWHERE], criterion, given.weight
            ):
                raise Refused("weight_unseen")
        await check_counts(criterion, weight=given.weight)
        return await desk.amend(
            criterion, values, version=given.version, act="criterion_changed", by=by
        )


async def the_sheet(criterion: Criterion) -> ScoreSheet:
    found = await ScoreSheet.objects().get(ScoreSheet.id == criterion.sheet)
    if found is None:
        raise Missing("score_sheet_missing")
    return found


async def check_counts(criterion: Criterion, *, weight: int = 0, is_open: bool = True) -> None:
    """Something that counts is asked, whatever becomes of this one."""
    others = await Criterion.objects().where(
        (Criterion.sheet == criterion.sheet) & (Criterion.id != criterion.id)
    )
    counted = any(one.weight and one.closed_at is None for one in others)
    if not counted and not (weight and is_open and criterion.closed_at is None):
        raise Refused("sheet_weightless")


async def move_criterion(criterion: Criterion, way: Way, *, by: Person) -> None:
    await desk.move(criterion, way, act="criterion_moved", by=by, among="sheet")


async def remove_criterion(criterion: Criterion, *, version: int, by: Person) -> None:
    """Take it away as long as nobody has scored it; else it can be closed."""
    async with transaction():
        await desk.hold_edition(criterion.edition)
        use = await use_of(criterion.edition, await the_sheet(criterion))
        if criterion.key in use.keys:
            raise Refused("criterion_scored")
        await check_counts(criterion)
        await desk.remove(criterion, version=version, act="criterion_removed", by=by)


async def close_criterion(criterion: Criterion, *, version: int, by: Person) -> None:
    """Ask for it no more; sheets that scored it keep it, and their totals."""
    async with transaction():
        await desk.hold_edition(criterion.edition)
        await check_counts(criterion)
        standing = await desk.held(criterion, version)
        await desk.amend(
            criterion,
            {"closed_at": standing["closed_at"] or now()},
            version=version,
            act="criterion_closed",
            by=by,
        )


async def open_criterion(criterion: Criterion, *, version: int, by: Person) -> None:
    """Ask for it again."""
    async with transaction():
        await desk.hold_edition(criterion.edition)
        await desk.amend(
            criterion, {"closed_at": None}, version=version, act="criterion_opened", by=by
        )


# What another weight would do


class RankMove(msgspec.Struct, frozen=True, kw_only=True):
    """One film whose mean or rank would be another."""

    submission: str
    title: str
    titles: Texts
    section_letter: str
    mean: tuple[float, float]
    rank: tuple[int, int]


class WeightEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What another weight would change: `given` sheets weigh anew; `moves` are of films whose votes the
    reader may see (`is_shown`), which no operator may as such. `mark` lets the weight be set.
    """

    given: int
    mark: str
    is_shown: bool
    moves: list[RankMove] = []


def mark_of(rubric: Rubric, criterion: Criterion, weight: int) -> str:
    """By which an effect that was shown is known again: this weight, among the others as they stood."""
    weights = [(one.key, one.weight) for one in rubric.criteria]
    told = msgspec.json.encode([criterion.id, weight, weights])
    return sha256(told).hexdigest()[:16]


async def effect_of(criterion: Criterion, weight: int, viewer: Viewer) -> WeightEffect:
    """How ranks would move, for a chair; how many sheets weigh anew, for everybody here."""
    rubrics = await rubrics_of(criterion.edition)
    sheet = await the_sheet(criterion)
    standing = rubrics.own[sheet.section or EVERYWHERE]
    use = (await uses_of(criterion.edition, rubrics)).get(sheet.section or EVERYWHERE, RubricUse())
    is_shown = viewer.has(Role.CHAIR) and may_see_board(viewer)
    other = rubrics.with_rubric(weighed(standing, criterion.key, weight))
    return WeightEffect(
        given=use.given,
        mark=mark_of(standing, criterion, weight),
        is_shown=is_shown,
        moves=await moves_between(viewer, rubrics, other) if is_shown else [],
    )


def may_see_board(viewer: Viewer) -> bool:
    return viewer.scopes is None or "committee" in viewer.scopes


def weighed(rubric: Rubric, key: str, weight: int) -> Rubric:
    criteria = tuple(
        msgspec.structs.replace(one, weight=weight) if one.key == key else one
        for one in rubric.criteria
    )
    return msgspec.structs.replace(rubric, criteria=criteria)


async def moves_between(viewer: Viewer, before: Rubrics, after: Rubrics) -> list[RankMove]:
    """Films of the chair's board whose mean or rank differs, as they stand in the board now."""
    stands, would = await standings(viewer, before), await standings(viewer, after)
    moves = (move_of(one, would[one.id]) for one in stands.values() if one.id in would)
    return [one for one in moves if one is not None]


def move_of(case: BoardStanding, other: BoardStanding) -> RankMove | None:
    if case.mean is None or other.mean is None or case.rank is None or other.rank is None:
        return None
    if case.rank == other.rank and round(case.mean, 1) == round(other.mean, 1):
        return None
    return RankMove(
        submission=case.id, title=case.title, titles=case.titles,
        section_letter=case.section_letter,
        mean=(case.mean, other.mean), rank=(case.rank, other.rank),
    )  # fmt: skip
