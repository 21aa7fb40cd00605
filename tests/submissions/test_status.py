"""The moves that exist, and no others."""

import pytest

from submissions.status import BACK, DECIDABLE, DECISIONS, LAST, MOVES, WORKING, FileState, Status

pytestmark = pytest.mark.unit


def test_every_status_says_where_it_may_go() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize("last", [Status.DECLINED, Status.WITHDRAWN])
def test_a_declined_or_withdrawn_film_goes_nowhere(last: Status) -> None:
    assert MOVES[last] == frozenset()


def test_nothing_goes_back_to_draft() -> None:
    assert [start for start, ends in MOVES.items() if Status.DRAFT in ends] == []


def test_a_film_is_chosen_only_after_it_was_filed() -> None:
    starts = {start for start, ends in MOVES.items() if Status.ACCEPTED in ends}

    assert starts == {Status.SUBMITTED, Status.WAITLISTED}


def test_every_open_film_may_be_taken_back() -> None:
    starts = {start for start, ends in MOVES.items() if Status.WITHDRAWN in ends}

    assert starts == {Status.DRAFT, Status.SUBMITTED, Status.WAITLISTED, Status.ACCEPTED}


def test_a_decision_can_be_carried_out_wherever_it_can_be_made() -> None:
    short = {
        (start, wanted)
        for start in DECIDABLE
        for wanted in DECISIONS
        if wanted != start and wanted not in MOVES[start]
    }

    assert short == set()


def test_only_what_was_announced_has_a_way_back_and_none_leads_where_it_stands() -> None:
    assert set(BACK) == DECISIONS
    assert [start for start, ends in BACK.items() if ends != (DECISIONS | {Status.SUBMITTED}) - {start}] == []


def test_a_file_is_arriving_at_work_or_at_its_end() -> None:
    assert {FileState.RECEIVING} | WORKING | LAST == set(FileState)
    assert set() == WORKING & LAST
