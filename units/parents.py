"""A process that never outlives whoever began it."""

import ctypes
import signal

_libc = ctypes.CDLL(None)  # found before anybody forks
PR_SET_PDEATHSIG = 1


def end_with_parent(how: int = signal.SIGKILL) -> None:
    """The kernel ends this process when the thread that forked it is gone, however it went, and whatever this
    process is busy with. Also for `preexec_fn`.
    """
    _libc.prctl(PR_SET_PDEATHSIG, how)
