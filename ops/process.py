"""A child that never outlives its parent, free ports, and who PostgreSQL runs as."""

import os
import pwd
import signal
import socket
from collections.abc import Callable

from units.parents import end_with_parent


def die_with_parent(how: int = signal.SIGKILL) -> Callable[[], None]:
    """For `preexec_fn`: the kernel ends the child when the launcher is gone, however it went.

    The parent is the thread that forks: children are started by the main thread only.
    """

    def before_exec() -> None:
        os.setsid()
        end_with_parent(how)

    return before_exec


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def is_taken(port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, which it refuses to be; None when we are not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
