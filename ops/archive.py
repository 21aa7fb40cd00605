"""Everything of an edition into one file, and in again.

    ./run archive EDITION FILE [--without-masters] [--with-copies] [--seal]
    ./run unarchive FILE [--as SLUG]
    ./run archive --key            a pair of keys: one for ARCHIVE_RECIPIENT, one to be kept away

FILE is a tar archive (docs/archive.md). It holds films and all that the committee has said: keep it as you
would keep those. `--seal` seals it with age for ARCHIVE_RECIPIENT, as archives from the operators' page are;
`unarchive` opens a sealed one with ARCHIVE_KEY. An edition that is here already is refused, as is anything
that is not what its own manifest says: then nothing of it is kept.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pyrage import x25519

from festival.language import t
from festival.pool import pool
from festival.settings import Settings, Unsafe
from festival.tables import Edition, new_id
from media.storage import Store
from ops.launcher import VAR
from submissions.archiving.packing import FilmsWanted, check_recipient, lay_out, pack, sealing
from submissions.archiving.unpacking import ArchiveRefused, restore
from submissions.store import store_of


async def archive(
    slug: str, target: Path, wanted: FilmsWanted, settings: Settings, *, seal: bool
) -> int:
    """Seen under its name only once it is whole."""
    store = store_of(settings)
    edition = await Edition.objects().get(Edition.slug == slug)
    if edition is None:
        print(f"There is no edition {slug}.", file=sys.stderr)
        return 2
    if seal:
        check_recipient(settings.archive_recipient)
    arriving = target.with_name(target.name + ".part")
    began = time.monotonic()

    async def make(folder: Path) -> None:
        laid = await lay_out(edition, folder, wanted)

        def write() -> Any:
            if seal:
                with sealing(arriving, settings.archive_recipient) as stream:
                    return pack(laid, folder, stream, store, edition, wanted, lambda _: None)
            arriving.touch(mode=0o600)
            with arriving.open("wb") as stream:
                return pack(laid, folder, stream, store, edition, wanted, lambda _: None)

        manifest = await asyncio.to_thread(write)
        arriving.rename(target)
        size = sum(file.size for file in manifest.files.values())
        print(
            f"  {edition.name}: {laid.rows} rows in {len(laid.tables)} tables, {len(manifest.files)} files, "
            f"{size / 1e9:.2f} GB; {time.monotonic() - began:.1f} s"
        )
        for name in manifest.missing:
            print(f"  MISSING {name}")

    await within(store, make)
    return 0


async def unarchive(source: Path, slug: str, settings: Settings) -> int:
    store, began = store_of(settings), time.monotonic()

    async def take(folder: Path) -> None:
        done = await restore(source, folder, store, key=key_here(), slug=slug)
        print(f"  equal: {done.told()}; {time.monotonic() - began:.1f} s")
        print(f"  it lives at /{done.slug}")

    try:
        await within(store, take)
    except ArchiveRefused as error:
        print(t("en", f"error.{error.code}", about=error.about), file=sys.stderr)
        return 1
    return 0


async def within(store: Store, act: Callable[[Path], Awaitable[None]]) -> None:
    """A folder of its own on the disk of the films, gone afterwards."""
    folder = store.work_folder(new_id())
    try:
        await act(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def key_here() -> str:
    """The secret key: of the environment, or of the house of this folder."""
    own = VAR / "archive-key"
    return os.environ.get("ARCHIVE_KEY", "").strip() or (own.read_text() if own.exists() else "")


def new_pair() -> int:
    identity = x25519.Identity.generate()
    print(
        f"ARCHIVE_RECIPIENT={identity.to_public()}   # for the house: it seals, and opens nothing"
    )
    print(f"ARCHIVE_KEY={identity}   # keep it away from the house: it opens every archive")
    return 0


def read() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        prog="./run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    acts = reader.add_subparsers(dest="act", required=True)
    out, back = acts.add_parser("archive"), acts.add_parser("unarchive")
    out.add_argument("edition", nargs="?")
    out.add_argument("file", nargs="?", type=Path)
    out.add_argument("--without-masters", action="store_true")
    out.add_argument("--with-copies", action="store_true")
    out.add_argument("--seal", action="store_true")
    out.add_argument("--key", action="store_true")
    back.add_argument("file", type=Path)
    back.add_argument("--as", dest="slug", default="")
    given = reader.parse_args()
    if given.act == "archive" and not given.key and not given.file:
        reader.error("archive needs EDITION and FILE")
    return given


async def run(given: argparse.Namespace) -> int:
    settings = Settings.read()
    async with pool(size=4):
        if given.act == "unarchive":
            return await unarchive(given.file, given.slug, settings)
        wanted = FilmsWanted(masters=not given.without_masters, copies=given.with_copies)
        return await archive(given.edition, given.file, wanted, settings, seal=given.seal)


def main() -> int:
    given = read()
    if given.act == "archive" and given.key:
        return new_pair()
    try:
        return asyncio.run(run(given))
    except Unsafe as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
