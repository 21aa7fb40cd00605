"""The entry asks what an edition wants: fields, questions of its own, and files; each change is on the record."""

import json
from datetime import timedelta

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from festival.tables import Phase, Section
from reviews.tables import Recusal
from submissions import entries, questions
from submissions.asking import AnswerOption, QuestionKind
from submissions.questions import FieldForm, QuestionForm
from submissions.tables import Question, Submission
from tests.builders import a_film, a_person, a_section, an_edition, sign_in

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"
LABELS = {"fr": "Note d’intention", "en": "Statement"}


async def a_question(edition, by, **given) -> str:
    form = QuestionForm(**{"labels": LABELS, **given})
    return await questions.add_question(edition, form, by=by)


async def a_draft(edition, maker, **given) -> Submission:
    submission, _ = await a_film(edition, maker, status="draft", **given)
    found = await Submission.objects().get(Submission.id == submission)
    assert found is not None
    return found


@pytest.fixture
async def world(client):
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition, name="Maker")
    operator = await a_person("operator", edition=edition, name="Op")
    return edition, maker, operator


def place(edition, submission) -> str:
    return f"/fr/{edition.slug}/submissions/{submission.id}"


def door(edition, rest: str) -> str:
    return f"/api/v1/{edition.slug}{rest}"


async def fresh(submission: Submission) -> Submission:
    found = await Submission.objects().get(Submission.id == submission.id)
    assert found is not None
    return found


# Fields


@pytest.mark.parametrize(
    ("wanted", "required_from", "is_lacking"),
    [
        ("required", None, True),
        ("required", timedelta(days=-1), True),
        ("required", timedelta(days=1), False),
        ("optional", None, False),
        ("off", None, False),
    ],
)
async def test_a_field_is_demanded_from_its_moment_on(
    world, wanted, required_from, is_lacking
) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await rows("UPDATE film SET premiere = '' WHERE id = {} RETURNING id", draft.film)
    when = now() + required_from if required_from else None

    await questions.rule_field(
        edition, "premiere", FieldForm(wanted=wanted, required_from=when), by=operator
    )

    assert ("premiere:premiere_missing" in await entries.missing_of(draft)) is is_lacking


async def test_a_section_says_otherwise_and_takes_it_back(world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker, section="S")
    await rows("UPDATE film SET premiere = '' WHERE id = {} RETURNING id", draft.film)
    await questions.rule_field(
        edition, "premiere", FieldForm(section="S", wanted="off"), by=operator
    )
    off = await entries.missing_of(draft)

    await questions.rule_field(
        edition, "premiere", FieldForm(section="S", wanted="everywhere", version=1), by=operator
    )

    assert (off, await entries.missing_of(draft)) == ([], ["premiere:premiere_missing"])


@pytest.mark.parametrize("field", ["title", "section", "rights_confirmed"])
@pytest.mark.parametrize("wanted", ["optional", "off"])
async def test_what_makes_a_film_one_cannot_be_switched_off(client, world, field, wanted) -> None:
    edition, _, operator = world
    await sign_in(client, operator)

    answer = await client.put(
        door(edition, f"/operator/form/fields/{field}"), json={"wanted": wanted}
    )

    assert answer.status_code == 422
    assert "wanted:field_always" in answer.text


async def test_a_field_that_is_not_asked_is_not_drawn_nor_emptied(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await questions.rule_field(edition, "premiere", FieldForm(wanted="off"), by=operator)
    await sign_in(client, maker)
    drawn = html.fromstring((await client.get(place(edition, draft))).text)
    fields = dict(drawn.get_element_by_id("entry").fields)

    answer = await client.post(place(edition, draft), data={k: v or "" for k, v in fields.items()})

    entry = await entries.entry_of(await fresh(draft))
    assert answer.status_code == 303
    assert "premiere" not in fields
    assert (entry.premiere, entry.year) == ("none", 2026)


async def test_a_program_is_told_of_a_field_that_nobody_asks_for(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await questions.rule_field(edition, "premiere", FieldForm(wanted="off"), by=operator)
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]

    answer = await client.patch(at, json={"entry": {**entry, "premiere": "world"}, "version": 1})
    without = await client.patch(at, json={"entry": {**entry, "premiere": ""}, "version": 1})

    assert (answer.status_code, without.status_code) == (422, 200)
    assert "premiere:field_unasked" in answer.text
    assert (await entries.entry_of(draft)).premiere == "none"


async def test_what_is_frozen_is_refused_by_name_and_nothing_typed_is_lost(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await sign_in(client, maker)
    drawn = html.fromstring((await client.get(place(edition, draft))).text)
    fields = {k: v or "" for k, v in drawn.get_element_by_id("entry").fields.items()}
    past = now() - timedelta(minutes=1)
    await questions.rule_field(edition, "year", FieldForm(frozen_from=past), by=operator)

    late = await client.post(
        place(edition, draft), data={**fields, "year": "1999", "directors": "Agnès Nouvelle"}
    )
    page = html.fromstring(late.text)
    again = {k: v or "" for k, v in page.get_element_by_id("entry").fields.items()}
    kept = await client.post(place(edition, draft), data=again)

    entry = await entries.entry_of(await fresh(draft))
    assert late.status_code == 422
    assert page.xpath("//*[@id='e-year']")
    assert "1999" in late.text
    assert "year" not in again
    assert (kept.status_code, entry.year, entry.directors) == (303, 2026, ["Agnès Nouvelle"])


async def test_typing_into_a_frozen_field_keeps_the_others(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    past = now() - timedelta(minutes=1)
    await questions.rule_field(edition, "year", FieldForm(frozen_from=past), by=operator)
    await sign_in(client, maker)

    answer = await client.post(
        f"{place(edition, draft)}/fields",
        json={"fields": {"year": {"was": "2026", "now": "1999"},
                         "directors": {"was": "Ada", "now": "Agnès Nouvelle"}}},
    )  # fmt: skip

    entry = await entries.entry_of(await fresh(draft))
    assert answer.status_code == 422
    assert "1999" in answer.text
    assert (entry.year, entry.directors) == (2026, ["Agnès Nouvelle"])


async def test_a_program_cannot_change_what_is_frozen_nor_dodge_it_by_another_section(
    client, world
) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    past = now() - timedelta(minutes=1)
    await questions.rule_field(
        edition, "year", FieldForm(section="C", frozen_from=past), by=operator
    )
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]

    answer = await client.patch(
        at, json={"entry": {**entry, "section": "S", "year": 1999}, "version": 1}
    )

    assert answer.status_code == 422
    assert "year:field_frozen" in answer.text
    assert (await entries.entry_of(draft)).year == 2026


async def test_what_is_required_and_empty_can_be_said_though_it_is_frozen(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await rows("UPDATE film SET year = NULL WHERE id = {} RETURNING id", draft.film)
    past = now() - timedelta(minutes=1)
    await questions.rule_field(edition, "year", FieldForm(frozen_from=past), by=operator)
    await sign_in(client, maker)

    answer = await client.post(
        f"{place(edition, draft)}/fields", json={"fields": {"year": {"was": "", "now": "2025"}}}
    )

    assert answer.status_code == 200
    assert (await entries.entry_of(await fresh(draft))).year == 2025


# Questions


OPTIONS = [
    AnswerOption(key="a", names={"fr": "Oui", "en": "Yes"}),
    AnswerOption(key="b", names={"fr": "Non", "en": "No"}),
    AnswerOption(key="c", names={"fr": "Peut-être", "en": "Maybe"}),
]


@pytest.mark.parametrize(
    ("kind", "more", "good", "bad", "code"),
    [
        ("line", {"most": 5}, "cinq", "six signes", "answer_long"),
        ("text", {}, "deux\nlignes", "x" * 2001, "answer_long"),
        ("number", {"least_value": 1, "most_value": 9}, 3.5, 10, "answer_out_of_bounds"),
        ("number", {}, 12, "douze", "answer_number_unreadable"),
        ("choice", {"options": OPTIONS}, ["b"], ["a", "b"], "answer_one_option"),
        ("choices", {"options": OPTIONS}, ["a", "c"], ["z"], "answer_option_unknown"),
        ("date", {}, "2027-02-28", "2027-02-30", "answer_date_unreadable"),
    ],
)
async def test_each_kind_of_question_takes_its_own_answers(
    client, world, kind, more, good, bad, code
) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind(kind), **more)
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]

    wrong = await client.patch(at, json={"entry": {**entry, "answers": {one: bad}}, "version": 1})
    right = await client.patch(at, json={"entry": {**entry, "answers": {one: good}}, "version": 1})

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert f"q_{one}:{code}" in wrong.text
    assert "Note d’intention" in json.dumps(wrong.json(), ensure_ascii=False)
    assert (await client.get(at)).json()["entry"]["answers"] == {one: good}


@pytest.mark.parametrize("required_from", [None, timedelta(days=-1), timedelta(days=1)])
async def test_filing_waits_for_the_answers_that_are_due(client, world, required_from) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    when = now() + required_from if required_from else None
    one = await a_question(edition, operator, wanted="required", required_from=when)
    await sign_in(client, maker)

    answer = await client.post(door(edition, f"/submissions/{draft.id}/filing"))

    is_due = required_from is None or required_from < timedelta()
    assert answer.status_code == (422 if is_due else 204)
    assert (f"q_{one}:answer_missing" in answer.text) is is_due
    reread = await client.get(f"{place(edition, draft)}/filing")
    assert (
        "« Note d’intention » attend une réponse"
        in reread.text.replace("\u202f", " ").replace("\xa0", " ")
    ) is is_due


async def test_a_question_of_other_sections_is_neither_asked_nor_missed(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker, section="C")
    one = await a_question(edition, operator, wanted="required", sections=["S"])
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]

    there = await client.patch(at, json={"entry": {**entry, "answers": {one: "Oui"}}, "version": 1})

    assert await entries.missing_of(draft) == []
    assert one not in (await client.get(place(edition, draft))).text
    assert (there.status_code, f"q_{one}:question_unasked" in there.text) == (422, True)


async def test_two_windows_never_overwrite_each_others_answer(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.TEXT)
    await sign_in(client, maker)
    at = f"{place(edition, draft)}/fields"
    field = f"q_{one}"

    first = await client.post(at, json={"fields": {field: {"was": "", "now": "La première"}}})
    second = await client.post(at, json={"fields": {field: {"was": "", "now": "La seconde"}}})

    stood = (await client.get(door(edition, f"/submissions/{draft.id}"))).json()["entry"]["answers"]
    assert (first.status_code, second.status_code) == (200, 409)
    assert "La première" in second.text
    assert stood == {one: "La première"}


async def test_an_answer_that_cannot_be_read_is_kept_as_typed_and_told(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.NUMBER)
    await sign_in(client, maker)
    field = f"q_{one}"

    answer = await client.post(
        f"{place(edition, draft)}/fields",
        json={"fields": {field: {"was": "", "now": "une douzaine"}}},
    )
    page = html.fromstring((await client.get(place(edition, draft))).text)
    mended = await client.post(
        f"{place(edition, draft)}/fields",
        json={"fields": {field: {"was": "une douzaine", "now": "12,5"}}},
    )

    assert answer.status_code == 422
    assert page.get_element_by_id("entry").fields[field] == "une douzaine"
    assert f"{field}:field_unread" not in await entries.missing_of(await fresh(draft))
    assert mended.status_code == 200
    told = await client.get(door(edition, f"/submissions/{draft.id}"))
    assert told.json()["entry"]["answers"] == {one: 12.5}


async def test_boxes_are_saved_one_by_one_by_a_form_without_scripts(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.CHOICES, options=OPTIONS)
    await sign_in(client, maker)
    drawn = html.fromstring((await client.get(place(edition, draft))).text)
    fields = {k: v for k, v in drawn.get_element_by_id("entry").fields.items() if v is not None}

    await client.post(
        place(edition, draft), data={**fields, f"q_{one}_a": "yes", f"q_{one}_c": "yes"}
    )
    ticked = (await client.get(door(edition, f"/submissions/{draft.id}"))).json()
    await client.post(
        place(edition, draft), data={**fields, "version": ticked["version"], f"q_{one}_c": "yes"}
    )

    unticked = (await client.get(door(edition, f"/submissions/{draft.id}"))).json()
    assert ticked["entry"]["answers"] == {one: ["a", "c"]}
    assert unticked["entry"]["answers"] == {one: ["c"]}


async def test_an_answered_question_is_closed_and_not_removed(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.CHOICE, options=OPTIONS)
    await sign_in(client, maker)
    await client.post(
        f"{place(edition, draft)}/fields", json={"fields": {f"q_{one}": {"was": "", "now": "b"}}}
    )
    await sign_in(client, operator)
    at = door(edition, f"/operator/form/questions/{one}")
    form = {"labels": LABELS, "kind": "choice",
            "options": [{"key": o.key, "names": o.names} for o in OPTIONS if o.key != "b"]}  # fmt: skip

    removed = await client.post(f"{at}/removal", json={"version": 1})
    option = await client.put(at, json={**form, "version": 1})
    closed = await client.post(f"{at}/closing", json={"version": 1})
    await sign_in(client, maker)
    page = (await client.get(place(edition, draft))).text
    reread = (await client.get(f"{place(edition, draft)}/filing")).text

    assert (removed.status_code, option.status_code, closed.status_code) == (422, 422, 204)
    assert ("question_in_use" in removed.text, "option_used" in option.text) == (True, True)
    assert (one in page, "Note d’intention" in reread, "Non" in reread) == (False, True, True)


async def test_a_question_is_set_up_by_forms_alone(client, world) -> None:
    edition, _, operator = world
    await sign_in(client, operator)
    at = f"/fr/{edition.slug}/operator/form"
    given = {
        "kind": "choice", "label_fr": "Venez-vous ?", "label_en": "Will you come?", "asks": "makers",
        "wanted": "required", "required_from": "2027-01-31T23:59", "sections": ["S"],
        "option_key": ["", "", ""], "option_place": ["2", "1", "3"],
        "option_fr": ["Oui", "Non", ""], "option_en": ["Yes", "No", ""],
    }  # fmt: skip

    refused = await client.post(
        f"{at}/questions", data={**given, "label_en": "", "option_fr": ["Oui", "", ""]}
    )
    added = await client.post(f"{at}/questions", data=given)
    other = await client.post(
        f"{at}/questions", data={"kind": "line", "label_fr": "Deux", "label_en": "Two"}
    )
    one = (
        await Question.objects().where(Question.edition == edition.id).order_by(Question.position)
    )[0]
    page = (await client.get(f"{at}/questions/{one.id}")).text
    moved = await client.post(f"{at}/questions/{one.id}/move", data={"way": "down"})
    stale = await client.post(f"{at}/questions/{one.id}", data={**given, "version": "7"})
    changed = await client.post(
        f"{at}/questions/{one.id}", data={**given, "version": "1", "label_fr": "Viendrez-vous ?"}
    )
    listed = (await client.get(at)).text
    seen = (await client.get(f"{at}/preview?section=S")).text
    record = (await client.get(f"/fr/{edition.slug}/operator/record?about={one.id}")).text

    assert (refused.status_code, "Venez-vous ?" in refused.text, "Oui" in refused.text) == (
        422,
        True,
        True,
    )
    assert (added.status_code, other.status_code, moved.status_code) == (303, 303, 303)
    assert [option["names"]["fr"] for option in questions.options_of(one)] == ["Non", "Oui"]
    assert ("Venez-vous ?" in page, "2027-01-31T23:59" in page) == (True, True)
    assert (stale.status_code, changed.status_code) == (409, 303)
    assert listed.index("Deux") < listed.index("Viendrez-vous ?")
    assert "Viendrez-vous ?" in seen
    assert ("Viendrez-vous ?" in record, "Venez-vous ?" in record) == (True, True)


# Files


async def send(client, edition, draft, one, raw: bytes, *, name: str = "cv.pdf", over: str = ""):
    return await client.put(
        door(edition, f"/submissions/{draft.id}/answers/{one}/file"),
        params={"name": name, "over": over},
        content=raw,
        headers={"content-type": "application/octet-stream"},
    )


HOSTILE = {
    "html": (b"<!doctype html><script>alert(1)</script>", "attachment_no_any"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "attachment_no_any"),
    "zip": (b"PK\x03\x04" + b"0" * 60, "attachment_no_any"),
    "exe": (b"MZ\x90\x00" + b"0" * 60, "attachment_no_any"),
    "empty": (b"", "attachment_empty"),
    "cut pdf": (PDF[:-6], "attachment_cut"),
    "cut png": (PNG[:-4], "attachment_cut"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_file_is_refused_by_name_whatever_it_is_called(client, world, what) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.FILE)
    await sign_in(client, maker)
    raw, code = HOSTILE[what]

    answer = await send(client, edition, draft, one, raw)

    assert answer.status_code == 422
    assert f"q_{one}:{code}" in answer.text
    assert await rows("SELECT 1 AS one FROM attachment WHERE submission = {}", draft.id) == []


async def test_a_file_that_is_too_large_is_refused_and_a_stranger_sends_no_megabytes(
    client, world
) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.FILE)
    large = PDF + b"0" * (11 * 1024 * 1024)
    stranger = await send(client, edition, draft, one, b"0" * (2 * 1024 * 1024))
    await sign_in(client, maker)

    answer = await send(client, edition, draft, one, large)

    assert (stranger.status_code, answer.status_code) == (413, 413)


async def test_a_file_comes_by_a_form_and_is_handed_out_to_be_kept(client, world) -> None:
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.FILE, wanted="required")
    await sign_in(client, maker)
    at = f"{place(edition, draft)}/answers/{one}"

    lacking = await entries.missing_of(draft)
    sent = await client.post(f"{at}/file", files={"file": ("CV <b>.exe", PDF, "text/html")})
    file = (await rows("SELECT id FROM attachment WHERE submission = {}", draft.id))[0]["id"]
    page = (await client.get(place(edition, draft))).text
    handed = await client.get(door(edition, f"/attachments/{file}"))
    meanwhile = await client.post(f"{at}/file", files={"file": ("b.pdf", PDF, "application/pdf")})
    replaced = await client.post(
        f"{at}/file", data={"over": file}, files={"file": ("b.png", PNG, "image/png")}
    )
    gone = await client.get(door(edition, f"/attachments/{file}"))

    assert lacking == [f"q_{one}:answer_missing"]
    assert (sent.status_code, meanwhile.status_code, replaced.status_code) == (303, 409, 303)
    assert await entries.missing_of(draft) == []
    assert "CV &lt;b&gt;.pdf" in page
    assert (handed.content, handed.headers["content-type"]) == (PDF, "application/pdf")
    assert handed.headers["content-disposition"].startswith("attachment; ")
    assert handed.headers["x-content-type-options"] == "nosniff"
    assert gone.status_code == 404
    waiting = await rows("SELECT args FROM outbox WHERE task = 'discard_attachment'")
    assert {"attachment": file} in [line["args"] for line in waiting]


async def test_a_field_for_a_file_says_that_it_is_kept_as_it_is(client, world) -> None:
    """Place, device and author that a picture carries stay in it: who sends it knows so before."""
    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    await a_question(edition, operator, kind=QuestionKind.FILE)
    await sign_in(client, maker)

    assert "gardé tel quel" in (await client.get(place(edition, draft))).text


async def test_a_file_that_is_let_go_leaves_the_store(client, world) -> None:
    from festival.settings import Settings
    from media.storage import LocalStore, NotPublished
    from submissions import attachments

    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    one = await a_question(edition, operator, kind=QuestionKind.FILE)
    await sign_in(client, maker)
    file = (await send(client, edition, draft, one, PDF)).json()["file"]
    store = LocalStore(Settings.read().media_root)
    await attachments.discard(file, store=store)
    kept = store.published(file, attachments.NAME).read_bytes()

    dropped = await client.delete(door(edition, f"/submissions/{draft.id}/answers/{one}/file"))
    await attachments.discard(file, store=store)

    assert (kept, dropped.status_code) == (PDF, 204)
    with pytest.raises(NotPublished):
        store.published(file, attachments.NAME)


async def test_a_file_that_nothing_tells_of_any_more_is_swept(client, world) -> None:
    from festival.settings import Settings
    from media.storage import LocalStore, NotPublished
    from submissions import attachments

    edition, maker, operator = world
    draft = await a_draft(edition, maker)
    files = []
    for _ in range(3):
        one = await a_question(edition, operator, kind=QuestionKind.FILE)
        await sign_in(client, maker)
        files.append((await send(client, edition, draft, one, PDF)).json()["file"])
    used, lost, young = files
    await rows("DELETE FROM entry_answer WHERE attachment = ANY({}) RETURNING id", [lost, young])
    await rows(
        "UPDATE attachment SET created_at = now() - interval '2 days' WHERE id = ANY({}) RETURNING id", [used, lost]
    )
    store = LocalStore(Settings.read().media_root)

    await attachments.sweep(store=store)

    left = await rows("SELECT id FROM attachment WHERE id = ANY({})", files)
    assert {row["id"] for row in left} == {used, young}
    assert store.published(used, attachments.NAME).read_bytes() == PDF
    with pytest.raises(NotPublished):
        store.published(lost, attachments.NAME)


# Who reads what was answered


async def a_filed_film(
    client, edition, maker, operator
) -> tuple[Submission, dict[str, str], dict[str, str]]:
    """A filed film with answers in words and files: (film, questions, files)."""
    draft = await a_draft(edition, maker)
    asked = {
        "plain": await a_question(edition, operator),
        "identifying": await a_question(edition, operator, identifies=True),
        "file": await a_question(edition, operator, kind=QuestionKind.FILE),
        "naming": await a_question(edition, operator, kind=QuestionKind.FILE, identifies=True),
        "team": await a_question(edition, operator, asks="team"),
    }
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]
    said = {asked["plain"]: "Dit à tous", asked["identifying"]: "Dit en secret"}
    kept = await client.patch(at, json={"entry": {**entry, "answers": said}, "version": 1})
    assert kept.status_code == 200, kept.text
    files = {
        name: (await send(client, edition, draft, asked[name], PDF, name=f"{name}.pdf")).json()[
            "file"
        ]
        for name in ("file", "naming")
    }
    await Submission.update({Submission.status: "submitted"}).where(Submission.id == draft.id)
    await sign_in(client, operator)
    team = await client.patch(
        door(edition, f"/operator/answers/{draft.id}"),
        json={"answers": {asked["team"]: "Dit entre nous"}},
    )
    assert team.status_code == 200, team.text
    return draft, asked, files


WHO = {
    # who: (may read files, the one that names its makers), of an open section; of a blind one
    "maker": ((True, True), (True, True)),
    "other maker": ((False, False), (False, False)),
    "reviewer": ((True, True), (True, False)),
    "chair": ((True, True), (True, False)),
    "recused reviewer": ((False, False), (False, False)),
    "reviewer elsewhere": ((False, False), (False, False)),
    "programmer": ((False, False), (False, False)),
    "operator": ((True, True), (True, True)),
    "operator and reviewer": ((True, True), (True, False)),
    "operator abroad": ((False, False), (False, False)),
    "nobody": ((False, False), (False, False)),
}


@pytest.mark.parametrize("is_blind", [False, True], ids=["open", "blind"])
async def test_who_reads_answers_and_their_files(client, is_blind) -> None:
    edition, abroad = await an_edition(phase=Phase.SELECTION), await an_edition()
    maker = await a_person("filmmaker", edition=edition, name="Maker")
    operator = await a_person("operator", edition=edition, name="Op")
    here, there = (await a_section(edition, "C")).id, (await a_section(edition, "S")).id
    await Section.update({Section.is_blind: is_blind}).where(Section.id == here)
    film, _, files = await a_filed_film(client, edition, maker, operator)
    people = {
        "maker": maker,
        "other maker": await a_person("filmmaker", edition=edition),
        "reviewer": await a_person("reviewer", edition=edition, sections=[here]),
        "chair": await a_person("chair", edition=edition),
        "recused reviewer": await a_person("reviewer", edition=edition),
        "reviewer elsewhere": await a_person("reviewer", edition=edition, sections=[there]),
        "programmer": await a_person("programmer", edition=edition),
        "operator": operator,
        "operator and reviewer": await a_person("operator", "reviewer", edition=edition),
        "operator abroad": await a_person("operator", edition=abroad),
    }
    await Recusal(submission=film.id, person=people["recused reviewer"].id).save()
    read, told = {}, {}

    for who in WHO:
        client.cookies.clear()
        if who in people:
            await sign_in(client, people[who])
        handed = [
            (await client.get(door(edition, f"/attachments/{files[name]}"))).status_code
            for name in ("file", "naming")
        ]
        read[who] = tuple(status == 200 for status in handed)
        assert set(handed) <= {200, 401, 404}
        texts = [
            (await client.get(at)).text
            for at in (
                door(edition, f"/committee/submissions/{film.id}"),
                f"/fr/{edition.slug}/committee/submissions/{film.id}",
                f"/fr/{edition.slug}/committee",
                f"/fr/{edition.slug}/operator/answers/{film.id}",
                door(edition, f"/operator/answers/{film.id}"),
                f"/fr/{edition.slug}/operator/answers",
                door(edition, "/operator/record"),
            )
        ]
        told[who] = tuple(
            any(words in text for text in texts)
            for words in ("Dit à tous", "Dit en secret", "Dit entre nous", "naming.pdf")
        )

    assert read == {who: rights[is_blind] for who, rights in WHO.items()}
    secret = not is_blind
    nothing = (False, False, False, False)
    assert told == {
        "maker": nothing,
        "other maker": nothing,
        "reviewer": (True, secret, False, secret),
        "chair": (True, secret, True, secret),
        "recused reviewer": nothing,
        "reviewer elsewhere": nothing,
        "programmer": nothing,
        "operator": (True, True, True, True),
        "operator and reviewer": (True, secret, True, secret),
        "operator abroad": nothing,
        "nobody": nothing,
    }


async def test_makers_never_see_what_the_team_asks_itself(client, world) -> None:
    edition, maker, operator = world
    film, asked, _ = await a_filed_film(client, edition, maker, operator)
    draft = await a_draft(edition, maker)
    await sign_in(client, maker)
    at = door(edition, f"/submissions/{draft.id}")
    entry = (await client.get(at)).json()["entry"]

    told = [
        (await client.get(at)).text
        for at in (
            place(edition, film), f"{place(edition, film)}/filing", place(edition, draft),
            f"{place(edition, draft)}/filing", door(edition, f"/submissions/{film.id}"),
        )
    ]  # fmt: skip
    tried = await client.patch(
        at, json={"entry": {**entry, "answers": {asked["team"]: "Moi"}}, "version": 1}
    )

    assert [asked["team"] in text or "Dit entre nous" in text for text in told] == [False] * 5
    assert tried.status_code == 422


async def test_the_team_does_not_overwrite_itself(client, world) -> None:
    edition, maker, operator = world
    film, asked, _ = await a_filed_film(client, edition, maker, operator)
    await sign_in(client, operator)
    at = f"/fr/{edition.slug}/operator/answers/{film.id}"

    late = await client.post(
        at, data={f"q_{asked['team']}": "Sans avoir lu", f"v_{asked['team']}": "0"}
    )
    seen = await client.post(
        at, data={f"q_{asked['team']}": "Après lecture", f"v_{asked['team']}": "1"}
    )

    assert (late.status_code, seen.status_code) == (409, 303)
    assert ("Sans avoir lu" in late.text, "Dit entre nous" in late.text) == (True, True)
    assert "Après lecture" in (await client.get(at)).text
