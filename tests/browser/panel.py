"""A committee before its first film: three reviewers, two chairs, twenty-four films that share one short copy."""

import io
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image, ImageOps

from festival.sessions import digest, new_token
from festival.tables import new_id
from media.storage import LocalStore
from ops.client import Door
from tests.browser.copies import draw_copy

SECONDS = 12
PEOPLE = {
    "solene": ("Solène Garrec", "chair"), "idris": ("Idris Fall", "chair"), "helene": ("Hélène Marchand", "reviewer"),
    "jun": ("Jun Watanabe", "reviewer"), "femi": ("Femi Adeyemi", "reviewer"), "maud": ("Maud Ferrand", "operator"),
}  # fmt: skip
SECTIONS = {"C": ("Compétition", "Competition", 240, 250), "S": ("Courts", "Shorts", 30, 55)}
FILMS = (
    ("Périhélie", "Perihelion", "C"), ("Le Bruit des panneaux", "The Noise of the Panels", "S"),
    ("Silent Orbit", "Silent Orbit", "C"), ("Ma mère au point L2", "My Mother at L2", "S"),
    ("Apogée", "Apogee", "C"), ("Trois secondes de retard", "Three Seconds Late", "S"),
    ("Ciel de Kourou", "Kourou Sky", "C"), ("Pluton n’a rien dit", "Pluto Said Nothing", "S"),
    ("Terminator, ligne de jour", "Terminator Line", "C"), ("Blue Marble, Red Sea", "Blue Marble, Red Sea", "C"),
    ("Kessler, mon amour", "Kessler, My Love", "S"), ("Hors sol", "Off the Ground", "C"),
    ("Mars, ville ouverte", "Mars, Open City", "C"), ("Un petit pas de côté", "One Small Sidestep", "S"),
    ("Gravité zéro cinq", "Zero Point Five Gravity", "C"), ("Ondes longues", "Long Waves", "C"),
    ("L’Heure de Phobos", "The Hour of Phobos", "S"), ("Solo pour scaphandre", "Solo for a Spacesuit", "C"),
    ("Premier amarrage", "First Docking", "C"), ("Kepler, quatrième gauche", "Kepler, Fourth on the Left", "C"),
    ("Orbite basse", "Low Orbit", "C"), ("Le Jardin de Cérès", "The Garden of Ceres", "C"),
    ("Une fusée dans la cour", "A Rocket in the Yard", "S"), ("Baïkonour, l’enfance", "Baikonur, a Childhood", "C"),
)  # fmt: skip


def still(turn: int) -> bytes:
    """A gradient of its own hue, as nothing of a film is."""
    drawn, grey = io.BytesIO(), Image.linear_gradient("L").resize((640, 360))
    shades = [(10 + 37 * turn * n) % 90 for n in (1, 2, 3)]
    ImageOps.colorize(grey, tuple(shades), tuple(shade + 150 for shade in shades)).save(drawn, "JPEG")
    return drawn.getvalue()


class Panel:
    """`films` are submissions by title, `people` ids, `cookies` sessions by first name."""

    def __init__(self, site: Any, folder: Path, lang: str) -> None:
        self.site = site
        self.edition, self.slug = site.an_edition("c", phase="selection")
        site.sql("UPDATE edition SET measured_runtime = false WHERE id = $1", self.edition)
        site.sql("INSERT INTO committee_rules (id, edition, quorum) VALUES ($1, $1, 2)", self.edition)
        self.cookies, self.people = {}, {}
        for name, (whole, part) in PEOPLE.items():
            self.meet(name, whole, part)
        other = "en" if lang == "fr" else "fr"
        self.languages = {"solene": lang, "idris": other, "helene": lang, "jun": other, "femi": other, "maud": lang}
        for name, spoken in self.languages.items():
            site.sql("UPDATE person SET language = $2 WHERE id = $1", self.people[name], spoken)
        self.sections = {letter: self.section(letter, *told) for letter, told in SECTIONS.items()}
        copy = draw_copy(folder, SECONDS, "gradients=size=320x180:rate=24:c0=0x10203a:c1=0xe8b45a:speed=0.03")
        self.films = {told[0]: self.film(turn, *told, copy) for turn, told in enumerate(FILMS)}

    def address(self, name: str) -> str:
        return f"{name}.{self.slug}@example.org"

    def meet(self, name: str, whole: str, part: str) -> None:
        self.cookies[name] = self.site.person(self.address(name), edition=self.edition, parts=[part], name=whole)
        found = self.site.sql("SELECT id FROM person WHERE email_key = $1", self.address(name))
        self.people[name] = found[0]["id"]

    def section(self, letter: str, french: str, english: str, minutes: int, hue: int) -> str:
        section = new_id()
        self.site.sql(
            """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind, hue)
               VALUES ($1, $2, $3, $4::jsonb, $5, 0, $6, false, $7)""",
            section, self.edition, letter, json.dumps({"fr": french, "en": english}), ord(letter), minutes * 60, hue,
        )
        return section

    def film(self, turn: int, title: str, english: str, letter: str, copy: Path) -> str:
        """Filed, released, and its maker's; the earlier films were filed earlier."""
        film, sql = new_id(), self.site.sql
        told = {"fr": f"« {title} » : une nuit, un signal, quelqu’un qui répond.", "en": f"{english}: a night, a signal, an answer."}
        sql(
            """INSERT INTO film (id, title, titles, director, directors, year, countries, languages, synopses,
                 declared_seconds, premiere)
               VALUES ($1, $2, $3::jsonb, 'Zoé Ångström', '["Zoé Ångström"]', 2026, '["FR"]', '["fr"]', $4::jsonb,
                 $5, 'none')""",
            film, title, json.dumps({"en": english}), json.dumps(told), (85 + turn if letter == "C" else 9 + turn % 8) * 60,
        )
        sql(
            """INSERT INTO submission (id, edition, film, section, status, rights_confirmed, waivers, version,
                 created_at, changed_at, filed_at)
               VALUES ($1, $2, $1, $3, 'submitted', true, '[]', 1, now(), now(), now() - make_interval(hours => $4))""",
            film, self.edition, self.sections[letter], 100 - turn,
        )
        sql(
            """INSERT INTO film_file (id, submission, number, state, name, size, facts, created_at)
               VALUES ($1, $1, 1, 'released', 'film.mp4', 9, $2::jsonb, now())""",
            film, json.dumps({"duration": float(SECONDS)}),
        )
        store = LocalStore(self.site.var / "media")
        folder = store.work_folder(film)
        shutil.copytree(copy, folder, dirs_exist_ok=True)
        (folder / "poster.jpg").write_bytes(still(turn))
        store.publish(folder, film)
        maker = new_id()
        sql("INSERT INTO person (id, email, email_key, name, language) VALUES ($1, $2, $2, 'Zoé Ångström', 'fr')",
            maker, self.address(f"maker{turn}"))
        sql("INSERT INTO role (id, person, edition, part, sections) VALUES ($1, $2, $3, 'filmmaker', '[]')",
            new_id(), maker, self.edition)
        sql("INSERT INTO member (id, submission, person) VALUES ($1, $2, $3)", new_id(), film, maker)
        return film

    def meet_maker(self, title: str) -> str:
        """Signs a film's maker in; the name by which they are known here."""
        turn = list(self.films).index(title)
        self.languages["maker"] = "fr"
        self.cookies["maker"] = self.site.person(self.address(f"maker{turn}"), edition=self.edition, parts=["filmmaker"])
        return "maker"

    def door(self, person: str, scope: str) -> Door:
        secret = "cfs_" + new_token()
        self.site.sql(
            """INSERT INTO token (id, person, edition, digest, name, scopes, created_at, expires_at)
               VALUES ($1, $2, $3, $4, 'walk', $5::jsonb, now(), now() + interval '1 day')""",
            new_id(), person, self.edition, digest(secret), json.dumps([scope]),
        )
        return Door(self.site.base_url, self.slug, secret)

    def letter_to(self, name: str, words: str) -> str:
        """The first address in a letter that this person has in their mailbox."""
        operator = self.door(self.people["maud"], "operate")
        for _ in range(240):
            for letter in operator.get(f"/operator/mailbox?address={quote(self.address(name))}"):
                if words in letter["body"] and (found := re.search(r"https?://\S+", letter["body"])):
                    return found[0]
            time.sleep(0.5)
        raise AssertionError(f"no letter to {name} says {words}")

    def others_score(self) -> None:
        """Everybody else gives the sheets that were asked of them, and a third of each film one more."""
        self.site.sql(
            """INSERT INTO review (id, submission, file, person, scores, opinion, seen, changed_at, given_at, version)
               SELECT left(md5(s.id || p.id || 'walk'), 16), s.id, s.id, p.id, jsonb_build_object(
                   'writing', 1 + (h.n + 1) % 5, 'image', 2 + h.n % 4, 'sound', 3 + h.n % 3, 'space', 1 + h.n % 5),
                 'Une vraie tenue de cadre ; le deuxième acte s’étire, mais la fin emporte tout.', 1, now(), now(), 1
               FROM submission s CROSS JOIN unnest($2::text[]) AS p(id),
                 LATERAL (SELECT ('x' || left(md5(s.id || p.id), 6))::bit(24)::int AS n) h
               WHERE s.edition = $1 AND NOT EXISTS
                 (SELECT 1 FROM review r WHERE r.submission = s.id AND r.person = p.id AND r.given_at IS NOT NULL)
               ON CONFLICT DO NOTHING""",
            self.edition, [self.people[name] for name in ("helene", "jun", "femi")],
        )

    def status(self, title: str) -> str:
        return str(self.site.sql("SELECT status FROM submission WHERE id = $1", self.films[title])[0]["status"])
