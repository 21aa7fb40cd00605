"""A whole small festival in the running house: one film from upload to the published grid."""

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from festival.sessions import digest, new_token
from festival.tables import new_id
from ops.client import Door
from ops.demo_clips import draw
from ops.demo_films import Clip

PARTS = {"filmmaker": "entries", "reviewer": "committee", "chair": "committee",
         "programmer": "programme", "operator": "operate"}
ENTRY = {
    "title": "La Nuit des antennes", "title_en": "The Night of the Dishes",
    "synopsis_fr": "Une nuit parmi les antennes qui écoutent.",
    "synopsis_en": "A night among the dishes that listen.", "section": "C", "year": 2026,
    "countries": ["FR"], "languages": ["fr"], "directors": ["Ada Morel"], "premiere": "world",
    "declared_seconds": 60, "rights_confirmed": True,
}


class World:
    """`cookies` sign a browser in by part; `names` fill the addresses of pages."""

    def __init__(self, site: Any, folder: Path) -> None:
        self.site = site
        self.edition, self.slug = site.an_edition("p", phase="selection", two_person_release=False)
        self.cookies: dict[str, str] = {}
        self.doors: dict[str, Door] = {}
        self.found()
        for part, scope in PARTS.items():
            self.meet(part, scope)
        self.names = {"lang": "fr", "edition": self.slug, "token": "unknown", "erasure_id": self.somebody_leaves(),
                      **self.team(), **self.play(folder)}

    def somebody_leaves(self) -> str:
        """A reviewer asks to be forgotten, and a backup was made: pages that answer have something to show."""
        erasure = new_id()
        self.site.sql(
            """INSERT INTO erasure (id, person, edition, name, state, reason, plan, told, asked_at, due_at)
               SELECT $1, person, edition, '', 'asked', '', '{}', '{}', now(), now() + interval '9 days'
               FROM role WHERE edition = $2 AND part = 'reviewer'""",
            erasure, self.edition,
        )
        self.site.sql(
            """INSERT INTO backup_run (id, kind, state, created_at, started_at, ended_at, snapshot, size, added,
                 told, fault, snapshots) VALUES ($1, 'backup', 'done', now(), now(), now(), 'f00d', 9, 9, '', '',
               '[{"id": "f00dbabe", "time": "2027-11-26T03:00:00+00:00", "until": "2028-02-28T03:00:00+00:00"}]')""",
            new_id(),
        )
        return erasure

    def team(self) -> dict[str, str]:
        """Somebody is invited into two parts, a list invites more, and two accounts are taken for one person."""
        operator = self.doors["operator"]
        invited = {"email": f"ines.{self.slug}@example.org", "name": "Inès Roux",
                   "parts": ["filmmaker", "reviewer"], "sections": ["C"], "words": "Bienvenue, et à bientôt."}
        operator.post("/operator/people", invited)
        found = operator.get(f"/operator/people?q={invited['email']}")["people"]
        rows = f"email;name;part\nyan.{self.slug}@example.org;Yan;reviewer\n{invited['email']};;reviewer\n"
        begun = operator.post("/operator/people/lists", {"text": rows})["id"]
        asked = operator.post("/operator/people/merges",
                              {"stays": f"filmmaker.{self.slug}@example.org", "goes": invited["email"]})["id"]
        return {"person_id": found[0]["id"], "list_id": begun, "request_id": asked}

    def found(self) -> None:
        self.section = new_id()
        self.site.sql(
            """INSERT INTO section (id, edition, letter, names, position, least_seconds,
                 most_seconds, is_blind)
               VALUES ($1, $2, 'C', '{"fr": "Compétition", "en": "Competition"}', 0, 0, 20000, false)""",
            self.section, self.edition,
        )

    def meet(self, part: str, scope: str) -> None:
        address = f"{part}.{self.slug}@example.org"
        self.cookies[part] = self.site.person(address, edition=self.edition, parts=[part])
        key = "cfs_" + new_token()
        self.site.sql(
            """INSERT INTO token (id, person, edition, digest, name, scopes, created_at, expires_at)
               SELECT $1, id, $2, $3, 'browser', $4::jsonb, now(), now() + interval '1 day'
               FROM person WHERE email_key = $5""",
            new_id(), self.edition, digest(key), json.dumps([scope]), address,
        )
        self.doors[part] = Door(self.site.base_url, self.slug, key)

    def play(self, folder: Path) -> dict[str, str]:
        maker, chair, programmer = (self.doors[p] for p in ("filmmaker", "chair", "programmer"))
        film = maker.post("/submissions", ENTRY)["id"]
        maker.upload(draw(Clip(), folder, "antennes", seed=7), film)
        report = maker.wait_for_report(film, patience=150)
        assert report["state"] == "ready", report
        maker.post(f"/submissions/{film}/release")
        maker.post(f"/submissions/{film}/filing")
        chair.post(f"/committee/submissions/{film}/acceptance", {"note": "En réunion."})
        batch = chair.post("/announcements", {"submissions": [film]})["id"]
        chair.post(f"/announcements/{batch}/release")
        meeting = chair.post("/committee/meetings", {"name": "Jeudi"})["id"]
        chair.post(f"/committee/meetings/{meeting}/remarks", {"note": "On commence par les courts."})
        venue = programmer.post("/venues", {"name": "Palais"})["id"]
        screen = programmer.post("/screens", {"venue": venue, "name": "Salle 1", "seats": 300,
                                              "hours": [[600, 1440]] * 3})["id"]
        programmer.post("/venues", {"name": "Olympia"})
        rows = "titre;salle;début;durée\nFête;Salle 1;2027-11-26 20:00;60\nAilleurs;Salle 9;2027-11-26 20:00;60\n"
        brought = programmer.http.post(f"{programmer.base}/grid/imports?name=grille.csv", content=rows.encode()).json()
        programmer.post("/reservations", {"titles": {"fr": "Ouverture", "en": "Opening"}, "screen": screen,
                                          "begins": 600, "ends": 660})
        programme = programmer.post("/programmes/from-selection")["ids"][0]
        run = programmer.post("/grid/plans", {"seconds": 1})["id"]
        while programmer.get(f"/grid/plans/{run}")["state"] in {"waiting", "running"}:
            time.sleep(0.2)
        version = programmer.post(f"/grid/plans/{run}/application")["version"]
        programmer.post("/grid/publication", {"version": version})
        variant = programmer.post("/variants", {"name": "Avant le vendredi", "note": "Sans la séance tardive."})["id"]
        programmer.post("/comments", {"programme": programme, "text": "Le piano arrive à 17 h."})
        maker.post("/submissions", {"title": "Un brouillon"})
        operator = self.doors["operator"]
        letter = operator.get("/operator/letters?address=@&kind=submitted")["letters"][0]["id"]
        words = {"fr": "Éditeur : les Amis.\n\n- contact@example.org"}
        operator.call("PUT", "/operator/site/legal", {"texts": words, "version": 0})
        return {"submission_id": film, "programme_id": programme, "run_id": run, "number": "1", "import_id": self.bring(),
                "own_import_id": self.bring_own(),
                "guest_id": self.invite(programme), "shared_kind": "jury", "shared_id": self.jury,
                "kind": "submitted", "letter": letter, "section_letter": "C", "text": "legal", "section_id": self.section,
                "screen_id": screen, "venue_id": venue, "paper_name": "doors", "grid_import_id": brought["id"],
                "variant_id": variant, "batch_id": batch, "meeting_id": meeting,
                "invitation_id": self.share(film), **self.ask(film), "field": "premiere"}  # fmt: skip

    def share(self, film: str) -> str:
        """Somebody is asked to the entry, and its maker to one of somebody else."""
        maker = self.doors["filmmaker"]
        maker.post(f"/submissions/{film}/people", {"email": f"bo.{self.slug}@example.org", "entry_right": "see"})
        question = new_id()
        self.site.sql(
            """INSERT INTO member_invitation (id, submission, person, by, entry_right)
               SELECT $1, $2, p.id, b.id, 'see' FROM person p, person b WHERE p.email_key = $3 AND b.email_key = $4""",
            question, film, f"filmmaker.{self.slug}@example.org", f"ines.{self.slug}@example.org",
        )
        return question

    def invite(self, programme: str) -> str:
        """Somebody on stage, and a jury."""
        programmer = self.doors["programmer"]
        self.jury = programmer.post("/shared", {"kind": "jury", "name": "Grand jury",
                                                "programmes": [programme]})["id"]
        return programmer.post("/guests", {"name": "Ada Morel", "windows": [[600, 1440], [2040, 4320]],
                                           "programmes": [programme], "step_free": True})["id"]

    def ask(self, film: str) -> dict[str, str]:
        """Questions of every kind, one of them for the team, and two things that are wanted: one was brought."""
        operator, maker = self.doors["operator"], self.doors["filmmaker"]
        options = [{"key": key, "names": {"fr": fr, "en": en}} for key, fr, en in
                   [("a", "Oui", "Yes"), ("b", "Non", "No")]]  # fmt: skip
        for kind in ("line", "text", "number", "choice", "choices", "date", "file"):
            labels = {"fr": f"Question : {kind}", "en": f"Question: {kind}"}
            question = operator.post("/operator/form/questions",
                                     {"labels": labels, "kind": kind, "options": options})["id"]
        operator.post("/operator/form/questions", {"labels": labels, "asks": "team"})
        stills = {"labels": {"fr": "Photos", "en": "Stills"}, "accepts": "picture", "is_required": True}
        material = operator.post("/operator/materials", stills)["id"]
        copy = {"labels": {"fr": "Copie", "en": "Print"}, "kind": "exhibition", "accepts": "package"}
        operator.post("/operator/materials", copy)
        words = {"labels": {"fr": "Biographie", "en": "Biography"}, "accepts": "text", "is_required": True}
        written = operator.post("/operator/materials", words)["id"]
        maker.http.put(f"{maker.base}/submissions/{film}/materials/{written}/text",
                       json={"text": "Née à Dakar, formée à Prague.", "version": 0})
        return {"question_id": question, "material_id": material, "fix_id": self.mend(film)}

    def mend(self, film: str) -> str:
        """A field that the office asks for, a note, a tag, and an entry that may be the same film."""
        operator, place = self.doors["operator"], f"/operator/entries/{film}"
        operator.post(f"{place}/notes", {"text": "Ada rappelle lundi."})
        operator.http.post(f"{operator.base}{place}/tags", json={"tag": "à voir"})
        due = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011
        wanted = {"field": "declared_seconds", "why": "Le générique dure plus longtemps.", "due": due}
        return operator.post(f"{place}/fixes", wanted)["id"]

    def bring(self) -> str:
        """A list of entries, tried: one row with a remark, one that is left out."""
        operator = self.doors["operator"]
        text = "Tracking Number,Project Title,Duration,Submission Categories\nT1,La Lune,?,Longs\n,Mars,12,\n"
        one = operator.http.post(f"{operator.base}/operator/imports?name=list.csv", content=text.encode()).json()
        wanted = {"columns": one["columns"], "source": "FilmFreeway", "keep_as": "FilmFreeway", "version": 1}
        operator.http.put(f"{operator.base}/operator/imports/{one['id']}/columns", json=wanted)
        while operator.get(f"/operator/imports/{one['id']}")["state"] == "checking":
            time.sleep(0.2)
        return one["id"]

    def bring_own(self) -> str:
        """A list of the maker's own films, tried: one with a remark, one that is left out."""
        maker = self.doors["filmmaker"]
        text = "Title,Director,Duration\nLa Lune,Ada Lovelace,?\nla lune,Ada Lovelace,12\n"
        one = maker.http.post(f"{maker.base}/submissions/imports?name=films.csv", content=text.encode()).json()
        wanted = {"columns": one["columns"], "version": 1, "categories": {}}
        maker.http.put(f"{maker.base}/submissions/imports/{one['id']}/columns", json=wanted)
        while maker.get(f"/submissions/imports/{one['id']}")["state"] == "checking":
            time.sleep(0.2)
        return one["id"]

    def close(self) -> None:
        for door in self.doors.values():
            door.http.close()


def sign_in(page: Page, world: World, part: str) -> None:
    page.context.add_cookies(
        [{"name": "session", "value": world.cookies[part], "url": world.site.base_url}]
    )
