"""A digital cinema package: whole, damaged, leaning on another, locked, or made to hurt."""

import base64
import hashlib
import io
import shutil
import stat
import struct
import subprocess
import tarfile
import time
import uuid
import zipfile
from pathlib import Path

import pytest

from media import dcp, policy
from media.dcp import essence, judging, unpacking
from media.dcp.package import Composition, Package, ReelTrack
from media.tools import find_tools

RULES = policy.load("demo")
TITLE = "NuitClaire_SHR-1_F_FR-EN_INT_51_2K_STU_20271126_FAC_SMPTE_OV"
FRAMES = 30
AM, PKL, CPL = (f"http://www.smpte-ra.org/schemas/{n}" for n in ("429-9/2007/AM", "429-8/2007/PKL", "429-7/2006/CPL"))


def mxf(path: Path, *argv: str) -> Path:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *argv, "-f", "mxf", str(path)], check=True, timeout=120)
    return path


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture as cinemas take it: JPEG 2000, flat, one drawn frame held for a while."""
    folder = tmp_path_factory.mktemp("dcp")
    still = mxf(folder / "one.mxf", "-f", "lavfi", "-i", "testsrc2=s=1998x1080:r=24:d=0.04", "-c:v", "libopenjpeg",
                "-profile:v", "cinema2k", "-cinema_mode", "2k_24", "-pix_fmt", "xyz12le")
    return mxf(folder / "picture.mxf", "-stream_loop", str(FRAMES - 1), "-i", str(still), "-c", "copy", "-r", "24")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two channels; ffmpeg writes no MXF without a picture, so a tiny one comes along."""
    return mxf(tmp_path_factory.mktemp("dcp") / "sound.mxf", "-f", "lavfi", "-i", "color=s=64x64:r=24:d=1.25",
               "-f", "lavfi", "-i", "sine=r=48000:d=1.25", "-c:v", "mpeg2video", "-c:a", "pcm_s24le", "-ac", "2")


def urn() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


class Maker:
    """Writes a package; every test names what is odd about its own."""

    def __init__(self, folder: Path, picture: Path, sound: Path | None) -> None:
        self.folder = folder
        folder.mkdir()
        self.ids = {"picture.mxf": urn(), "cpl.xml": urn(), "pkl.xml": urn()}
        shutil.copyfile(picture, folder / "picture.mxf")
        if sound is not None:
            self.ids["sound.mxf"] = urn()
            shutil.copyfile(sound, folder / "sound.mxf")
        self.title, self.rate, self.frames, self.key = TITLE, "24 1", FRAMES, ""
        self.missing: list[str] = []

    def write(self) -> "Maker":
        (self.folder / "cpl.xml").write_text(self.cpl())
        (self.folder / "pkl.xml").write_text(self.pkl())
        (self.folder / "ASSETMAP.xml").write_text(self.assetmap())
        (self.folder / "VOLINDEX.xml").write_text(
            f'<?xml version="1.0"?><VolumeIndex xmlns="{AM}"><Index>1</Index></VolumeIndex>')
        return self

    def cpl(self) -> str:
        tracks = self.track("MainPicture", self.ids["picture.mxf"],
                            f"<FrameRate>{self.rate}</FrameRate><ScreenAspectRatio>1998 1080</ScreenAspectRatio>")
        for asset in self.missing or [a for name, a in self.ids.items() if name == "sound.mxf"]:
            tracks += self.track("MainSound", asset, "")
        return f"""<?xml version="1.0" encoding="UTF-8"?><CompositionPlaylist xmlns="{CPL}">
<Id>{self.ids["cpl.xml"]}</Id><IssueDate>2027-11-01T00:00:00+00:00</IssueDate><Issuer>t</Issuer><Creator>t</Creator>
<ContentTitleText>{self.title}</ContentTitleText><ContentKind>short</ContentKind>
<ContentVersion><Id>{urn()}</Id><LabelText>1</LabelText></ContentVersion><RatingList/>
<ReelList><Reel><Id>{urn()}</Id><AssetList>{tracks}</AssetList></Reel></ReelList></CompositionPlaylist>"""

    def track(self, name: str, asset: str, rest: str) -> str:
        key = f"<KeyId>{urn()}</KeyId>" if self.key else ""
        return (f"<{name}><Id>{asset}</Id><EditRate>{self.rate}</EditRate><IntrinsicDuration>{self.frames}"
                f"</IntrinsicDuration><EntryPoint>0</EntryPoint><Duration>{self.frames}</Duration>{key}{rest}</{name}>")

    def listed(self) -> list[str]:
        return [name for name in self.ids if name != "pkl.xml"]

    def pkl(self) -> str:
        entries = "".join(
            f"<Asset><Id>{self.ids[name]}</Id><Hash>{sha1(self.folder / name)}</Hash>"
            f"<Size>{(self.folder / name).stat().st_size}</Size>"
            f"<Type>{'text/xml' if name.endswith('xml') else 'application/mxf'}</Type></Asset>"
            for name in self.listed())
        return f"""<?xml version="1.0" encoding="UTF-8"?><PackingList xmlns="{PKL}"><Id>{self.ids["pkl.xml"]}</Id>
<IssueDate>2027-11-01T00:00:00+00:00</IssueDate><Issuer>t</Issuer><Creator>t</Creator>
<AssetList>{entries}</AssetList></PackingList>"""

    def assetmap(self) -> str:
        entries = "".join(
            f"<Asset><Id>{asset}</Id>{'<PackingList>true</PackingList>' if name == 'pkl.xml' else ''}"
            f"<ChunkList><Chunk><Path>{name}</Path></Chunk></ChunkList></Asset>" for name, asset in self.ids.items())
        return f"""<?xml version="1.0" encoding="UTF-8"?><AssetMap xmlns="{AM}"><Id>{urn()}</Id><Creator>t</Creator>
<VolumeCount>1</VolumeCount><IssueDate>2027-11-01T00:00:00+00:00</IssueDate><Issuer>t</Issuer>
<AssetList>{entries}</AssetList></AssetMap>"""


def sha1(path: Path) -> str:
    return base64.b64encode(hashlib.sha1(path.read_bytes()).digest()).decode()


@pytest.fixture
def maker(tmp_path: Path, picture: Path, sound: Path) -> Maker:
    return Maker(tmp_path / "Nuit", picture, sound)


def inspected(given: Path, **more) -> Package:
    return dcp.inspect(given, find_tools(), **{"most_bytes": RULES.most_bytes, "allow_fallback": True, **more})


def found(given: Path, **more) -> dict[str, str]:
    findings = judging.judge(inspected(given, **more), RULES).findings
    return {f.code: f.measured for f in reversed(findings)}


def test_a_whole_package_is_sound_and_known_by_its_parts(maker: Maker) -> None:
    told: list[float] = []

    package = inspected(maker.write().folder, on_progress=told.append)

    verdict = judging.judge(package, RULES)
    assert (verdict.outcome, verdict.findings) == ("sound", ())
    assert (package.standard, package.main.title, package.main.seconds) == ("SMPTE", TITLE, FRAMES / 24)
    essences = {one.kind: one for one in package.essences.values()}
    assert (essences["picture"].codec, essences["picture"].width, essences["picture"].frames) == ("jpeg2000", 1998, FRAMES)
    assert (essences["sound"].channels, essences["sound"].sample_rate) == (2, 48000)
    assert told == sorted(told)


def test_a_package_in_a_folder_within_is_found(maker: Maker, tmp_path: Path) -> None:
    maker.write()

    assert found(tmp_path) == {}


def test_one_bit_off_is_a_damaged_copy(maker: Maker) -> None:
    maker.write()
    film = maker.folder / "picture.mxf"
    content = bytearray(film.read_bytes())
    content[-1] ^= 1
    film.write_bytes(content)

    assert found(maker.folder) == {"DCP_HASH": "picture.mxf"}


def test_a_file_shorter_than_its_list_says_is_told_with_both_lengths(maker: Maker) -> None:
    maker.write()
    film = maker.folder / "sound.mxf"
    size = film.stat().st_size
    film.write_bytes(film.read_bytes()[:-100])

    assert found(maker.folder)["DCP_HASH"] == f"sound.mxf: {size - 100} / {size}"


def test_a_file_that_is_not_there_breaks_the_package(maker: Maker) -> None:
    maker.write()
    (maker.folder / "sound.mxf").unlink()

    assert found(maker.folder) == {"DCP_STRUCTURE": "sound.mxf"}


def test_a_version_that_leans_on_another_package_is_named(maker: Maker) -> None:
    absent = urn()
    maker.missing = [absent]

    assert found(maker.write().folder) == {"DCP_INCOMPLETE_VF": absent.removeprefix("urn:uuid:")}


def test_a_key_in_the_composition_means_a_locked_film(maker: Maker) -> None:
    maker.key = "yes"

    assert found(maker.write().folder) == {"DCP_ENCRYPTED": ""}


def test_a_locked_file_is_known_by_its_own_header(maker: Maker) -> None:
    film = maker.folder / "picture.mxf"
    content = bytearray(film.read_bytes())
    content[40_000:40_016] = essence.CRYPTOGRAPHIC_CONTEXT
    film.write_bytes(content)

    assert found(maker.write().folder) == {"DCP_ENCRYPTED": ""}


@pytest.mark.parametrize(("rate", "told"), [("23 1", "23.000"), ("25 1", "24.000")])
def test_a_rate_that_no_server_plays_or_that_the_film_has_not_is_refused(
    maker: Maker, rate: str, told: str
) -> None:
    maker.rate = rate

    assert found(maker.write().folder)["VIDEO_FRAME_RATE"] == told


@pytest.mark.parametrize(("frames", "more", "code"), [
    (RULES.duration.least * 24 - 1, 0, "DURATION_SHORT"),
    (RULES.duration.most * 24 + 1, 0, "DURATION_LONG"),
    (RULES.duration.least * 24, 3, "AV_DURATION_MISMATCH"),
])  # fmt: skip
def test_a_measure_never_reads_like_the_limit_that_it_breaks(frames: float, more: int, code: str) -> None:
    picture = ReelTrack("picture", "a", (24, 1), 0, int(frames))
    film = Composition("c", TITLE, reels=((picture, ReelTrack("sound", "b", (24, 1), 0, int(frames) + more)),))

    told = {f.code: f for f in judging.findings(Package(compositions=(film,)), RULES)}

    assert told[code].measured != told[code].limit
    assert not told[code].limit.startswith("0.0 ")


@pytest.mark.parametrize(("rate", "refused"), [
    ("24000 1000", False), ("2400 100", False), ("24000 1001", True), ("11988 500", True), ("23 1", True),
])  # fmt: skip
def test_a_rate_is_known_however_it_is_written(maker: Maker, rate: str, refused: bool) -> None:
    maker.rate = rate

    assert ("VIDEO_FRAME_RATE" in found(maker.write().folder)) is refused


def test_a_composition_longer_than_its_picture_is_truncated(maker: Maker) -> None:
    maker.frames = FRAMES + 50

    assert found(maker.write().folder) == {"CONTENT_TRUNCATED": f"{FRAMES} / {FRAMES + 50}"}


def test_a_package_without_sound_is_refused(tmp_path: Path, picture: Path) -> None:
    assert found(Maker(tmp_path / "Mute", picture, None).write().folder) == {"AUDIO_MISSING": ""}


def test_a_title_out_of_the_convention_is_remarked_on(maker: Maker) -> None:
    maker.title = "Ma nuit claire, version finale 2"

    assert found(maker.write().folder) == {"DCP_NAMING": maker.title}


@pytest.mark.parametrize(("name", "text", "told"), [
    ("cpl.xml", "<CompositionPlaylist", "cpl.xml"),
    ("ASSETMAP.xml", "this is no list", "ASSETMAP.xml"),
    ("pkl.xml", '<?xml version="1.0"?><PackingList xmlns="urn:elsewhere"/>', "pkl.xml"),
])  # fmt: skip
def test_a_list_that_cannot_be_read_is_named(maker: Maker, name: str, text: str, told: str) -> None:
    maker.write()
    (maker.folder / name).write_text(text)

    assert told in found(maker.folder)["DCP_STRUCTURE"]


def test_a_list_that_breaks_its_schema_says_where(maker: Maker) -> None:
    maker.write()
    path = maker.folder / "ASSETMAP.xml"
    path.write_text(path.read_text().replace("<VolumeCount>1</VolumeCount>", "<VolumeCount>many</VolumeCount>"))

    assert "VolumeCount" in found(maker.folder)["DCP_STRUCTURE"]


def test_a_folder_without_an_asset_map_is_no_package(tmp_path: Path) -> None:
    assert found(tmp_path) == {"DCP_STRUCTURE": "ASSETMAP"}


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<a>" * 5000, "\x00" * 100])
def test_a_list_made_to_hurt_is_refused_unread(maker: Maker, text: str) -> None:
    maker.write()
    (maker.folder / "cpl.xml").write_text(text)
    began = time.monotonic()

    told = found(maker.folder)

    assert "cpl.xml" in told["DCP_STRUCTURE"]
    assert "root:" not in str(told)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["../secret.mxf", "/etc/passwd", "..\\secret", "a/../../secret.mxf"])
def test_a_map_that_points_outside_is_hostile(maker: Maker, path: str) -> None:
    (maker.folder.parent / "secret.mxf").write_bytes(b"secret")
    maker.write()
    plan = maker.folder / "ASSETMAP.xml"
    plan.write_text(plan.read_text().replace("picture.mxf", path))

    assert judging.judge(inspected(maker.folder), RULES).outcome == "quarantined"


def test_a_link_that_leads_outside_is_hostile(maker: Maker) -> None:
    (maker.folder.parent / "secret.mxf").write_bytes(b"secret")
    maker.write()
    (maker.folder / "picture.mxf").unlink()
    (maker.folder / "picture.mxf").symlink_to(maker.folder.parent / "secret.mxf")

    assert "HOSTILE_REFERENCE" in found(maker.folder)


# -- in a zip


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder.parent))
    return target


def test_a_zip_is_judged_like_its_folder_and_leaves_nothing_behind(maker: Maker, tmp_path: Path) -> None:
    given = zipped(maker.write().folder, tmp_path / "nuit.zip")
    before = sorted(path.name for path in tmp_path.iterdir())

    assert found(given) == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def archive(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes], pack: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", pack) as packed:
        for entry, content in entries:
            packed.writestr(entry, content)
    return path


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "C:\\out.txt", "..\\out.txt"])
def test_a_name_that_leads_outside_is_hostile(tmp_path: Path, name: str) -> None:
    given = archive(tmp_path / "bad.zip", (zipfile.ZipInfo(name), b"x"))

    assert set(found(given)) == {"HOSTILE_REFERENCE"}
    assert not any(tmp_path.parent.rglob("out.txt"))


def test_a_link_in_a_zip_is_hostile(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("ASSETMAP")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert set(found(archive(tmp_path / "link.zip", (link, b"/etc/passwd")))) == {"HOSTILE_REFERENCE"}


def test_an_archive_that_unpacks_without_end_is_refused_at_once(tmp_path: Path) -> None:
    given = archive(tmp_path / "bomb.zip", ("ASSETMAP", bytes(200_000_000)), pack=zipfile.ZIP_DEFLATED)
    began = time.monotonic()

    assert set(found(given)) == {"ARCHIVE_ABSURD"}
    assert time.monotonic() - began < 5


def test_an_archive_that_lies_about_its_lengths_is_stopped_where_its_word_ends(tmp_path: Path) -> None:
    given = archive(tmp_path / "liar.zip", ("ASSETMAP", bytes(20_000_000)), pack=zipfile.ZIP_DEFLATED)
    content = bytearray(given.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.index(mark) + at
        content[place : place + 4] = struct.pack("<I", 1000)
    given.write_bytes(content)

    assert set(found(given)) <= {"ARCHIVE_ABSURD", "CONTAINER_UNREADABLE"}
    assert set(found(given))


def test_more_than_the_policy_allows_or_too_many_files_are_refused(tmp_path: Path) -> None:
    large = archive(tmp_path / "large.zip", ("film.mxf", bytes(3_000_000)))
    many = archive(tmp_path / "many.zip", *[(f"{n}.xml", b"x") for n in range(unpacking.MOST_FILES + 1)])

    assert set(found(large, most_bytes=2_000_000)) == {"ARCHIVE_ABSURD"}
    assert set(found(many)) == {"ARCHIVE_ABSURD"}


def test_a_damaged_archive_is_unreadable(maker: Maker, tmp_path: Path) -> None:
    given = zipped(maker.write().folder, tmp_path / "nuit.zip")
    given.write_bytes(given.read_bytes()[: given.stat().st_size // 2])

    assert set(found(given)) == {"CONTAINER_UNREADABLE"}


@pytest.mark.parametrize("pack", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_one_bad_byte_in_a_packed_file_is_an_unreadable_archive(tmp_path: Path, pack: int) -> None:
    given = archive(tmp_path / "rot.zip", ("ASSETMAP", bytes(range(256)) * 4000), pack=pack)
    content = bytearray(given.read_bytes())
    content[60:400] = b"\xff" * 340
    given.write_bytes(content)

    assert set(found(given)) <= {"CONTAINER_UNREADABLE", "ARCHIVE_ABSURD"}
    assert set(found(given))


@pytest.mark.parametrize("names", [("a", "a/b"), (".", "x"), ("é" * 150, "x")])
def test_names_that_no_folder_can_hold_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    given = archive(tmp_path / "names.zip", *[(zipfile.ZipInfo(name), b"x") for name in names])

    assert set(found(given)) <= {"HOSTILE_REFERENCE", "ARCHIVE_ABSURD"}
    assert set(found(given))


def test_a_table_of_a_million_files_is_not_read(tmp_path: Path) -> None:
    given = archive(tmp_path / "table.zip", ("ASSETMAP", b"x"))
    content = bytearray(given.read_bytes())
    at = content.rindex(b"PK\x05\x06")
    content[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    given.write_bytes(content)

    assert set(found(given)) == {"ARCHIVE_ABSURD"}


# -- in a tar, as a browser makes it of a folder


def tarred(path: Path, *entries: tuple[str, bytes, bytes], layout: int = tarfile.PAX_FORMAT, **more: str) -> Path:
    """Each a name, a kind and what stands in it; `more` is set of every entry."""
    with tarfile.open(path, "w", format=layout) as packed:
        for name, kind, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(content) if kind in unpacking.PLAIN else 0
            entry.linkname = more.get("linkname", "")
            entry.pax_headers = {"comment": more["comment"]} if "comment" in more else {}
            packed.addfile(entry, io.BytesIO(content))
    return path


def test_a_tar_is_judged_like_its_folder_and_leaves_nothing_behind(maker: Maker, tmp_path: Path) -> None:
    folder, given = maker.write().folder, tmp_path / "nuit.tar"
    with tarfile.open(given, "w") as packed:
        packed.add(folder, arcname=folder.name)
    before = sorted(path.name for path in tmp_path.iterdir())

    assert found(given) == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    content = given.read_bytes()
    given.write_bytes(content[: len(content) // 2])
    assert set(found(given)) == {"CONTAINER_UNREADABLE"}


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a\\b", "c:evil", "a/" * 600 + "x"])
def test_no_name_of_a_tar_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    assert set(found(tarred(tmp_path / "out.tar", (name, tarfile.REGTYPE, b"x")))) == {"HOSTILE_REFERENCE"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE])
def test_a_tar_holds_plain_files_alone(tmp_path: Path, kind: bytes) -> None:
    layout = tarfile.GNU_FORMAT if kind == tarfile.GNUTYPE_SPARSE else tarfile.PAX_FORMAT
    given = tarred(tmp_path / "odd.tar", ("ASSETMAP", kind, b""), layout=layout, linkname="/etc/passwd")

    assert set(found(given)) <= {"HOSTILE_REFERENCE", "CONTAINER_UNREADABLE"}
    assert set(found(given))


def test_a_tar_grows_beyond_no_bound(tmp_path: Path) -> None:
    twice = tarred(tmp_path / "twice.tar", *[("ASSETMAP", tarfile.REGTYPE, b"x")] * 2)
    same = tarred(tmp_path / "same.tar", ("ASSETMAP", tarfile.REGTYPE, b"x"), ("./ASSETMAP", tarfile.REGTYPE, b"y"))
    large = tarred(tmp_path / "large.tar", ("film.mxf", tarfile.REGTYPE, bytes(3_000_000)))
    many = tarred(tmp_path / "many.tar", *[(f"{n}.xml", tarfile.REGTYPE, b"") for n in range(unpacking.MOST_FILES + 1)])
    wordy = tarred(tmp_path / "wordy.tar", ("ASSETMAP", tarfile.REGTYPE, b"x"), comment="x" * 200_000)

    assert [set(found(one)) for one in (twice, same, many, wordy)] == [{"ARCHIVE_ABSURD"}] * 4
    assert set(found(large, most_bytes=2_000_000)) == {"ARCHIVE_ABSURD"}


def test_a_number_in_foreign_digits_breaks_the_schema_and_nothing_else(maker: Maker) -> None:
    maker.write()
    path = maker.folder / "cpl.xml"
    path.write_text(path.read_text().replace(f"<Duration>{FRAMES}</Duration>", "<Duration>²</Duration>"))

    assert "cpl.xml" in found(maker.folder)["DCP_STRUCTURE"]


def test_a_file_that_is_played_and_packed_nowhere_is_told(maker: Maker) -> None:
    maker.listed = lambda: ["picture.mxf", "cpl.xml"]

    assert found(maker.write().folder) == {"DCP_STRUCTURE": "PKL: sound.mxf"}


def test_links_that_go_round_are_hostile(maker: Maker) -> None:
    maker.write()
    (maker.folder / "picture.mxf").unlink()
    (maker.folder / "picture.mxf").symlink_to(maker.folder / "picture.mxf")

    assert "HOSTILE_REFERENCE" in found(maker.folder)


def test_a_film_that_carries_a_zip_behind_it_is_a_film(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\x00\x00\x00\x18ftypisom" + archive(tmp_path / "a.zip", ("ASSETMAP", b"x")).read_bytes())

    assert dcp.is_archive(film) is False


def test_a_file_of_eight_gibibytes_is_leapt_over_by_what_its_pax_header_says(tmp_path: Path) -> None:
    """Ustar has no room for its size; read as it stands there, the picture would be taken for headers."""
    long, archive = tarfile.TarInfo("picture.mxf"), tmp_path / "long.tar"
    long.size = 9 * 1024**3
    head = long.tobuf(tarfile.PAX_FORMAT)
    last = tarfile.TarInfo("ASSETMAP.xml").tobuf(tarfile.USTAR_FORMAT)
    with archive.open("wb") as packed:
        packed.write(head + b"no header " * 60)
        packed.seek(len(head) + long.size)
        packed.write(last + bytes(1024))

    found = list(unpacking.headers(archive))
    archive.unlink()

    assert [kind for kind, _ in found] == [tarfile.XHDTYPE, tarfile.REGTYPE, tarfile.REGTYPE]
    assert [size for _, size in found[1:]] == [long.size, 0]
