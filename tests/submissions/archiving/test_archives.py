"""Everything of an edition out, and in again: equal, or nothing of it."""

import asyncio
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pyrage
import pytest

from festival.db import rows
from festival.errors import Missing, Refused
from festival.settings import Settings
from festival.tables import Edition, new_id
from media.storage import LocalStore, NotPublished
from ops.postgres import client_program
from reviews import decisions
from reviews.tables import Review
from submissions.archiving import archives, walk
from submissions.archiving.packing import FilmsWanted, lay_out, pack
from submissions.archiving.unpacking import ArchiveRefused, opened, restore, take_out
from submissions.lists import submission_in
from submissions.tables import Archive, Attachment, Submission, Trailer
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import tasks

ROOT = Path(__file__).parents[3]
SECRET = "Ce que le comité en a dit"
TITLE = "Xanadu-Sous-Scellés"
ID = re.compile(r"[abcdefghjkmnpqrstuvwxyz2-9]{16}")
KEY = pyrage.x25519.Identity.generate()
Members = dict[str, bytes]


def store() -> LocalStore:
    return LocalStore(Settings.read().media_root)


async def an_edition_with_all() -> Edition:
    """A film with its master, its copy, a file and a trailer beside it; a vote, a decision and a line of the record."""
    edition = await an_edition(phase="selection", name="Édition d’archive")
    maker, chair = await a_person("filmmaker", edition=edition), await a_person("chair", edition=edition)
    submission, file = await a_film(edition, maker, title=TITLE)
    store().create(file)
    store().upload_path(file).write_bytes(b"the film itself")
    store().finish(file)
    await rows(
        """UPDATE film_file SET received_at = now(), size = 15, sha256 = {}, screener = {}::jsonb
           WHERE id = {} RETURNING id""",
        hashlib.sha256(b"the film itself").hexdigest(), '{"height": 240}', file,
    )  # fmt: skip
    beside = Attachment(submission=submission, person=maker.id, name="affiche.pdf", kind="pdf", size=4)
    await beside.save()
    folder = store().work_folder(new_id())
    (folder / "file").write_bytes(b"%PDF")
    store().publish(folder, beside.id)
    trailer = Trailer(
        edition=edition.id, submission=submission, state="released", name="ba.mp4", size=9, screener={"height": 240}
    )
    await trailer.save()
    folder = store().work_folder(new_id())
    (folder / "master.m3u8").write_bytes(b"#EXTM3U")
    store().publish(folder, trailer.id)
    await Review(submission=submission, file=file, person=chair.id, scores={"image": 5}, opinion=SECRET).save()
    await decisions.accept(await submission_in(edition, submission), by=chair, note=SECRET)
    return edition


async def packed(edition: Edition, path: Path, **wanted: bool) -> Path:
    folder = store().work_folder(new_id())
    asked = FilmsWanted(**{"masters": True, "copies": True, **wanted})
    laid = await lay_out(edition, folder, asked)
    with path.open("wb") as stream:
        await asyncio.to_thread(pack, laid, folder, stream, store(), edition, asked, lambda _: None)
    return path


def members_of(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}


def put_together(path: Path, members: Members, *more: tarfile.TarInfo, mended: bool = True) -> Path:
    """A tar of these members, its manifest made true again of rows and files, unless it is to lie."""
    told = json.loads(members["manifest.json"]) if "manifest.json" in members else None
    if told and mended:
        for table in told["tables"]:
            content = members.get(f"rows/{table}.jsonl", b"")
            lines = content.splitlines()
            told["tables"][table] |= {
                "rows": len(lines), "sha256": hashlib.sha256(content).hexdigest(),
                "canonical": hashlib.sha256(b"".join(sorted(hashlib.sha256(line).digest() for line in lines))).hexdigest(),
            }  # fmt: skip
        told["files"] = {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items() if name.startswith(("masters/", "copies/"))
        }  # fmt: skip
        members = members | {"manifest.json": json.dumps(told).encode()}
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            if name == "manifest.json":
                for one in more:
                    tar.addfile(one, io.BytesIO(b"x" * one.size) if one.isreg() else None)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def as_another(members: Members, *, people: bool = True) -> Members:
    """The same edition under ids that no house knows: as it would come from elsewhere."""
    known = sorted({
        str(json.loads(line)["id"])
        for name, content in members.items() if name.startswith("rows/") and name != "rows/record.jsonl"
        for line in content.splitlines()
        if people or name != "rows/person.jsonl"
    })  # fmt: skip
    new = {old: new_id() for old in known if ID.fullmatch(old)}
    slug = json.loads(members["rows/edition.jsonl"])["slug"]
    new[slug] = f"t{new_id()[:10]}"

    def other(text: str) -> str:
        for old, one in new.items():
            text = text.replace(old, one)
        return text

    return {other(name): other(content.decode()).encode() for name, content in members.items()}


async def brought(path: Path, **given: str):
    return await restore(path, store().work_folder(new_id()), store(), **given)


KEPT: dict[str, Path] = {}


@pytest.fixture
async def archive(house, tmp_path_factory) -> Path:
    """Of one edition, packed once for all who only read it."""
    if "one" not in KEPT:
        KEPT["one"] = await packed(await an_edition_with_all(), tmp_path_factory.mktemp("archive") / "one.tar")
    return KEPT["one"]


def without_people(members: Members, table: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in members[f"rows/{table}.jsonl"].splitlines()]
    return sorted(({k: v for k, v in line.items() if k != "person"} for line in lines), key=lambda line: line["id"])


async def test_it_comes_in_beside_others_equal_and_people_are_met(archive, tmp_path) -> None:
    members = members_of(archive)
    other = as_another(members)
    path = put_together(tmp_path / "other.tar", other)
    edition = json.loads(other["rows/edition.jsonl"])["id"]
    before = await rows("SELECT id FROM edition WHERE is_current")

    done = await brought(path)

    assert (done.met, done.files, done.missing) == (2, 11, [])
    again = await packed(await Edition.objects().get(Edition.id == edition), tmp_path / "again.tar")
    fresh = members_of(again)
    for table in ("film", "film_file", "section", "submission", "screening", "subtitle", "trailer"):
        assert without_people(fresh, table) == without_people(other, table)
    assert {k: v for k, v in fresh.items() if k.startswith(("masters/", "copies/"))} == {
        k: v for k, v in other.items() if k.startswith(("masters/", "copies/"))
    }
    assert await rows("SELECT id FROM edition WHERE is_current") == before
    assert await rows("SELECT id FROM outbox WHERE edition = {}", edition) == []


async def test_an_archive_of_before_comes_in_without_the_columns_that_are_no_more(archive, tmp_path) -> None:
    other = as_another(members_of(archive))
    edition = json.loads(other["rows/edition.jsonl"])["id"]
    told = json.loads(other["manifest.json"])
    told["tables"]["member"]["columns"].append("part")
    before = [json.loads(line) | {"part": "director"} for line in other["rows/member.jsonl"].splitlines()]
    written = await rows(
        "SELECT value::text AS line FROM jsonb_array_elements({}::jsonb) AS value", json.dumps(before)
    )
    other["rows/member.jsonl"] = b"".join(row["line"].encode() + b"\n" for row in written)
    other["manifest.json"] = json.dumps(told).encode()

    await brought(put_together(tmp_path / "before.tar", other))

    came = await rows(
        "SELECT m.id FROM member m JOIN submission s ON s.id = m.submission WHERE s.edition = {}", edition
    )
    assert [row["id"] for row in came] == [row["id"] for row in before]


async def test_the_same_edition_is_never_brought_in_beside_itself(archive, tmp_path) -> None:
    slug = json.loads(members_of(archive)["rows/edition.jsonl"])["slug"]
    with pytest.raises(ArchiveRefused, match=f"archive_edition_here: {slug}"):
        await brought(archive)

    other = as_another(members_of(archive))
    with pytest.raises(ArchiveRefused, match="archive_slug_taken"):
        await brought(put_together(tmp_path / "other.tar", other), slug=slug)


# Archives that lie


def other_row(members: Members, table: str, **given: object) -> Members:
    """One more row of a table, like its first but for some columns."""
    content = members[f"rows/{table}.jsonl"]
    row = json.loads(content.splitlines()[0]) | {"id": new_id()} | given
    return members | {f"rows/{table}.jsonl": content + json.dumps(row).encode() + b"\n"}


def with_row(table: str, **given: object) -> Callable[[Members], Members]:
    def changed(members: Members) -> Members:
        content = members[f"rows/{table}.jsonl"].splitlines()
        row = json.loads(content[0]) | given
        return members | {f"rows/{table}.jsonl": b"\n".join([json.dumps(row).encode(), *content[1:], b""])}

    return changed


def with_column(name: str) -> Callable[[Members], Members]:
    def changed(members: Members) -> Members:
        told = json.loads(members["manifest.json"])
        told["tables"]["film"]["columns"].append(name)
        return members | {"manifest.json": json.dumps(told).encode()}

    return changed


def with_table(name: str) -> Callable[[Members], Members]:
    def changed(members: Members) -> Members:
        told = json.loads(members["manifest.json"])
        told["tables"][name] = told["tables"]["film"] | {"rows": 0}
        return {"format": members["format"], f"rows/{name}.jsonl": b"", **members,
                "manifest.json": json.dumps(told).encode()}  # fmt: skip

    return changed


def without(name: str) -> Callable[[Members], Members]:
    return lambda members: {k: v for k, v in members.items() if not k.startswith(name)}


def version(number: int) -> Callable[[Members], Members]:
    return lambda members: members | {"format": f"cinema-for-space archive {number}\n".encode()}


def more(name: str, content: bytes = b"x") -> Callable[[Members], Members]:
    return lambda members: {k: v for k, v in members.items() if k != "manifest.json"} | {
        name: content, "manifest.json": members["manifest.json"]}  # fmt: skip


LIES = {
    "a way out of the folder": ("archive_member", more("masters/../../evil")),
    "a path from the root": ("archive_member", more("/etc/passwd")),
    "a name of no kind": ("archive_member", more("rows/film.jsonl.sh")),
    "a list of files of its own": ("archive_member", more("copies/abcdefgh/manifest.json")),
    "SQL for a table": ("archive_member", with_table('film"; DROP TABLE film; --')),
    "a table of the server": ("archive_table", with_table("pg_authid")),
    "a table that stays in the house": ("archive_table", with_table("token")),
    "SQL for a column": ("archive_column", with_column('id"; DROP TABLE film; --')),
    "a column of secrets": ("archive_column", with_column("password_hash")),
    "an unknown version": ("archive_format", version(2)),
    "no manifest": ("archive_cut_short", without("manifest.json")),
    "no rows of a table": ("archive_absent", without("rows/film.jsonl")),
    "no edition": ("archive_rows|archive_differs|archive_absent", with_row("edition", id="zzzzzzzzzzzzzzzz")),
    "a film of nobody": ("archive_member", more("masters/abcdefghjkmnpqrs/source")),
    "a row with more in it": ("archive_rows", with_row("film", extra=1)),
    "a number that is none": ("archive_rows", with_row("film", year="MMXXVI")),
    "a sign that no text holds": ("archive_rows", with_row("film", title="a\0b")),
    "a year out of bounds": ("archive_rows", with_row("film", year=10**9)),
    "an address under another's name": ("archive_rows", with_row("person", email_key="chair@example.org")),
    "a word for a yes": ("archive_differs", with_row("submission", rights_confirmed="yes")),
}  # fmt: skip


async def nothing_of(members: Members) -> None:
    """Neither rows nor films of it are in the house."""
    edition = json.loads(members["rows/edition.jsonl"].splitlines()[0])["id"]
    films = [json.loads(line)["id"] for line in members["rows/film_file.jsonl"].splitlines()]
    assert await rows("SELECT id FROM edition WHERE id = {}", edition) == []
    assert await rows("SELECT id FROM film_file WHERE id = ANY({})", films) == []
    assert await rows("SELECT id FROM record WHERE edition = {}", edition) == []
    for film in films:
        assert not store().master_path(film).exists()
        assert not store().is_published(film)


@pytest.mark.parametrize("lie", LIES)
async def test_an_archive_that_lies_is_refused_by_name_and_leaves_nothing(archive, tmp_path, lie: str) -> None:
    code, change = LIES[lie]
    other = as_another(members_of(archive))

    with pytest.raises(ArchiveRefused, match=code):
        await brought(put_together(tmp_path / "lie.tar", change(other)))

    await nothing_of(other)
    assert not (store().root / "work" / "evil").exists()


def a_member(name: str, kind: bytes, *, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
async def test_only_plain_files_are_taken(archive, tmp_path, kind: bytes) -> None:
    other = as_another(members_of(archive))
    film = json.loads(other["rows/film_file.jsonl"].splitlines()[0])["id"]
    path = put_together(tmp_path / "lie.tar", other, a_member(f"copies/{film}/x", kind, link="/etc/passwd"))

    with pytest.raises(ArchiveRefused, match="archive_member"):
        await brought(path)

    await nothing_of(other)


async def test_a_file_under_another_hash_and_one_twice_are_named(archive, tmp_path) -> None:
    other = as_another(members_of(archive))
    film = next(name for name in other if name.startswith("masters/"))
    path = put_together(tmp_path / "a.tar", other)
    true = members_of(path)
    with pytest.raises(ArchiveRefused, match=f"archive_hash: {film}"):
        await brought(put_together(tmp_path / "b.tar", true | {film: b"another film!!!"}, mended=False))
    with pytest.raises(ArchiveRefused, match=r"archive_hash: rows/film\.jsonl"):
        await brought(put_together(tmp_path / "c.tar", true | {"rows/film.jsonl": b""}, mended=False))
    with pytest.raises(ArchiveRefused, match="archive_member"):
        await brought(put_together(tmp_path / "d.tar", true, a_member(film, tarfile.REGTYPE, size=3), mended=False))
    for cut in (200, 5_000, path.stat().st_size - 12_000):  # more than tar fills its end with
        (tmp_path / "e.tar").write_bytes(path.read_bytes()[:cut])
        with pytest.raises(ArchiveRefused, match=r"archive_(broken|cut_short)"):
            await brought(tmp_path / "e.tar")
    await nothing_of(other)


async def test_rows_of_another_edition_cannot_be_brought_in_with_it(archive, tmp_path) -> None:
    stranger = await an_edition()
    person = await a_person("filmmaker", edition=stranger)
    film, _ = await a_film(stranger, person, title="À d’autres")
    theirs = (await rows("SELECT film FROM submission WHERE id = {}", film))[0]["film"]
    other = as_another(members_of(archive))
    own = json.loads(other["rows/edition.jsonl"])["id"]

    for lie in (
        other_row(other, "role", edition=stranger.id, part="operator"),
        other_row(other, "member", submission=film),
        other_row(other, "member", person=person.id),
        other_row(other, "submission", film=theirs, edition=own),
        other_row(other, "section", edition=stranger.id, letter="Z"),
    ):
        with pytest.raises(ArchiveRefused, match=r"archive_(differs|rows)"):
            await brought(put_together(tmp_path / "lie.tar", lie))

    assert await rows("SELECT id FROM role WHERE edition = {} AND part = 'operator'", stranger.id) == []
    await nothing_of(other)


# What operators get


@pytest.fixture
def sealing(monkeypatch) -> Settings:
    from workers.app import settings

    known = msgspec.structs.replace(settings(), archive_recipient=str(KEY.to_public()))
    monkeypatch.setattr(tasks, "settings", lambda: known)
    return known


async def made(edition: Edition, by, settings: Settings, **wanted: bool) -> Archive:
    one = await archives.ask(edition, FilmsWanted(**{"copies": True, **wanted}), by=by, settings=settings)
    line = await rows("SELECT id FROM outbox WHERE args->>'archive' = {} AND done_at IS NULL", one.id)
    await tasks.work(line[0]["id"], worker="test")
    return await archives.archive_in(edition, one.id)


async def test_an_operators_archive_is_sealed_and_opens_with_the_houses_key_alone(house, sealing, tmp_path) -> None:
    edition = await an_edition_with_all()
    one = await made(edition, await a_person("operator", edition=edition), sealing)
    assert (one.state, one.fault) == ("ready", "")
    content = store().published(one.id, archives.NAME).read_bytes()
    path = tmp_path / "sealed.tar.age"
    path.write_bytes(content)

    assert hashlib.sha256(content).hexdigest() == one.sha256
    for word in (SECRET.encode(), TITLE.encode(), b"the film itself", edition.id.encode(), b"rows/review"):
        assert word not in content
    with pytest.raises(ArchiveRefused, match="archive_sealed"):
        await brought(path)
    with pytest.raises(ArchiveRefused, match="archive_key"):
        await brought(path, key=str(pyrage.x25519.Identity.generate()))
    with pytest.raises(ArchiveRefused, match="archive_key"):
        await brought(path, key="no key at all")
    with opened(path, str(KEY)) as stream:
        manifest = take_out(stream, store().work_folder(new_id()))
    assert manifest.tables["review"].rows == 1
    assert list((store().root / "work").glob(f"{one.id}*")) == []


async def test_without_a_key_none_is_made_and_one_at_a_time_is(house, sealing) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    with pytest.raises(Refused, match="archive_no_key"):
        await archives.ask(edition, FilmsWanted(), by=by, settings=Settings.read())

    await archives.ask(edition, FilmsWanted(), by=by, settings=sealing)
    with pytest.raises(Refused, match="archive_under_way"):
        await archives.ask(edition, FilmsWanted(), by=by, settings=sealing)


async def test_it_goes_when_its_days_are_over(house, sealing) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    one, other = await made(edition, by, sealing), await made(edition, by, sealing)
    await rows("UPDATE archive SET expires_at = now() WHERE id = {} RETURNING id", one.id)

    with pytest.raises(Missing):
        await archives.fetched(one.id, edition=edition, by=by, is_begun=True)
    await archives.sweep(store=store())
    await archives.drop(other.id, edition=edition, by=by, store=store())

    for gone in (one, other):
        assert (await archives.archive_in(edition, gone.id)).state == "gone"
        with pytest.raises(NotPublished):
            store().published(gone.id, archives.NAME)


async def test_its_bytes_are_for_operators_of_its_edition_at_every_request(client, sealing) -> None:
    edition, other = await an_edition(), await an_edition()
    operator = await a_person("operator", edition=edition)
    one = await made(edition, operator, sealing)
    door = f"/api/v1/{edition.slug}/operator/archives/{one.id}/file"
    await sign_in(client, operator)

    whole, part = await client.get(door), await client.get(door, headers={"range": "bytes=0-20"})
    assert (whole.status_code, part.status_code, len(whole.content)) == (200, 206, one.size)
    assert part.content == b"age-encryption.org/v1"
    assert whole.headers["cache-control"] == "private, no-store"
    noted = await rows("SELECT act FROM record WHERE subject = {} AND act = 'archive_fetched'", one.id)
    assert len(noted) == 1
    assert f"/api/v1/{edition.slug}/operator/archives/{one.id}/file" in (
        await client.get(f"/fr/{edition.slug}/operator/archive")).text  # fmt: skip

    elsewhere = [f"/api/v1/{edition.slug}/files/{one.id}/screener/{archives.NAME}", door.replace(edition.slug, other.slug)]
    for part_of, place in [("operator", elsewhere[1]), ("operator", elsewhere[0])]:
        assert (await client.get(place)).status_code in {403, 404}, part_of
    await sign_in(client, await a_person("operator", edition=other))
    assert [(await client.get(place)).status_code for place in (door, elsewhere[1])] == [403, 404]
    await sign_in(client, await a_person("chair", "reviewer", "programmer", "filmmaker", edition=edition))
    assert (await client.get(door)).status_code == 403


async def test_the_page_asks_and_the_door_asks_alike(client, app, sealing) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    kept, app.state.settings = app.state.settings, sealing
    try:
        by_page = await client.post(f"/fr/{edition.slug}/operator/archive", data={"copies": "true"})
        twice = await client.post(f"/fr/{edition.slug}/operator/archive", data={"copies": "true"})
        by_door = await client.post(f"/api/v1/{edition.slug}/operator/archives", json={"masters": True})
    finally:
        app.state.settings = kept

    assert (by_page.status_code, twice.status_code, by_door.status_code) == (303, 422, 422)
    assert "déjà en préparation" in twice.text
    told = (await client.get(f"/api/v1/{edition.slug}/operator/archives")).json()
    assert [(one["state"], one["masters"], one["copies"]) for one in told] == [("waiting", False, True)]


# From house to house


async def second_database() -> dict[str, str]:
    """An empty house in the same server: the same shape, no row."""
    owner = os.environ["DATABASE_OWNER_URL"]
    name = f"second_{new_id()}"
    connection = await asyncpg.connect(owner)
    version = connection.get_server_version().major
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    first, second = (
        urlsplit(url)._replace(path=f"/{name}").geturl() for url in (owner, os.environ["DATABASE_URL"])
    )
    shape = subprocess.run(  # noqa: ASYNC221
        [client_program("pg_dump", server=version), "--schema-only", owner], check=True, capture_output=True, text=True
    ).stdout  # fmt: skip
    statements = "\n".join(line for line in shape.splitlines() if not line.startswith("\\"))
    connection = await asyncpg.connect(first)
    await connection.execute(statements)
    await connection.close()
    return {"owner": first, "house": second}


async def rows_in(url: str, edition: str) -> dict[str, list[str]]:
    """Every row of every archived table, as another reader finds it."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    found = {}
    try:
        for one in walk.plan():
            hidden = "ARRAY[" + ",".join(f"'{name}'" for name in walk.hidden(one)) + "]::text[]"
            found[one.table] = sorted(
                row["line"] for row in await connection.fetch(
                    f"""SELECT (to_jsonb(t) - {hidden})::text AS line FROM "{one.table}" t
                        WHERE {walk.belongs(one.table, edition)}"""
                )
            )  # fmt: skip
    finally:
        await connection.close()
    return found


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ops.archive", *words], cwd=ROOT, env={**os.environ, **env}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


async def test_from_one_house_into_an_empty_one_by_commands(house, tmp_path) -> None:
    edition = await an_edition_with_all()
    file, there = tmp_path / "edition.tar.age", await second_database()
    here = {"ARCHIVE_RECIPIENT": str(KEY.to_public())}
    empty = {"DATABASE_URL": there["house"], "MEDIA_ROOT": str(tmp_path / "media"), "ARCHIVE_KEY": str(KEY)}

    out = await asyncio.to_thread(run, "archive", edition.slug, str(file), "--with-copies", "--seal", **here)
    back = await asyncio.to_thread(run, "unarchive", str(file), **empty)
    again = await asyncio.to_thread(run, "unarchive", str(file), **empty)

    assert (out.returncode, back.returncode, again.returncode) == (0, 0, 1), out.stderr + back.stderr + again.stdout
    assert "equal: " in back.stdout
    assert "is here already" in again.stderr
    before, after = await rows_in(os.environ["DATABASE_OWNER_URL"], edition.id), await rows_in(there["owner"], edition.id)
    restored = [line for line in after["record"] if "edition_restored" in line]
    after["record"] = [line for line in after["record"] if line not in restored]
    assert len(restored) == 1
    assert after == before
    films = LocalStore(tmp_path / "media")
    file_id = (await rows("SELECT n.id FROM film_file n JOIN submission s ON s.id = n.submission WHERE s.edition = {}",
                          edition.id))[0]["id"]  # fmt: skip
    assert films.master_path(file_id).read_bytes() == b"the film itself"
    assert films.is_published(file_id)
    assert await Submission.exists().where(Submission.edition == edition.id)
