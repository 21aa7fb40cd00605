"""The table of work, held against the code: every place is there, and gets what it asks for."""

import inspect

import pytest

from festival.jobs import JOBS, QUEUES, WORKERS, Job, verb_at
from festival.language import spoken, words

pytestmark = pytest.mark.unit

OF_A_WORKER = {"lease", "heartbeat", "news", "press", "settings", "store", "workers"}
every_job = pytest.mark.parametrize("job", [pytest.param(job, id=name) for name, job in JOBS.items()])


@every_job
def test_the_verb_takes_the_ids_that_travel_and_asks_for_what_a_worker_has(job: Job) -> None:
    verb = verb_at(job.verb)
    given = inspect.signature(verb).parameters.values()

    assert inspect.iscoroutinefunction(verb)
    assert len([one for one in given if one.kind is one.POSITIONAL_OR_KEYWORD]) == len(job.ids)
    assert {one.name for one in given if one.kind is one.KEYWORD_ONLY} <= OF_A_WORKER


@every_job
def test_whoever_is_told_takes_the_lease_and_the_fault(job: Job) -> None:
    for place, about in ((job.given_up, 2), (job.tells, 2), (job.taken_up, 1)):
        if place:
            assert inspect.iscoroutinefunction(verb_at(place))
            assert len(inspect.signature(verb_at(place)).parameters) == about, place


@every_job
def test_what_says_that_it_was_given_up_also_says_that_it_is_taken_up_again(job: Job) -> None:
    assert bool(job.given_up) == bool(job.taken_up)


@pytest.mark.parametrize("language", spoken())
def test_operators_read_its_name(language: str) -> None:
    assert [task for task in JOBS if f"operator.task.{task}" not in words(language)] == []


def test_every_queue_has_a_worker_and_no_worker_listens_in_vain() -> None:
    heard = [queue for worker in WORKERS.values() for queue in worker.queues]

    assert sorted(heard) == sorted(QUEUES)
