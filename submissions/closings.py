"""A deadline was moved: makers whose entry is not filed yet hear until when they have now."""

from functools import partial

from festival.db import rows, transaction
from festival.deadlines import closing_of
from festival.language import last_minute, moment
from festival.tables import Edition
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members


async def tell(edition_id: str, section: str) -> None:
    """What stands now, once for each change, to the makers of every draft of the section; of those
    without a section, where none is named.
    """
    edition = await Edition.objects().get(Edition.id == edition_id)
    if edition is None:
        return
    closing = await closing_of(edition, section or None)
    its = Submission.section == section if section else Submission.section.is_null()
    drafts = await Submission.objects().where(
        (Submission.edition == edition_id) & (Submission.status == Status.DRAFT.value) & its
    )
    change = await latest_change(edition_id)
    for draft in drafts:
        async with transaction():
            await tell_members(
                draft,
                "closing_moved",
                edition=edition,
                occasion=f"closing:{change}",
                link=f"/submissions/{draft.id}",
                deadline=partial(moment, when=last_minute(closing)),
            )


async def latest_change(edition_id: str) -> int:
    """The line of the record that says so; two changes in a row make one letter."""
    found = await rows(
        """SELECT coalesce(max(id), 0) AS last FROM record WHERE edition = {}
             AND act IN ('deadline_added', 'deadline_changed', 'deadline_removed', 'edition_changed')""",
        edition_id,
    )
    return int(found[0]["last"])
