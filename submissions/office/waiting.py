"""A letter a day to each operator for whom corrections wait: fields that makers wish to open, and those that are
mended and not yet read.

It names no film. What was told once is not told again until something new comes; a letter that has come to nothing
by the time it goes is dropped.
"""

from datetime import timedelta
from functools import partial

from festival import letters
from festival.clock import in_zone, now, zone
from festival.db import rows
from festival.language import t
from festival.people import person as person_of
from festival.tables import Edition, Letter, Phase

KIND = "fixes_wait"
FROM_HOUR = 8
STILL_WRITTEN = timedelta(minutes=5)
"""An act that began to write may end that late: what is younger waits for the next letter."""
_WAITS = """FROM fix_request r JOIN submission s ON s.id = r.submission AND s.status <> 'withdrawn'
JOIN role o ON o.edition = s.edition AND o.part = 'operator' JOIN person p ON p.id = o.person AND p.disabled_at IS NULL
WHERE r.state IN ('wished', 'done')
  AND NOT EXISTS (SELECT 1 FROM recusal x WHERE x.person = p.id AND x.submission = s.id AND x.lifted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.person = p.id AND m.submission = s.id)"""
"""A row for each request and each operator who may answer it."""


async def carry_out() -> None:
    """Once an hour: in every edition whose morning has come, whoever has something new to answer."""
    for row in await rows(
        """SELECT DISTINCT s.edition AS id FROM fix_request r JOIN submission s ON s.id = r.submission
           JOIN edition e ON e.id = s.edition WHERE r.state IN ('wished', 'done') AND e.phase <> {}""",
        Phase.ARCHIVED,
    ):
        edition = await Edition.objects().get(Edition.id == row["id"])
        if edition is not None:
            await tell_all(edition)


async def tell_all(edition: Edition) -> int:
    """How many letters were written now."""
    with in_zone(edition.zone):
        here = now().astimezone(zone())
    if here.hour < FROM_HOUR:
        return 0
    found = await rows(
        f"""WITH told AS (SELECT person, max(created_at) AS at FROM letter
              WHERE edition = {{}} AND kind = {{}} GROUP BY person)
            SELECT o.person, count(*) FILTER (WHERE r.state = 'wished')::int AS wished,
              count(*) FILTER (WHERE r.state = 'done')::int AS mended {_WAITS} AND s.edition = {{}}
            GROUP BY o.person
            HAVING max(coalesce(r.done_at, r.created_at)) > coalesce(
              (SELECT at FROM told WHERE told.person = o.person), '-infinity') - {{}}::interval
            ORDER BY o.person""",
        edition.id,
        KIND,
        edition.id,
        STILL_WRITTEN,
    )
    written = 0
    for row in found:
        written += await letters.write(
            KIND,
            await person_of(row["person"]),
            occasion=f"{KIND}:{edition.id}:{row['person']}:{here.date()}",
            edition=edition,
            link=f"/operator/entries?fix={those(row['wished'], row['mended'])}",
            lines=partial(counted, wished=row["wished"], mended=row["mended"]),
        )
    return written


def those(wished: int, mended: int) -> str:
    """The word of the office's list that shows exactly what is counted."""
    return "done" if wished and mended else "wished" if wished else "mended"


def counted(language: str, *, wished: int, mended: int) -> str:
    told = {"wished": wished, "mended": mended}
    return "\n".join(t(language, f"fixes.wait.{name}", n=n) for name, n in told.items() if n)


async def still_true(letter: Letter) -> bool:
    """Asked when such a letter is about to go: whether anything of it still waits for its reader."""
    return bool(
        await rows(
            f"SELECT r.id {_WAITS} AND s.edition = {{}} AND p.id = {{}} LIMIT 1",
            letter.edition,
            letter.person,
        )
    )
