"""The office's inbox of entries: found, noted, tagged, asked to be mended; blind where it has to be."""

import json
import random
import re
from datetime import timedelta

import pytest

from festival import people
from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.record import record
from festival.tables import Outbox, Section
from keeping import erasure
from reviews.tables import Recusal
from submissions import entries, waiver_codes
from submissions.office import bulk, fixes, inbox, notes, tags, twins
from submissions.office.fixes import FixAgain, FixWanted
from submissions.office.inbox import InboxQuery
from submissions.office.notes import NoteChange
from submissions.office.timeline import timeline_of
from submissions.office.twins import TwinSaid
from submissions.tables import CodeUse, Film, FilmFile, FixRequest, Submission
from submissions.waiver_codes import CodeForm
from tests.builders import a_film, a_person, an_edition, sign_in, the_viewer

NEXT_WEEK = now().date() + timedelta(days=7)


class Office:
    async def build(self) -> "Office":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition, name="Zoé")
        await rows("UPDATE person SET language = 'en' WHERE id = {} RETURNING id", self.maker.id)
        self.by = await a_person("operator", edition=self.edition, name="Op")
        self.viewer = await the_viewer(self.by, self.edition)
        self.id, self.file = await a_film(self.edition, self.maker, title="L’Été d’Ariane")
        return self

    async def entry(self, one: str = "") -> Submission:
        found = await Submission.objects().get(Submission.id == (one or self.id))
        assert found is not None
        return found

    async def seek(self, viewer=None, **words) -> list[str]:
        found = await inbox.entries(self.edition, viewer or self.viewer, InboxQuery(**words))
        return [line.id for line in found.lines]

    async def ask(self, field="declared_seconds", *, due=NEXT_WEEK, one: str = "") -> str:
        wanted = FixWanted(field=field, why="The credits last longer.", due=due)
        return await fixes.ask(self.edition, one or self.id, wanted, viewer=self.viewer, by=self.by)

    async def mend(self, fix: str, *, version: int = 1, **given) -> None:
        entry = entries.msgspec.structs.replace(await entries.written(await self.entry()), **given)
        await fixes.mend(
            self.edition, await self.entry(), fix, entry, version=version, by=self.maker
        )

    async def as_(self, **given) -> dict:
        return {"viewer": self.viewer, "by": self.by, **given}

    def doors(self, *places: str) -> list[str]:
        """Each as a page, and as a program reads it."""
        return [f"{start}/{self.edition.slug}/{place}" for place in places for start in ("/fr", "/api/v1")]

    async def letters(self, kind: str) -> list[dict]:
        return await rows(
            "SELECT subject, body, link FROM letter WHERE kind = {} AND edition = {} ORDER BY id",
            kind, self.edition.id,
        )  # fmt: skip


@pytest.fixture
async def office(house) -> Office:
    return await Office().build()


# Finding


async def test_an_entry_is_found_by_title_maker_and_number_without_their_accents(office) -> None:
    draft, _ = await a_film(
        office.edition, office.maker, title="Secret", status="draft", file="ready"
    )

    assert await office.seek(q="ete d") == [office.id]
    assert await office.seek(q="ZOE") == [draft, office.id] or await office.seek(q="ZOE") == [
        office.id,
        draft,
    ]
    assert await office.seek(q=office.id) == [office.id]
    assert await office.seek(q="secret") == [], "a draft is its makers' own"
    assert await office.seek(state="draft") == await office.seek(lacks="release") == [draft]
    assert await office.seek(section="C", country="FR", tongue="en", verdict="sound", fee="none", state="submitted") == [office.id]  # fmt: skip
    assert await office.seek(tongue="de") == await office.seek(country="JP") == []


async def test_what_was_noted_tagged_and_asked_is_found_by_it(office) -> None:
    other, _ = await a_film(office.edition, office.maker, title="Autre")
    await office.ask()
    await notes.add_note(office.edition, office.id, "Rappeler", viewer=office.viewer, by=office.by)
    await tags.tag(office.edition, other, " à   voir ", viewer=office.viewer, by=office.by)

    assert await office.seek(fix="open") == await office.seek(notes="yes") == [office.id]
    assert await office.seek(tag="à voir") == await office.seek(q="a voir") == [other]
    assert await office.seek(fix="late") == []


async def test_words_to_look_for_are_those_of_entries_that_their_reader_may_know(office) -> None:
    draft, _ = await a_film(office.edition, office.maker, title="Secret", status="draft", file="ready")
    apart, _ = await a_film(office.edition, office.maker, title="Autre")
    for film, code in ((office.id, "FR"), (draft, "JP"), (apart, "FI")):
        await rows("UPDATE film SET countries = {}::jsonb WHERE id = (SELECT film FROM submission WHERE id = {}) RETURNING id",
                   json.dumps([code]), film)  # fmt: skip
        await tags.tag(office.edition, film, code, viewer=office.viewer, by=office.by)
    elsewhere = await an_edition()
    await Recusal(submission=apart, person=office.by.id, reason="Un ami.").save()
    viewer = await the_viewer(office.by, office.edition)

    words = await inbox.words_of(office.edition, viewer)

    assert (words.countries, words.tags) == (["FR"], ["FR", "JP"])
    await rows("UPDATE submission SET edition = {} WHERE id = {} RETURNING id", elsewhere.id, draft)
    assert (await inbox.words_of(office.edition, viewer)).tags == ["FR"]
    assert await tags.tags_in(elsewhere, viewer) == ["JP"]


async def test_pages_are_counted_by_the_database_and_words_of_an_address_are_bounded(
    office,
) -> None:
    await rows(
        """INSERT INTO submission (id, edition, film, section, status)
           SELECT 'many' || n, edition, film, section, 'draft' FROM submission, generate_series(1, 60) n
           WHERE id = {} RETURNING id""",
        office.id,
    )

    second = await inbox.entries(office.edition, office.viewer, InboxQuery(), number=2)

    assert (second.total, second.last, len(second.lines)) == (61, 2, 11)
    assert second.by_state == {"draft": 60, "submitted": 1}
    odd = inbox.query_of(
        {"state": "'; DROP", "sort": "x", "section": "CC", "q": "x" * 300, "lacks": "nothing"}
    )
    assert odd == InboxQuery(section="C", q="x" * 100)


async def test_whoever_sits_in_a_blind_committee_reads_no_name_and_finds_by_none(office) -> None:
    await Section.update({Section.is_blind: True}).where(Section.edition == office.edition.id)
    both = await a_person("operator", "reviewer", edition=office.edition, name="Both")
    viewer = await the_viewer(both, office.edition)

    line = await inbox.line_of(office.edition, viewer, office.id)

    assert line
    assert (line.director, line.makers, line.tongues, line.is_veiled) == ("", [], [], True)
    assert await office.seek(viewer, q="zoe") == await office.seek(viewer, tongue="en") == []
    assert await office.seek(viewer, q="ete") == [office.id]
    for act in (
        notes.add_note(office.edition, office.id, "x", viewer=viewer, by=both),
        tags.tag(office.edition, office.id, "x", viewer=viewer, by=both),
        fixes.ask(
            office.edition,
            office.id,
            FixWanted(field="year", why="?", due=NEXT_WEEK),
            viewer=viewer,
            by=both,
        ),
    ):
        with pytest.raises(NotAllowed):
            await act


async def test_no_list_of_the_office_says_whose_film_it_is_that_its_reader_judges_blind(office, client) -> None:
    """Nor its JSON; neither where a film stands, by its makers, nor where its maker does, by the film."""
    await Section.update({Section.is_blind: True}).where(Section.edition == office.edition.id)
    entry, both = await office.entry(), await a_person("operator", "reviewer", edition=office.edition, name="Both")
    told = {"director": "Ada Quax", "directors": ["Ada Quax"], "synopses": {"fr": "Ada Quax, chez elle.", "en": "Her."}}
    await Film.update(told).where(Film.id == entry.film)
    await FilmFile.update({FilmFile.name: "quax.mov"}).where(FilmFile.id == office.file)
    given = await waiver_codes.add_code(office.edition, CodeForm(code="ECOLE", percent=50), by=office.by)
    await CodeUse(code=given["id"], submission=office.id, person=office.maker.id).save()
    await Outbox(task="inspect_film", queue="heavy", args={"file": office.file}, edition=office.edition.id).save()
    await record("submitted", entry.id, by=office.maker, edition=office.edition.id, title="L’Été d’Ariane")
    asked = await erasure.ask(office.maker, by=office.maker, edition=office.edition)
    await sign_in(client, both)

    by_film = {place: (await client.get(place)).text for place in office.doors(
        "operator/fees", "operator/codes", "operator/queue", f"operator/record?about={office.id}",
        "operator/exports/entries", f"films/{office.id}", f"programmer/films/{office.id}",
    )}
    by_maker = {place: (await client.get(place)).text for place in office.doors(
        f"operator/people/{office.maker.id}", f"operator/privacy/{asked.id}", f"operator/record?who={office.maker.id}",
        "operator/fees?words=quax", "operator/fees?words=zo", "operator/codes?q=zo",
    )}
    sought = await client.post(f"/api/v1/{office.edition.slug}/operator/privacy/search", json={"name": "Ada Quax"})

    assert [place for place, body in by_film.items() if re.search("quax|zoé", body, re.IGNORECASE)] == []
    assert [place for place, body in by_maker.items() if re.search(f"Ariane|{office.id}", body)] == []
    assert (len(sought.json()["mentions"]), "chez elle" in sought.text) == (1, False)


async def test_an_entry_whose_owners_are_all_gone_is_marked_and_its_page_asks_for_another(office, client) -> None:
    before = await inbox.line_of(office.edition, office.viewer, office.id)
    await people.disable(office.maker, by=office.by)
    await sign_in(client, office.by)
    place = f"/fr/{office.edition.slug}/operator/entries/{office.id}"

    asked = await client.post(f"{place}/owner", data={"email": "nova@example.org"})
    page, after = await client.get(place), await inbox.line_of(office.edition, office.viewer, office.id)
    back = re.search(r"/owner/(\w+)/revocation", page.text)
    gone = await client.post(f"{place}/owner/{back[1]}/revocation")

    assert (before.is_ownerless, after.is_ownerless) == (False, True)
    assert (asked.status_code, gone.status_code) == (303, 303)
    assert "nova@example.org" in page.text
    assert "/revocation" not in (await client.get(place)).text


async def test_nobody_finds_a_film_of_their_own_or_one_they_stepped_aside_from(office) -> None:
    await Recusal(submission=office.id, person=office.by.id).save()
    own, _ = await a_film(office.edition, office.by, title="Mien")
    viewer = await the_viewer(office.by, office.edition)

    assert await office.seek(viewer) == []
    assert await inbox.line_of(office.edition, viewer, own) is None
    for one in (own, office.id):
        with pytest.raises(Missing):
            await notes.add_note(office.edition, one, "x", viewer=viewer, by=office.by)


# Notes


async def test_a_note_is_changed_and_removed_as_it_was_seen_and_its_words_stand_in_no_record(
    office,
) -> None:
    who = await office.as_()
    note = await notes.add_note(office.edition, office.id, "Ada a téléphoné", **who)
    change = NoteChange("Ada rappelle lundi", version=1)

    assert await notes.change_note(office.edition, office.id, note, change, **who) == 2
    with pytest.raises(Conflict):
        await notes.change_note(office.edition, office.id, note, change, **who)
    [shown] = await notes.notes_of(office.id)
    assert (shown.text, shown.by, shown.version) == ("Ada rappelle lundi", "Op", 2)
    with pytest.raises(Conflict):
        await notes.remove_note(office.edition, office.id, note, 1, **who)
    await notes.remove_note(office.edition, office.id, note, 2, **who)
    assert await notes.notes_of(office.id) == []
    said = await rows("SELECT details::text AS d FROM record WHERE subject = {}", office.id)
    assert not any("Ada" in row["d"] for row in said)


# Fixes


async def test_a_fix_opens_one_field_of_a_filed_entry_and_no_other(office) -> None:
    fix = await office.ask()
    [letter] = await office.letters("fix_asked")
    assert letter["link"] == f"/submissions/{office.id}/fixes/{fix}"
    assert "Declared length" in letter["body"]
    assert "The credits last longer." in letter["body"]

    await office.mend(fix, declared_seconds=95, title="Stolen")

    after = await entries.entry_of(await office.entry())
    assert (after.declared_seconds, after.title) == (95, "L’Été d’Ariane")
    [shown] = await fixes.fixes_of(office.id)
    assert (shown.state, shown.before, shown.after, shown.mended_by) == (
        "done", {"declared_seconds": 60}, {"declared_seconds": 95}, "Zoé"
    )  # fmt: skip
    assert await office.seek(fix="done") == [office.id]
    with pytest.raises(Conflict):
        await office.mend(fix, version=2, declared_seconds=96)


async def test_a_fix_is_asked_again_settled_and_taken_back_as_it_was_seen(office) -> None:
    who = await office.as_()
    fix = await office.ask()
    with pytest.raises(Refused, match="fix_asked_already"):
        await office.ask()
    with pytest.raises(Conflict):
        await fixes.settle(office.edition, office.id, fix, 1, **who)
    await office.mend(fix, declared_seconds=95)
    again = FixAgain(why="Still not.", due=NEXT_WEEK, version=2)
    assert await fixes.ask_again(office.edition, office.id, fix, again, **who) == 3
    assert len(await office.letters("fix_asked")) == 2
    await office.mend(fix, version=3, declared_seconds=99)
    await fixes.settle(office.edition, office.id, fix, 4, **who)

    second = await office.ask("year")
    await fixes.take_back(office.edition, office.id, second, 1, **who)

    assert [one.state for one in await fixes.fixes_of(office.id)] == ["taken_back", "settled"]
    assert len(await office.letters("fix_taken_back")) == 1
    with pytest.raises(Conflict):
        await office.mend(second, version=2, year=2025)


async def test_a_fix_that_changes_nothing_or_empties_what_must_be_said_is_refused(office) -> None:
    fix = await office.ask("titles")
    for given in ({}, {"titles": {}}):
        with pytest.raises(Refused):
            await office.mend(fix, **given)
    for field, due in (("section", NEXT_WEEK), ("year", now().date() - timedelta(days=2))):
        with pytest.raises(Refused):
            await office.ask(field, due=due)


async def test_whoever_is_late_is_told_once_and_a_letter_about_nothing_does_not_go(office) -> None:
    fix = await office.ask()
    yesterday = now() - timedelta(days=1)
    await FixRequest.update({FixRequest.due_at: yesterday}).where(FixRequest.id == fix)

    assert await fixes.remind_late() >= 1  # of every edition: others' tests leave late ones, too
    assert await fixes.remind_late() == 0
    assert await office.seek(fix="late") == [office.id]
    [late] = await rows("SELECT * FROM letter WHERE kind = 'fix_late' AND about = {}", office.id)
    letter = fixes.Letter(**late)
    assert await fixes.still_true(letter)
    await office.mend(fix, declared_seconds=95)
    assert not await fixes.still_true(letter)


async def test_a_draft_is_its_makers_own_and_asked_for_nothing(office) -> None:
    draft, _ = await a_film(office.edition, office.maker, title="Secret", status="draft")
    with pytest.raises(Missing):
        await office.ask(one=draft)


# Many at once


async def seen_of(office: Office, *ids: str) -> list[str]:
    found = await inbox.chosen(office.edition, office.viewer, ids=list(ids), query=InboxQuery())
    return [f"{line.id}.{line.version}" for line in found]


async def test_what_changed_since_it_was_seen_is_left_and_named(office) -> None:
    other, _ = await a_film(office.edition, office.maker, title="Autre")
    seen = await seen_of(office, office.id, other)
    await rows("UPDATE submission SET version = 7 WHERE id = {} RETURNING id", other)
    wanted = FixWanted(field="year", why="Wrong.", due=NEXT_WEEK)
    who = await office.as_()

    done = await bulk.ask_each(office.edition, [*seen, "nobody.1"], wanted, **who)

    assert done.n == 1
    left = {one.id: (one.title, one.why) for one in done.left}
    assert left == {
        other: ("Autre", ("changed_meanwhile",)),
        "nobody": ("", ("submission_missing",)),
    }
    with pytest.raises(Refused, match="fix_why_missing"):
        await bulk.ask_each(
            office.edition, seen, FixWanted(field="title", why=" ", due=NEXT_WEEK), **who
        )


async def test_whoever_has_something_to_do_is_reminded_once_a_day(office) -> None:
    draft, _ = await a_film(
        office.edition, office.maker, title="Secret", status="draft", file="ready"
    )
    seen, who = await seen_of(office, office.id, draft), await office.as_()

    first, second = [await bulk.remind_each(office.edition, seen, **who) for _ in range(2)]

    assert (first.n, [one.why for one in first.left]) == (1, [("nothing_open",)])
    assert second.n == 0
    assert {one.why for one in second.left} == {
        ("nothing_open",),
        ("reminded_today",),
    }
    [letter] = await office.letters("entry_nudge")
    assert "waits for your yes" in letter["body"]
    assert "is not filed" in letter["body"]


async def test_a_section_changes_before_the_selection_alone_and_is_told(office) -> None:
    seen, who = await seen_of(office, office.id), await office.as_()
    done = await bulk.move_each(office.edition, seen, "S", **who)
    assert done.n == 1
    assert "Shorts" in (await office.letters("section_changed"))[0]["body"]

    await rows(
        "UPDATE edition SET phase = 'selection' WHERE id = {} RETURNING id", office.edition.id
    )
    later = await the_edition(office)
    with pytest.raises(Refused, match="section_in_selection"):
        await bulk.move_each(later, await seen_of(office, office.id), "C", **who)


async def the_edition(office: Office):
    from festival.tables import Edition

    return await Edition.objects().get(Edition.id == office.edition.id)


async def test_a_letter_in_the_office_s_words_and_a_tag_go_to_each(office) -> None:
    other, _ = await a_film(office.edition, office.maker, title="Autre")
    seen, who = await seen_of(office, office.id, other), await office.as_()

    assert (
        await bulk.write_each(office.edition, seen, "Poster", "Please {send} it.", **who)
    ).n == 2
    assert (await bulk.tag_each(office.edition, seen, "vu", **who)).n == 2
    again = await bulk.tag_each(office.edition, seen, "vu", **who)

    assert (again.n, {one.why for one in again.left}) == (0, {("tag_there",)})
    letters = await office.letters("office_letter")
    assert len(letters) == 2
    assert all("Please {send} it." in one["body"] for one in letters)


# All that happened


async def test_the_timeline_holds_acts_and_letters_and_nothing_of_the_committee(office) -> None:
    fix = await office.ask()
    await office.mend(fix, declared_seconds=95)
    await entries.propose(await office.entry(), entries.Status.ACCEPTED, by=office.by)

    whole = await timeline_of(await office.entry())
    letters = await timeline_of(await office.entry(), group="letters")
    asked = await timeline_of(await office.entry(), group="fixes")

    assert {one.what for one in whole.lines} == {"fix_done", "fix_asked"}
    assert [one.what for one in letters.lines] == ["fix_asked"]
    assert letters.lines[0].letter
    assert [one.what for one in asked.lines] == ["fix_done", "fix_asked"]


# At the door


async def test_the_office_s_pages_and_the_way_of_a_fix(office, client) -> None:
    place = f"/fr/{office.edition.slug}"
    await sign_in(client, office.by)
    listed = await client.get(f"{place}/operator/entries?q=ariane")
    assert listed.status_code == 200
    assert "Ariane" in listed.text
    looked = await client.get(f"{place}/operator/entries/act?act=fix&chosen={office.id}.1")
    assert looked.status_code == 200
    assert f'value="{office.id}.1"' in looked.text
    listed = await client.get(f"{place}/operator/entries/act?act=export&all=yes&section=C")
    assert listed.headers["content-type"].startswith("text/csv")
    assert "Ariane" in listed.text
    assert "Ada" in listed.text
    await Section.update({Section.is_blind: True}).where(Section.edition == office.edition.id)
    both = await a_person("operator", "reviewer", edition=office.edition, name="Both")
    await sign_in(client, both)
    blind = await client.get(f"{place}/operator/entries/act?act=export&all=yes")
    assert "Ariane" in blind.text
    assert "Ada" not in blind.text
    await sign_in(client, office.by)
    wrong = await client.post(
        f"{place}/operator/entries/acts",
        data={
            "act": "fix",
            "field": "year",
            "why": "Une année fausse",
            "due": "",
            "chosen": f"{office.id}.1",
        },
    )
    assert wrong.status_code == 422
    assert "Une année fausse" in wrong.text
    nobody = await client.post(
        f"{place}/operator/entries/acts",
        data={"act": "letter", "text": "Long et mûri.", "shown": office.id, "kept": "sort=title&page=2"},
    )
    assert (nobody.status_code, "Long et mûri." in nobody.text) == (422, True)
    assert "/operator/entries?sort=title&amp;page=2" in nobody.text, "back to the page that one came from"
    done = await client.post(
        f"{place}/operator/entries/acts",
        data={
            "act": "fix",
            "field": "year",
            "why": "Fausse",
            "due": NEXT_WEEK.isoformat(),
            "chosen": f"{office.id}.1",
        },
    )
    assert done.status_code == 200, done.text
    page = await client.get(f"{place}/operator/entries/{office.id}")
    assert page.status_code == 200
    assert "Fausse" in page.text
    assert (
        await client.get(f"{place}/operator/entries/{office.id}/timeline?kind=fixes")
    ).status_code == 200
    empty = await client.post(f"{place}/operator/entries/{office.id}/notes", data={"text": " "})
    assert empty.status_code == 422
    noted = await client.post(
        f"{place}/operator/entries/{office.id}/notes", data={"text": "Ada attend."}
    )
    assert noted.status_code == 303

    await sign_in(client, office.maker)
    [fix] = await fixes.open_for(office.maker.id, office.edition)
    at = f"/en/{office.edition.slug}/submissions/{office.id}/fixes/{fix.id}"
    mine = await client.get(at)
    assert mine.status_code == 200
    assert 'name="year"' in mine.text
    assert 'name="title"' not in mine.text
    bad = await client.post(at, data={"version": "1", "year": "soon"})
    assert bad.status_code == 422
    assert 'value="soon"' in bad.text
    good = await client.post(at, data={"version": "1", "year": "2025"})
    assert good.status_code == 303, good.text
    assert (await entries.entry_of(await office.entry())).year == 2025
    assert (
        "Ada attend"
        not in (await client.get(f"/en/{office.edition.slug}/submissions/{office.id}")).text
    )


# The same film twice


async def curve_of(file: str, curve: list[float], *, sha256: str = "") -> None:
    facts = {"duration": float(len(curve)), "curve": curve}
    await FilmFile.update({FilmFile.facts: json.dumps(facts), FilmFile.sha256: sha256}).where(
        FilmFile.id == file
    )


async def test_the_same_film_is_found_by_name_bytes_and_sound_and_what_is_said_is_remembered(
    office,
) -> None:
    reads = await a_person("filmmaker", edition=office.edition, name="Bo")
    by_name, _ = await a_film(office.edition, reads, title="L'ETE  d’Ariane !")
    by_bytes, bytes_file = await a_film(office.edition, reads, title="Autre titre")
    by_sound, sound_file = await a_film(office.edition, reads, title="Encore un autre")
    alone, alone_file = await a_film(office.edition, reads, title="Seul")
    moving, still_another = (
        [chance.uniform(-40, -12) for _ in range(120)] for chance in map(random.Random, (1, 2))
    )
    await curve_of(office.file, moving, sha256="a" * 64)
    await curve_of(bytes_file, [], sha256="a" * 64)
    await curve_of(sound_file, [level - 6 for level in moving[9:]])
    await curve_of(alone_file, still_another)

    assert await twins.look() > 0
    sheet = await twins.pairs_of(office.edition, office.viewer, said="open")

    kinds = {frozenset((pair.one.id, pair.other.id)): pair.kinds for pair in sheet.pairs}
    pair = frozenset((office.id, by_sound))
    assert kinds[pair] == ("sound",)
    assert kinds[frozenset((office.id, by_bytes))] == ("file",)
    assert kinds[frozenset((office.id, by_name))] == ("title",)
    assert not any(alone in one for one in kinds)
    assert set(await office.seek(twins="yes")) == {office.id, by_name, by_bytes, by_sound}
    line = await inbox.line_of(office.edition, office.viewer, office.id)
    assert line
    assert line.twins == 3

    version = next(one.version for one in sheet.pairs if {one.one.id, one.other.id} == pair)
    wanted = TwinSaid(one=by_sound, other=office.id, said="different", version=version)
    await twins.say(office.edition, wanted, viewer=office.viewer, by=office.by)
    with pytest.raises(Conflict):
        await twins.say(office.edition, wanted, viewer=office.viewer, by=office.by)
    assert by_sound not in await office.seek(twins="yes")
    await FilmFile.update({FilmFile.likened_at: None}).where(FilmFile.id == sound_file)
    await twins.look()
    assert by_sound not in await office.seek(twins="yes"), "what was said outlasts another look"
    await rows(
        """UPDATE film SET title = 'Autre', titles = jsonb_build_object('fr', 'Autre encore') WHERE id = (
             SELECT film FROM submission WHERE id = {}) RETURNING id""",
        by_name,
    )
    assert by_name not in await office.seek(twins="yes"), "another name, another film"


async def test_a_pair_is_drawn_side_by_side(office, client) -> None:
    other, _ = await a_film(office.edition, office.maker, title="L’Été d’Ariane")
    await sign_in(client, office.by)
    place = f"/en/{office.edition.slug}/operator/twins"

    shown = await client.get(place)
    said = await client.post(
        f"{place}?said=open&page=2", data={"one": office.id, "other": other, "said": "same", "version": "0"}
    )
    again = await client.post(
        place, data={"one": office.id, "other": other, "said": "different", "version": "0"}
    )

    assert shown.status_code == 200
    assert "same title, same makers" in shown.text
    assert (said.status_code, again.status_code) == (303, 409)
    assert "/twins?said=open&page=2&" in said.headers["location"]
