"""What every column of every table holds of people, and what becomes of it when somebody leaves.

The one list of it: exports, erasures and searches read nothing else, and a test holds it against the
database. A column that nobody decided about fails that test.

`key`      names of ours, figures, states, times: of nobody by themselves
`who`      an account, by its key: it stays, and names nobody once the account is erased
`own`      what an account says of its person
`words`    typed by somebody, and may name anybody
`work`     typed about a film: facts about it, once it is public
`opens`    opens or opened a door; never exported
`made`     the database makes it of other columns of its row, and anew whenever these change
"""

from enum import StrEnum

import msgspec


class Leaves(StrEnum):
    """What becomes of a row when the person that it names is erased."""

    ROW = "row"  # it goes
    STAYS = "stays"  # it stays, with the account's key, which names nobody any more
    NOBODY = "nobody"  # it names nobody


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One table. `edition` is SQL for a row's edition (`t` is the row; '' is the house's own).

    `blank` are texts of the person's own that are emptied where the row stays. `secrecy`: the committee's,
    whose words no operator reads. `why` is said to whoever asks, under `privacy.why.<why>`.
    """

    leaves: Leaves = Leaves.NOBODY
    edition: str = "''"
    key: str = ""
    who: str = ""
    own: str = ""
    words: str = ""
    work: str = ""
    opens: str = ""
    made: str = ""
    blank: str = ""
    secrecy: bool = False
    by: str = ""
    why: str = ""

    @property
    def columns(self) -> list[str]:
        return f"{self.key} {self.who} {self.own} {self.words} {self.work} {self.opens} {self.made}".split()

    @property
    def of_person(self) -> str:
        """SQL for the rows that name one person, whose key is given once."""
        return self.by or "{} IN (" + ", ".join(f't."{one}"' for one in self.who.split()) + ")"

    @property
    def texts(self) -> list[str]:
        """Where a name may stand."""
        return f"{self.own} {self.words} {self.work}".split()


ROW, STAYS = Leaves.ROW, Leaves.STAYS
OF_SUBMISSION = "(SELECT s.edition FROM submission s WHERE s.id = t.submission)"
OF_FILM = "(SELECT s.edition FROM submission s WHERE s.film = t.{} ORDER BY s.created_at LIMIT 1)"
OF_FILE = """(SELECT s.edition FROM film_file n JOIN submission s ON s.id = n.submission
  WHERE n.id = t.file)"""
OF_GRID = "(SELECT g.edition FROM grid g WHERE g.id = t.grid)"
OF_PROGRAMME = "(SELECT p.edition FROM programme p WHERE p.id = t.programme)"
OF_IMPORT = "(SELECT i.edition FROM import i WHERE i.id = t.brought)"
OF_REVIEW = """(SELECT s.edition FROM review r JOIN submission s ON s.id = r.submission
  WHERE r.id = t.review)"""

HELD: dict[str, Held] = {
    # festival
    "person": Held(
        leaves=STAYS, who="id merged_into", own="email email_key name language",
        opens="password_hash", key="created_at disabled_at erased_at seen_at", made="folded_name", why="shell",
    ),
    "role": Held(
        leaves=ROW, edition="t.edition", key="id edition part sections version created_at",
        who="person",
    ),
    "invitation": Held(
        leaves=ROW, edition="t.edition", opens="link", who="person by", words="words",
        key="id edition parts language letter created_at revoked_at",
    ),
    "invitation_list": Held(
        leaves=STAYS, edition="t.edition", who="by", words="lines",
        key="id edition outcomes done created_at ended_at", why="some_days",
    ),
    "second_factor": Held(
        leaves=ROW, who="person", opens="secret last_step", key="created_at proved_at",
    ),
    "passkey": Held(
        leaves=ROW, who="person", own="name", opens="credential data signed", key="id created_at used_at",
    ),
    "recovery_code": Held(leaves=ROW, opens="id", who="person", key="created_at used_at"),
    "merge_request": Held(
        leaves=STAYS, edition="t.edition", who="stays goes asked_by",
        key="id edition created_at stays_agreed_at goes_agreed_at refused_at done_at", why="record",
    ),
    "session": Held(
        leaves=ROW, opens="id", who="person", own="content",
        key="created_at seen_at expires_at proved_at proved_by",
    ),
    "link": Held(
        leaves=ROW, opens="id", who="person", own="address",
        key="kind created_at expires_at used_at",
    ),
    "token": Held(
        leaves=ROW, edition="t.edition", opens="digest", who="person", own="name",
        key="id edition scopes created_at expires_at revoked_at",
    ),
    "letter": Held(
        leaves=ROW, edition="coalesce(t.edition, '')", who="person", own="address sent_to",
        words="subject body bounce",
        key="""id edition kind occasion about language link created_at sent_at version sendings
          bounced_at dropped_at""",
    ),
    "letter_text": Held(edition="t.edition", words="subjects bodies", key="id edition kind version"),
    "letter_hold": Held(edition="t.edition", key="id edition kind created_at"),
    "consent": Held(
        leaves=STAYS, edition="coalesce(t.edition, '')", who="person",
        key="id edition kind about language words digest given_at withdrawn_at", why="consent",
    ),
    "outbox": Held(
        leaves=STAYS, edition="t.edition", who="owner cancelled_by", words="fault worker",
        key="""id task queue args priority weight edition created_at due_at rung_at attempt faults
          crashes taken_at leased_until done_at parked_at patient_until told_at held_at""",
        why="to_do",
    ),
    "record": Held(
        leaves=STAYS, edition="t.edition", who="person subject", words="details",
        key="id at edition act", why="record",
    ),
    "backup_run": Held(
        leaves=STAYS, who="asked_by", words="told fault",
        key="id kind state created_at started_at ended_at snapshot size added snapshots",
        why="record",
    ),
    "edition": Held(
        edition="t.id", words="name places",
        key="""id slug phase first_day days deadline_at policy measured_runtime two_person_release
          coverage has_marks burns_mark mark_may_go second_factor_for is_current opens_at zone version created_at
          grace_hours fee_before_filing""",
    ),
    "section": Held(
        edition="t.edition", words="names texts",
        key="id edition letter position least_seconds most_seconds is_blind version hue is_open rules",
    ),
    "site_text": Held(edition="t.edition", words="texts", key="id edition kind version"),
    "first_key": Held(opens="id", key="created_at expires_at used_at"),
    "deadline": Held(edition="t.edition", key="id edition section at kind fee_cents version"),
    "answer": Held(words="body", key="id asked status headers created_at", why="a_day"),
    "pause": Held(
        leaves=STAYS, edition="t.edition", who="paused_by", key="id edition queue created_at", why="record",
    ),
    "alert": Held(key="part since told_at"),
    "pulse": Held(key="part at"),
    "outage": Held(words="reason", key="part since tries next_at"),
    "knock": Held(key="id since times"),
    # submissions
    "reminder": Held(edition="t.edition", key="id edition rule days is_on version"),
    "film": Held(
        edition=OF_FILM.format("id"), work="title titles synopses directors director shown",
        key="id year countries languages subtitles declared_seconds premiere version", made="keys folded_title",
    ),
    "credit": Held(edition=OF_FILM.format("film"), work="role name", key="id film position"),
    "submission": Held(
        edition="t.edition", words="unread",
        key="""id edition film section status pending rights_confirmed waivers version created_at
          changed_at filed_at announced_at""",
    ),
    "member": Held(
        leaves=ROW, edition=OF_SUBMISSION, who="person", key="id submission entry_right created_at",
    ),
    "member_invitation": Held(
        leaves=ROW, edition=OF_SUBMISSION, opens="link", who="person by",
        key="id submission entry_right letter outcome created_at ended_at",
    ),
    "film_file": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="name told facts fault",
        key="""id submission number state size sha256 policy promise verdict screener sandbox created_at
          expires_at received_at judged_at ready_at released_at replaced_at checked_at rotten_at
          master_gone_at copy_gone_at likened_at""",
        blank="told", made="seconds", why="film_public",
    ),
    "marked_copy": Held(
        edition=OF_FILE, key="file width height segments made_at", opens="key",
    ),
    "subtitle": Held(
        edition=OF_SUBMISSION, words="name", work="text",
        key="id submission language kind encoding cues bad late created_at confirmed_at",
    ),
    "step": Held(
        edition=OF_FILE, key="id file kind state fraction attempt started_at ended_at details",
    ),
    "field_rule": Held(
        edition="t.edition", key="id edition section field wanted required_from frozen_from version",
    ),
    "fee": Held(
        edition="t.edition", words="note",
        key="id edition submission state kind cents waived_cents version changed_at",
    ),
    "waiver_code": Held(
        edition="t.edition", words="label",
        key="""id edition code sections percent late_until most_uses expires_at is_open version
          created_at""",
    ),
    "code_use": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", key="id code submission created_at",
        why="film_public",
    ),
    "technical_rules": Held(
        edition="t.edition", key="id edition section rules version changed_at",
    ),
    "question": Held(
        edition="t.edition", words="labels helps options",
        key="""id edition position kind asks sections wanted required_from frozen_from most least_value
          most_value accepts identifies closed_at version created_at""",
    ),
    "attachment": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="name",
        key="id submission kind size sha256 created_at", why="film_public",
    ),
    "entry_answer": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="value",
        key="id submission question attachment version changed_at", why="film_public",
    ),
    "office_note": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="text",
        key="id submission version created_at changed_at", why="record",
    ),
    "entry_tag": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="name", key="id submission created_at",
        made="edition", why="record",
    ),
    "fix_request": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person mended_by", words="why before after",
        key="id submission field due_at state version created_at done_at ended_at", why="record",
    ),
    "twin_pair": Held(
        leaves=STAYS, edition="(SELECT s.edition FROM submission s WHERE s.id = t.one)", who="person",
        key="id one other sound said version changed_at", why="record",
    ),
    "import": Held(
        leaves=STAYS, edition="t.edition", who="person", words="name headers columns categories fault",
        key="""id edition source kind encoding separator invites is_own rows done state counts seconds version
          created_at changed_at applied_at undone_at swept_at""",
        why="record",
    ),
    "import_row": Held(
        edition=OF_IMPORT, words="cells entry faults", key="id brought number tracking outcome",
        why="some_days",
    ),
    "import_mapping": Held(
        edition="t.edition", words="name columns categories", key="id edition source changed_at",
    ),
    "imported_entry": Held(
        leaves=ROW, edition="t.edition", who="owner",
        key="id edition source tracking submission version",
    ),
    "import_change": Held(
        leaves=STAYS, edition=OF_IMPORT, who="person", words="before",
        key="id brought submission number tracking version member outcome why", why="record",
    ),
    "archive": Held(
        leaves=STAYS, edition="t.edition", who="person", words="fault",
        key="""id edition masters copies state done whole size sha256 counts created_at ready_at
          expires_at gone_at""",
        why="record",
    ),
    "material": Held(
        edition="t.edition", words="labels helps",
        key="""id edition position kind accepts most is_required due_at sections closed_at version
          created_at""",
    ),
    "delivery": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="text",
        key="id submission material attachment version created_at", why="film_public",
    ),
    "package_upload": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="name told fault",
        key="""id submission material state size sha256 fraction verdict created_at expires_at received_at
          checked_at""",
        blank="told", why="film_public",
    ),
    "film_picture": Held(
        edition="t.edition", work="labels credit",
        key="id edition submission attachment position focus_x focus_y width height version created_at",
    ),
    "trailer": Held(
        leaves=STAYS, edition="t.edition", who="person", words="name told facts fault",
        key="""id edition submission state size sha256 verdict screener version created_at expires_at
          received_at ready_at released_at""",
        blank="told", why="film_public",
    ),
    "visitor": Held(
        leaves=ROW, edition="t.edition", who="person", words="name qualities",
        own="languages",
        key="id edition submission arrives leaves step_free joins_debate version created_at",
    ),
    # reviews
    "score_sheet": Held(edition="t.edition", key="id edition section steps least_opinion version", words="labels"),
    "criterion": Held(
        edition="t.edition", words="names helps",
        key="id edition sheet position key weight closed_at version",
    ),
    "committee_rules": Held(
        edition="t.edition", key="id edition quorum quorums cap chair_waits version",
    ),
    "committee_phase": Held(
        edition="t.edition", words="names",
        key="""id edition position opens_at closes_at watching scores changes discusses votes votes_named
          version""",
    ),
    "reviewer_profile": Held(
        leaves=ROW, edition="t.edition", who="person", own="languages topics affiliations",
        key="id edition sections cap version",
    ),
    "film_wish": Held(
        leaves=ROW, edition=OF_SUBMISSION, who="person", key="id submission wish created_at",
    ),
    "assignment": Held(
        leaves=ROW, edition=OF_SUBMISSION, who="person", key="id submission by_hand created_at",
    ),
    "kept_load": Held(
        leaves=ROW, edition="t.edition", who="person", secrecy=True, key="id edition sections asked reckoned",
    ),
    "assignment_plan": Held(
        leaves=STAYS, edition="t.edition", who="made_by", why="decision",
        key="""id edition number based_on kind added removed lacks loads seconds created_at
          applied_at""",
    ),
    "conflict_of_interest": Held(
        leaves=ROW, edition="t.edition", who="person settled_by", words="links note", secrecy=True,
        by="t.person = {}",
        key="id edition submission state answer version created_at settled_at",
    ),
    "conflict_search": Held(edition="t.edition", key="id edition mark looked_at"),
    "viewing": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person",
        key="id submission file ranges seconds position started_at seen_at served", why="vote",
    ),
    "marked_viewer": Held(
        leaves=STAYS, edition=OF_FILE, who="person", key="id file created_at", opens="key", why="vote",
    ),
    "watcher": Held(leaves=ROW, who="person", key="credit credited_at"),
    "note": Held(
        leaves=ROW, edition=OF_SUBMISSION, who="person", words="text", secrecy=True,
        key="id submission file at_seconds until_seconds sign version created_at changed_at",
    ),
    "blind_synopsis": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="synopses", why="decision",
        key="id submission version changed_at",
    ),
    "review": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", secrecy=True, why="vote",
        words="opinion abstention", blank="opinion abstention",
        key="""id submission file scores confidence flags seen version changed_at given_at abstained_at""",
    ),
    "review_version": Held(
        leaves=STAYS, edition=OF_REVIEW, words="opinion", blank="opinion", secrecy=True,
        by="t.review IN (SELECT r.id FROM review r WHERE r.person = {})",
        key="id review version file scores confidence seen changed_at", why="vote",
    ),
    "reopening": Held(
        leaves=STAYS, edition=OF_REVIEW, who="opened_by", words="reason", secrecy=True,
        key="id review created_at closed_at", why="decision",
    ),
    "talk_remark": Held(
        leaves=ROW, edition=OF_SUBMISSION, who="person", words="text", secrecy=True,
        key="id submission version created_at changed_at",
    ),
    "talk_mention": Held(
        leaves=ROW, who="person", key="id remark",
        edition="(SELECT s.edition FROM talk_remark r JOIN submission s ON s.id = r.submission WHERE r.id = t.remark)",
    ),
    "talk_mark": Held(leaves=ROW, edition=OF_SUBMISSION, who="person", key="id submission read_at"),
    "talk_wish": Held(leaves=ROW, edition="t.edition", who="person", key="id edition is_on told_at films"),
    "receipt_rule": Held(edition="t.edition", key="id edition is_on version"),
    "watch_receipt": Held(edition=OF_SUBMISSION, work="said", key="id submission created_at"),
    "recusal": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="reason", blank="reason",
        secrecy=True, key="id submission created_at lifted_at", why="vote",
    ),
    "decision": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="person", words="note", secrecy=True,
        key="id submission wanted created_at", why="decision",
    ),
    "announcement": Held(
        leaves=STAYS, edition="t.edition", who="asked_by released_by", words="note word", secrecy=True,
        key="id edition asked_at released_at cancelled_at due_at stopped", why="decision",
    ),
    "announcement_words": Held(
        leaves=ROW, edition="(SELECT a.edition FROM announcement a WHERE a.id = t.announcement)", who="person",
        words="subject body", secrecy=True, key="id announcement wanted language submission version",
    ),
    "announcement_line": Held(key="id announcement submission wanted was"),
    "meeting": Held(
        leaves=STAYS, edition="t.edition", who="scribe", words="name", secrecy=True,
        key="id edition submission pen_until begun_at ended_at", why="decision",
    ),
    "meeting_person": Held(
        leaves=STAYS, edition="(SELECT m.edition FROM meeting m WHERE m.id = t.meeting)", who="person",
        words="name", secrecy=True, key="id meeting came_at left_at", why="decision",
    ),
    "meeting_line": Held(
        leaves=STAYS, edition="(SELECT m.edition FROM meeting m WHERE m.id = t.meeting)", who="person",
        words="note", secrecy=True, why="decision",
        key="""id meeting submission wanted votes_for votes_against abstained replaced_by said_at
          written_at""",
    ),
    "waiting_place": Held(edition=OF_SUBMISSION, secrecy=True, key="submission position"),
    "promotion": Held(
        leaves=STAYS, edition="(SELECT s.edition FROM submission s WHERE s.id = t.gone)", who="person",
        secrecy=True, key="gone promoted answered_at", why="decision",
    ),
    "film_figure": Held(
        edition=OF_SUBMISSION, secrecy=True,
        key="submission votes apart mean spread totals discuss heart sensitive asked reckoned clock",
    ),
    "figure_clock": Held(edition="t.edition", key="edition asked reckoned"),
    "section_quota": Held(edition="t.edition", key="id edition section films minutes version"),
    # screenings
    "venue": Held(
        edition="t.edition", words="name address commune", key="id edition position version"
    ),
    "venue_way": Held(edition="t.edition", key="id edition one other minutes version"),
    "screen": Held(
        edition="t.edition", words="name remarks contact",
        key="""id edition venue seats hours closures equipment turnaround step step_free captions
          picture_width picture_height position version""",
    ),
    "slot": Held(edition="t.edition", key="id edition screen starts_at ends_at"),
    "reservation": Held(
        edition="t.edition", words="titles", key="id edition screen begins ends version"
    ),
    "programme": Held(
        edition="t.edition", words="titles",
        key="""id edition kind section own_minutes intro debate demand prestige premiere showings
          least_seats equipment earliest latest intros debates languages subtitles step_free captions
          press press_before not_before most_screenings forbidden_days visa version created_at""",
    ),
    "programme_order": Held(edition="t.edition", key="id edition first then least most version"),
    "apart": Held(edition="t.edition", key="id edition one other version"),
    "shared_audience": Held(edition="t.edition", key="id edition one other weight version"),
    "programme_film": Held(edition=OF_PROGRAMME, key="id programme submission position"),
    "film_traits": Held(
        edition="t.edition", words="theme warnings",
        key="""id edition submission tone opens closes rating earliest access documentary youth_from
          visa visa_number visa_asked_on version""",
    ),
    "block_draft": Held(
        leaves=STAYS, edition="t.edition", who="by", words="blocks before",
        key="id edition version asked changed_at", why="record",
    ),
    "guest": Held(
        edition="t.edition", words="name qualities said",
        key="id edition kind windows programmes step_free languages joins_debate version",
    ),
    "jury": Held(
        edition="t.edition", words="name",
        key="id edition programmes pause most_a_day position version",
    ),
    "resource": Held(
        edition="t.edition", words="name",
        key="id edition at_once programmes numbers counted position version",
    ),
    "crew": Held(edition="t.edition", words="name", key="id edition screens rest position version"),
    "plan_rules": Held(
        edition="t.edition",
        key="""id edition step travel repeat_gap repeat_other_band premiere_first audiences measures
          settings visa_ahead version""",
    ),
    "planned_publication": Held(
        leaves=STAYS, edition="t.edition", who="planned_by",
        key="id edition seen due_at state codes number created_at ended_at version", why="record",
    ),
    "screening_hold": Held(
        edition="t.edition", key="id edition programme number day minute screen version"
    ),
    "grid": Held(
        leaves=STAYS, edition="t.edition", who="published_by", work="document",
        key="id edition number version mended published_at takes_back created_at", why="published",
    ),
    "printed_page": Held(
        edition="t.edition",
        key="id edition key path media_type disposition tag plain gzip brotli made_at",
    ),
    "screening": Held(
        edition=OF_GRID,
        key="""id grid published stable programme number screen starts_at film_ends_at ends_at
          clears_at locked""",
    ),
    "told_screening": Held(
        leaves=STAYS, edition="t.edition", who="answered_by", words="facts before words",
        key="id edition submission programme number answer answered_at told_at version", why="record",
    ),
    "makers_terms": Held(
        edition="t.edition",
        key="""id edition most_tickets tickets_until figures_told public_prize prize_told version""",
    ),
    "attendance": Held(
        edition="t.edition", key="id edition stable seats tickets heads version"
    ),
    "ticket_wish": Held(
        leaves=STAYS, edition="t.edition", who="person answered_by", words="for_whom answer",
        key="""id edition submission programme number kind wanted granted answered_at created_at
          version""",
        why="record",
    ),
    "grid_change": Held(
        leaves=STAYS, edition=OF_GRID, who="by",
        key="id grid act kind programme number before after undoes at", why="record",
    ),
    "plan_run": Held(
        leaves=STAYS, edition="t.edition", who="asked_by",
        words="problem before plan explanation progress trail repair fact fact_before remedies fault",
        key="""id edition kind state seconds seed grid_version wishes stop_asked applied_at undone_at act
          created_at ended_at""",
        why="record",
    ),
    "audience": Held(
        edition="t.edition", words="name",
        key="""id edition must sections understands captions days earliest latest_end most_a_day pause
          position version""",
    ),
    "grid_import": Held(
        leaves=STAYS, edition="t.edition", who="by", words="name lines choices",
        key="id edition kind act version created_at applied_at", why="record",
    ),
    "grid_variant": Held(
        leaves=STAYS, edition="t.edition", who="made_by", words="name note",
        key="id edition placements made_at version", why="record",
    ),
    "screening_comment": Held(
        leaves=ROW, edition="t.edition", who="person settled_by", words="text", secrecy=True,
        by="t.person = {}",
        key="id edition programme number settled_at changed_at created_at version",
    ),
    "live_screening": Held(
        edition="t.edition", words="words",
        key="""id edition stable rehearsed began_at ends_at debate screen starts_at cancelled announced
          expected_at told changed_at version""",
    ),
    "live_act": Held(
        leaves=STAYS, edition="t.edition", who="by", words="before after",
        key="id edition rehearsed kind undone_at at", why="record",
    ),
    "live_rehearsal": Held(
        leaves=STAYS, edition="t.edition", who="by", key="id edition pretends began_at", why="record",
    ),
    # keeping
    "data_export": Held(
        leaves=ROW, who="person",
        key="id state fraction size sha256 created_at ready_at expires_at",
    ),
    "erasure": Held(
        leaves=STAYS, edition="coalesce(t.edition, '')", who="person asked_by decided_by",
        words="name reason", key="id edition state asked_at due_at plan told done_at",
        why="erasure",
    ),
    "retention_rule": Held(edition="t.edition", key="id edition kind days version"),
    "retention_run": Held(edition="coalesce(t.edition, '')", key="id edition kind at items size"),
    "hold": Held(
        leaves=STAYS, edition=OF_SUBMISSION, who="placed_by", words="reason",
        key="id submission placed_at lifted_at", why="decision",
    ),
}  # fmt: skip

# What stands in the details of the record, by the name under which an act writes it there.
FREE = frozenset(
    {
        "reason",
        "name",
        "note",
        "peer",
        "fault",
        "changes",
        "made",
        "gone",
        "words",
        "title",
        "address",
        "email",
    }
)
"""Texts: they may be redacted, and so may everything below `changes`, `made` and `gone` (what
operators set up)."""
