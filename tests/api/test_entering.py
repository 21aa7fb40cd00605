"""Sections, deadlines, fees and codes through the whole door: forms, programs, and what makers read."""

import re

import httpx
import pytest
from lxml import html

from api import limits
from festival.clock import now
from festival.db import rows
from festival.tables import Deadline, Edition, Section
from submissions import entries, waiver_codes
from submissions.lists import submission_in
from submissions.tables import Fee, Submission, WaiverCode
from submissions.waiver_codes import CodeForm
from tests.builders import a_film, a_person, a_section, an_edition, led_to, paris, sign_in


async def a_desk(client: httpx.AsyncClient, **given):
    edition = await an_edition(**given)
    operator = await a_person("operator", edition=edition)
    await sign_in(client, operator)
    return edition, operator


def page_of(answer: httpx.Response) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())


def form_in(answer: httpx.Response, action: str) -> dict[str, str]:
    """What a browser would send of the form that leads there, untouched."""
    [form] = html.fromstring(answer.text).xpath(f"//form[substring(@action, string-length(@action) - {len(action) - 1}) = '{action}']")
    return {name: str(value) for name, value in form.form_values()}


def desk(edition: Edition, room: str, lang: str = "fr") -> str:
    return f"/{lang}/{edition.slug}/operator/{room}"


def door(edition: Edition, room: str) -> str:
    return f"/api/v1/{edition.slug}/operator/{room}"


async def section_called(edition: Edition, letter: str) -> Section:
    return await a_section(edition, letter)


# Sections


async def test_a_section_is_made_changed_moved_and_taken_away_in_the_browser(client, house) -> None:
    edition, _ = await a_desk(client)
    form = form_in(await client.get(desk(edition, "sections/new")), "/operator/sections")
    form |= {
        "letter": "k", "name_fr": "Cours d’école", "name_en": "School", "text_fr": "Films d’étudiants.",
        "hue": "140", "least_seconds": "1 min", "most_seconds": "59 min", "weight_year": "refused", "rule_year": "2026",
        "weight_readable": "remark", "rule_readable": "français, English",
    }  # fmt: skip
    added = await client.post(desk(edition, "sections"), data=form)
    assert added.status_code == 303, page_of(added)
    made = await section_called(edition, "K")

    assert (made.hue, made.least_seconds, made.most_seconds, made.is_open) == (140, 60, 3540, True)
    assert made.names == {"fr": "Cours d’école", "en": "School"}
    assert made.rules["year"] == {"weight": "refused", "value": 2026}
    assert made.rules["readable"] == {"weight": "remark", "value": ["fr", "en"]}

    place = desk(edition, f"sections/{made.id}")
    again = form_in(await client.get(place), f"/sections/{made.id}")
    assert (again["most_seconds"], again["rule_readable"], again["rule_year"]) == ("59 min", "français, anglais", "2026")
    assert (await client.post(place, data=again)).status_code == 303
    assert (await section_called(edition, "K")).version == 1, "nothing changed, nothing written"
    assert (await client.post(place, data=again | {"most_seconds": "1 h 30"})).status_code == 303
    assert (await section_called(edition, "K")).most_seconds == 5400

    late = await client.post(place, data=again | {"most_seconds": "1 h 31"})
    told = form_in(late, f"/sections/{made.id}")
    assert (late.status_code, told["most_seconds"], told["version"]) == (409, "1 h 31", "2")

    await client.post(f"{place}/move", data={"way": "up", "_csrf": again["_csrf"]})
    order = [one.letter for one in await Section.objects().where(Section.edition == edition.id).order_by(Section.position)]
    assert order[1] == "K"
    await client.post(f"{place}/removal", data={"version": "2", "_csrf": again["_csrf"]})
    assert not await Section.exists().where(Section.id == made.id)

    said = await rows("SELECT act, details FROM record WHERE subject = {} ORDER BY id", made.id)
    assert [line["act"] for line in said] == ["section_added", "section_changed", "section_moved", "section_removed"]
    assert said[1]["details"]["changes"] == {"most_seconds": [3540, 5400]}


async def test_a_refused_section_stands_as_it_was_typed_and_says_everything_at_once(client, house) -> None:
    edition, _ = await a_desk(client)
    form = form_in(await client.get(desk(edition, "sections/new")), "/operator/sections")
    form |= {
        "letter": "C", "name_fr": "Doublon", "least_seconds": "long", "weight_countries": "refused",
        "rule_countries": "Absurdistan", "weight_year": "refused", "rule_year": "hier",
    }  # fmt: skip

    answer = await client.post(desk(edition, "sections"), data=form)

    assert answer.status_code == 422
    drawn = html.fromstring(answer.text)
    assert drawn.xpath("string(//*[@id='f-name_fr']/@value)") == "Doublon"
    assert drawn.xpath("string(//*[@id='f-rule_countries']/@value)") == "Absurdistan"
    assert len(led_to(answer.text)) == 3
    form |= {"name_en": "Copy", "least_seconds": "", "rule_year": "2026"}
    assert "Absurdistan" in page_of(await client.post(desk(edition, "sections"), data=form))
    form["weight_countries"] = "off"
    taken = await client.post(desk(edition, "sections"), data=form)
    assert "déjà prise" in page_of(taken)


async def test_a_change_says_whom_it_turns_away_before_it_holds_and_filed_entries_stay(client, house) -> None:
    edition, _ = await a_desk(client)
    maker = await a_person("filmmaker", edition=edition)
    for status in ("draft", "draft", "submitted", "withdrawn"):
        await a_film(edition, maker, title=f"Secret {status}", status=status)  # each a minute long
    section = await section_called(edition, "C")
    place = desk(edition, f"sections/{section.id}")
    form = form_in(await client.get(place), f"/sections/{section.id}") | {"least_seconds": "2 min"}

    looked = await client.post(f"{place}/preview", data=form)
    assert "3 dossiers ne seraient plus admis" in page_of(looked)
    assert "Secret" not in looked.text, "what is not filed is not named"
    assert (await section_called(edition, "C")).least_seconds == 0

    refused = await client.post(place, data=form)
    assert refused.status_code == 422
    assert "3 dossiers ne seraient plus admis (commencés : 2 ; déposés, et le restent : 1)" in page_of(refused)
    assert (await section_called(edition, "C")).least_seconds == 0

    known = form_in(refused, f"/sections/{section.id}")
    assert known["touches"] == "3"
    assert (await client.post(place, data=known)).status_code == 303
    assert (await section_called(edition, "C")).least_seconds == 120
    assert await Submission.count().where((Submission.edition == edition.id) & (Submission.status == "submitted")) == 1


async def test_a_used_section_is_not_removed_and_says_by_what(client, house) -> None:
    edition, operator = await a_desk(client)
    section = await section_called(edition, "S")
    maker = await a_person("filmmaker", edition=edition)
    await a_film(edition, maker, section="S")
    await a_person("reviewer", edition=edition, sections=[section.id])
    await Deadline(edition=edition.id, section=section.id, at=now()).save()
    await waiver_codes.add_code(edition, CodeForm(sections=["S"]), by=operator)

    told = await client.post(f"{door(edition, 'sections')}/{section.id}/removal", json={"version": 1})

    assert (told.status_code, told.json()["codes"]) == (422, ["section_in_use"])
    for words in ("1 dossier", "1 rôle de l’équipe", "1 clôture", "1 code"):
        assert words in told.json()["words"]["fr"][0]
    assert await Section.exists().where(Section.id == section.id)


async def test_a_program_does_the_same_and_two_who_change_at_once_leave_one_change(client, house) -> None:
    edition, _ = await a_desk(client)
    form = {"letter": "N", "names": {"fr": "Nuit", "en": "Night"}, "hue": 12, "rules": {"new": {"weight": "refused"}}}
    made = (await client.post(door(edition, "sections"), json=form)).json()["id"]
    change = {"section": {**form, "most_seconds": 900}, "version": 1}
    place = f"{door(edition, 'sections')}/{made}"

    first, second = await client.put(place, json=change), await client.put(place, json=change | {"section": form | {"hue": 13}})

    assert (first.json(), second.status_code, second.json()["codes"]) == ({"version": 2}, 409, ["changed_meanwhile"])
    [told] = [one for one in (await client.get(door(edition, "sections"))).json() if one["letter"] == "N"]
    assert (told["hue"], told["most_seconds"], told["version"], told["drafts"]) == (12, 900, 2, 0)
    wrong = await client.post(door(edition, "sections"), json=form | {"letter": "nn", "hue": 400, "rules": {"year": {"weight": "refused"}}})
    assert wrong.status_code in {400, 422}


async def test_another_editions_section_is_none(client, house) -> None:
    edition, _ = await a_desk(client)
    abroad = await a_section(await an_edition())

    assert (await client.get(desk(edition, f"sections/{abroad.id}"))).status_code == 404
    gone = await client.post(f"{door(edition, 'sections')}/{abroad.id}/removal", json={"version": 1})
    assert (gone.status_code, await Section.exists().where(Section.id == abroad.id)) == (404, True)


async def test_every_page_has_the_hues_of_its_edition_from_a_sheet(client, house) -> None:
    edition, _ = await a_desk(client)
    await Section.update({Section.hue: 12}).where((Section.edition == edition.id) & (Section.letter == "S"))
    sheet = await client.get(f"/api/v1/{edition.slug}/sections.css")

    assert (sheet.status_code, sheet.headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert '[data-section="S"],[data-hue="12"]{--h:12}' in sheet.text
    again = await client.get(f"/api/v1/{edition.slug}/sections.css", headers={"if-none-match": sheet.headers["etag"]})
    assert again.status_code == 304
    assert f"/api/v1/{edition.slug}/sections.css" in (await client.get(f"/fr/{edition.slug}")).text
    assert re.search(r"sections\.css\?v=[-\w]*S12", (await client.get(desk(edition, "sections"))).text)


# What makers read of it


async def a_maker(client: httpx.AsyncClient, edition: Edition, **film):
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, **{"status": "draft", "title": "Nuit très claire", **film})
    await sign_in(client, maker)
    return maker, submission


async def test_a_maker_reads_at_once_why_a_section_does_not_take_the_film_and_which_would(client, house) -> None:
    edition = await an_edition()
    section = await section_called(edition, "C")
    rules = {"year": {"weight": "refused", "value": 2027}, "premiere": {"weight": "remark", "value": "world"}}
    await Section.update({Section.least_seconds: 120, Section.rules: rules}).where(Section.id == section.id)
    _, submission = await a_maker(client, edition)
    page = await client.get(f"/fr/{edition.slug}/submissions/{submission}")
    told = html.fromstring(page.text).get_element_by_id("eligibility").text_content()

    assert "De 2 min à 6 h 00".replace(" ", "") in re.sub(r"\s", "", page_of(page))
    assert "achevés en 2027 ou après" in told
    assert "les films de 2 min à 6 h 00" in " ".join(told.split())
    assert "Cette section le prendrait : « Courts »." in " ".join(told.split())
    assert "À savoir" in told

    filed = await client.post(f"/api/v1/{edition.slug}/submissions/{submission}/filing")
    assert filed.json()["codes"] == ["declared_seconds:runtime_outside_section", "year:year_too_early"]
    told = (await client.get(f"/api/v1/{edition.slug}/submissions/{submission}")).json()
    assert (told["fits"], told["remarks"]) == (["S"], ["premiere:premiere_too_low"])


async def test_a_closed_section_is_not_offered_and_takes_nothing(client, house) -> None:
    edition = await an_edition()
    await Section.update({Section.is_open: False}).where((Section.edition == edition.id) & (Section.letter == "C"))
    _, submission = await a_maker(client, edition)

    new = await client.get(f"/fr/{edition.slug}/submissions/new")
    mine = await client.get(f"/fr/{edition.slug}/submissions/{submission}")

    assert 'value="S"' in new.text
    assert 'value="C"' not in new.text
    assert 'value="C"' in mine.text, "what was chosen stays to be seen"
    filed = await client.post(f"/api/v1/{edition.slug}/submissions/{submission}/filing")
    assert filed.json()["codes"] == ["section:section_closed"]


# Deadlines and fees


async def test_deadlines_are_set_in_paris_time_and_an_hour_that_is_none_is_told(client, house) -> None:
    edition, _ = await a_desk(client)
    page = await client.get(desk(edition, "deadlines"))
    form = form_in(page, "/operator/deadlines") | {"at_day": "2027-03-28", "at_hour": "02:30", "fee": "12,50"}

    absent = await client.post(desk(edition, "deadlines"), data=form)
    twice = await client.post(desk(edition, "deadlines"), data=form | {"at_day": "2027-10-31", "fee": "vingt"})
    assert "n’existe pas cette nuit-là" in page_of(absent)
    assert "arrive deux fois" in page_of(twice)
    assert "Écrivez un montant" in page_of(twice)
    assert html.fromstring(twice.text).xpath("string(//*[@id='f-fee:new']/@value)") == "vingt"

    assert (await client.post(desk(edition, "deadlines"), data=form | {"at_day": "2027-09-30", "at_hour": "23:59"})).status_code == 303
    [row] = await Deadline.objects().where(Deadline.edition == edition.id)
    assert (row.at, row.fee_cents, row.kind) == (paris("2027-09-30 23:59"), 1250, "regular")
    assert (await Edition.objects().get(Edition.id == edition.id)).deadline_at == row.at

    place = desk(edition, f"deadlines/{row.id}")
    again = form_in(await client.get(desk(edition, "deadlines")), f"/deadlines/{row.id}")
    assert (again["at_day"], again["at_hour"], again["fee"]) == ("2027-09-30", "23:59", "12,50")
    assert (await client.post(place, data=again | {"fee": "15"})).status_code == 303
    stale = await client.post(place, data=again | {"fee": "20"})
    assert (stale.status_code, (await Deadline.objects().get(Deadline.id == row.id)).fee_cents) == (409, 1500)

    terms = form_in(await client.get(desk(edition, "deadlines")), "/operator/entry-terms")
    assert (await client.post(desk(edition, "entry-terms"), data=terms | {"grace_hours": "3"})).status_code == 303
    assert "pendant 3 heures" in page_of(await client.get(desk(edition, "deadlines")))


async def test_a_maker_reads_what_is_due_and_an_operator_notes_that_it_was_paid(client, house) -> None:
    edition, operator = await a_desk(client)
    form = {"kind": "regular", "at": "2031-01-01T12:00:00+01:00", "fee_cents": 1500}
    assert (await client.post(door(edition, "deadlines"), json=form)).status_code == 201
    maker, submission = await a_maker(client, edition)
    page = await client.get(f"/fr/{edition.slug}/submissions/{submission}")
    assert "15 € à régler" in page_of(page).replace("\u00a0", " ")
    assert (await client.post(f"/api/v1/{edition.slug}/submissions/{submission}/filing")).status_code == 204
    assert "15 € à régler" in page_of(await client.get(f"/fr/{edition.slug}/submissions")).replace("\u00a0", " ")

    await sign_in(client, operator)
    fees = await client.get(desk(edition, "fees"))
    assert "Nuit très claire" in page_of(fees)
    given = form_in(fees, f"/operator/fees/{submission}")
    place = desk(edition, f"fees/{submission}")
    empty = await client.post(place, data=given | {"state": "paid", "note": ""})
    assert empty.status_code == 422
    assert (await client.post(place, data=given | {"state": "paid", "note": "Virement du 3."})).status_code == 303
    kept = await Fee.objects().get(Fee.submission == submission)
    assert (kept.state, kept.note) == ("paid", "Virement du 3.")
    narrowed = await client.get(desk(edition, "fees") + "?state=due")
    assert "Rien de tel" in page_of(narrowed)
    late = await client.post(f"{place}?state=due", data=given | {"state": "waived", "note": "Un ami."})
    assert (late.status_code, 'value="Un ami."' in late.text) == (409, True), "typed beside a list that it has left"
    told = (await client.get(door(edition, "fees") + "?only=paid")).json()
    assert (told["found"], told["totals"]) == (1, {"paid": [1, 1500]})

    await sign_in(client, maker)
    assert "15 € réglés" in page_of(await client.get(f"/fr/{edition.slug}/submissions/{submission}")).replace("\u00a0", " ")


# Codes


async def test_a_code_is_given_out_typed_and_closed(client, house) -> None:
    edition, operator = await a_desk(client)
    await client.post(door(edition, "deadlines"), json={"at": "2031-01-01T12:00:00+01:00", "fee_cents": 1500})
    form = form_in(await client.get(desk(edition, "codes")), "/operator/codes") | {"code": "École 27", "label": "Femis"}
    assert (await client.post(desk(edition, "codes"), data=form)).status_code == 303
    [code] = await WaiverCode.objects().where(WaiverCode.edition == edition.id)
    assert code.code == "ÉCOLE27"

    maker, submission = await a_maker(client, edition)
    place = f"/fr/{edition.slug}/submissions/{submission}"
    typed = form_in(await client.get(place), "/code")
    wrong = await client.post(f"{place}/code", data=typed | {"code": "ECOLE"})
    assert (wrong.status_code, html.fromstring(wrong.text).xpath("string(//*[@id='f-code']/@value)")) == (422, "ECOLE")
    assert "Ce code est inconnu" in page_of(wrong)
    assert (await client.post(f"{place}/code", data=typed | {"code": "école-27"})).status_code == 303
    page = await client.get(place)
    assert "Frais dispensés" in page_of(page)
    assert "ÉCOLE27" in page_of(page)
    assert (await client.put(f"/api/v1/{edition.slug}/submissions/{submission}/code", json={"code": "ÉCOLE27"})).status_code == 204

    await sign_in(client, operator)
    listed = page_of(await client.get(desk(edition, "codes")))
    assert "1 sur 1" in listed
    assert "Nuit très claire" not in listed, "what is not filed is not named"
    assert "Ne peut être retiré : 1 dossier l’a" in listed
    gone = await client.post(f"{door(edition, 'codes')}/{code.id}/removal", json={"version": 1})
    assert gone.json()["codes"] == ["code_in_use"]

    await sign_in(client, maker)
    assert (await client.delete(f"/api/v1/{edition.slug}/submissions/{submission}/code")).status_code == 204
    assert "15" in page_of(await client.get(place))


async def test_codes_are_paged_and_searched_and_a_change_leads_back_to_its_page(client, house, monkeypatch) -> None:
    monkeypatch.setattr(waiver_codes, "PAGE", 1)
    monkeypatch.setattr(waiver_codes, "NEWEST", 1)
    edition, operator = await a_desk(client)
    for code, label in (("FEMIS27", "Une école"), ("ORBITE", "Un partenaire")):
        await waiver_codes.add_code(edition, CodeForm(code=code, label=label, most_uses=3), by=operator)
    maker = await a_person("filmmaker", edition=edition, name="Kerguelen")
    for n, status in enumerate(("submitted", "draft")):
        film, _ = await a_film(edition, maker, title=f"Périhélie {n}", status="draft")
        await waiver_codes.redeem(await submission_in(edition, film), "femis27", by=maker)
        await Submission.update({Submission.status: status}).where(Submission.id == film)
    await sign_in(client, operator)
    at, told = desk(edition, "codes"), door(edition, "codes")

    def codes(answer) -> list[str]:
        return [code for code in ("FEMIS27", "ORBITE") if code in answer.text]

    asked = ("page=1", "page=2", "page=9", "q=femis-2", "q=UNE+ECOLE", "q=kerguelen", "q=perihelie+0", "q=perihelie+1")
    shown = {words: codes(await client.get(f"{at}?{words}")) for words in asked}
    [found] = (await client.get(f"{told}?q=KERGUÉLEN")).json()["codes"]
    form = form_in(await client.get(f"{at}?page=2"), "?page=2")
    [code] = await WaiverCode.objects().where((WaiverCode.edition == edition.id) & (WaiverCode.code == "FEMIS27"))
    done = await client.post(f"{at}/{code.id}?page=2", data=form | {"label": "Deux écoles", "percent": "50"})
    late = await client.post(f"{at}/{code.id}?q=UNE+ECOLE", data=form | {"label": "Trois écoles"})

    femis, orbite = ["FEMIS27"], ["ORBITE"]
    assert (late.status_code, 'value="Trois écoles"' in late.text) == (409, True), "typed beside a list that it has left"
    assert list(shown.values()) == [orbite, femis, femis, femis, femis, femis, femis, []], "what is not filed is not named"
    assert (found["used"], [use["title"] for use in found["uses"]]) == (2, [""])
    assert "et 1 autre ; les dossiers déposés sont dans la liste des frais" in page_of(await client.get(f"{at}?page=2"))
    assert (done.status_code, done.headers["location"].startswith(f"{at}?page=2&done=")) == (303, True)


async def test_guessing_a_code_is_slowed_and_a_right_one_still_passes(client, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "THROTTLE_SECONDS", 0.01)
    edition, operator = await a_desk(client)
    await waiver_codes.add_code(edition, CodeForm(code="ECOLE27"), by=operator)
    _, submission = await a_maker(client, edition)
    place = f"/api/v1/{edition.slug}/submissions/{submission}/code"

    answers = [(await client.put(place, json={"code": f"ECOLE{n:02d}"})).status_code for n in range(limits.MOST_CODES + 2)]

    assert answers == [422] * limits.MOST_CODES + [429] * 2
    assert (await client.put(place, json={"code": "ECOLE27"})).status_code == 204


async def test_a_late_code_opens_the_page_of_a_new_entry(client, house) -> None:
    edition, operator = await a_desk(client, deadline_at=paris("2026-01-01 12:00"))
    await sign_in(client, maker := await a_person("filmmaker", edition=edition))
    place = f"/fr/{edition.slug}/submissions"
    assert "f-code" not in (await client.get(f"{place}/new")).text
    await waiver_codes.add_code(edition, CodeForm(code="RETARD", late_until=paris("2031-01-01 12:00")), by=operator)

    form = form_in(await client.get(f"{place}/new"), "/submissions") | {"title": "Périhélie"}
    without = await client.post(place, data=form)
    opened = await client.post(place, data=form | {"code": "retard"})

    assert (without.status_code, opened.status_code) == (422, 303)
    [row] = await rows("SELECT submission FROM member WHERE person = {}", maker.id)
    assert await entries.may_still_file(await submission_in(edition, row["submission"]), edition)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("room", ["sections", "sections/new", "deadlines", "fees", "codes"])
async def test_an_empty_edition_says_what_to_do_next(client, house, room: str, lang: str) -> None:
    edition, _ = await a_desk(client)
    await Section.delete().where(Section.edition == edition.id)

    answer = await client.get(desk(edition, room, lang))

    assert answer.status_code == 200
    assert html.fromstring(answer.text).xpath("//main//form[@method='post'] | //main//a[contains(@href, '/new')] | //main//*[@class='empty']")
