"""A small festival whose days are now: two houses, seven films with and without stills, one of them twice."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from festival.clock import festival_day, now
from festival.sessions import digest, new_token
from festival.tables import new_id
from media.storage import LocalStore
from ops.client import Door

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
FILMS = {
    "Périhélie": ("Perihelion", "fr"), "Œil d’Éole": ("Eye of Aeolus", "fr"), "Mémoire d’Ariane": ("Ariane", "fr"),
    "Silence": ("Silence", "zxx"), "ليل الفضاء الطويل": ("A Long Night", "ar"), LONG: (LONG, "de"),
    "Retour": ("Back", "en"),
}  # fmt: skip
SCREENS = ("Lumière", "Bazin", "Grand écran")
GRID = [("Périhélie", 0, -20), ("Œil d’Éole", 1, 40), ("Mémoire d’Ariane", 2, 100), ("Silence", 0, 160),
        ("Œil d’Éole", 2, 1440 + 100), ("ليل الفضاء الطويل", 0, 1440 + 160), (LONG, 1, 1440 + 160),
        ("Retour", 2, 2880 + 60)]  # fmt: skip
"""Which film, on which screen, in how many minutes: the first runs, and the second begins before it ends."""
FILM, TALK, CLEAR = 80, 20, 20
PARTS = ("programmer", "operator")


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.linear_gradient("L").resize((1280, 720)).save(drawn, "JPEG")
    return drawn.getvalue()


class Days:
    """`films` are programmes by title, `shows` the stable ids of screenings in the order of `GRID`."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.at = now().replace(second=0, microsecond=0)
        self.edition, self.slug = site.an_edition(
            "d", phase="programme", first_day=festival_day(self.at).isoformat(), two_person_release=False
        )
        site.sql("UPDATE edition SET places = $2::jsonb, measured_runtime = false WHERE id = $1", self.edition,
                 json.dumps({"fr": "Cannes, Palais", "en": "Cannes, Palais"}))
        self.section = new_id()
        site.sql(
            """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
               VALUES ($1, $2, 'C', '{"fr": "Compétition", "en": "Competition"}', 0, 0, 20000, false)""",
            self.section, self.edition,
        )
        self.screens = self.rooms()
        self.films = {title: self.film(title, *told) for title, told in FILMS.items()}
        self.shows = self.grid()
        self.cookies = {
            name: site.person(f"{name}.{self.slug}@example.org", edition=self.edition, parts=[*PARTS], name=name)
            for name in ("ada", "bo")
        }
        self.door = self.key("ada")
        self.publish()

    def rooms(self) -> list[str]:
        houses = [new_id(), new_id()]
        for house, name in zip(houses, ("Palais", "Olympia"), strict=True):
            self.site.sql("INSERT INTO venue (id, edition, name) VALUES ($1, $2, $3)", house, self.edition, name)
        made = []
        for n, name in enumerate(SCREENS):
            made.append(new_id())
            self.site.sql(
                """INSERT INTO screen (id, edition, venue, name, seats, hours, turnaround, position)
                   VALUES ($1, $2, $3, $4, 200, '[[0, 1800], [0, 1800], [0, 1800]]', 20, $5)""",
                made[-1], self.edition, houses[n == 2], name, n,
            )
        return made

    def film(self, title: str, english: str, tongue: str) -> str:
        """One without a still and a synopsis, one whose words run from the right."""
        name, bare = new_id(), title == "Retour"
        told = "" if bare else f"{title}, une nuit. Personne ne dort, et personne ne répond."
        self.site.sql(
            """INSERT INTO film (id, title, titles, director, directors, year, countries, languages, synopses,
                 declared_seconds, premiere)
               VALUES ($1, $2, $3::jsonb, 'Zoé Ångström', '["Zoé Ångström"]', 2026, '["FR"]', $4::jsonb,
                 $5::jsonb, 4800, 'none')""",
            name, title, json.dumps({"en": english}), json.dumps([tongue]), json.dumps({"fr": told, "en": told}),
        )
        self.site.sql(
            "INSERT INTO submission (id, edition, film, status, section) VALUES ($1, $2, $1, 'accepted', $3)",
            name, self.edition, self.section,
        )
        if not bare:
            self.site.sql(
                """INSERT INTO film_file (id, submission, state, name, size, facts, verdict)
                   VALUES ($1, $1, 'released', 'film.mp4', 9, '{"duration": 4800.0}', '{"outcome": "sound"}')""",
                name,
            )
            store = LocalStore(Path(os.environ["MEDIA_ROOT"]))
            copy = store.work_folder(name)
            (copy / "poster.jpg").write_bytes(picture())
            store.publish(copy, name)
        self.site.sql(
            """INSERT INTO programme (id, edition, kind, titles, section, intro, debate, showings)
               VALUES ($1, $2, 'film', $3::jsonb, $4, 0, $5, 1)""",
            name, self.edition, json.dumps({"fr": title, "en": english}), self.section, TALK,
        )
        self.site.sql(
            "INSERT INTO programme_film (id, programme, submission, position) VALUES ($1, $1, $1, 0)", name
        )
        return name

    def grid(self) -> list[str]:
        grid, shown, seen = new_id(), [], dict.fromkeys(FILMS, 0)
        self.site.sql("INSERT INTO grid (id, edition, version) VALUES ($1, $2, 1)", grid, self.edition)
        for title, screen, minutes in GRID:
            starts = self.at + timedelta(minutes=minutes)
            film, talk, clear = (starts + timedelta(minutes=m) for m in (FILM, FILM + TALK, FILM + TALK + CLEAR))
            shown.append(new_id())
            self.site.sql(
                """INSERT INTO screening (id, stable, grid, programme, number, screen,
                     starts_at, film_ends_at, ends_at, clears_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
                new_id(), shown[-1], grid, self.films[title], seen[title], self.screens[screen],
                starts, film, talk, clear,
            )
            seen[title] += 1
        return shown

    def key(self, name: str) -> Door:
        secret = "cfs_" + new_token()
        self.site.sql(
            """INSERT INTO token (id, person, edition, digest, name, scopes, created_at, expires_at)
               SELECT $1, id, $2, $3, 'browser', '["programme"]', now(), now() + interval '1 day'
               FROM person WHERE email_key = $4""",
            new_id(), self.edition, digest(secret), f"{name}.{self.slug}@example.org",
        )
        return Door(self.site.base_url, self.slug, secret)

    def publish(self) -> int:
        version = self.door.get("/grid")["version"]
        return int(self.door.post("/grid/publication", {"version": version})["number"])

    def close(self) -> None:
        self.door.http.close()
