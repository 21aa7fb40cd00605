"""Kinds of letters: which carry a key, which may wait, and which operators never read.

A kind stands in the locale as `letter.<kind>.subject` and `.body`, and in exactly one of `OPEN` and
`OF_THE_COMMITTEE`; a test holds the two against the locale, so that nobody forgets to say.
"""

from festival import people

KEYS = {
    "sign_in": people.LINK_LASTS,
    "invitation": people.INVITATION_LASTS,
    "address": people.LINK_LASTS,
    "entry_invited": people.INVITATION_LASTS,
}
"""Kinds whose link lets its reader in, and how long."""

OPEN = frozenset({
    "sign_in", "invitation", "submitted", "file_refused", "package_refused", "copy_ready", "file_failed", "accepted",
    "waitlisted", "declined", "scheduled", "rescheduled", "unscheduled", "film_withdrawn", "film_returned",
    "lengths_changed", "part_given", "part_taken", "work_parked", "work_waits", "mail_back",
    "letters_parked", "house_ill", "house_well", "draft_waits", "copy_waits",
    "materials_wait", "fee_waits",
    "erasure_asked", "address", "address_asked", "address_changed", "address_taken", "export_ready",
    "account_ending", "retention_done", "master_rotten", "backup_failed", "imported",
    "invitation_waits", "factor_reset", "factor_reset_told", "parts_given_list", "merge_asked",
    "closing_moved", "film_corrected", "entry_amended",
    "merge_done", "test",
    "planned_published", "planned_refused", "decision_taken_back",
    "entry_invited", "entry_joined", "entry_right", "entry_removed", "entry_left",
    "passkey_added",
    "screening_asked", "screening_changed", "screening_waits", "screening_objected",
    "fix_asked", "fix_late", "fix_taken_back", "fix_declined", "fixes_wait", "office_letter", "entry_nudge",
    "section_changed", "tickets_answered", "tickets_refused",
    "trailer_ready", "trailer_refused", "trailer_failed", "trailer_taken_down",
})  # fmt: skip
"""What operators may read, of films that are not hidden from them."""

OF_THE_COMMITTEE = frozenset({
    "sheet_reopened", "recusal_lifted", "film_waits", "film_declined", "talk_digest",
    "announcement_stopped", "films_asked",
})  # fmt: skip
"""They say what the committee says, or what it has not announced: operators count them."""

COMMITTEE = "committee"
"""How operators know all of those: as one kind."""

AT_ONCE = frozenset({*KEYS, "test"})
"""Nobody holds these: whoever asked for one stands at the door. Nor are they changed by hand."""

HOUSE_ONLY = frozenset({"test"})
"""Their words are no edition's to change."""

REMINDERS = ("draft_waits", "copy_waits", "materials_wait", "fee_waits", "invitation_waits")
STILL_TRUE = {
    **dict.fromkeys(REMINDERS, "submissions.reminders:still_true"),
    **dict.fromkeys(("fix_asked", "fix_late"), "submissions.office.fixes:still_true"),
    "fixes_wait": "submissions.office.waiting:still_true",
    "talk_digest": "reviews.digests:still_true",
    "films_asked": "reviews.asking:still_true",
    "screening_waits": "screenings.confirming:still_true",
}
"""Kinds that are dropped where they would be about nothing by the time they go: who is asked."""


def is_readable(kind: str) -> bool:
    """By operators; a kind of which nobody has said so is not."""
    return kind in OPEN
