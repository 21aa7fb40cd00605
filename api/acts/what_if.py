"""Other weights for the rules of a plan: tried beside the grid that stands, then kept or let go."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages.what_if import WEIGHTS, what_if_page
from api.request import AnyRequest
from festival.errors import Refused
from festival.tables import Edition, Person
from screenings import accepting, lists, planning
from screenings.planning import GOALS
from screenings.problem import problem_of
from screenings.weighing import weights_fact

PAGE = "/programmer/what-if"
TriedWeight = Annotated[int, Meta(ge=0, le=100)]


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """By rule what one breach costs, 0 for a rule that shall not count; what is not named stays."""

    weights: dict[str, TriedWeight]
    seconds: Annotated[int, Meta(ge=5, le=600)] = 10


WeightForm = msgspec.defstruct(
    "WeightForm",
    [
        *((WEIGHTS + rule, TriedWeight | None, None) for rule in GOALS),
        ("seconds", Annotated[int, Meta(ge=5, le=600)], 10),
    ],
    frozen=True,
)
"""One field a rule."""


async def weighed(request: AnyRequest) -> Weights:
    form: Any = await filled(request, WeightForm)
    given = {rule: getattr(form, WEIGHTS + rule) for rule in GOALS}
    named = {rule: weight for rule, weight in given.items() if weight is not None}
    return Weights(weights=named, seconds=form.seconds)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await what_if_page(request, request.state["edition"], refused.error)


@act(
    PAGE,
    json="/grid/what-if",
    guards=PLAN,
    reads=weighed,
    again=again,
    goes=lambda _, run: f"{PAGE}?run={run['id']}",
)
async def weigh(
    data: Weights,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Plan with these weights, on paper: neither the rules nor the grid change."""
    if unknown := set(data.weights) - set(GOALS):
        raise Refused("weights:weight_unknown", rules=", ".join(sorted(unknown)))
    fact = weights_fact(await problem_of(edition_row), data.weights)
    if fact is None:
        raise Refused("weights_same")
    run = await planning.ask(edition_row, seconds=data.seconds, fact=fact, by=person)
    return {"id": run.id, "state": "waiting"}


@act(
    f"{PAGE}/{{run_id:str}}/weights",
    json="/grid/what-if/{run_id:str}/weights",
    status=204,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="whatif.done.kept",
)
async def keep_weights(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The weights that were tried are the edition's from now on; the grid stays as it is."""
    run = await lists.plan_run(edition_row, run_id)
    await accepting.keep_fact(edition_row, run, by=person)


ACTS = [weigh, keep_weights]
