"""A digital cinema package as a material: received by tus, checked by a job, and only then a delivery."""

import asyncio
import base64
import io
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from festival import leases
from festival.access import Viewer
from festival.db import rows
from festival.leases import Heartbeat, NotYet, Superseded
from festival.progress import News
from festival.settings import Settings
from festival.tables import Phase
from keeping import erasure
from media.bucket import BucketStore
from media.storage import LocalStore
from submissions import attachments, entries, materials, packages, uploads
from submissions.materials import MaterialForm
from submissions.tables import Attachment, PackageUpload, Submission
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.media.test_dcp import Maker, mxf

OCTETS = "application/offset+octet-stream"
TUS = {"tus-resumable": "1.0.0"}
LABELS = {"fr": "Copie de projection", "en": "Exhibition copy"}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def tarred(folder: Path) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=f"{folder.name}/{path.name}")
    return packed.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A package of one picture held for a while, with its sound, in a tar."""
    folder = tmp_path_factory.mktemp("package")
    still = mxf(folder / "one.mxf", "-f", "lavfi", "-i", "testsrc2=s=1998x1080:r=24:d=0.04", "-c:v", "libopenjpeg",
                "-profile:v", "cinema2k", "-cinema_mode", "2k_24", "-pix_fmt", "xyz12le")  # fmt: skip
    picture = mxf(
        folder / "picture.mxf", "-stream_loop", "29", "-i", str(still), "-c", "copy", "-r", "24"
    )
    sound = mxf(folder / "sound.mxf", "-f", "lavfi", "-i", "color=s=64x64:r=24:d=1.25", "-f", "lavfi", "-i",
                "sine=r=48000:d=1.25", "-c:v", "mpeg2video", "-c:a", "pcm_s24le", "-ac", "2")  # fmt: skip
    return tarred(Maker(folder / "Nuit", picture, sound).write().folder)


class Desk:
    """One accepted film, whose maker sends a package by the door of uploads."""

    def __init__(self, client, edition, film: str, material: str) -> None:
        self.client, self.edition, self.film, self.material = client, edition, film, material
        self.base = f"/api/v1/{edition.slug}"
        self.store = LocalStore(Settings.read().media_root)

    async def begin(self, size: int, *, name: str = "Nuit.tar"):
        said = {
            "submission": self.film,
            "kind": "package",
            "material": self.material,
            "filename": name,
        }
        known = ",".join(f"{key} {b64(value)}" for key, value in said.items())
        headers = {**TUS, "upload-length": str(size), "upload-metadata": known}
        return await self.client.post(f"{self.base}/uploads", headers=headers)

    async def piece(self, place: str, raw: bytes, offset: int):
        headers = {**TUS, "upload-offset": str(offset), "content-type": OCTETS}
        return await self.client.patch(place, content=raw, headers=headers)

    async def send(self, raw: bytes) -> str:
        """In two pieces; the key."""
        begun = await self.begin(len(raw))
        assert begun.status_code == 201, begun.text
        place, half = begun.headers["location"], len(raw) // 2
        assert (await self.piece(place, raw[:half], 0)).status_code == 204
        assert (await self.piece(place, raw[half:], half)).status_code == 204
        return place.rpartition("/")[2]

    async def work(self, key: str) -> str:
        """The line of its check."""
        lines = await rows(
            "SELECT id FROM outbox WHERE task = 'check_package' AND args->>'package' = {}", key
        )
        return str(lines[0]["id"])

    async def check(self, key: str, *, is_lost: bool = False) -> None:
        """As a worker does it; or as one whose lease somebody else has taken."""
        lease = await leases.take(await self.work(key), worker="w")
        assert lease is not None
        settings, heartbeat = Settings.read(), Heartbeat(lease)
        heartbeat.lost = is_lost
        redis = Redis.from_url(settings.redis_url)
        await packages.check(key, lease=lease, heartbeat=heartbeat, news=News(redis), settings=settings,
                             store=self.store)  # fmt: skip
        await leases.finish(lease)
        await redis.aclose()

    async def line(self):
        submission = await Submission.objects().get(Submission.id == self.film)
        return (await materials.wanted_of(submission))[0]

    def lies(self, key: str) -> list[str]:
        """Where bytes of it lie."""
        return [
            kind
            for kind in ("uploads", "masters", "copies")
            if (self.store.root / kind / key).exists()
        ]


@pytest.fixture
async def desk(client) -> Desk:
    edition = await an_edition(phase=Phase.SELECTION, policy="demo")
    maker = await a_person("filmmaker", edition=edition)
    form = MaterialForm(labels=LABELS, kind="exhibition", accepts="package", most=3)
    one = await materials.add_material(
        edition, form, by=await a_person("operator", edition=edition)
    )
    film, _ = await a_film(edition, maker, status="accepted")
    await sign_in(client, maker)
    return Desk(client, edition, film, one)


async def test_a_package_in_order_becomes_a_delivery_like_any_other(
    desk: Desk, whole: bytes
) -> None:
    key = await desk.send(whole)
    before = await desk.line()
    asked = await rows(
        "SELECT edition FROM outbox WHERE task = 'check_package' AND args->>'package' = {}", key
    )

    await desk.check(key)
    line = await desk.line()
    taken = await desk.client.get(f"{desk.base}/attachments/{key}")

    assert (before.package.state, before.brought, asked[0]["edition"]) == (
        "received",
        [],
        desk.edition.id,
    )
    assert line.package.verdict.is_accepted, line.package.verdict
    assert (line.package.state, line.most, [one.file.name for one in line.brought]) == (
        "delivered",
        1,
        ["Nuit.tar"],
    )
    assert (taken.content == whole, taken.headers["content-type"]) == (True, "application/x-tar")
    assert desk.lies(key) == ["copies"]


async def test_a_package_with_one_bit_off_is_refused_and_leaves_its_report(
    desk: Desk, whole: bytes
) -> None:
    spoilt = bytearray(whole)
    spoilt[whole.index(b"picture.mxf") + 512 + 20_000] ^= 1
    key = await desk.send(bytes(spoilt))

    await desk.check(key)
    line = await desk.line()

    office = Viewer(edition=desk.edition.id)
    board = await materials.board(desk.edition, office, only_missing=False, page=1)
    letters = await rows(
        "SELECT link FROM letter WHERE kind = 'package_refused' AND about = {}", desk.film
    )
    assert (line.package.state, line.brought, desk.lies(key)) == ("refused", [], [])
    assert "DCP_HASH" in {finding.code for finding in line.package.verdict.findings}
    (cell,) = board.films[0].cells
    assert (cell.state, cell.package) == ("wished", "refused")
    assert [one["link"] for one in letters] == [f"/submissions/{desk.film}/materials"]


async def test_a_newer_package_takes_the_place_of_the_older_once_it_is_in_order(
    desk: Desk, whole: bytes
) -> None:
    first = await desk.send(whole)
    await desk.check(first)
    second = await desk.send(whole)

    meanwhile = [one.file.id for one in (await desk.line()).brought]
    await desk.check(second)
    await attachments.discard(first, store=desk.store)

    assert (meanwhile, [one.file.id for one in (await desk.line()).brought]) == ([first], [second])
    assert (desk.lies(first), await PackageUpload.exists().where(PackageUpload.id == first)) == (
        [],
        False,
    )


async def test_what_begins_as_no_tar_is_refused_at_its_first_bytes(desk: Desk) -> None:
    film = b"\x00\x00\x00\x18ftypisom" + bytes(2048)
    place = (await desk.begin(10**9)).headers["location"]

    answer = await desk.piece(place, film * 300, 0)
    again = await desk.piece(place, film, 0)

    assert (answer.status_code, again.status_code, answer.json()["codes"]) == (
        422,
        422,
        ["PACKAGE_NO_TAR"],
    )
    key = place.rpartition("/")[2]
    looks = await rows(
        "SELECT id FROM outbox WHERE task = 'look_early' AND args->>'file' = {}", key
    )
    assert (desk.lies(key), looks) == ([], [])


async def test_no_package_is_taken_where_none_is_wanted(desk: Desk) -> None:
    await rows("UPDATE material SET accepts = 'document' WHERE id = {} RETURNING id", desk.material)
    unasked = await desk.begin(1000)
    await rows("UPDATE material SET accepts = 'package' WHERE id = {} RETURNING id", desk.material)
    await rows("UPDATE submission SET status = 'submitted' WHERE id = {} RETURNING id", desk.film)
    unannounced = await desk.begin(1000)
    await rows("UPDATE submission SET status = 'accepted' WHERE id = {} RETURNING id", desk.film)
    await sign_in(desk.client, await a_person("filmmaker", edition=desk.edition))
    stranger = await desk.begin(1000)

    assert [one.status_code for one in (unasked, unannounced, stranger)] == [422, 404, 404]
    assert not await PackageUpload.exists().where(PackageUpload.submission == desk.film)


async def test_an_upload_of_a_package_is_its_makers_alone_and_can_be_given_up(
    desk: Desk, whole: bytes
) -> None:
    place = (await desk.begin(len(whole))).headers["location"]
    key = place.rpartition("/")[2]
    await desk.piece(place, whole[:5000], 0)
    kept = await desk.client.head(place, headers=TUS)
    maker = await rows("SELECT person FROM package_upload WHERE id = {}", key)
    await sign_in(desk.client, await a_person("filmmaker", edition=desk.edition))
    others = await desk.client.head(place, headers=TUS)

    film = await rows("SELECT film FROM submission WHERE id = {}", desk.film)
    assert (kept.headers["upload-offset"], others.status_code) == ("5000", 404)
    assert key in await erasure.files_of([film[0]["film"]])  # whoever is erased takes it along
    package = await PackageUpload.objects().get(PackageUpload.id == key)
    dropped = [await packages.abandon(package, store=desk.store) for _ in range(2)]
    await packages.discard(key, store=desk.store)
    assert dropped == [True, False]
    assert (desk.lies(key), bool(maker[0]["person"])) == ([], True)


async def test_a_package_counts_with_the_films_of_its_quota(desk: Desk, whole: bytes) -> None:
    key = await desk.send(whole)
    limit = Settings.read().film_quota_bytes
    await rows("UPDATE package_upload SET size = {} WHERE id = {} RETURNING id", limit - 10, key)

    answer = await desk.begin(11)

    assert (answer.status_code, answer.json()["codes"]) == (422, ["film_quota"])


@pytest.mark.parametrize("how", ["in its booth", "before its check", "erased"])
async def test_a_film_that_leaves_while_its_package_is_checked_takes_it_along(
    desk: Desk, whole: bytes, monkeypatch, how: str
) -> None:
    key = await desk.send(whole)
    film = await Submission.objects().get(Submission.id == desk.film)
    maker = await rows("SELECT person FROM package_upload WHERE id = {}", key)
    by, prepare = await a_person("operator", edition=desk.edition), LocalStore.prepare
    loop = asyncio.get_running_loop()

    async def leave() -> None:
        if how == "erased":
            await rows("DELETE FROM submission WHERE id = {} RETURNING id", desk.film)
        else:
            await entries.withdraw(film, by=by)

    def leaves(store: LocalStore, folder: Path, name: str) -> None:
        asyncio.run_coroutine_threadsafe(leave(), loop).result()
        prepare(store, folder, name)
        (store.root / "copies" / name).mkdir()  # as a far store has it: prepared, and of no manifest

    if how == "before its check":
        await leave()
        await packages.leave(desk.film, store=desk.store)
    else:
        monkeypatch.setattr(LocalStore, "prepare", leaves)
    with suppress(Superseded):
        await desk.check(key)

    assert maker[0]["person"]
    assert (desk.lies(key), await Attachment.exists().where(Attachment.id == key)) == ([], False)
    assert not await PackageUpload.exists().where(PackageUpload.id == key)


async def test_a_film_that_leaves_while_its_package_comes_takes_no_more_of_it(
    desk: Desk, whole: bytes
) -> None:
    place = (await desk.begin(len(whole))).headers["location"]
    key = place.rpartition("/")[2]
    await desk.piece(place, whole[:5000], 0)
    film = await Submission.objects().get(Submission.id == desk.film)
    await entries.withdraw(film, by=await a_person("operator", edition=desk.edition))

    late = await desk.piece(place, whole[5000:], 5000)
    asked = await rows(
        "SELECT args FROM outbox WHERE task = 'leave_packages' AND args->>'submission' = {}", desk.film
    )
    for _ in range(2):
        await packages.leave(desk.film, store=desk.store)

    assert (late.status_code, late.json()["codes"]) == (422, ["entry_withdrawn"])
    assert (len(asked), desk.lies(key)) == (1, [])
    assert not await PackageUpload.exists().where(PackageUpload.id == key)


async def test_the_house_at_fault_stops_a_check_and_takes_it_up_again(
    desk: Desk, whole: bytes
) -> None:
    key = await desk.send(whole)
    lease = await leases.take(await desk.work(key), worker="w")

    await packages.give_up(lease, "no disk")
    stopped = (await desk.line()).package.state
    await packages.take_up_again(lease)

    assert (stopped, (await desk.line()).package.state, desk.lies(key)) == (
        "stopped",
        "received",
        ["masters"],
    )
    assert not await Attachment.exists().where(Attachment.id == key)


async def test_a_package_whose_bytes_are_nowhere_is_swept_away_and_another_stays(
    desk: Desk, whole: bytes
) -> None:
    key = await desk.send(whole)
    line = await desk.work(key)
    desk.store.discard_master(key)
    await packages.sweep(store=desk.store)
    awaited = (await desk.line()).package  # a disk that is away for a moment takes nothing along
    await rows("DELETE FROM outbox WHERE id = {} RETURNING id", line)

    await packages.sweep(store=desk.store)

    assert (awaited.state, (await desk.line()).package) == ("received", None)


async def test_of_two_uploads_of_one_material_the_newer_stays(desk: Desk, whole: bytes) -> None:
    older = (await desk.begin(len(whole))).headers["location"]
    await desk.piece(older, whole[:5000], 0)
    newer = (await desk.begin(len(whole))).headers["location"]

    late = await desk.piece(older, whole[5000:], 5000)
    whole_one = await desk.piece(newer, whole, 0)
    await packages.discard(older.rpartition("/")[2], store=desk.store)

    assert (late.status_code, whole_one.status_code) == (404, 204)
    assert (await desk.line()).package.id == newer.rpartition("/")[2]
    assert desk.lies(older.rpartition("/")[2]) == []


async def test_a_check_waits_for_room_and_begins_anew_where_it_died_whoever_closes_meanwhile(
    desk: Desk, whole: bytes
) -> None:
    key = await desk.send(whole)
    set_size = "UPDATE package_upload SET size = {} WHERE id = {} RETURNING id"
    await rows(set_size, 10**16, key)
    with pytest.raises(NotYet):
        await desk.check(key)
    await rows(set_size, len(whole), key)
    line = await desk.work(key)
    (desk.store.work_folder(f"{line}1") / "picture.mxf").write_bytes(b"unpacked by who is dead")
    expired = "UPDATE outbox SET leased_until = now() WHERE id = {} RETURNING id"
    await rows(expired, line)
    with pytest.raises(Superseded):
        await desk.check(key, is_lost=True)
    await rows(expired, line)
    await rows("UPDATE material SET closed_at = now() WHERE id = {} RETURNING id", desk.material)

    await desk.check(key)

    brought = await desk.line()
    assert [brought.package.state, brought.brought[0].file.id] == ["delivered", key]
    assert not list((desk.store.root / "work").glob(f"{line}*"))


async def test_the_checklist_says_in_both_languages_what_is_wrong_and_takes_the_report_away(
    desk: Desk,
) -> None:
    nothing = io.BytesIO()
    with tarfile.open(fileobj=nothing, mode="w:") as tar:
        tar.addfile(tarfile.TarInfo("Nuit/readme.txt"))
    key = await desk.send(nothing.getvalue())
    at = f"{desk.edition.slug}/submissions/{desk.film}"
    checking = (await desk.client.get(f"/en/{at}/materials")).text
    await desk.check(key)

    pages = [(await desk.client.get(f"/{lang}/{at}/materials")).text for lang in ("fr", "en")]
    away = await desk.client.post(f"/fr/{at}/packages/{key}/removal")
    after = (await desk.client.get(f"/fr/{at}/materials")).text

    assert ("Received, being checked" in checking, "<live-page" in checking) == (True, True)
    assert ["Refusé" in pages[0], "Refused" in pages[1]] == [True, True]
    assert all("ASSETMAP" in page and "finding." not in page for page in pages)
    assert (away.status_code, "Refusé" in after, "package-upload" in after) == (303, False, True)


@pytest.mark.slow
async def test_a_door_with_a_bucket_hands_a_package_over_and_it_is_checked_out_of_it(
    desk: Desk, whole: bytes, app, bucket, tmp_path: Path
) -> None:
    before, far = app.state.store, BucketStore(tmp_path, bucket)
    app.state.store = desk.store = far
    try:
        key = await desk.send(whole)
        await asyncio.gather(*uploads.HAND_OVERS.values())
        await packages.sweep(store=far)
        received = (await desk.line()).package.state
        await desk.check(key)
        taken = await desk.client.get(f"{desk.base}/attachments/{key}")
    finally:
        app.state.store = before

    assert (received, (await desk.line()).package.state) == ("received", "delivered")
    assert (taken.content == whole, far.is_published(key)) == (True, True)
    with pytest.raises(FileNotFoundError):
        far.size(key)
