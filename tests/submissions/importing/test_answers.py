"""A list that answers an edition's own questions: tried, brought in, brought in again, taken back."""

from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from submissions import answers, entries, questions
from submissions.answers import TEAM, values_of
from submissions.asking import AnswerOption, AskedQuestion, QuestionKind
from submissions.importing import imports, lists
from submissions.importing.replies import reply_in
from submissions.questions import FieldForm, QuestionForm
from submissions.tables import Question
from tests.builders import a_person, an_edition
from tests.submissions.importing.test_imports import World, counted, touched

OPTIONS = [
    AnswerOption("aaa", {"fr": "Oui", "en": "Yes"}),
    AnswerOption("bbb", {"fr": "Non, jamais", "en": "No, never"}),
    AnswerOption("ccc", {"fr": "Peut-être", "en": "Maybe"}),
]
HEADS = ["Tracking Number", "Project Title", "Budget", "Statement", "Shown before?", "Shot on"]


def asked(kind: str, **given) -> AskedQuestion:
    return AskedQuestion(id="q", kind=QuestionKind(kind), labels={}, **given)


@pytest.mark.parametrize(
    ("kind", "words", "value", "code"),
    [
        ("line", "  An  intention ", "An intention", ""),
        ("line", "x" * 201, None, "answer_long"),
        ("text", "Two\nlines", "Two\nlines", ""),
        ("number", "1 234,5", 1234.5, ""),
        ("number", "0", 0, ""),
        ("number", "", None, ""),
        ("number", "0,125", 0.125, ""),
        ("number", "12,000", None, "answer_number_twofold"),
        ("number", "a dozen", None, "answer_number_unreadable"),
        ("number", "99999", None, "answer_out_of_bounds"),
        ("date", "", None, ""),
        ("date", "2027-05-14", "2027-05-14", ""),
        ("date", "2027-05-14 10:30:00", "2027-05-14", ""),
        ("date", "14/05/2027", "2027-05-14", ""),
        ("date", "05/14/2027", "2027-05-14", ""),
        ("date", "4.5.2027", "2027-05-04", ""),
        ("date", "04/05/2027", None, "answer_date_twofold"),
        ("date", "31/02/2027", None, "answer_date_unreadable"),
        ("choice", "oui", ["aaa"], ""),
        ("choice", "No, never", ["bbb"], ""),
        ("choice", "Yes; Maybe", None, "answer_one_option"),
        ("choice", "Perhaps", None, "answer_option_unknown"),
        ("choices", "Maybe, No, never", ["bbb", "ccc"], ""),
        ("choices", "Yes | Perhaps", ["aaa"], "answer_option_unknown"),
        ("choices", "", None, ""),
    ],
)
@pytest.mark.unit
def test_a_cell_is_read_as_its_question_is_answered(kind, words, value, code) -> None:
    options = OPTIONS if kind.startswith("choice") else []
    reply = reply_in(asked(kind, options=options, most_value=9999), words)

    assert (reply.value, reply.code) == (value, code)


@pytest.fixture
async def world(house) -> World:
    edition = await an_edition()
    one = World(edition, await a_person("operator", edition=edition))
    for label, kind, given in [
        ("Budget", QuestionKind.NUMBER, {"most_value": 9999}),
        ("Statement", QuestionKind.TEXT, {}),
        ("Shown before?", QuestionKind.CHOICE, {"options": OPTIONS}),
        ("Shot on", QuestionKind.DATE, {}),
    ]:
        form = QuestionForm(labels={"fr": f"{label} (fr)", "en": label}, kind=kind, **given)
        await questions.add_question(edition, form, by=one.operator)
    return one


async def question(world: World, label: str) -> Question:
    found = await Question.objects().where(Question.edition == world.edition.id)
    return next(one for one in found if dict(one.labels)["en"] == label)


async def told(world: World, tracking: str) -> dict[str, object]:
    """English label → value."""
    given = await answers.given_answers(await world.entry(tracking))
    return {one.question.labels["en"]: one.value for one in given}


FIRST = ["T1", "La Lune", "0", "Why the Moon", "Yes", "2026-03-01"]


async def test_columns_are_known_by_the_words_of_the_questions_and_answer_them(world) -> None:
    raw = world.text(FIRST, ["T2", "Mars", "", "", "", ""], heads=HEADS)

    one = await world.applied(raw)
    again = await world.applied(raw)

    assert one.columns[:2] == ["tracking", "title"]
    assert one.columns[2] == f"q_{(await question(world, 'Budget')).id}"
    assert counted(one, new=2)
    assert counted(again, same=2)
    assert await told(world, "T1") == {
        "Budget": 0, "Statement": "Why the Moon", "Shown before?": ["aaa"], "Shot on": "2026-03-01",
    }  # fmt: skip
    assert await told(world, "T2") == {}
    assert (await world.entry("T1")).version == 1


async def test_what_cannot_be_read_is_told_by_row_and_kept_as_it_was_typed(world) -> None:
    raw = world.text(["T1", "La Lune", "a lot", "", "Perhaps", "04/05/2026"], heads=HEADS)

    tried = await world.tried(raw)
    assert [(f.number, f.fault.column, f.fault.code, f.stops) for f in await lists.faults_of(tried)] == [
        (2, 2, "answer_number_unreadable", False),
        (2, 4, "answer_option_unknown", False),
        (2, 5, "answer_date_twofold", False),
    ]
    assert await world.titles() == []
    one = await world.moved(tried, "apply")

    assert counted(one, new=1, remarks=1)
    budget, day = await question(world, "Budget"), await question(world, "Shot on")
    entry = await world.entry("T1")
    assert entry.unread == {f"q_{budget.id}": "a lot", f"q_{day.id}": "04/05/2026"}
    assert f"q_{budget.id}:field_unread" in await entries.missing_of(entry)
    mended = await world.applied(world.text(["T1", "La Lune", "12", "", "", "2026-05-04"], heads=HEADS))
    assert counted(mended, changed=1)
    assert (await world.entry("T1")).unread == {}
    assert await told(world, "T1") == {"Budget": 12, "Shot on": "2026-05-04"}


async def test_undoing_puts_back_the_answers_that_stood(world) -> None:
    first = await world.applied(world.text(FIRST, heads=HEADS))
    second = await world.applied(world.text(["T1", "La Lune", "12", "", "Maybe", "2026-03-01"], heads=HEADS))
    assert await told(world, "T1") == {"Budget": 12, "Shown before?": ["ccc"], "Shot on": "2026-03-01"}

    await world.moved(second, "undo")
    stood = await told(world, "T1")
    undone = await world.moved(first, "undo")

    assert stood == {
        "Budget": 0, "Statement": "Why the Moon", "Shown before?": ["aaa"], "Shot on": "2026-03-01",
    }  # fmt: skip
    assert (undone.counts["back"], await world.titles()) == (1, [])
    of_edition = "SELECT w.id FROM entry_answer w JOIN question q ON q.id = w.question WHERE q.edition = {}"
    assert await rows(of_edition, world.edition.id) == []


async def test_a_maker_who_answered_since_and_whoever_else_keep_what_they_said(world) -> None:
    one = await world.applied(world.text(FIRST, ["T2", "Mars", "", "", "", ""], heads=HEADS))
    await touched(world, "T1")
    form = QuestionForm(labels={"fr": "Note", "en": "Note"}, asks=TEAM)
    note = await questions.add_question(world.edition, form, by=world.operator)
    await answers.write_values(await world.entry("T2"), {note: "Seen in Cannes"}, by=world.operator)

    again = await world.applied(world.text(["T1", "La Lune", "77", "", "", ""], heads=HEADS))
    undone = await world.moved(one, "undo")

    assert counted(again, kept=1)
    assert (await told(world, "T1"))["Budget"] == 0
    assert [(row["tracking"], row["why"]) for row in await lists.staying(undone)] == [
        ("T1", "changed"),
        ("T2", "used"),
    ]


async def test_what_is_frozen_stays_and_what_is_new_may_be_brought(world) -> None:
    await world.applied(world.text(FIRST, heads=HEADS))
    budget, gone = await question(world, "Budget"), now() - timedelta(days=1)
    await rows("UPDATE question SET frozen_from = {} WHERE id = {} RETURNING id", gone, budget.id)
    await questions.rule_field(
        world.edition, "title", FieldForm(frozen_from=gone), by=world.operator
    )

    lines = [["T1", "Autre Lune", "12", "Why not", "Yes", "2026-03-01"], ["T2", "Mars", "7", "", "", ""]]
    one = await world.applied(world.text(*lines, heads=HEADS))

    assert counted(one, new=1, changed=1, remarks=1)
    assert [(f.number, f.fault.column, f.fault.code, f.fault.value) for f in await lists.faults_of(one)] == [
        (2, 1, "field_frozen", "Autre Lune"),
        (2, 2, "field_frozen", "12"),
    ]
    assert await world.titles() == ["La Lune", "Mars"]
    assert [(await told(world, name))["Budget"] for name in ("T1", "T2")] == [0, 7]
    assert (await told(world, "T1"))["Statement"] == "Why not"


async def test_a_question_is_answered_where_its_section_asks_it(world) -> None:
    form = QuestionForm(labels={"fr": "Format", "en": "Format"}, sections=["S"])
    asked_in_s = await questions.add_question(world.edition, form, by=world.operator)
    heads = ["Tracking Number", "Project Title", "Category", "Format"]
    lines = [["T1", "Io", "S", "16 mm"], ["T2", "Callisto", "C", "35 mm"], ["T3", "Mars", "", "8 mm"], ["T4", "Luna", "C", ""]]

    one = await world.applied(world.text(*lines, heads=heads))

    assert [(f.number, f.fault.column, f.fault.code, f.fault.value) for f in await lists.faults_of(one)] == [
        (3, 3, "question_unasked", "35 mm")
    ]
    given = [(await values_of(await world.entry(f"T{n}"))).get(asked_in_s) for n in range(1, 5)]
    assert given == ["16 mm", None, "8 mm", None]


async def test_what_the_edition_no_longer_takes_since_the_dry_run_stays_out_and_is_told(world) -> None:
    tried = await world.tried(world.text(FIRST, heads=HEADS))
    budget, statement = await question(world, "Budget"), await question(world, "Statement")
    await questions.close_question(budget, version=1, by=world.operator)
    await questions.remove_question(statement, version=1, by=world.operator)

    one = await world.moved(tried, "apply")

    assert counted(one, new=1, remarks=1)
    assert {f.fault.code for f in await lists.faults_of(one)} == {"question_unasked"}
    assert await told(world, "T1") == {"Shown before?": ["aaa"], "Shot on": "2026-03-01"}
    assert (await world.moved(one, "undo")).counts["back"] == 1


async def test_no_column_goes_where_a_file_answers(world) -> None:
    form = QuestionForm(labels={"fr": "Dossier", "en": "Dossier"}, kind=QuestionKind.FILE)
    file = await questions.add_question(world.edition, form, by=world.operator)
    raw = world.text(["T1", "Io", "dossier.pdf"], heads=[*HEADS[:2], "Dossier"])
    one = await imports.bring(raw, edition=world.edition, name="", by=world.operator)

    assert one.columns == ["tracking", "title", ""]
    for field, code in [(f"q_{file}", "columns_2:column_file"), ("q_nobody", "columns_2:column_unknown")]:
        with pytest.raises(Refused) as refused:
            await world.tried(raw, columns=["tracking", "title", field])
        assert refused.value.codes == (code,)
