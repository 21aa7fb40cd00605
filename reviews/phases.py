"""The committee's phases and its rules: set by operators and chairs, opened and closed by the clock alone.

What a phase allows is asked in the query of whoever comes (`festival/viewers.py`), and once more, under the same
clock, where a sheet is kept: no page that was opened before the end is believed.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.access import Openness, Viewer, Watching, may_set_sheet
from festival.db import rows, transaction
from festival.errors import Conflict, NotAllowed, Refused
from festival.language import OFFICIAL, moment, text_in
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person, Section
from festival.texts import Texts, field_of
from reviews.tables import CommitteePhase, CommitteeRules

MOST_PHASES = 20
MOST_VIEWS = 50
MOST_FILMS = 5000

PhaseNames = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(min_length=1, max_length=80)]],
    Meta(max_length=40),
]
Quorum = Annotated[int, Meta(ge=0, le=MOST_VIEWS)]
FilmCap = Annotated[int, Meta(ge=1, le=MOST_FILMS)]


class CommitteePhaseForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a phase allows between two moments; without an end it lasts."""

    names: PhaseNames
    opens_at: datetime
    closes_at: datetime | None = None
    watching: Watching = Watching.ALL
    scores: bool = False
    changes: bool = False
    discusses: bool = False
    votes: Openness = Openness.AFTER
    votes_named: bool = False


class CommitteePhaseAgain(CommitteePhaseForm, frozen=True, kw_only=True):
    version: VersionNumber


class CommitteeRulesForm(msgspec.Struct, frozen=True, kw_only=True):
    """`quorums` are numbers of single sections, by letter; `version` is 0 where nothing was set yet."""

    quorum: Quorum = 3
    quorums: Annotated[dict[Annotated[str, Meta(max_length=1)], Quorum], Meta(max_length=30)] = {}
    cap: FilmCap | None = None
    chair_waits: bool = False
    version: SeenVersion = 0


class PhaseMoment(msgspec.Struct, frozen=True, kw_only=True):
    """A phase by its name and one of its moments."""

    names: Texts
    at: datetime


class PhasesNow(msgspec.Struct, frozen=True, kw_only=True):
    """Where the committee stands: what is open (by the end that comes first), what opens next, what closed last."""

    open: PhaseMoment | None = None
    next: PhaseMoment | None = None
    last: PhaseMoment | None = None
    is_open: bool = True


def check_sets(viewer: Viewer) -> None:
    """The whole edition's committee is set by operators, and by chairs of all its sections."""
    if not may_set_sheet(viewer, None):
        raise NotAllowed("not_allowed")


async def phases_of(edition: Edition) -> list[CommitteePhase]:
    """In the order in which they open."""
    found = await CommitteePhase.objects().where(CommitteePhase.edition == edition.id)
    return sorted(found, key=lambda one: (one.opens_at, one.position, one.id))


async def phase_in(edition: Edition, phase_id: str) -> CommitteePhase:
    return await desk.one_of(CommitteePhase, phase_id, edition=edition, missing="phase_missing")


def settled_phase(form: CommitteePhaseForm) -> dict[str, Any]:
    names = texts.settled("names", form.names)
    wrong = [f"{field_of('names', lang)}:field_missing" for lang in OFFICIAL if lang not in names]
    if form.closes_at is not None and form.closes_at <= form.opens_at:
        wrong.append("closes_at:phase_ends_early")
    if wrong:
        raise Refused(*wrong)
    return {
        "names": names, "opens_at": form.opens_at, "closes_at": form.closes_at,
        "watching": form.watching.value, "scores": form.scores, "changes": form.changes,
        "discusses": form.discusses, "votes": form.votes.value, "votes_named": form.votes_named,
    }  # fmt: skip


async def add_phase(edition: Edition, form: CommitteePhaseForm, *, by: Person) -> str:
    values = settled_phase(form)
    async with transaction():
        await desk.hold_edition(edition.id)
        if len(await phases_of(edition)) >= MOST_PHASES:
            raise Refused("phases_many", most=MOST_PHASES)
        row = CommitteePhase(edition=edition.id, **values)
        return await desk.add(row, act="committee_phase_added", by=by)


async def change_phase(
    edition: Edition, phase_id: str, form: CommitteePhaseAgain, *, by: Person
) -> int:
    values = settled_phase(form)
    row = await phase_in(edition, phase_id)
    return await desk.amend(row, values, version=form.version, act="committee_phase_changed", by=by)


async def remove_phase(edition: Edition, phase_id: str, *, version: int, by: Person) -> None:
    """Take it away. Without any phase everything is open, as it was before there were some."""
    row = await phase_in(edition, phase_id)
    await desk.remove(row, version=version, act="committee_phase_removed", by=by)


# The rules


async def committee_rules(edition: Edition) -> CommitteeRules:
    """As they stand, or the house's own (version 0)."""
    found = await CommitteeRules.objects().get(CommitteeRules.edition == edition.id)
    return found or CommitteeRules(edition=edition.id, quorums={}, version=0)


def quorum_of(rules: CommitteeRules, section: str | None) -> int:
    own: Any = rules.quorums
    return int(own.get(section, rules.quorum))


async def set_rules(edition: Edition, form: CommitteeRulesForm, *, by: Person) -> int:
    known = {
        one.letter: one.id for one in await Section.objects().where(Section.edition == edition.id)
    }
    if strange := form.quorums.keys() - known.keys():
        raise Refused(
            "quorums:section_unknown", letters=", ".join(sorted(strange)), known=", ".join(known)
        )
    given: dict[str, Any] = {
        "quorum": form.quorum,
        "quorums": {known[letter]: number for letter, number in form.quorums.items() if number != form.quorum},
        "cap": form.cap,
        "chair_waits": form.chair_waits,
    }  # fmt: skip
    async with transaction():
        await desk.hold_edition(edition.id)
        standing = await committee_rules(edition)
        if not standing.version:
            if form.version:
                raise Conflict("gone_meanwhile")
            made = CommitteeRules(edition=edition.id, **given)
            await desk.add(made, act="committee_rules_set", by=by)
            return 1
        return await desk.amend(
            standing, given, version=form.version, act="committee_rules_set", by=by
        )


# Now


NOW = """
SELECT count(*) > 0 AS has_phases,
  coalesce(bool_or(is_now), false) AS is_open,
  coalesce(bool_or(is_now AND scores), false) AS scores,
  coalesce(bool_or(is_now AND changes), false) AS changes,
  (array_agg(jsonb_build_object('names', names, 'at', closes_at) ORDER BY closes_at)
     FILTER (WHERE is_now AND closes_at IS NOT NULL))[1] AS open,
  (array_agg(jsonb_build_object('names', names, 'at', opens_at, 'scores', scores, 'changes', changes)
     ORDER BY opens_at) FILTER (WHERE opens_at > now()))[1] AS next,
  (array_agg(jsonb_build_object('names', names, 'at', closes_at) ORDER BY closes_at DESC)
     FILTER (WHERE closes_at <= now()))[1] AS last,
  (array_agg(jsonb_build_object('names', names, 'at', closes_at) ORDER BY closes_at DESC)
     FILTER (WHERE closes_at <= now() AND (scores OR changes)))[1] AS scored
FROM (SELECT h.*, h.opens_at <= now() AND (h.closes_at IS NULL OR now() < h.closes_at) AS is_now
      FROM committee_phase h WHERE h.edition = {}) h
"""


async def phases_now(edition: str) -> PhasesNow:
    found = (await rows(NOW, edition))[0]
    return PhasesNow(
        open=phase_moment(found["open"]),
        next=phase_moment(found["next"]),
        last=phase_moment(found["last"]),
        is_open=found["is_open"] or not found["has_phases"],
    )


def phase_moment(found: Mapping[str, Any] | None) -> PhaseMoment | None:
    if found is None:
        return None
    return msgspec.convert({"names": found["names"], "at": found["at"]}, PhaseMoment)


async def check_scored_now(edition: str, *, is_given: bool, is_reopened: bool) -> None:
    """Whether a sheet may be kept at this moment: begun or given (`scores`), or given again (`changes`).

    `Refused` by the phase's name. A sheet that the chair has opened again goes by no phase.
    """
    found = (await rows(NOW, edition))[0]
    is_allowed = found["changes" if is_given else "scores"]
    if is_reopened or is_allowed or not found["has_phases"]:
        return
    wanted = "changes" if is_given else "scores"
    if found["next"] is not None and found["next"][wanted] and not found["is_open"]:
        raise Refused("phase_not_open", **told_phase(found["next"]))
    if found["scored"] is not None:
        raise Refused(
            "phase_changes_over" if is_given else "phase_over", **told_phase(found["scored"])
        )
    raise Refused("phase_without_changes" if is_given else "phase_without_scores")


def told_phase(found: Mapping[str, Any]) -> dict[str, object]:
    named = phase_moment(found)
    if named is None:
        return {}
    return {"phase": partial(named_in, named), "at": partial(said_at, named)}


def named_in(phase: PhaseMoment, language: str) -> str:
    return text_in(language, phase.names)


def said_at(phase: PhaseMoment, language: str) -> str:
    return moment(language, phase.at)
