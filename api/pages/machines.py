"""The engine room: what waits for somebody, what runs, what waits, and whether the house is well."""

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages import _machines
from api.pages._page import language_of, page
from api.pages._tonight import tonight
from api.request import AnyRequest
from festival import mailbag, outages
from festival.access import Viewer
from festival.clock import PARIS, now
from festival.language import length, listed, number, size, t
from festival.machines import broker, paces, waited
from festival.pauses import PAUSABLE, pauses_of
from festival.settings import Settings
from festival.tables import Edition
from media.storage import Store
from submissions.health import Part, health
from submissions.mail import envelopes
from submissions.oversight import MOST_LINES, queue_lines

NAMED = 5
STATES = ("parked", "running", "waiting", "done")
EVENING, STEP = timedelta(hours=4), timedelta(minutes=10)
SOON = timedelta(days=2)
MANY_DAYS = 60  # so much room is no news


@get("/operator/queue", guards=OPERATOR)
async def queue(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
    store: NamedDependency[Store],
) -> Response[str]:
    """Lines of work with the hour at which each will be done, the evening's curve, letters, health."""
    jobs = [_machines.job(line) for line in await queue_lines(viewer, letters=False)]
    heard, paused = await broker(settings.redis_url), await pauses_of(edition_row)
    spans = _machines.spans_of(jobs, places=heard.places, paces=await paces(), paused=paused)
    groups = {
        state: [job for job in _machines.with_hours(jobs, spans) if job.state == state]
        for state in STATES
    }
    waiting = sum({job.is_put_off: job.whole for job in groups["waiting"]}.values())
    letters = await mailbag.counts(edition_row.id)
    refused = (
        await envelopes(viewer, edition_row, states=("parked",), most=NAMED)
        if letters.parked
        else []
    )
    return page(
        request,
        "operator/queue.html",
        groups=groups,
        most=MOST_LINES,
        curve=tonight(
            await waited(mailbag.within(edition_row), since=EVENING, every=STEP),
            spans,
            others=waiting - len(spans),
            deadline=edition_row.deadline_at,
            zone=PARIS,
        ),
        closes_soon=timedelta() < edition_row.deadline_at - now() < SOON,
        pausable=PAUSABLE,
        paused=paused,
        letters=letters,
        kinds=await mailbag.counts_by_kind(edition_row, not_out=True),
        refused=refused,
        closed=await outages.outage(),
        health=await health(edition_row, settings, store, heard=heard),
        in_figures=lambda part: in_figures(language_of(request), part),
    )


def in_figures(lang: str, part: Part) -> str:
    """What one part of the house says of itself."""
    figures = part.figures
    state = "none" if part.name == "uploads" and not figures["n"] else part.state.value
    state = "new" if figures.get("known") == "new" else state
    said = t(lang, f"operator.health.{part.name}.{state}", **spelled(lang, figures))
    if part.name == "disk" and 0 < (figures["n"] or 0) < MANY_DAYS:
        said += " " + t(lang, "operator.health.disk.days", n=figures["n"])
    return said


def spelled(lang: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Figures as a sentence has them: bytes with their unit, seconds in milliseconds or longer."""
    told: dict[str, Any] = dict(figures)
    for name in {"free", "received", "bytes"} & told.keys():
        told[name] = size(lang, told[name])
    if "seconds" in told:
        told["ms"] = number(lang, told["seconds"] * 1000, digits=1)
        told["ago"] = length(lang, told["seconds"])
    if "silent" in told:
        told["silent"] = listed(lang, [t(lang, f"operator.worker.{one}") for one in told["silent"]])
    return told


HANDLERS: list[Any] = [queue]
