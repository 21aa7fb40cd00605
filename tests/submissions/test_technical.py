"""An edition's own technical rules, and a section's: tried, applied, and kept by every film that must."""

import asyncio
from contextvars import Context
from html import unescape

import msgspec
import pytest

from festival.db import rows, transaction
from festival.errors import Conflict
from festival.tables import Edition, Section
from media import policy
from media.facts import Facts
from submissions import entries, rejudging, technical
from submissions.entries import entry_of
from submissions.intake import judged
from submissions.lists import submission_in
from submissions.tables import FilmFile, Submission
from submissions.verdicts import verdict_of
from tests.builders import a_film, a_person, a_section, an_edition, led_to, sign_in
from tests.submissions.test_rejudging import SMALL, a_measured_film, codes, the

RULES = "/operator/policy/rules"
TRIAL = "/operator/policy/trial"


@pytest.fixture
async def edition(house) -> Edition:
    return await an_edition(policy="festival")


async def submission_of(file: str) -> Submission:
    return await Submission.objects().get(Submission.id == (await the(file)).submission)


async def moved_to(edition: Edition, file: str, letter: str) -> None:
    """Its maker chooses another section."""
    submission = await submission_of(file)
    entry = msgspec.structs.replace(await entry_of(submission), section=letter)
    member = await rows("SELECT person FROM member WHERE submission = {}", submission.id)
    by = await a_person(edition=edition)
    assert member
    await entries.save_entry(submission, entry, version=submission.version, by=by)


async def let_small(edition: Edition, letter: str = "", *, version: int = 0) -> list:
    """Films of 360 lines may come, in this section or everywhere."""
    section = (await a_section(edition, letter)).id if letter else None
    own = {"height": {"least": 144, "recommended": 144}}
    by = await a_person("operator", edition=edition)
    return await rejudging.set_rules(edition, section, own, version=version, by=by)


async def test_a_draft_is_tried_and_nothing_changes(client, edition) -> None:
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")
    await sign_in(client, await a_person("operator", edition=edition))

    told = await client.post(
        f"/api/v1/{edition.slug}{TRIAL}",
        json={"settings": {"height.least": 144, "height.recommended": 144}},
    )

    assert told.status_code == 200
    assert [(one["file"], one["before"], one["after"]) for one in told.json()] == [
        (file, "refused", "sound")
    ]
    assert ((await the(file)).state, await codes(file)) == ("faulty", ["VIDEO_RES_LOW"])
    assert (await technical.book_of(edition.id)).layers == {}


async def test_what_is_applied_judges_again_and_is_kept_with_before_and_after(client, edition) -> None:
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")
    operator = await a_person("operator", edition=edition)
    await sign_in(client, operator)
    settings = {"height.least": 144, "height.recommended": 144, "level.AUDIO_MONO": "reject"}

    done = await client.put(f"/api/v1/{edition.slug}{RULES}", json={"settings": settings})
    stands = (await client.get(f"/api/v1/{edition.slug}{RULES}")).json()

    assert [one["after"] for one in done.json()] == ["sound"]
    assert (await the(file)).state == "sound"
    assert (stands["version"], stands["own"]["level.AUDIO_MONO"]) == (1, ["usual", "reject"])
    [line] = await rows(
        "SELECT subject, details FROM record WHERE act = 'rules_changed' AND edition = {}", edition.id
    )
    assert line["details"]["changes"]["height.least"] == [720, 144]
    page = await client.get(f"/fr/{edition.slug}/operator/record?about={line['subject']}")
    assert "<del>720</del>" in page.text
    assert "Définition, au moins (lignes)" in page.text


async def test_who_saw_an_older_version_is_told_and_changes_nothing(client, edition) -> None:
    await let_small(edition)
    await sign_in(client, await a_person("operator", edition=edition))

    late = await client.put(
        f"/api/v1/{edition.slug}{RULES}", json={"settings": {"height.least": 480}, "version": 0}
    )

    assert (late.status_code, late.json()["codes"]) == (409, ["changed_meanwhile"])
    assert (await technical.rules_of(edition, None)).height.least == 144


async def test_of_two_at_once_one_is_told(edition) -> None:
    both = await asyncio.gather(let_small(edition), let_small(edition), return_exceptions=True)

    assert {type(one) for one in both} == {Conflict, list}
    assert (await technical.book_of(edition.id)).layer(None).version == 1


async def test_every_wrong_setting_is_named_with_its_own_bounds(client, edition) -> None:
    await sign_in(client, await a_person("operator", edition=edition))

    told = await client.post(
        f"/api/v1/{edition.slug}{TRIAL}",
        json={"settings": {"height.least": 1, "duration.most": 0, "level.HOSTILE_REFERENCE": "off"}},
    )

    assert told.status_code == 422
    assert told.json()["codes"] == [
        "height.least:rule_beyond", "duration.most:rule_beyond", "level.HOSTILE_REFERENCE:rule_fixed"
    ]  # fmt: skip
    assert told.json()["words"]["en"][0] == "A number from 16 to 4320."
    assert told.json()["words"]["en"][1] == "A number from 1 to 86400."


async def test_no_other_edition_is_touched_or_read(client, edition) -> None:
    other = await an_edition(policy="festival")
    away = await a_measured_film(other, state="faulty", status="draft", by="festival")
    await sign_in(client, await a_person("operator", edition=edition))

    changed = await let_small(edition)
    refused = await client.get(f"/api/v1/{other.slug}{RULES}")

    assert changed == []
    assert await codes(away) == ["VIDEO_RES_LOW"]
    assert (await technical.rules_of(other, None)).height.least == 720
    assert refused.status_code == 403


# -- a section's own


async def test_a_section_judges_by_its_own_rules_and_the_others_by_the_editions(edition) -> None:
    maker = await a_person("filmmaker", edition=edition)
    shorts, feature = [
        (await a_film(edition, maker, file="faulty", status="draft", section=letter))[1] for letter in "SC"
    ]
    for file in (shorts, feature):
        await rows(
            """UPDATE film_file SET facts = {}::jsonb, verdict = {}::jsonb WHERE id = {} RETURNING id""",
            *(msgspec.json.encode(one).decode() for one in (SMALL, policy.judge(SMALL, policy.load("festival")))),
            file,
        )  # fmt: skip

    await let_small(edition, "S")

    assert ((await the(shorts)).state, await codes(shorts)) == ("sound", [])
    assert ((await the(feature)).state, await codes(feature)) == ("faulty", ["VIDEO_RES_LOW"])


async def test_a_film_that_changes_section_is_judged_by_the_other_rules(edition) -> None:
    await let_small(edition, "S")
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")

    await moved_to(edition, file, "S")
    assert ((await the(file)).state, await codes(file)) == ("sound", [])

    await rows(
        "UPDATE film_file SET state = 'released', screener = {}::jsonb WHERE id = {} RETURNING id",
        "{}", file,
    )  # fmt: skip
    await moved_to(edition, file, "C")
    assert ((await the(file)).state, await codes(file)) == ("faulty", ["VIDEO_RES_LOW"])

    await moved_to(edition, file, "S")
    assert (await the(file)).state == "ready"  # its copy is there already
    lines = await rows("SELECT id FROM outbox WHERE task = 'make_screener' AND args->>'file' = {}", file)
    assert len(lines) == 1


async def test_a_film_that_was_refused_for_its_section_is_not_filed_in_it(edition) -> None:
    await let_small(edition, "S")
    file = await a_measured_film(edition, state="released", status="draft", by="demo")
    await moved_to(edition, file, "S")
    assert (await the(file)).state == "released"

    await moved_to(edition, file, "C")

    assert "file:file_not_released" in await entries.missing_of(await submission_of(file))


async def test_saving_without_another_section_judges_nothing_again(edition) -> None:
    file = await a_measured_film(edition, state="released", status="draft", by="demo")

    await moved_to(edition, file, "C")

    assert ((await the(file)).state, await codes(file)) == ("released", [])


async def test_a_verdict_under_way_waits_for_who_changes_the_section(edition) -> None:
    """Looked at under one section, kept under the other: the verdict is of the section that stands."""
    await let_small(edition, "S")
    file = await a_measured_film(edition, state="inspecting", status="draft", by="festival")
    submission = await submission_of(file)
    shorts = await a_section(edition, "S")

    async with transaction():
        await rows("UPDATE submission SET section = {} WHERE id = {} RETURNING id", shorts.id, submission.id)
        waiting = asyncio.create_task(verdict_kept(SMALL, submission), context=Context())
        await asyncio.sleep(0.2)
        assert not waiting.done()

    assert (await waiting).outcome == "sound"


async def verdict_kept(facts: Facts, submission: Submission):
    async with transaction():
        return await judged(facts, submission)


async def test_a_section_that_goes_takes_its_rules_along(edition) -> None:
    await let_small(edition, "S")

    await Section.delete().where(Section.id == (await a_section(edition, "S")).id)

    assert (await technical.book_of(edition.id)).layers == {}


# -- the page


async def form_of(client, address: str) -> dict:
    """Every field of the form of rules, as a browser would send it."""
    from lxml import html

    page = html.fromstring((await client.get(address)).text)
    form = next(one for one in page.forms if one.get("id") == "rules")
    given: dict = {}
    for name, value in form.form_values():
        given.setdefault(name, []).append(value)
    return given


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_form_tries_first_and_then_applies_what_was_tried(client, edition, lang: str) -> None:
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")
    await sign_in(client, await a_person("operator", edition=edition))
    place = f"/{lang}/{edition.slug}/operator/policy"
    form = await form_of(client, place) | {"height.least": ["144"], "height.recommended": ["144"]}

    untried = await client.post(f"{place}/rules", data=form)
    tried = await client.post(f"{place}/trial", data=form)

    assert (untried.status_code, tried.status_code) == (422, 200)
    assert (await the(file)).state == "faulty"
    for page in (untried, tried):
        assert 'value="144"' in page.text
        assert "Nuit claire" in unescape(page.text)
    mark = tried.text.split('name="tried" value="')[1].split('"')[0]

    other = await client.post(f"{place}/rules", data=form | {"tried": [mark], "black.inside": ["20"]})
    done = await client.post(f"{place}/rules", data=form | {"tried": [mark]})

    assert (other.status_code, done.status_code) == (422, 303)
    assert (await the(file)).state == "sound"
    assert (await technical.rules_of(edition, None)).black.inside == 10


async def test_a_wrong_field_stands_as_it_was_typed_with_what_would_do(client, edition) -> None:
    await sign_in(client, await a_person("operator", edition=edition))
    place = f"/fr/{edition.slug}/operator/policy"
    form = await form_of(client, place) | {"height.least": ["9"], "black.inside": ["33"]}

    page = await client.post(f"{place}/trial", data=form)

    assert page.status_code == 422
    assert "Un nombre de 16 à 4320." in page.text
    assert 'value="9"' in page.text
    assert 'value="33"' in page.text
    assert led_to(page.text) == [f"{place}/rules"]


async def test_the_untouched_form_of_a_section_changes_nothing(client, edition) -> None:
    await let_small(edition, "S")
    await sign_in(client, await a_person("operator", edition=edition))
    place = f"/fr/{edition.slug}/operator/policy"
    form = await form_of(client, f"{place}?section=S")

    tried = await client.post(f"{place}/trial", data=form)

    assert "Aucun film mesuré ne changerait de verdict." in tried.text
    assert "<ins>" not in tried.text


async def test_back_to_the_house_is_tried_as_everything_else(client, edition) -> None:
    await let_small(edition)
    await sign_in(client, await a_person("operator", edition=edition))
    place = f"/en/{edition.slug}/operator/policy"

    page = await client.get(f"{place}?defaults=1")
    form = await form_of(client, f"{place}?defaults=1")
    done = await client.post(f"{place}/rules", data=form)

    assert "<del>144</del> <ins>720</ins>" in page.text
    assert done.status_code == 303
    assert (await technical.book_of(edition.id)).layer(None).rules == {}
    assert (await technical.book_of(edition.id)).layer(None).version == 2


# -- as its reader sees it


async def test_a_maker_reads_the_rules_of_the_section_before_sending(client, edition) -> None:
    await let_small(edition, "S")
    maker = await a_person("filmmaker", edition=edition)
    pages = {}
    for letter in "CS":
        submission, _ = await a_film(edition, maker, file="faulty", status="draft", section=letter)
        await sign_in(client, maker)
        pages[letter] = (await client.get(f"/en/{edition.slug}/submissions/{submission}")).text
        told = (await client.get(f"/api/v1/{edition.slug}/rules?section={letter}")).json()
        low = next(one for one in told if one["code"] == "VIDEO_RES_LOW")
        assert low["limits"][0]["value"] == {"C": 720, "S": 144}[letter]

    assert "The short side of the picture has 720 lines at least" in pages["C"]
    assert "The short side of the picture has 144 lines at least" in pages["S"]
    assert "&#34;least&#34;: 720" in pages["C"]
    assert "&#34;least&#34;: 144" in pages["S"]


async def test_the_browser_refuses_nothing_that_is_only_remarked_on(client, edition) -> None:
    by = await a_person("operator", edition=edition)
    own = {"severities": {"VIDEO_CODEC": "warn", "AUDIO_MISSING": "off", "DURATION_LONG": "warn",
                          "VIDEO_RES_LOW": "warn", "DURATION_SHORT": "off"}}  # fmt: skip
    await rejudging.set_rules(edition, None, own, version=0, by=by)
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, file="faulty", status="draft")
    await sign_in(client, maker)

    page = unescape((await client.get(f"/fr/{edition.slug}/submissions/{submission}")).text)

    assert '{"codecs": null, "least": 0, "long": 1000000000, "short": 0, "sound": false}' in page


async def test_the_report_tells_the_limits_of_the_section(client, edition) -> None:
    await let_small(edition, "S")
    maker = await a_person("filmmaker", edition=edition)
    submission, file = await a_film(edition, maker, file="ready", status="draft", section="S")
    await rows(
        """UPDATE film_file SET facts = {}::jsonb, verdict = {}::jsonb WHERE id = {} RETURNING id""",
        msgspec.json.encode(SMALL).decode(), '{"outcome": "sound"}', file,
    )  # fmt: skip
    await sign_in(client, maker)

    page = await client.get(f"/fr/{edition.slug}/submissions/{submission}/file")

    assert "144 lignes" in page.text
    assert "1080 lignes" not in page.text
    assert verdict_of((await FilmFile.objects().get(FilmFile.id == file)).verdict).outcome == "sound"
    assert (await submission_in(edition, submission)).section
