"""An operator changes what makers can no longer change: only that, with a reason, on the record, told to them."""

from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, FestivalError, Missing, NotAllowed, Refused
from festival.tables import Section
from reviews.tables import Recusal
from submissions import amending, answers, entries, questions
from submissions.amending import AmendedFields, Amendment
from submissions.asking import AnswerOption, QuestionKind
from submissions.lists import journal_of
from submissions.questions import FieldForm, QuestionForm
from submissions.tables import Member, Submission
from tests.builders import a_film, a_person, an_edition, the_viewer

OPTIONS = [
    AnswerOption("aaa", {"fr": "Oui", "en": "Yes"}),
    AnswerOption("bbb", {"fr": "Non", "en": "No"}),
]


class World:
    async def build(self, *, status: str = "draft") -> "World":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition, name="Ada")
        await rows("UPDATE person SET language = 'en' WHERE id = {} RETURNING id", self.maker.id)
        self.by = await a_person("operator", edition=self.edition, name="Op")
        self.id, _ = await a_film(self.edition, self.maker, title="La Lune", status=status)
        return self

    async def question(self, label: str, kind: QuestionKind = QuestionKind.LINE, **given) -> str:
        form = QuestionForm(labels={"fr": f"{label} ?", "en": label}, kind=kind, **given)
        return await questions.add_question(self.edition, form, by=self.by)

    async def freeze(self, *fields: str) -> None:
        """From yesterday on: a field by its rule, a question by its own moment."""
        gone = now() - timedelta(days=1)
        for name in fields:
            if name.startswith("q_"):
                await rows(
                    "UPDATE question SET frozen_from = {} WHERE id = {} RETURNING id",
                    gone,
                    name[2:],
                )
            else:
                await questions.rule_field(
                    self.edition, name, FieldForm(frozen_from=gone), by=self.by
                )

    async def entry(self) -> Submission:
        found = await Submission.objects().get(Submission.id == self.id)
        assert found is not None
        return found

    async def amend(
        self, *, by=None, version=None, reason="Typed wrongly.", answers=None, **fields
    ) -> int:
        who = by or self.by
        given = Amendment(
            fields=AmendedFields(**fields), answers=answers or {}, reason=reason,
            version=version or (await self.entry()).version,
        )  # fmt: skip
        viewer = await the_viewer(who, self.edition)
        return await amending.amend(self.edition, self.id, given, viewer=viewer, by=who)

    async def refused(self, **given) -> tuple[str, ...]:
        with pytest.raises(FestivalError) as error:
            await self.amend(**given)
        return error.value.codes

    async def letters(self) -> list[dict]:
        return await rows(
            "SELECT person, subject, body FROM letter WHERE kind = 'entry_amended' AND about = {} ORDER BY id",
            self.id,
        )


@pytest.fixture
async def world(house) -> World:
    return await World().build()


async def test_a_frozen_field_is_changed_with_its_reason_and_told_in_the_makers_language(
    world,
) -> None:
    await world.freeze("title", "year")

    version = await world.amend(title="La Lune rousse", reason="A letter was missing.")

    entry = await entries.entry_of(await world.entry())
    assert (entry.title, entry.year, (await world.entry()).version) == (
        "La Lune rousse",
        2026,
        version,
    )
    [line] = await rows(
        "SELECT person, details FROM record WHERE act = 'entry_amended' AND subject = {}", world.id
    )
    assert line["person"] == world.by.id
    assert line["details"]["changes"] == {"title": ["La Lune", "La Lune rousse"]}
    assert line["details"]["reason"] == "A letter was missing."
    [letter] = await world.letters()
    assert letter["person"] == world.maker.id
    assert "Original title: La Lune rousse, instead of La Lune" in letter["body"]
    assert "Reason: A letter was missing." in letter["body"]
    assert ("entry_amended", {}) in [
        (line["act"], line["details"]) for line in await journal_of(world.id)
    ]


async def test_frozen_credits_are_changed_by_role(world) -> None:
    await entries.write_credits((await world.entry()).film, {"music": ["Zoe Ott"]})
    await world.freeze("credits")
    await world.amend(credits={"music": ["Zoé Ott"], "writing": [" Ada Ott ", "Ada Ott"]})

    assert (await entries.entry_of(await world.entry())).credits == {
        "writing": ["Ada Ott"],
        "music": ["Zoé Ott"],
    }
    [letter] = await world.letters()
    assert (
        "Credits: Written by: Ada Ott · Music: Zoé Ott, instead of Music: Zoe Ott" in letter["body"]
    )


async def test_a_frozen_answer_is_changed_and_read_in_words(world) -> None:
    budget = await world.question("Budget", QuestionKind.NUMBER)
    shown = await world.question("Shown before", QuestionKind.CHOICE, options=OPTIONS)
    day = await world.question("Shot on", QuestionKind.DATE)
    await answers.write_values(
        await world.entry(), {budget: 0, shown: ["aaa"], day: "2026-03-01"}, by=world.maker
    )
    await world.freeze(f"q_{budget}", f"q_{shown}", f"q_{day}")

    await world.amend(answers={budget: 1234567.25, shown: ["bbb"], day: "2026-03-01"})

    stands = await answers.values_of(await world.entry())
    assert stands == {budget: 1234567.25, shown: ["bbb"], day: "2026-03-01"}
    [letter] = await world.letters()
    assert "Budget: 1234567.25, instead of 0" in letter["body"]
    assert "Shown before: No, instead of Yes" in letter["body"]
    assert "Shot on" not in letter["body"]
    [line] = await rows(
        "SELECT details FROM record WHERE act = 'entry_amended' AND subject = {}", world.id
    )
    assert line["details"]["changes"][f"q_{budget}"] == ["0", "1234567.25"]
    assert line["details"]["questions"][f"q_{budget}"]["en"] == "Budget"


async def test_only_what_its_makers_can_no_longer_change(world) -> None:
    await world.freeze("title")
    free = await world.question("Statement")

    assert await world.refused(year=2025, answers={free: "Why"}) == (
        "year:field_open",
        f"q_{free}:field_open",
    )
    assert await world.refused(title="Autre", reason="  ") == ("reason:reason_missing",)
    assert await world.refused(title=" ") == ("title:title_missing",)
    assert await world.letters() == []
    assert (await entries.entry_of(await world.entry())).title == "La Lune"


async def test_what_was_required_is_not_emptied_and_what_says_the_same_writes_nothing(
    world,
) -> None:
    need = await world.question("Needed", wanted="required")
    await answers.write_values(await world.entry(), {need: "Yes"}, by=world.maker)
    await world.freeze(f"q_{need}", "title")

    assert await world.refused(answers={need: ""}) == (f"q_{need}:answer_missing",)
    assert await world.amend(title="La Lune", answers={need: "Yes"}) == 1
    assert await world.letters() == []


async def test_whoever_comes_second_is_told_and_nothing_is_lost(world) -> None:
    await world.freeze("title")
    await world.amend(title="Une", version=1)

    assert await world.refused(title="Deux", version=1) == ("changed_meanwhile",)
    entry = await world.entry()
    known = await entries.entry_of(entry)
    with pytest.raises(Conflict):  # the maker's window is of before, too
        await entries.save_entry(entry, known, version=1, by=world.maker)
    assert (known.title, len(await world.letters())) == ("Une", 1)


async def test_a_filed_entry_has_its_answers_changed_and_its_film_corrected_elsewhere(
    house,
) -> None:
    world = await World().build(status="accepted")
    statement = await world.question("Statement")
    await answers.write_values(await world.entry(), {statement: "Old"}, by=world.maker)

    assert await world.refused(title="Autre") == ("title:field_corrected",)
    await world.amend(answers={statement: "New"})

    assert await answers.values_of(await world.entry()) == {statement: "New"}
    assert "Statement: New, instead of Old" in (await world.letters())[0]["body"]


async def test_a_frozen_section_is_changed_to_one_that_there_is(world) -> None:
    await world.freeze("section")

    assert await world.refused(section="Z") == ("section:section_missing",)
    await world.amend(section="S")

    assert (await entries.entry_of(await world.entry())).section == "S"


async def test_nobody_amends_a_film_of_their_own_or_one_they_stepped_aside_from(world) -> None:
    await world.freeze("title")
    own = await a_person("operator", edition=world.edition)
    await Member(submission=world.id, person=own.id).save()
    aside = await a_person("operator", edition=world.edition)
    await Recusal(person=aside.id, submission=world.id, reason="A friend").save()
    programmer = await a_person("programmer", edition=world.edition)
    for who in (own, aside, programmer, world.maker):
        with pytest.raises(Missing):
            await world.amend(title="Autre", by=who)
    withdrawn = await World().build(status="withdrawn")
    with pytest.raises(Missing):
        await withdrawn.amend(title="Autre")

    both = await a_person("operator", "reviewer", edition=world.edition)
    await Section.update({Section.is_blind: True}).where(Section.edition == world.edition.id)
    with pytest.raises(NotAllowed):
        await world.amend(title="Autre", by=both)
    assert await world.amend(title="Autre") == 2


async def test_what_was_typed_in_vain_is_forgotten_where_it_is_mended(world) -> None:
    await rows(
        "UPDATE submission SET unread = jsonb_build_object('runtime', 'long', 'year', 'old') WHERE id = {} RETURNING id",
        world.id,
    )
    await world.freeze("declared_seconds")

    await world.amend(declared_seconds=5400)

    assert (await world.entry()).unread == {"year": "old"}
    with pytest.raises(Refused):
        await world.amend(year=2024)
