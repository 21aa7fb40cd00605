"""Somebody who asks for one page again and again, in a process of their own: no sender keeps them from their watch.

    python -m bench.asks URL BREATH < HEADERS      (one line of JSON; a second line ends it)

Prints an empty line before it begins, and at its end the seconds of each answer, and how many were not 200, as JSON.
"""

import http.client
import select
import sys
import time
from urllib.parse import urlsplit

import msgspec


def main(url: str, breath: str) -> None:
    place, headers = urlsplit(url), msgspec.json.decode(sys.stdin.readline())
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    seconds, wrong = [], 0
    print(flush=True)
    while not select.select([sys.stdin], [], [], float(breath))[0]:
        began = time.perf_counter()
        line.request("GET", place.path, headers=headers)
        answer = line.getresponse()
        answer.read()
        seconds.append(time.perf_counter() - began)
        wrong += answer.status != 200
    print(msgspec.json.encode([seconds, wrong]).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
