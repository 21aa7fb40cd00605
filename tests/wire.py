"""Wires from one address to the services of this machine; a path is a socket of PostgreSQL.

    python -m tests.wire 10.213.1.1:6379=127.0.0.1:34567 10.213.1.1:5432=/tmp/x/.s.PGSQL.5432 …
"""

import asyncio
import contextlib
import sys


async def pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(1 << 18):
            target.write(piece)
            await target.drain()
    with contextlib.suppress(OSError):
        target.close()


async def wire(here: str, there: str) -> asyncio.Server:
    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = there.rpartition(":")
        with contextlib.suppress(OSError):
            inner = await (asyncio.open_connection(host, int(port)) if host else asyncio.open_unix_connection(there))
            await asyncio.gather(pour(reader, inner[1]), pour(inner[0], writer))
        writer.close()

    host, _, port = here.rpartition(":")
    return await asyncio.start_server(joined, host, int(port))


async def main() -> None:
    servers = [await wire(*told.split("=")) for told in sys.argv[1:]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
