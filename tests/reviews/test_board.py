"""The board: chosen, sorted, paged and counted by the database; many films decided with one sentence."""

import asyncio
import re
from datetime import timedelta

import msgspec
import pytest
from lxml import html

import api.pages.board
from festival.clock import now
from festival.db import rows
from festival.tables import Outbox, Phase, new_id
from reviews import board, decisions, figures, reviewing
from reviews.board import BoardCut, BoardQuery
from reviews.figures import refresh
from reviews.lists import Case
from reviews.reckoning import PanelStanding
from reviews.scoring import Sheet
from reviews.tables import CommitteeRules, Decision
from submissions.lists import submission_in
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, a_section, an_edition, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury


class Desk:
    """An edition with a chair and films that are voted on: `votes` are totals by title, as a sheet has them."""

    async def lay(self, votes: dict[str, list[int]], **given) -> "Desk":
        self.edition = await an_edition(phase=Phase.SELECTION)
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.chair = await a_person("chair", edition=self.edition, name="Cy")
        self.other = await a_person("chair", edition=self.edition, name="Di")
        self.panel = [await a_person("reviewer", edition=self.edition, name=name) for name in ("Ann", "Bob")]
        self.films = {}
        for title, scores in votes.items():
            film, file = await a_film(self.edition, self.maker, title=title, **given)
            self.films[title] = film
            for person, score in zip(self.panel, scores, strict=False):
                await rows(
                    """INSERT INTO review (id, submission, file, person, scores, opinion, seen, given_at)
                       VALUES ({}, {}, {}, {}, jsonb_build_object('writing', {}::int), 'Vu deux fois, et bien vu.', 1, now())
                       RETURNING id""",
                    new_id(), film, file, person.id, score,
                )  # fmt: skip
        self.viewer = await the_viewer(self.chair, self.edition)
        return self

    async def titles(self, *columns: str, **asked) -> list[str]:
        return [one.title for one in await board.cards(self.viewer, BoardQuery(**asked))
                if not columns or one.column in columns]  # fmt: skip

    async def film(self, title: str):
        return await submission_in(self.edition, self.films[title])


VOTES = {"Éclat": [5, 5], "aube": [1, 5], "Cime": [2, 2], "Dune": [], "Eau": [3, 4]}


async def test_each_way_of_sorting_and_every_filter_is_the_databases(house) -> None:
    desk = await Desk().lay(VOTES)
    await a_film(desk.edition, desk.maker, title="Zut", section="S")

    assert await desk.titles(sort="spread") == ["aube", "Eau", "Cime", "Dune", "Éclat", "Zut"]
    assert await desk.titles(sort="mean") == ["Éclat", "Eau", "aube", "Cime", "Dune", "Zut"]
    assert await desk.titles(sort="rank") == ["Éclat", "Eau", "aube", "Cime", "Dune", "Zut"]
    assert await desk.titles(sort="title") == ["aube", "Cime", "Dune", "Eau", "Éclat", "Zut"]
    assert await desk.titles(q="ECLAT") == ["Éclat"]
    assert await desk.titles(q="%") == []
    assert await desk.titles(section="S") == ["Zut"]
    assert await desk.titles(flag="unvoted") == ["Dune", "Zut"]
    assert await desk.titles(flag="split") == ["aube"]
    assert await desk.titles(flag="sensitive") == []
    await CommitteeRules(edition=desk.edition.id, quorum=2).save()
    assert await desk.titles(flag="short") == ["Dune", "Zut"]
    for flag, title in (("discuss", "Éclat"), ("sensitive", "Cime"), ("list", "Eau")):
        await rows("UPDATE review SET flags = jsonb_build_array({}::text) WHERE submission = {} AND person = {} RETURNING id",
                   flag, desk.films[title], desk.panel[0].id)
    assert [await desk.titles(flag=flag) for flag in ("discuss", "sensitive", "heart")] == [["Éclat"], ["Cime"], []]
    await reviewing.recuse(await desk.film("Cime"), reason="Un ami.", by=desk.panel[0])
    assert (await desk.titles(flag="sensitive"), await desk.titles(flag="short")) == ([], ["Cime", "Dune", "Zut"])


async def test_pages_of_a_column_are_the_column(house) -> None:
    desk = await Desk().lay(VOTES)
    await decisions.accept(await desk.film("Cime"), by=desk.chair, note="Lumineux.")

    pages = [await board.cards(desk.viewer, BoardQuery(), BoardCut(most=2, first={"undecided": n})) for n in (0, 2)]

    assert [[one.title for one in page if one.column == "undecided"] for page in pages] == [
        ["aube", "Eau"], ["Dune", "Éclat"]]  # fmt: skip
    assert [one.title for one in pages[1] if one.column == "accepted"] == ["Cime"]
    shares = await board.shares(desk.viewer, BoardQuery(q="cim"))
    assert {(one.col, one.films, one.found) for one in shares} == {("undecided", 4, 0), ("accepted", 1, 1)}
    assert await board.place_of_film(desk.viewer, BoardQuery(), desk.films["Dune"]) == ("undecided", 2)
    for case in await board.films(desk.viewer):
        alone = await board.card_of(desk.viewer, case.id)
        assert msgspec.structs.replace(alone, rank=await board.rank_of(desk.viewer, alone)) == case


async def kept(desk: Desk | Jury, film: str) -> tuple[int, int, float | None, float]:
    await refresh(desk.edition)
    row = (await rows("SELECT * FROM film_figure WHERE submission = {}", film))[0]
    return row["votes"], row["apart"], row["mean"], round(row["spread"], 6)


def said(case: Case) -> tuple[int, int, float | None, float]:
    return len(case.counted), len(case.apart), case.mean, round(case.spread, 6)


@pytest.mark.parametrize("happening", [
    "a sheet is given", "somebody steps aside", "a part is taken away", "an account is closed", "a file is replaced",
    "more must be seen", "a weight changes", "a section changes", "somebody made the film", "a vote goes",
])  # fmt: skip
async def test_figures_are_those_of_the_votes_whatever_changes(house, happening: str) -> None:
    jury = await Jury().seat()
    film, file = jury.films[0]
    await jury.give(jury.ann, GOOD)
    await jury.give(jury.bob, POOR, seen=0.95)
    before = await kept(jury, film)
    assert before == (2, 0, 3.0, 2.0)

    await HAPPENS[happening](jury, film, file)

    viewer = await the_viewer(jury.chair, jury.edition)
    case = next(one for one in await board.films(viewer) if one.id == film)
    assert await kept(jury, film) == said(case)
    if happening not in {"a section changes", "a weight changes"}:
        assert said(case) != before


async def run(sql: str, *values) -> None:
    await rows(f"{sql} RETURNING id", *values)


async def weighed(jury: Jury, *_: str) -> None:
    await run("INSERT INTO score_sheet (id, edition, steps) VALUES ({}, {}, 5)", sheet := new_id(), jury.edition.id)
    await run("""INSERT INTO criterion (id, edition, sheet, key, weight) VALUES ({}, {}, {}, 'sound', 7)""",
              new_id(), jury.edition.id, sheet)  # fmt: skip


async def gives(jury: Jury, *_: str) -> None:
    await jury.give(jury.chair, POOR)


async def moves(jury: Jury, film: str, _: str) -> None:
    await run("UPDATE submission SET section = {} WHERE id = {}", (await a_section(jury.edition, "S")).id, film)


async def replaces(_: Jury, film: str, file: str) -> None:
    await run("UPDATE film_file SET state = 'replaced' WHERE id = {}", file)
    await FilmFile(submission=film, state="released", number=2, facts='{"duration": 60.0}').save()


HAPPENS = {
    "a sheet is given": gives,
    "somebody steps aside": lambda jury, film, _: run(
        "INSERT INTO recusal (id, submission, person, reason) VALUES ({}, {}, {}, 'x')", new_id(), film, jury.ann.id),
    "a part is taken away": lambda jury, *_: run("DELETE FROM role WHERE person = {}", jury.ann.id),
    "an account is closed": lambda jury, *_: run("UPDATE person SET disabled_at = now() WHERE id = {}", jury.ann.id),
    "a file is replaced": replaces,
    "more must be seen": lambda jury, *_: run("UPDATE edition SET coverage = 0.97 WHERE id = {}", jury.edition.id),
    "a weight changes": weighed,
    "a section changes": moves,
    "somebody made the film": lambda jury, film, _: run(
        "INSERT INTO member (id, submission, person) VALUES ({}, {}, {})", new_id(), film, jury.ann.id),
    "a vote goes": lambda jury, film, _: run(
        "DELETE FROM review WHERE submission = {} AND person = {}", film, jury.ann.id),
}  # fmt: skip


async def test_a_page_of_the_board_asks_as_often_for_many_films_as_for_few(client, monkeypatch) -> None:
    """And none of its answers has more rows than a page has films."""
    few, many = await Desk().lay({"a": [3]}), await Desk().lay({f"n{n:02}": [3, 4] for n in range(30)})
    monkeypatch.setattr("api.pages.board.CARDS", 5)

    async def unranked(*_: object, **__: object) -> PanelStanding:
        return PanelStanding()

    monkeypatch.setattr("api.pages.board.standing_of", unranked)  # kept by themselves, and reckoned beside the page
    asked: list[tuple[int, str]] = []
    whole = Outbox.raw.__func__

    async def heard(cls, sql, *values):
        found = await whole(cls, sql, *values)
        asked.append((len(found), sql))
        return found

    counts = []
    for desk in (few, many):
        await sign_in(client, desk.chair)
        await client.get(f"/fr/{desk.edition.slug}/committee/decisions")  # reckons what nobody had asked for
        asked.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Outbox, "raw", classmethod(heard))
            page = await client.get(f"/fr/{desk.edition.slug}/committee/decisions")
        assert page.status_code == 200
        counts.append(len(asked))
        assert max(n for n, _ in asked) <= 10  # five cards have ten votes
    assert counts == [11, 11]
    assert page.text.count('class="film"') == 5
    assert "Les 25 autres" in page.text


async def test_a_column_by_itself_is_drawn_without_the_others(client) -> None:
    desk = await Desk().lay(VOTES)
    await decisions.accept(await desk.film("Cime"), by=desk.chair, note="Lumineux.")
    await sign_in(client, desk.chair)

    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions?column=undecided&sort=title")).text

    assert re.findall(r'<section class="col" id="(\w+)"', page) == ["undecided"]
    assert page.count('data-film="') == 4
    assert "Toutes les colonnes" in page
    assert f'href="/fr/{desk.edition.slug}/committee/decisions?sort=title&amp;column=accepted#accepted"' in page
    beyond = await client.get(f"/fr/{desk.edition.slug}/committee/decisions?column=undecided&sort=title&page=99")
    assert beyond.text.count('data-film="') == 4, "beyond the last page is the last one"


async def test_an_act_leads_back_to_the_page_of_the_column_where_it_was_done(client, monkeypatch) -> None:
    desk = await Desk().lay(VOTES)
    monkeypatch.setattr(api.pages.board, "CARDS", 2)
    await sign_in(client, desk.chair)
    place = f"/fr/{desk.edition.slug}/committee/decisions?sort=title&column=undecided&page=2"
    page = html.fromstring((await client.get(place)).text)
    form = page.xpath("//form[contains(@action, '/decision?')]")[0]

    done = await client.post(form.get("action"), data=dict(form.fields) | {"act": "regret", "note": "Trop long."})

    assert done.headers["location"].startswith(f"{place}&done=")


async def test_what_was_asked_of_many_or_of_a_section_stands_again_where_it_is_refused(client) -> None:
    desk = await Desk().lay({"a": [], "b": []})
    await sign_in(client, desk.chair)
    root = f"/fr/{desk.edition.slug}/committee"

    many = await client.post(f"{root}/decisions", data={"act": "regret", "note": "", "column": "undecided"})
    quota = await client.post(f"{root}/quotas/C", data={"films": "12", "minutes": "", "version": "3"})

    [chosen] = html.fromstring(many.text).xpath("//input[@name='column' and @checked]/@value")
    [wanted] = html.fromstring(quota.text).xpath("//details[@open]//input[@name='films']/@value")
    assert (many.status_code, chosen) == (422, "undecided")
    assert (quota.status_code, wanted) == (409, "12")


# Of many votes


async def crowded(desk: Desk, title: str, scores: list[int], *, seen: float = 1) -> None:
    for number, score in enumerate(scores):
        person = await a_person("reviewer", edition=desk.edition, name=f"Jury-{title}{number}")
        await rows(
            """INSERT INTO review (id, submission, file, person, scores, opinion, seen, given_at)
               SELECT {}, n.submission, n.id, {}, jsonb_build_object('writing', {}::int), 'Vu deux fois, et bien vu.', {}, now()
               FROM film_file n WHERE n.submission = {} RETURNING id""",
            new_id(), person.id, score, seen, desk.films[title],
        )  # fmt: skip


async def test_a_card_of_many_votes_tells_how_many_gave_what_and_each_is_an_opinion_away(client) -> None:
    desk = await Desk().lay({"a": [], "b": []})
    await crowded(desk, "a", [2] * 12 + [4] * 13)
    await crowded(desk, "a", [5, 5], seen=0.1)
    await crowded(desk, "b", [3] * 24)
    await sign_in(client, desk.chair)

    many, few = await board.cards(desk.viewer, BoardQuery(sort="title"), BoardCut(is_brief=True))
    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions?sort=title")).text
    card, other = page.split('data-film="')[1:3]

    whole = await board.card_of(desk.viewer, desk.films["a"])
    assert (many.votes, len(whole.votes)) == ((), 27)
    assert (many.heard, many.given, many.mean, round(many.spread, 6)) == (25, 27, whole.mean, round(whole.spread, 6))
    assert [(one.total, one.votes, one.counts) for one in many.crowd] == [(2, 12, True), (4, 13, True), (5, 2, False)]
    assert re.findall(r"<title>([^<]*)</title>", card) == ["2,0 × 12", "4,0 × 13", "5,0 × 2"]
    assert "2 votes mis à part" in card
    assert "Jury" not in card
    assert other.count("Jury-b") == len(few.votes) == 24


async def test_votes_that_a_chair_may_not_read_yet_are_no_crowd_either(client) -> None:
    desk = await Desk().lay({"a": []})
    await crowded(desk, "a", [2] * 30)
    await rows("INSERT INTO committee_rules (id, edition, chair_waits) VALUES ({}, {}, true) RETURNING id",
               new_id(), desk.edition.id)  # fmt: skip
    await sign_in(client, desk.chair)

    case = (await board.cards(await the_viewer(desk.chair, desk.edition), BoardQuery(), BoardCut(is_brief=True)))[0]
    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions")).text

    assert (case.crowd, case.given, case.mean, case.spread) == ((), 0, None, 0.0)
    assert "<rect" not in page.split('data-film="')[1]


async def test_figures_are_never_older_than_the_sheets_given_while_they_are_reckoned(house) -> None:
    desk = await Desk().lay({name: [] for name in "abcd"})

    async def reckoned() -> None:
        for _ in range(6):
            await board.shares(desk.viewer, BoardQuery())

    await asyncio.gather(*(crowded(desk, name, [1, 3, 5, 2, 4]) for name in "abcd"), reckoned(), reckoned())

    for case in await board.films(desk.viewer):
        assert said(case) == await kept(desk, case.id)
        assert len(case.counted) == 5


async def test_a_weight_that_changes_while_figures_are_reckoned_is_not_forgotten(house, monkeypatch) -> None:
    jury = await Jury().seat()
    film, _ = jury.films[0]
    await jury.give(jury.ann, Sheet(writing=5, image=5, sound=1, space=5, opinion="Vu deux fois, et bien vu."))
    asked = figures.rubrics_of

    async def changed(edition: str):
        found = await asked(edition)
        monkeypatch.setattr(figures, "rubrics_of", asked)
        await weighed(jury)
        return found

    monkeypatch.setattr(figures, "rubrics_of", changed)
    await refresh(jury.edition)

    case = next(one for one in await board.films(await the_viewer(jury.chair, jury.edition)) if one.id == film)
    assert await kept(jury, film) == said(case) == (1, 0, 1.0, 0.0)


# Many at once


async def test_one_sentence_decides_many_and_names_what_changed(client) -> None:
    desk = await Desk().lay(VOTES)
    await decisions.accept(await desk.film("Cime"), by=desk.other, note="Un vrai sommet.")
    await sign_in(client, desk.chair)
    told, _ = await a_film(desk.edition, desk.maker, title="Zut", status="declined")
    films = [f"{film}:0" for film in (*desk.films.values(), told)]

    done = await client.post(f"/api/v1/{desk.edition.slug}/committee/decisions",
                             json={"act": "regret", "note": "Trop long.", "films": films})  # fmt: skip

    assert done.status_code == 200
    left = {one["title"]: (one["why"], one["name"], one["note"]) for one in done.json()["left_out"]}
    assert (done.json()["moved"], left) == (4, {"Cime": ("changed", "Di", "Un vrai sommet."), "Zut": ("settled", "", "")})
    assert await desk.titles("accepted") == ["Cime"]
    assert sorted(await desk.titles("declined")) == ["Dune", "Eau", "Zut", "aube", "Éclat"]
    kept = await Decision.objects().where(Decision.note == "Trop long.", Decision.person == desk.chair.id)
    assert {one.submission for one in kept} == {desk.films[one] for one in VOTES if one != "Cime"}
    lines = await rows("SELECT subject FROM record WHERE act = 'decision_proposed' AND person = {}", desk.chair.id)
    assert len(lines) == 4


async def test_all_films_of_a_filter_as_they_stood_when_they_were_seen(client) -> None:
    desk = await Desk().lay(VOTES)
    seen = now()
    await decisions.accept(await desk.film("Cime"), by=desk.other, note="Un vrai sommet.")
    await decisions.reopen(await desk.film("Cime"), by=desk.other, note="Parlons-en.", seen=1)
    await sign_in(client, desk.chair)
    place = f"/fr/{desk.edition.slug}/committee/decisions"
    form = {"act": "regret", "note": "Trop long.", "column": "undecided", "q": "e", "seen_at": seen.isoformat()}

    page = await client.post(place, data=form)
    unheard = await client.post(place, data={**form, "seen_at": ""})
    nothing = await client.post(place, data={**form, "column": ""})

    assert page.status_code == 200
    assert "4 films décidés, au crayon" in page.text
    assert "décidé entre-temps par Di" in page.text
    assert "Parlons-en." in page.text
    assert await desk.titles("undecided") == ["Cime"]
    assert (unheard.status_code, nothing.status_code) == (422, 422)
    assert "Trop long." in nothing.text


async def test_nobody_decides_by_the_dozen_what_they_may_not_see(client) -> None:
    desk = await Desk().lay({"a": []})
    short, _ = await a_film(desk.edition, desk.maker, title="Un court", section="S")
    only = await a_person("chair", edition=desk.edition, sections=[(await a_section(desk.edition)).id])
    await sign_in(client, only)
    place = f"/api/v1/{desk.edition.slug}/committee/decisions"

    named = await client.post(place, json={"act": "regret", "note": "Non.", "films": [f"{short}:0"]})
    whole = await client.post(place, json={"act": "regret", "note": "Non.", "column": "undecided",
                                           "seen_at": (now() + timedelta(seconds=1)).isoformat()})  # fmt: skip

    assert (named.status_code, whole.json()["moved"]) == (404, 1)
    assert (await rows("SELECT pending FROM submission WHERE id = {}", short))[0]["pending"] is None


# Hours and wishes


async def test_a_quota_is_set_by_the_chair_and_counted_against(client) -> None:
    desk = await Desk().lay({"a": [], "b": []})
    await sign_in(client, desk.chair)
    place = f"/api/v1/{desk.edition.slug}/committee/quotas/C"

    first = await client.put(place, json={"films": 7})
    stale = await client.put(place, json={"films": 8})
    again = await client.put(place, json={"films": 9, "version": 1})
    await decisions.accept(await desk.film("a"), by=desk.chair, note="Lumineux.")
    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions")).text

    assert (first.json(), stale.status_code, again.json()) == ({"version": 1}, 409, {"version": 2})
    assert "1 sur 9" in page
    assert "Compétition passe à 2 sur 9." in re.sub(r"\s+", " ", page)
    assert "Compétition passe à 0 sur 9." in re.sub(r"\s+", " ", page)


async def test_opinions_stand_under_the_card_and_the_news_know_of_every_change(client) -> None:
    desk = await Desk().lay({"a": [4]})
    before = await board.mark_of(desk.viewer)
    await decisions.accept(await desk.film("a"), by=desk.other, note="Lumineux.")
    await sign_in(client, desk.chair)

    said = (await client.get(f"/fr/{desk.edition.slug}/committee/submissions/{desk.films['a']}/opinions")).text

    assert "Vu deux fois, et bien vu." in said
    assert "Lumineux." in said
    assert before != (after := await board.mark_of(desk.viewer)) == await board.mark_of(desk.viewer)
    await rows("UPDATE review SET opinion = 'Non.' WHERE submission = {} RETURNING id", desk.films["a"])
    assert after != await board.mark_of(desk.viewer)
