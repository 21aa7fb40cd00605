"""The servers that tests share: a real PostgreSQL with the house's tables, and a real Redis.

To begin at once, a migrated cluster is kept in `var/tests` and copied; another migration, or another
server, makes another one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from ops.postgres import Postgres
from tests.servers import running_postgres, running_redis

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "tests"
MOST_KEPT = 3
SHAPE = ["requirements.lock", "festival/migrate.py", "festival/roles.py", "ops/postgres.py", "piccolo_conf.py"]


class Services:
    """Started before the first test that needs them; `var` is the state folder of this session."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="cfs-", ignore_cleanup_errors=True)
        self.var = Path(self.folder.name)
        os.environ["MODE"] = "development"
        os.environ["PUBLIC_CHECK_SECONDS"] = "0"  # a test acts behind the door's back, and asks at once
        os.environ["CALL_BACK_MINUTES"] = "0"
        os.environ["PICCOLO_CONF"] = "piccolo_conf"
        os.environ["MEDIA_ROOT"] = str(self.var / "media")
        os.environ["MAILBOX"] = str(self.var / "mailbox")
        with ExitStack() as stack:
            stack.callback(self.folder.cleanup)
            self.open(stack)
            self.running = stack.pop_all()

    def open(self, stack: ExitStack) -> None:
        """A database that somebody names is migrated where it is; ours is laid out."""
        is_ours = not os.environ.get("DATABASE_URL")
        if is_ours:
            lay_out(Postgres(self.var / "pg"))
        os.environ["DATABASE_URL"] = stack.enter_context(running_postgres(self.var / "pg"))
        os.environ["REDIS_URL"] = stack.enter_context(running_redis(self.var / "redis"))
        if not is_ours:
            migrate(os.environ["DATABASE_URL"], owner_url=os.environ.get("DATABASE_OWNER_URL", ""))

    def stop(self) -> None:
        """Servers first, then their folder."""
        self.running.close()


def lay_out(server: Postgres) -> None:
    """A copy of the kept cluster, as if this server had made it."""
    kept = KEPT / shape_of(server)
    if not kept.exists():
        make(kept)
    subprocess.run(["cp", "-a", "--reflink=auto", str(kept), str(server.data)], check=True)
    (server.folder / "made").touch()


def shape_of(server: Postgres) -> str:
    """Changes with every migration, with whatever carries them out, and with the server."""
    files = [*sorted(ROOT.glob("*/piccolo_migrations/*.py")), *(ROOT / name for name in SHAPE)]
    parts = [str(path.relative_to(ROOT)).encode() + path.read_bytes() for path in files]
    version = subprocess.run([str(server.bin / "postgres"), "--version"], capture_output=True, check=True)
    owner = str(server.user and server.user.pw_uid).encode()
    return hashlib.sha256(b"\0".join([*parts, version.stdout, owner])).hexdigest()[:16]


def make(kept: Path) -> None:
    """Migrate a new cluster and keep it; of two sessions that do so at once, the first one's stays."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="cfs-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "pg")
        with server.serving():
            migrate(server.url, owner_url=server.owner_url)
        draft = Path(tempfile.mkdtemp(dir=KEPT))
        subprocess.run(["cp", "-a", str(server.data), str(draft / "data")], check=True)
        server.remove()
    with suppress(OSError):
        (draft / "data").rename(kept)
    shutil.rmtree(draft)


def migrate(url: str, *, owner_url: str) -> None:
    env = {
        **os.environ, "MODE": "development", "PICCOLO_CONF": "piccolo_conf",
        "DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url,
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", "festival.migrate"], check=True, cwd=ROOT, env=env,
                   stdout=subprocess.DEVNULL)
