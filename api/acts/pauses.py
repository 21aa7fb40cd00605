"""Queues are paused and resumed, for one edition."""

from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import DualHandler, Still, Verb, act
from api.guards import OPERATOR
from festival import pauses
from festival.pauses import Pausable
from festival.tables import Edition, Person

QUEUE = "/operator/queue"
PLACE = f"{QUEUE}/pauses/{{queue:str}}"


def on_queue(verb: Verb, page: str, *, method: str, says: str) -> DualHandler:
    """One of the acts on a queue; done twice, it is done once."""

    async def done(
        queue: FromPath[Pausable],
        person: NamedDependency[Person],
        edition_row: NamedDependency[Edition],
    ) -> None:
        await verb(queue, edition=edition_row, by=person)

    done.__name__, done.__doc__ = verb.__name__, verb.__doc__
    return act(
        page,
        json=PLACE,
        method=method,
        status=204,
        guards=OPERATOR,
        goes=QUEUE,
        says=says,
        still=Still.WORK,
    )(done)


ACTS = [
    on_queue(pauses.pause, PLACE, method="put", says="operator.done.paused"),
    on_queue(pauses.resume, f"{PLACE}/removal", method="delete", says="operator.done.resumed"),
]
