"""The house in figures for those who watch many houses: the text format of Prometheus."""

import shutil
from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from festival import outages
from festival.backups import last_backup
from festival.db import rows
from festival.jobs import WORKERS
from festival.machines import Broker, broker
from festival.settings import Settings


class Ready(Collector):
    """Families that were gathered before anybody asked: the registry itself cannot wait."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self.families = families

    def collect(self) -> Iterable[Metric]:
        return self.families


async def exposition(settings: Settings) -> bytes:
    """Everything of this process, and of the house as its database and broker say."""
    heard = await broker(settings.redis_url)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        Ready(
            [
                *await work(),
                *await letters(),
                *ways(heard),
                *room(settings),
                *await kept(),
                *await last_seen(),
            ]
        )
    )
    return generate_latest(registry) + generate_latest(REGISTRY)


def gauge(
    name: str, says: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    """One family; a value for each set of labels."""
    family = GaugeMetricFamily(f"cinema_{name}", says, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


async def work() -> list[GaugeMetricFamily]:
    """Lines of work by task and state, how long the oldest has been due, how long they take."""
    lines = await rows(
        """SELECT task, CASE WHEN parked_at IS NOT NULL THEN 'parked'
               WHEN leased_until > now() THEN 'running' WHEN due_at > now() THEN 'put_off'
               ELSE 'waiting' END AS state,
             count(*) AS lines, max(extract(epoch FROM now() - due_at))::float AS oldest
           FROM outbox WHERE done_at IS NULL AND cancelled_by = '' GROUP BY 1, 2"""
    )
    done = await rows(
        """SELECT task, count(*) AS lines,
             coalesce(sum(extract(epoch FROM done_at - taken_at)), 0)::float AS seconds
           FROM outbox WHERE done_at > now() - interval '1 day' GROUP BY task"""
    )
    of = [((row["task"], row["state"]), row) for row in lines]
    return [
        gauge("lines", "Lines of work that are not done", ("task", "state"),
              ((key, row["lines"]) for key, row in of)),
        gauge("oldest_due_seconds", "How long the oldest waiting line has been due", ("task",),
              (((task,), row["oldest"]) for (task, state), row in of if state == "waiting")),
        gauge("done_in_a_day", "Lines of work done within a day", ("task",),
              (((row["task"],), row["lines"]) for row in done)),
        gauge("done_in_a_day_seconds", "Seconds of work behind them", ("task",),
              (((row["task"],), row["seconds"]) for row in done)),
    ]  # fmt: skip


async def letters() -> list[GaugeMetricFamily]:
    """Letters that have not gone out, and whether the mail server takes any."""
    waiting = await rows(
        """SELECT l.kind, count(*) AS letters FROM outbox o JOIN letter l ON l.id = o.args->>'letter'
           WHERE o.task = 'send_letter' AND o.done_at IS NULL AND o.cancelled_by = '' GROUP BY l.kind"""
    )
    closed = await outages.outage()
    return [
        gauge("letters_waiting", "Letters that have not gone out", ("kind",),
              (((row["kind"],), row["letters"]) for row in waiting)),
        gauge("mail_takes_letters", "1 while the mail server takes letters", (),
              [((), float(closed is None))]),
    ]  # fmt: skip


def ways(heard: Broker) -> list[GaugeMetricFamily]:
    """Whether the broker answers, and how many workers of each kind are heard."""
    return [
        gauge("broker_answers", "1 while the broker answers", (), [((), float(heard.answers))]),
        gauge("workers_heard", "Workers that were heard in the last 15 seconds", ("kind",),
              (((kind,), len(heard.heard.get(kind, []))) for kind in WORKERS)),
    ]  # fmt: skip


def room(settings: Settings) -> list[GaugeMetricFamily]:
    free = shutil.disk_usage(settings.media_root).free
    return [gauge("disk_free_bytes", "Bytes free where films lie", (), [((), free)])]


async def kept() -> list[GaugeMetricFamily]:
    """How old the last whole backup is; nothing where none has ever succeeded."""
    last = await last_backup()
    return [gauge("backup_age_seconds", "Seconds since the last backup that succeeded", (),
                  [((), last.age)] if last else [])]  # fmt: skip


async def last_seen() -> list[GaugeMetricFamily]:
    """How long ago each part that writes a pulse was last seen, and what operators were told of."""
    pulses = await rows("SELECT part, extract(epoch FROM now() - at)::float AS ago FROM pulse")
    alerts = await rows("SELECT part FROM alert")
    return [
        gauge("pulse_seconds", "Seconds since a part was last seen alive", ("part",),
              (((row["part"],), row["ago"]) for row in pulses)),
        gauge("alert", "1 for each part that does not work", ("part",),
              (((row["part"],), 1.0) for row in alerts)),
    ]  # fmt: skip
