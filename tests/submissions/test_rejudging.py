"""Other rules, the same facts: verdicts change, files are not opened, nothing filed is taken away."""

from html import unescape

import msgspec
import pytest

from festival.db import rows
from festival.errors import Refused
from festival.tables import Edition
from media import policy
from media.facts import Facts, Picture, Sound
from submissions import rejudging
from submissions.tables import FilmFile
from submissions.verdicts import verdict_of
from tests.builders import a_film, a_person, an_edition, sign_in

SMALL = Facts(
    container="mp4", size=1, duration=60.0, streams=2,
    pictures=(Picture(codec="h264", width=640, height=360, rate=(24, 1), frames=1440, duration=60.0,
                      primaries="bt709", transfer="bt709", matrix="bt709"),),
    sounds=(Sound(codec="aac", channels=2, sample_rate=48000, duration=60.0, loudness=-23.0),),
)  # fmt: skip


async def a_measured_film(edition: Edition, *, state: str, status: str, by: str) -> str:
    maker = await a_person("filmmaker", edition=edition)
    _, file = await a_film(edition, maker, file=state, status=status)
    verdict = policy.judge(SMALL, policy.load(by))
    await rows(
        "UPDATE film_file SET facts = {}::jsonb, verdict = {}::jsonb WHERE id = {} RETURNING id",
        msgspec.json.encode(SMALL).decode(), msgspec.json.encode(verdict).decode(), file,
    )  # fmt: skip
    return file


async def the(file: str) -> FilmFile:
    return await FilmFile.objects().get(FilmFile.id == file)


async def codes(file: str) -> list[str]:
    return [f.code for f in verdict_of((await the(file)).verdict).findings]


async def test_a_preview_tells_what_would_change_and_changes_nothing(house) -> None:
    edition = await an_edition(policy="festival")
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")

    changes = await rejudging.preview(edition, "demo")

    assert [(c.file, c.before, c.after, c.lost, c.is_upheaval) for c in changes] == [
        (file, "refused", "sound", ("VIDEO_RES_LOW",), True)
    ]
    assert ((await the(file)).state, await codes(file)) == ("faulty", ["VIDEO_RES_LOW"])
    assert await rejudging.preview(edition, "festival") == []


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_page_says_what_was_found_in_words_and_not_in_codes(client, house, lang) -> None:
    edition = await an_edition(policy="festival")
    await a_measured_film(edition, state="faulty", status="draft", by="festival")
    await sign_in(client, await a_person("operator", edition=edition))

    page = (await client.get(f"/{lang}/{edition.slug}/operator/policy?policy=demo")).text

    [change] = await rejudging.preview(edition, "demo")
    assert change.words["VIDEO_RES_LOW"][lang] in unescape(page)
    assert "VIDEO_RES_LOW" not in page


async def test_a_refused_film_that_is_sound_now_goes_on_to_its_copy(house) -> None:
    edition = await an_edition(policy="festival")
    operator = await a_person("operator", edition=edition)
    file = await a_measured_film(edition, state="faulty", status="draft", by="festival")

    await rejudging.apply(edition, "demo", by=operator)
    await rejudging.apply(edition, "demo", by=operator)

    assert ((await the(file)).state, await codes(file)) == ("sound", [])
    lines = await rows("SELECT id FROM outbox WHERE task = 'make_screener' AND args->>'file' = {}", file)
    assert len(lines) == 1


async def test_what_was_filed_keeps_its_place_with_its_new_verdict(house) -> None:
    edition = await an_edition(policy="demo")
    operator = await a_person("operator", edition=edition)
    filed = await a_measured_film(edition, state="released", status="submitted", by="demo")
    draft = await a_measured_film(edition, state="ready", status="draft", by="demo")

    await rejudging.apply(edition, "festival", by=operator)

    assert [(await the(f)).state for f in (filed, draft)] == ["released", "faulty"]
    assert await codes(filed) == ["VIDEO_RES_LOW"]
    assert (await Edition.objects().get(Edition.id == edition.id)).policy == "festival"


async def test_rules_that_nobody_wrote_are_refused(house) -> None:
    edition = await an_edition()

    with pytest.raises(Refused) as refused:
        await rejudging.preview(edition, "nosuch")

    assert refused.value.codes == ("policy:policy_unknown",)
