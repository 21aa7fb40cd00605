"""Workers on hosts of their own, with a bucket, Redis and PostgreSQL between them and nothing else."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.storage import sha256_of
from tests.clips import Clips, film
from tests.hosts import (
    OBJECTS_PORT,
    POSTGRES_PORT,
    REDIS_PORT,
    Festival,
    NoNamespaces,
    hosts,
    reaches,
)
from tests.media.test_chunks import frames

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SSIM = 0.001


@pytest.fixture(scope="module")
def festival(site, services, bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Festival]:
    folder = tmp_path_factory.mktemp("hosts")
    clip = Clips(folder).draw(film(size="640x360", seconds=95, look="noise=alls=10:allf=t"))
    site.parts["heavy"].terminate()
    site.parts["heavy"].wait(20)
    try:
        with hosts(2, folder=folder / "disks", hidden=[services.var], bucket=bucket) as made:
            yield Festival(site, made, bucket, clip, folder)
    except NoNamespaces as reason:
        pytest.skip(f"no hosts here: {reason}")
    finally:
        site.start("heavy", site.COMMANDS["heavy"])


def test_a_host_reaches_bucket_redis_and_postgresql_and_nothing_else(festival: Festival) -> None:
    one, other = festival.hosts

    assert [reaches(one, port, one.door) for port in (POSTGRES_PORT, REDIS_PORT, OBJECTS_PORT)] == [True, True, True]
    assert reaches(one, festival.site.port, one.door) is False
    assert reaches(one, POSTGRES_PORT, other.door) is False
    assert reaches(one, festival.site.port, "127.0.0.1") is False


def test_a_film_made_by_two_hosts_is_the_film_made_by_one(festival: Festival) -> None:
    festival.wake(festival.hosts[0])
    alone, single = festival.made()

    festival.wake(*festival.hosts)
    for host in festival.hosts:
        assert host.sees(host.hosts) == [host.disk.name]
        assert host.sees(festival.site.var) == []
        assert {"fetched", "uploads", "work"} == set(host.sees(host.disk))
    shared, joined = festival.made()

    assert festival.makers(alone, "encode_part") == set()
    assert festival.makers(shared, "encode_part") == {host.name for host in festival.hosts}
    assert {str(p.relative_to(single)) for p in single.rglob("*")} == {
        str(p.relative_to(joined)) for p in joined.rglob("*")
    }
    for rung in ("v0", "a0"):
        assert frames(joined / rung) == frames(single / rung)
    assert sound_of(joined) == sound_of(single)
    assert abs(ssim(festival.clip, joined) - ssim(festival.clip, single)) <= SSIM


def sound_of(copy: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted((copy / "a0").glob("*.m4s"))}


def ssim(film: Path, copy: Path) -> float:
    """How much a copy is like the film that it was made of."""
    told = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(film), "-allowed_extensions", "ALL",
         "-i", str(copy / "v0" / "playlist.m3u8"), "-lavfi", "[0:v][1:v]scale2ref[a][b];[a][b]ssim", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return float(re.search(r"All:([\d.]+)", told.stderr)[1])
