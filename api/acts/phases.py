"""The committee's phases, which the clock opens and closes, and its rules: quorum, cap, what a chair reads."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import collected, filled
from api.guards import SHEETS
from api.pages import _typed
from api.pages._typed import FewSigns
from api.pages.phases import PAGE, phases_page
from api.request import AnyRequest
from festival.access import Openness, Viewer, Watching
from festival.desk import Seen
from festival.errors import Refused
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from reviews import phases
from reviews.phases import (
    CommitteePhaseAgain,
    CommitteePhaseForm,
    CommitteeRulesForm,
    FilmCap,
    PhaseNames,
    Quorum,
)

ONE = f"{PAGE}/{{phase_id:str}}"
RULES = "/operator/committee-rules"
Tick = Annotated[str, Meta(max_length=8)]


class TypedPhase(msgspec.Struct, frozen=True, kw_only=True):
    """A phase as the form has it: days, and hours on the clocks of Paris."""

    names: PhaseNames
    opens_day: FewSigns = ""
    opens_hour: FewSigns = ""
    closes_day: FewSigns = ""
    closes_hour: FewSigns = ""
    watching: Watching = Watching.ALL
    votes: Openness = Openness.AFTER
    scores: Tick = ""
    changes: Tick = ""
    discusses: Tick = ""
    votes_named: Tick = ""
    version: VersionNumber = 1


class TypedRules(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of single sections are fields of the same form: `quorum_C`."""

    quorum: Quorum = 3
    cap: FilmCap | None = None
    chair_waits: Tick = ""
    version: SeenVersion = 0


class TypedQuorum(msgspec.Struct, frozen=True):
    quorum: Quorum


async def phase_in_form(request: AnyRequest) -> CommitteePhaseForm:
    typed = await filled(request, TypedPhase)
    moments = collected(
        opens_at=lambda: _typed.moment_of(typed.opens_day, typed.opens_hour or "00:00", field="opens"),
        closes_at=lambda: _typed.moment_or_none(typed.closes_day, typed.closes_hour, field="closes"),
    )  # fmt: skip
    return CommitteePhaseForm(
        names=typed.names, **moments, watching=typed.watching, votes=typed.votes,
        scores=bool(typed.scores), changes=bool(typed.changes), discusses=bool(typed.discusses),
        votes_named=bool(typed.votes_named),
    )  # fmt: skip


async def changed_in_form(request: AnyRequest) -> CommitteePhaseAgain:
    form = await phase_in_form(request)
    seen = await filled(request, Seen)
    return CommitteePhaseAgain(**msgspec.structs.asdict(form), version=seen.version)


async def rules_in_form(request: AnyRequest) -> CommitteeRulesForm:
    typed = await filled(request, TypedRules)
    form = await request.form()
    given = {
        name.removeprefix("quorum_"): value
        for name, value in form.items()
        if name.startswith("quorum_") and isinstance(value, str) and value.strip()
    }
    read = collected(
        **{f"quorum_{letter}": quorum_read(letter, value) for letter, value in given.items()}
    )
    return CommitteeRulesForm(
        quorum=typed.quorum, cap=typed.cap, chair_waits=bool(typed.chair_waits), version=typed.version,
        quorums={name.removeprefix("quorum_"): number for name, number in read.items()},
    )  # fmt: skip


def quorum_read(letter: str, value: str) -> Any:
    """A number within the bounds of a quorum, read when it is asked for."""

    def read() -> int:
        wrong = Refused(f"quorum_{letter}:field_out_of_bounds")
        if not value.strip().isdecimal():
            raise wrong
        try:
            return msgspec.convert({"quorum": value.strip()}, TypedQuorum, strict=False).quorum
        except msgspec.ValidationError:
            raise wrong from None

    return read


async def again(request: AnyRequest, refused: Refusal, which: str = "new") -> Response[str]:
    sent = {name: refused.last(name) for name in refused.sent if not name.startswith("_")}
    return await phases_page(
        request, request.state["viewer"], request.state["edition"],
        error=refused.error, typed=sent, which=which,
    )  # fmt: skip


async def row_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, request.path_params["phase_id"])


async def rules_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, "rules")


@act(
    PAGE,
    json=PAGE,
    guards=SHEETS,
    reads=phase_in_form,
    again=again,
    goes=PAGE,
    says="phases.done.added",
)
async def add_phase(
    data: CommitteePhaseForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A phase of the committee: between which moments, and what is allowed in it."""
    phases.check_sets(viewer)
    return {"id": await phases.add_phase(edition_row, data, by=person)}


@act(
    ONE,
    json=ONE,
    method="put",
    guards=SHEETS,
    reads=changed_in_form,
    again=row_again,
    goes=PAGE,
    says="phases.done.changed",
)
async def change_phase(
    phase_id: FromPath[str],
    data: CommitteePhaseAgain,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other moments or rights; they hold from the next request on."""
    phases.check_sets(viewer)
    return {"version": await phases.change_phase(edition_row, phase_id, data, by=person)}


@act(
    f"{ONE}/removal",
    json=f"{ONE}/removal",
    status=204,
    guards=SHEETS,
    again=row_again,
    goes=PAGE,
    says="phases.done.removed",
)
async def remove_phase(
    phase_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take a phase away; an edition without any allows its members everything at all times."""
    phases.check_sets(viewer)
    await phases.remove_phase(edition_row, phase_id, version=data.version, by=person)


@act(
    RULES,
    json=RULES,
    method="put",
    guards=SHEETS,
    reads=rules_in_form,
    again=rules_again,
    goes=PAGE,
    says="phases.done.rules",
)
async def set_committee_rules(
    data: CommitteeRulesForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How many members watch a film, how many films each of them watches, whether chairs wait."""
    phases.check_sets(viewer)
    return {"version": await phases.set_rules(edition_row, data, by=person)}


ACTS = [add_phase, change_phase, remove_phase, set_committee_rules]
