"""What becomes of a proposal: put into the grid, line by line if wanted, changed, refused, taken back."""

from collections.abc import Collection
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person
from screenings import acts, newfacts
from screenings.acts import Place
from screenings.clashes import clashes_of
from screenings.lists import working_grid
from screenings.planner.answers.newfacts import NewFact, tried
from screenings.planner.answers.shapes import Repair, WayOut, difference
from screenings.planner.model import Name, Placement, Plan, Problem
from screenings.planner.rules import breaches, in_time, prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.planning import plan_with
from screenings.tables import Grid, PlanRun

RuleBreach = tuple[str, frozenset[Name]]


async def apply(
    edition: Edition, run: PlanRun, *, by: Person, only: Collection[Name] | None = None
) -> int:
    """Put a plan's changes into the working grid, all of them or `only` those; one act.

    What the run supposed becomes a fact in the same act. What somebody has touched since the plan
    was asked for stays theirs: refused by name, as is whatever would make a clash that is not there
    yet. Applying twice is once.
    """
    if run.act is not None:
        return int((await working_grid(edition)).version)
    if run.state != "done" or run.plan is None:
        raise Refused("plan_not_ready")
    changes = changes_of(run, msgspec.convert(run.plan, Plan))
    wanted = {name: place for name, place in changes.items() if only is None or name in only}
    if only is not None and not wanted and (changes or run.fact is None):
        raise Refused("nothing_ticked")
    async with transaction():
        grid = await acts.hold_grid(edition)
        await take_run(run, grid.version)
        await acts.check_untouched(edition, grid, wanted, seen=run.grid_version)
        fact = fact_of(run)
        await check_unlocked(edition, grid, wanted, freed=freed_by(run, fact))
        before = await faults_of(edition, grid)
        if fact is not None:
            wanted |= await freed_place(edition, grid, fact, wanted)
            await keep_before(run, await newfacts.do(edition, fact, by=by))
        await acts.act(edition, grid, run.kind, wanted, by=by)
        if fact is not None:
            await acts.lay_again(edition, grid, of=fact.of)
        await check_no_worse(edition, before, await faults_of(edition, grid))
        await record("plan_applied", run.id, by=by, edition=edition.id, changes=len(wanted))
    return grid.version


async def keep_fact(edition: Edition, run: PlanRun, *, by: Person) -> None:
    """What a run supposed becomes a fact, and the grid stays as it is; twice is once."""
    fact = fact_of(run)
    if fact is None or run.state != "done":
        raise Refused("plan_not_ready")
    if run.act is not None:
        return
    async with transaction():
        grid = await acts.hold_grid(edition)
        await take_run(run, grid.version)
        await keep_before(run, await newfacts.do(edition, fact, by=by))
        await record("plan_applied", run.id, by=by, edition=edition.id, changes=0)


def fact_of(run: PlanRun) -> NewFact | None:
    return msgspec.convert(run.fact, NewFact) if run.fact else None


def changes_of(run: PlanRun, proposal: Plan) -> dict[Name, Place | None]:
    """What differs from the grid as it stood when the plan was asked for."""
    was = msgspec.convert(run.before, list[Placement])
    return {
        (move.programme, move.number): (
            Place(screen=move.after.screen, start=move.after.start) if move.after else None
        )
        for move in difference(was, proposal.placements)
    }


async def take_run(run: PlanRun, version: int) -> None:
    """Two who accept the same plan at once accept it once."""
    taken = await rows(
        """UPDATE plan_run SET act = {}, applied_at = now()
           WHERE id = {} AND act IS NULL RETURNING id""",
        version,
        run.id,
    )
    if not taken:
        raise Conflict("grid_changed_meanwhile", version=version - 1)
    run.act = version


async def keep_before(run: PlanRun, before: dict[str, Any]) -> None:
    await PlanRun.update({PlanRun.fact_before: before}).where(PlanRun.id == run.id)
    run.fact_before = before


def freed_by(run: PlanRun, fact: NewFact | None) -> set[Name]:
    """Whose padlock goes with what is accepted: the fact says so, or leaves their place impossible."""
    if fact is None:
        return set()
    freed = {(fact.of, fact.given["number"])} if fact.what == "lock" else set()
    return freed | released_in(run)


def released_in(run: PlanRun) -> set[Name]:
    """Locked screenings whose places a repair could not keep."""
    return set(msgspec.convert(run.repair, Repair).released) if run.repair else set()


async def freed_place(
    edition: Edition, grid: Grid, fact: NewFact, wanted: Collection[Name]
) -> dict[Name, Place | None]:
    """A screening that only loses its padlock stays where it is."""
    if fact.what != "lock":
        return {}
    name = (fact.of, fact.given["number"])
    stood = (await acts.places(edition, grid)).get(name)
    return {} if stood is None or name in wanted else {name: replace(stood, locked=False)}


async def check_unlocked(
    edition: Edition, grid: Grid, wanted: Collection[Name], *, freed: Collection[Name]
) -> None:
    """A padlock holds against a plan too, whenever it was put on."""
    standing = await acts.places(edition, grid)
    locked = {
        name[0]
        for name in wanted
        if name in standing and standing[name].locked and name not in freed
    }
    if locked:
        raise Refused("plan_moves_locked", titles=await acts.titles_of(edition, locked))


async def faults_of(edition: Edition, grid: Grid) -> set[RuleBreach]:
    return {
        (clash.code, frozenset(clash.screenings))
        for clash in await clashes_of(edition, grid)
        if clash.level == "block"
    }


async def check_no_worse(edition: Edition, before: set[RuleBreach], after: set[RuleBreach]) -> None:
    """The grid may have changed since the plan was made, or only a part of it was accepted."""
    if made := after - before:
        involved = {programme for _, names in made for programme, _ in names}
        raise Refused("plan_makes_clashes", titles=await acts.titles_of(edition, involved))


async def heal(edition: Edition, run: PlanRun, number: int, *, by: Person) -> int:
    """One way out of an impossible plan, and the grid that it makes possible; one act, and once."""
    found = msgspec.convert(run.remedies, list[WayOut])
    if not 0 <= number < len(found):
        raise Missing("remedy_missing")
    remedy = found[number]
    if run.act is not None:
        if fact_of(run) != remedy.fact:
            raise Conflict("plan_settled")
        return int((await working_grid(edition)).version)
    async with transaction():
        problem = tried(msgspec.convert(run.problem, Problem), remedy.fact)
        await write(run, plan=plan_with(problem, remedy.plan), fact=remedy.fact)
        return await apply(edition, run, by=by)


async def write(run: PlanRun, *, plan: Plan, fact: NewFact | None) -> None:
    """A proposal that nobody has accepted or refused meanwhile."""
    taken = await rows(
        """UPDATE plan_run SET plan = {}::jsonb, fact = {}::jsonb, state = 'done'
           WHERE id = {} AND act IS NULL AND state IN ('done', 'impossible') RETURNING id""",
        msgspec.json.encode(plan).decode(),
        msgspec.json.encode(fact).decode() if fact else None,
        run.id,
    )
    if not taken:
        raise Conflict("plan_settled")
    run.plan, run.fact, run.state = msgspec.to_builtins(plan), msgspec.to_builtins(fact), "done"


async def put_elsewhere(
    edition: Edition, run: PlanRun, name: Name, place: Place, *, by: Person
) -> None:
    """Another place for one screening of a proposal, if that breaks nothing which it keeps."""
    if run.plan is None:
        raise Refused("plan_not_ready")
    plan, problem = msgspec.convert(run.plan, Plan), msgspec.convert(run.problem, Problem)
    facts = ProblemFacts(problem)
    now = {(p.programme, p.number): p for p in plan.placements}
    if name not in now or place.screen not in facts.screens:
        raise Missing("screening_missing")
    moved = now | {name: Placement(*name, place.screen, place.start)}
    was, made = faults_in(facts, now.values()), faults_in(facts, moved.values())
    if made - was:
        raise Refused("place_taken")
    async with transaction():
        await write(run, plan=repriced(facts, plan, moved.values()), fact=fact_of(run))
        await record(
            "plan_changed", run.id, by=by, edition=edition.id, programme=name[0],
            screen=place.screen, start=place.start,
        )  # fmt: skip


def faults_in(facts: ProblemFacts, placements: Collection[Placement]) -> set[RuleBreach]:
    return {(clash.code, frozenset(clash.screenings)) for clash in breaches(facts, placements)}


def repriced(facts: ProblemFacts, plan: Plan, placements: Collection[Placement]) -> Plan:
    """By hand it is no longer what the planner has proved."""
    by_rule = prices(facts, placements, plan.unplaced)
    cost = sum(by_rule.values())
    return replace(
        plan, placements=in_time(placements), cost_by_rule=by_rule, cost=cost, proved=False
    )


async def refuse(run: PlanRun, *, by: Person) -> None:
    """Not this one; it stays in the list, and can be taken up again."""
    await settle(run, "done", "refused", "plan_refused", by=by)


async def reconsider(run: PlanRun, *, by: Person) -> None:
    await settle(run, "refused", "done", "plan_reconsidered", by=by)


async def settle(run: PlanRun, was: str, now: str, act: str, *, by: Person) -> None:
    """Twice is once; an accepted proposal is taken back, not refused."""
    if run.state == now:
        return
    async with transaction():
        taken = await rows(
            """UPDATE plan_run SET state = {} WHERE id = {} AND state = {} AND act IS NULL
               RETURNING id""",
            now,
            run.id,
            was,
        )
        if not taken:
            raise Conflict("plan_settled")
        await record(act, run.id, by=by, edition=run.edition)


async def undo(edition: Edition, act: int, *, by: Person) -> int:
    """Take a whole act back, and the fact that it made, if it was a proposal's; once."""
    return await back_or_again(edition, act, is_back=True, by=by)


async def redo(edition: Edition, act: int, *, by: Person) -> int:
    """Do an act again that was taken back, with its fact; once."""
    return await back_or_again(edition, act, is_back=False, by=by)


async def back_or_again(edition: Edition, act: int, *, is_back: bool, by: Person) -> int:
    """The fact first, so that screenings are laid out as long as they then are."""
    move = acts.undo if is_back else acts.redo
    run = await PlanRun.objects().get((PlanRun.edition == edition.id) & (PlanRun.act == act))
    fact = fact_of(run) if run is not None else None
    if run is None or fact is None:
        return await move(edition, act, by=by)
    async with transaction():
        await turn(edition, run, is_back=is_back)
        if is_back:
            before = cast("dict[str, Any]", run.fact_before or {})
            await newfacts.take_back(edition, fact, before, by=by)
        else:
            await keep_before(run, await newfacts.do(edition, fact, by=by))
        grid = await working_grid(edition)
        if await acts.has_moved(grid, act):
            version = await move(edition, act, by=by)
            grid = await working_grid(edition)
        else:
            grid = await acts.hold_grid(edition)
            version = grid.version
        await acts.lay_again(edition, grid, of=fact.of)
    return version


async def turn(edition: Edition, run: PlanRun, *, is_back: bool) -> None:
    """Two who take the same fact back at once take it back once."""
    taken = await rows(
        """UPDATE plan_run SET undone_at = CASE WHEN {} THEN now() END
           WHERE id = {} AND (undone_at IS NULL) = {} RETURNING id""",
        is_back,
        run.id,
        is_back,
    )
    if not taken:
        code = "act_undone" if is_back else "act_not_undone"
        raise Conflict(code, version=(await working_grid(edition)).version)
