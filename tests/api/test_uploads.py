"""tus 1.0.0, to the letter: nothing is guessed at, nothing confirmed is lost."""

import asyncio
import base64
import contextlib
import hashlib
import math
import os
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from festival import deadlines
from festival.clock import now
from festival.db import rows
from festival.deadlines import DeadlineChange, DeadlineForm, DeadlineKind
from festival.settings import Settings
from festival.tables import Deadline, Outbox, Person, new_id
from media.policy import Finding, Severity
from media.storage import LocalStore
from submissions import uploads as uploading
from submissions.tables import FilmFile, Submission
from tests.builders import a_person, a_section, an_edition, sign_in

OCTETS = "application/offset+octet-stream"
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Uploads:
    """One maker, one draft, and the protocol's requests."""

    def __init__(self, client, base: str, submission: str) -> None:
        self.client, self.base, self.submission = client, base, submission

    async def create(self, size: object = len(FILM), *, content: bytes | None = None, **headers: str):
        known = f"submission {b64(self.submission)},filename {b64('film.mp4')}"
        sent = {"tus-resumable": "1.0.0", "upload-length": str(size), "upload-metadata": known,
                **({"content-type": OCTETS} if content is not None else {}),
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        encoded = {k: v.encode("utf-8") for k, v in sent.items() if v != ""}
        return await self.client.post(f"{self.base}/uploads", content=content, headers=encoded)

    async def begin(self, size: int = len(FILM)) -> str:
        answer = await self.create(size)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def send(self, place: str, piece: bytes, offset: object, **headers: str):
        sent = {"tus-resumable": "1.0.0", "upload-offset": str(offset), "content-type": OCTETS,
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        encoded = {k: v.encode("utf-8") for k, v in sent.items() if v != ""}
        return await self.client.patch(place, content=piece, headers=encoded)

    async def head(self, place: str):
        return await self.client.head(place, headers={"tus-resumable": "1.0.0"})

    async def offset(self, place: str) -> int:
        return int((await self.head(place)).headers["upload-offset"])


async def a_draft(client, edition) -> Uploads:
    await sign_in(client, await a_person("filmmaker", edition=edition))
    base = f"/api/v1/{edition.slug}"
    made = await client.post(f"{base}/submissions", json={"title": "Nuit"})
    return Uploads(client, base, made.json()["id"])


@pytest.fixture
async def uploads(client) -> Uploads:
    return await a_draft(client, await an_edition())


async def the_file(place: str) -> FilmFile:
    found = await FilmFile.objects().get(FilmFile.id == place.rpartition("/")[2])
    assert found is not None
    return found


async def test_the_offer_names_version_extensions_and_limits(client) -> None:
    edition = await an_edition()

    answer = await client.options(f"/api/v1/{edition.slug}/uploads")

    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "termination", "expiration"}  # fmt: skip
    assert int(answer.headers["tus-max-size"]) == Settings.read().max_upload_bytes
    assert set(answer.headers["tus-checksum-algorithm"].split(",")) == {"sha1", "sha256", "md5"}
    other = await client.options(f"/api/v1/{edition.slug}/uploads", headers={"tus-resumable": "0.2.2"})
    assert (other.status_code, other.headers["tus-version"]) == (204, "1.0.0")


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0.1", "2.0.0"])
async def test_another_version_is_told_ours_and_nothing_is_processed(uploads: Uploads, version: str) -> None:
    place = await uploads.begin()

    theirs = {"tus-resumable": version} if version else {}
    told = [
        await uploads.create(tus_resumable=version), await uploads.send(place, FILM, 0, tus_resumable=version),
        await uploads.client.head(place, headers=theirs), await uploads.client.delete(place, headers=theirs),
    ]  # fmt: skip

    assert [(one.status_code, one.headers["tus-version"]) for one in told] == [(412, "1.0.0")] * 4
    assert await uploads.offset(place) == 0


async def test_whatever_is_answered_names_the_version(uploads: Uploads, client) -> None:
    place, mine = await uploads.begin(), {"tus-resumable": "1.0.0"}
    none, creating = place.replace(place.rpartition("/")[2], "abcdefabcdefabcd"), f"{uploads.base}/uploads"
    answers = [
        await uploads.head(place), await uploads.head(none), await uploads.send(none, FILM, 0), await uploads.create(""),
        await uploads.send(place, FILM, 7), await client.delete(none, headers=mine), await client.get(place, headers=mine),
        await client.post(creating, headers={**mine, "x-csrf-token": "x"}), await client.options(creating),
    ]  # fmt: skip
    client.cookies.clear()
    answers += [await uploads.head(place), await uploads.send(place, FILM, 0), await uploads.create()]

    assert not any("upload-offset" in answer.headers for answer in answers if answer.status_code == 404)
    told = [(answer.status_code, answer.headers.get("tus-resumable")) for answer in answers]
    assert told == [(code, "1.0.0") for code in (200, 404, 404, 400, 409, 404, 405, 403, 204, 401, 403, 403)]


@pytest.mark.parametrize("length", ["+5", "-1", "1.0", "٥", "", "1_000", "0x10", " ", "1e3", "007"])
async def test_a_length_is_digits_and_nothing_else(uploads: Uploads, length: str) -> None:
    answer = await uploads.create(length)

    assert answer.status_code == 400


@pytest.mark.parametrize("concat", ["partial", "final;/api/v1/x/uploads/a /api/v1/x/uploads/b"])
async def test_a_part_of_a_film_does_not_pass_for_a_film(uploads: Uploads, concat: str) -> None:
    answer = await uploads.create(upload_concat=concat)

    assert (answer.status_code, answer.json()["codes"]) == (400, ["upload_concat_unknown"])
    assert await FilmFile.count().where(FilmFile.submission == uploads.submission) == 0


async def test_a_deferred_length_is_not_offered(uploads: Uploads) -> None:
    answer = await uploads.create("", upload_defer_length="1")

    assert answer.status_code == 400


@pytest.mark.parametrize("offset", ["+0", "-1", "0.0", "٠", ""])
async def test_an_offset_is_digits_and_nothing_else(uploads: Uploads, offset: str) -> None:
    place = await uploads.begin()

    answer = await uploads.send(place, FILM, offset)

    assert (answer.status_code, await uploads.offset(place)) == (400, 0)


@pytest.mark.parametrize("length", ["one more", 2**63 - 1, 2**63, "9" * 30])
async def test_a_film_beyond_the_limit_is_refused_with_the_limit(uploads: Uploads, length: object) -> None:
    most = Settings.read().max_upload_bytes

    answer = await uploads.create(most + 1 if length == "one more" else length)

    assert (answer.status_code, answer.headers["tus-max-size"]) == (413, str(most))


@pytest.mark.parametrize("metadata", ["submission !!!", "submission /w==", "submission", "filename YQ=="])
async def test_metadata_that_name_no_film_open_nothing(uploads: Uploads, metadata: str) -> None:
    answer = await uploads.create(upload_metadata=metadata)

    assert answer.status_code in {400, 404}
    assert "location" not in answer.headers


@pytest.mark.parametrize("more", ["filename YQ==", "is_confidential YQ", "clé YQ==", "note AAE="])
async def test_metadata_that_cannot_be_repeated_open_nothing(uploads: Uploads, more: str) -> None:
    known = f"submission {b64(uploads.submission)},filename {b64('film.mp4')}"

    answer = await uploads.create(upload_metadata=f"{known},{more}")

    assert (answer.status_code, answer.json()["codes"]) == (400, ["upload_metadata_invalid"])


async def test_until_when_an_upload_lasts_is_said_each_time_and_then_it_is_gone(uploads: Uploads) -> None:
    made = await uploads.create()
    place = made.headers["location"]
    sent, file = await uploads.send(place, FILM[:100], 0), await the_file(place)
    assert file.expires_at is not None
    told = [parsedate_to_datetime(one.headers["upload-expires"]) for one in (made, sent, await uploads.head(place))]
    assert told == [file.expires_at.replace(microsecond=0)] * 3

    await FilmFile.update({FilmFile.expires_at: now() - timedelta(days=1)}).where(FilmFile.id == file.id)
    late = [await uploads.head(place), await uploads.send(place, FILM[100:], 100)]
    await uploading.expire(file, LocalStore(Settings.read().media_root))
    late += [await uploads.head(place), await uploads.send(place, FILM[100:], 100)]
    assert [answer.status_code for answer in late] == [410] * 4


async def test_a_film_that_was_taken_back_takes_no_more_and_goes_on_where_it_comes_back(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:1000], 0)
    film = f"{uploads.base}/submissions/{uploads.submission}"
    assert (await uploads.client.post(f"{film}/withdrawal")).status_code == 204

    late = [await uploads.head(place), await uploads.send(place, FILM[1000:], 1000)]
    back = await uploads.client.post(f"{film}/return")

    assert [one.status_code for one in late] == [422, 422]
    assert (late[1].json()["codes"], back.status_code) == (["entry_withdrawn"], 204)
    assert (await uploads.send(place, FILM[1000:], await uploads.offset(place))).status_code == 204


async def test_what_lies_of_an_upload_that_is_none_any_more_is_swept_from_its_door(uploads: Uploads) -> None:
    store, left, young = LocalStore(Settings.read().media_root), new_id(), new_id()
    kept = (await uploads.begin()).rpartition("/")[2]
    for key in (left, young):
        store.create(key)
    for key in (left, kept):
        os.utime(store.upload_path(key), (1, 1))

    await uploading.sweep(store=store)

    assert [store.upload_path(key).exists() for key in (left, young, kept)] == [False, True, True]


@pytest.mark.parametrize("offset", [0, 999, 1001, len(FILM), len(FILM) + 1, 10**12, 2**63 - 1, "9" * 30])
async def test_a_wrong_offset_changes_nothing_and_is_told_the_right_one(uploads: Uploads, offset: int) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:1000], 0)

    answer = await uploads.send(place, FILM[1000:1100], offset)
    beyond = await uploads.send(place, FILM, 1)

    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "1000")
    assert (beyond.status_code, beyond.headers["upload-offset"]) == (409, "1000")
    assert await uploads.offset(place) == 1000


async def test_more_than_was_promised_is_refused(uploads: Uploads) -> None:
    place = await uploads.begin(1000)

    answer = await uploads.send(place, FILM[:1001], 0)

    assert (answer.status_code, await uploads.offset(place)) == (413, 0)


async def test_more_than_was_promised_without_a_length_is_refused(uploads: Uploads) -> None:
    place = await uploads.begin(1000)

    async def stream():
        for start in range(0, 1500, 500):
            yield FILM[start : start + 500]

    answer = await uploads.send(place, stream(), 0)

    assert answer.status_code == 413
    assert await uploads.offset(place) <= 1000


@pytest.mark.parametrize("kind", ["application/octet-stream", "video/mp4", "application/x-www-form-urlencoded"])
async def test_another_content_type_is_refused(uploads: Uploads, kind: str) -> None:
    place = await uploads.begin()

    answer = await uploads.send(place, b"a=b", 0, content_type=kind)

    assert (answer.status_code, await uploads.offset(place)) == (415, 0)


def summed(algorithm: str, piece: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()}"


async def test_a_wrong_checksum_keeps_nothing_of_the_piece(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:100], 0)

    answer = await uploads.send(place, bytes(200), 100, upload_checksum=summed("sha256", FILM[100:300]))

    assert (answer.status_code, await uploads.offset(place)) == (460, 100)
    await uploads.send(place, FILM[100:300], 100, upload_checksum=summed("sha256", FILM[100:300]))
    await uploads.send(place, FILM[300:], 300)
    assert (await the_file(place)).sha256 == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
async def test_a_right_checksum_keeps_the_piece(uploads: Uploads, algorithm: str) -> None:
    place = await uploads.begin()

    answer = await uploads.send(place, FILM[:100], 0, upload_checksum=summed(algorithm, FILM[:100]))

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "100")


@pytest.mark.parametrize("value", ["crc32 AAAA", "sha256 ???", "sha256", "sha256 AAAA", ""])
async def test_a_checksum_that_cannot_be_read_is_refused(uploads: Uploads, value: str) -> None:
    place = await uploads.begin()

    answer = await uploads.client.patch(
        place, content=FILM[:100],
        headers={"tus-resumable": "1.0.0", "upload-offset": "0", "content-type": OCTETS,
                 "upload-checksum": value},
    )

    assert (answer.status_code, await uploads.offset(place)) == (400, 0)


async def test_a_wrong_sum_of_the_first_bytes_refuses_no_film(uploads: Uploads) -> None:
    place = await uploads.begin()
    harmed = b"not a film at all " + FILM[18:]

    answer = await uploads.send(place, harmed, 0, upload_checksum=summed("sha256", FILM))
    again = await uploads.send(place, FILM, 0, upload_checksum=summed("sha256", FILM))

    assert (answer.status_code, again.status_code) == (460, 204)
    assert (await the_file(place)).sha256 == hashlib.sha256(FILM).hexdigest()


async def test_a_sum_over_more_than_was_promised_keeps_nothing(uploads: Uploads) -> None:
    place = await uploads.begin(1000)

    async def stream():
        yield FILM

    answer = await uploads.send(place, stream(), 0, upload_checksum=summed("sha256", FILM))

    assert (answer.status_code, await uploads.offset(place)) == (413, 0)


async def test_how_far_is_never_kept_by_a_cache(uploads: Uploads) -> None:
    place = await uploads.begin()

    answer = await uploads.head(place)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.headers["upload-offset"], answer.headers["upload-length"]) == ("0", str(len(FILM)))
    assert answer.headers["upload-expires"].endswith("GMT")


async def test_an_upload_given_up_is_gone(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:100], 0)

    answer = await uploads.client.delete(place, headers={"tus-resumable": "1.0.0"})

    assert answer.status_code == 204
    assert (await uploads.head(place)).status_code in {404, 410}
    assert (await uploads.send(place, FILM[100:], 100)).status_code in {404, 410}


@pytest.mark.parametrize(
    "said",
    ["filename {0}", "filename {0},is_confidential", "is_confidential,  filename {0} ", "filename {0},nothing "],
)
@pytest.mark.parametrize("name", ["film.mp4", "L’été à l’ombre.mov", "فيلم.mov", "🚀🎬.mkv", ""])
async def test_what_was_said_of_an_upload_is_repeated_byte_for_byte(
    uploads: Uploads, said: str, name: str
) -> None:
    told = f"submission {b64(uploads.submission)},{said.format(b64(name))}"
    made = await uploads.create(upload_metadata=told)

    answer = await uploads.head(made.headers["location"])

    assert answer.headers["upload-metadata"].strip() == told.strip()  # white space at an end is the line’s


async def test_more_said_than_can_be_repeated_is_refused(uploads: Uploads) -> None:
    told = f"submission {b64(uploads.submission)},filename {b64('x' * 9000)}"

    answer = await uploads.create(upload_metadata=told)

    assert (answer.status_code, answer.json()["codes"]) == (400, ["upload_metadata_invalid"])


async def test_a_whole_film_takes_no_more(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM, 0)

    told = [(await uploads.send(place, piece, offset)).status_code
            for piece, offset in [(FILM[9:], 9), (b"", 9), (b"x", len(FILM)), (b"", len(FILM)), (b"", 10**12)]]

    assert told == [409, 409, 413, 204, 409]


async def test_of_twelve_who_send_the_last_piece_one_ends_the_film(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:9000], 0)

    answers = await asyncio.gather(*(uploads.send(place, FILM[9000:], 9000) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 11
    assert {answer.headers["upload-offset"] for answer in answers} == {str(len(FILM))}
    assert (await the_file(place)).sha256 == hashlib.sha256(FILM).hexdigest()


async def test_somebody_elses_upload_does_not_exist(client) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    place = await uploads.begin()
    stranger = await a_draft(client, edition)

    told = [
        (await stranger.head(place)).status_code,
        (await stranger.send(place, FILM, 0)).status_code,
        (await client.delete(place, headers={"tus-resumable": "1.0.0"})).status_code,
    ]
    for_another = await Uploads(client, uploads.base, uploads.submission).create()

    assert (told, for_another.status_code) == ([404, 404, 404], 404)
    assert (await the_file(place)).state == "receiving"


async def test_an_upload_of_another_edition_is_told_as_none_at_all(client) -> None:
    uploads = await a_draft(client, await an_edition())
    place = (await uploads.begin()).replace(uploads.base, f"/api/v1/{(await an_edition()).slug}")
    none = place.replace(place.rpartition("/")[2], "abcdefabcdefabcd")

    def told(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.text

    given_up = {"tus-resumable": "1.0.0"}
    assert told(await uploads.send(place, FILM, 0)) == told(await uploads.send(none, FILM, 0))
    assert told(await client.delete(place, headers=given_up)) == told(await client.delete(none, headers=given_up))
    assert [(await uploads.head(one)).status_code for one in (place, none)] == [404, 404]


async def test_an_upload_in_pieces_is_the_film_and_is_inspected_once(uploads: Uploads) -> None:
    place = await uploads.begin()

    for start in range(0, len(FILM), 3000):
        await uploads.send(place, FILM[start : start + 3000], await uploads.offset(place))
    again = await uploads.send(place, b"", len(FILM))

    file = await the_file(place)
    kept = LocalStore(Settings.read().media_root).master_path(file.id).read_bytes()
    lines = await Outbox.objects().where(Outbox.task == "inspect_film")
    assert again.status_code == 204
    assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(FILM).hexdigest()
    assert (file.state, file.sha256) == ("received", hashlib.sha256(FILM).hexdigest())
    assert [line.args for line in lines].count({"file": file.id}) == 1


async def test_a_sender_who_vanishes_has_said_what_arrived(uploads: Uploads) -> None:
    place = await uploads.begin()

    class Gone(Exception):
        pass

    async def stream():
        yield FILM[:2000]
        raise Gone

    with contextlib.suppress(Gone):
        await uploads.send(place, stream(), 0)
    rest = await uploads.offset(place)
    await uploads.send(place, FILM[rest:], rest)

    assert rest == 2000
    assert (await the_file(place)).state == "received"
    kept = LocalStore(Settings.read().media_root).master_path((await the_file(place)).id)
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(FILM).digest()


async def test_creation_may_carry_the_first_bytes(uploads: Uploads) -> None:
    answer = await uploads.create(content=FILM[:500])

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "500")


@pytest.mark.parametrize(
    ("head", "code", "state"),
    [
        (b"This is my film, dear committee. ", "CONTAINER_NOT_ALLOWED", "faulty"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://169.254.169.254/a.ts\n", "HOSTILE_REFERENCE", "quarantined"),
    ],
)
async def test_what_is_no_film_is_refused_after_its_first_bytes(
    uploads: Uploads, head: bytes, code: str, state: str
) -> None:
    size = 50_000_000
    place = await uploads.begin(size)

    answer = await uploads.send(place, (head * 9000)[:300_000], 0)

    file = await the_file(place)
    assert (answer.status_code, answer.json()["codes"]) == (422, [code])
    assert (file.state, file.verdict["findings"][0]["code"]) == (state, code)
    again = await uploads.send(place, FILM, 300_000)
    assert (again.status_code, again.json()["codes"]) == (422, [code])
    assert all(again.json()["words"][lang][0] for lang in ("fr", "en"))


LOW = Finding(code="VIDEO_RES_LOW", severity=Severity.REJECT, measured="100", limit="144")


async def refused_meanwhile(place: str) -> None:
    """As the house does while a film arrives, in a process of its own."""
    store = LocalStore(Settings.read().media_root)
    assert await uploading.refuse(await the_file(place), (LOW,), store=store)


async def refused_in_mid_piece(place: str):
    yield FILM[1000:3000]
    await refused_meanwhile(place)
    for start in range(3000, len(FILM), 1000):
        await asyncio.sleep(0.02)
        yield FILM[start : start + 1000]


async def test_a_film_refused_in_mid_piece_is_told_why_at_every_door(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:1000], 0)

    answer = await uploads.send(place, refused_in_mid_piece(place), 1000)

    file = await the_file(place)
    assert (answer.status_code, answer.json()["codes"]) == (422, ["VIDEO_RES_LOW"])
    assert all("144" in answer.json()["words"][lang][0] for lang in ("fr", "en"))
    assert (file.state, file.received_at) == ("faulty", None)
    gone = await uploads.client.delete(place, headers={"tus-resumable": "1.0.0"})
    later = [await uploads.head(place), await uploads.send(place, FILM[1000:], 1000), gone]
    assert [again.status_code for again in later] == [422, 422, 422]


async def test_a_film_refused_between_two_pieces_is_told_why(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:1000], 0)
    await refused_meanwhile(place)

    answers = await asyncio.gather(*(uploads.send(place, FILM[1000:], 1000) for _ in range(12)))

    assert [(one.status_code, one.json()["codes"]) for one in answers] == [(422, ["VIDEO_RES_LOW"])] * 12


async def test_a_refused_film_is_told_why_also_once_another_took_its_place(uploads: Uploads) -> None:
    place, newer = await uploads.begin(), await uploads.begin()
    await refused_meanwhile(place)
    await uploads.send(newer, FILM, 0)

    told = [(await uploads.head(place)).status_code, (await uploads.send(place, FILM, 0)).status_code]

    assert ((await the_file(place)).state, told) == ("replaced", [422, 422])


async def test_twelve_at_once_during_a_refusal_never_find_a_fault_of_ours(uploads: Uploads) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:1000], 0)

    async def slowly():
        for start in range(1000, 5000, 1000):
            yield FILM[start : start + 1000]
            await asyncio.sleep(0.01)

    sending = [asyncio.create_task(uploads.send(place, slowly(), 1000)) for _ in range(12)]
    await refused_meanwhile(place)
    answers = await asyncio.gather(*sending)

    assert {answer.status_code for answer in answers} <= {204, 409, 422}
    assert (await uploads.send(place, FILM[5000:], 5000)).json()["codes"] == ["VIDEO_RES_LOW"]


async def test_what_is_no_film_is_refused_in_however_small_pieces_it_comes(uploads: Uploads) -> None:
    place = await uploads.begin(50_000_000)
    text = b"This is my film, dear committee. " * 400

    answers = [await uploads.send(place, text[at : at + 1000], at) for at in range(0, 5000, 1000)]

    assert [answer.status_code for answer in answers] == [204, 204, 204, 204, 422]
    assert (await the_file(place)).state == "faulty"


async def test_an_empty_film_is_refused(uploads: Uploads) -> None:
    place = await uploads.begin(0)

    assert (await the_file(place)).verdict["findings"][0]["code"] == "FILE_EMPTY"


async def test_after_the_deadline_nothing_begins(client) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    edition.deadline_at = now() - timedelta(minutes=1)
    await edition.save()

    answer = await uploads.create()

    assert (answer.status_code, answer.json()["codes"]) == (422, ["deadline_passed"])


async def test_what_was_begun_in_time_may_end_within_the_grace(client) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    place = await uploads.begin()
    begun = (await the_file(place)).created_at
    edition.deadline_at = begun + timedelta(milliseconds=1)
    await edition.save()

    answer = await uploads.send(place, FILM, 0)

    assert answer.status_code == 204


@pytest.mark.parametrize("begun", [-1, 0, 1], ids=["an instant before", "at the moment itself", "an instant after"])
@pytest.mark.parametrize("deadline", [
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # 03:00 in Paris, where it has just been 01:59
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 02:30 for the first time
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # and for the second
])  # fmt: skip
async def test_the_door_goes_by_the_microsecond_on_days_when_the_clock_changes(
    client, deadline: datetime, begun: int
) -> None:
    edition = await an_edition(grace_hours=(now() - deadline) // timedelta(hours=1) + 2)
    uploads = await a_draft(client, edition)
    file = await the_file(place := await uploads.begin())
    edition.deadline_at, file.promise = deadline, {}
    file.created_at = deadline + timedelta(microseconds=begun)
    await edition.save()
    await file.save()

    answer = await uploads.send(place, FILM, 0)

    assert answer.status_code == (204 if begun < 0 else 422)


async def test_under_load_a_deadline_moves_at_one_moment_for_everybody(client) -> None:
    """Twelve who begin again and again: closed, extended, closed. Nobody hears the old hour after the new one was
    kept, and who was let in meanwhile may end.
    """
    edition = await an_edition()
    operator, uploads = await a_person("operator", edition=edition), await a_draft(client, edition)
    form = DeadlineForm(section="", kind=DeadlineKind.REGULAR, at=now() + timedelta(hours=1))
    one = await deadlines.add_deadline(edition, form, by=operator)
    heard, rung, over = [], asyncio.Queue(), asyncio.Event()

    async def knock() -> None:
        while not over.is_set():
            began = time.monotonic()
            answer = await uploads.create()
            heard.append((began, time.monotonic(), answer))
            rung.put_nowait(True)

    async def move(version: int, by: timedelta) -> tuple[float, float]:
        began = time.monotonic()
        change = DeadlineChange(version=version, at=now() + by)
        await deadlines.change_deadline(edition, one, change, by=operator)
        return began, time.monotonic()

    async def two_rounds() -> None:
        while not rung.empty():
            rung.get_nowait()
        for _ in range(24):
            await rung.get()

    await move(1, -timedelta(hours=1))
    knocking = [asyncio.create_task(knock()) for _ in range(12)]
    await two_rounds()
    opened = await move(2, timedelta(hours=1))
    await two_rounds()
    closed = await move(3, -timedelta(hours=1))
    await two_rounds()
    over.set()
    await asyncio.gather(*knocking)

    def told(after: float, before: float) -> set[int]:
        return {answer.status_code for began, ended, answer in heard if began > after and ended < before}

    assert (told(0, opened[0]), told(opened[1], closed[0]), told(closed[1], math.inf)) == ({422}, {201}, {422})
    let_in = [answer.headers["location"] for _, _, answer in heard if answer.status_code == 201]
    assert {(await uploads.send(place, FILM[:100], 0)).status_code for place in let_in[:3]} == {204}


async def test_whoever_missed_the_last_answer_hears_it_after_the_grace_too(client) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    place = await uploads.begin()
    await uploads.send(place, FILM, 0)
    edition.deadline_at = now() - timedelta(days=9)
    await edition.save()
    await FilmFile.update({FilmFile.expires_at: now() - timedelta(days=1)}).where(
        FilmFile.id == (await the_file(place)).id
    )

    again, kept = await uploads.send(place, b"", len(FILM)), await uploads.head(place)

    assert (again.status_code, kept.status_code, kept.headers["upload-offset"]) == (204, 200, str(len(FILM)))


async def test_an_upload_that_has_ended_meanwhile_is_not_given_up(uploads: Uploads) -> None:
    place = await uploads.begin()
    as_seen = await the_file(place)
    person = await Person.objects().get(Person.id == as_seen.person)
    await uploads.send(place, FILM, 0)

    given_up = await uploading.abandon(as_seen, by=person, store=LocalStore(Settings.read().media_root))
    await uploading.expire(as_seen, LocalStore(Settings.read().media_root))

    said = await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", as_seen.id)
    assert (given_up, (await the_file(place)).state) == (False, "received")
    assert [row["act"] for row in said] == ["upload_begun", "file_received"]
    assert await uploads.offset(place) == len(FILM)


async def test_a_section_with_its_own_deadline_is_judged_by_it(client) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    place = await uploads.begin()
    begun = (await the_file(place)).created_at
    edition.deadline_at = begun - timedelta(days=3)
    await edition.save()
    await Deadline(
        edition=edition.id, section=(await a_section(edition)).id, at=begun + timedelta(days=1)
    ).save()
    await Submission.update({Submission.section: (await a_section(edition)).id}).where(
        Submission.edition == edition.id
    )

    answer = await uploads.send(place, FILM, 0)

    assert answer.status_code == 204


@pytest.mark.parametrize("moved", [-3, 9])
async def test_a_deadline_that_moves_in_the_middle_of_an_upload_takes_nothing_back(client, moved: int) -> None:
    """Moved before its beginning or after its end: as it began, so it may go on, piece by piece."""
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    place, half = await uploads.begin(), len(FILM) // 2
    told = [(await uploads.send(place, FILM[:half], 0)).status_code]

    edition.deadline_at = (await the_file(place)).created_at + timedelta(days=moved)
    await edition.save()
    for at, end in ((half, -9), (len(FILM) - 9, None)):
        told.append((await uploads.send(place, FILM[at:end], at)).status_code)

    assert told == [204] * 3
    assert await uploads.offset(place) == len(FILM)


async def test_an_older_upload_that_ends_later_replaces_nothing(uploads: Uploads) -> None:
    older, newer = await uploads.begin(), await uploads.begin()
    await uploads.send(newer, FILM, 0)

    answer = await uploads.send(older, FILM, 0)

    assert answer.status_code == 410
    assert [(await the_file(place)).state for place in (older, newer)] == ["replaced", "received"]


async def test_the_house_looks_at_a_film_while_it_arrives(uploads: Uploads) -> None:
    mib = 1024 * 1024
    film = FILM + bytes(3 * mib)
    place = await uploads.begin(len(film))
    file = (await the_file(place)).id

    async def looks() -> int:
        found = await Outbox.objects().where(Outbox.task == "look_early")
        return sum(line.args["file"] == file for line in found)

    await uploads.send(place, film[: mib // 2], 0)
    assert await looks() == 0
    await uploads.send(place, film[mib // 2 : 2 * mib], mib // 2)
    assert await looks() == 1
    await uploads.send(place, film[2 * mib :], 2 * mib)
    assert await looks() == 1
