"""Who may come through which door: every route is listed, every part is tried at every film."""

import json
import re
from collections import Counter
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import httpx
import msgspec
import pytest

import api.pages
import api.v1
from api.app import ACTS
from festival.access import COMMITTEE, Act, may
from festival.clock import now
from festival.tables import Phase, Role
from reviews.tables import Recusal
from submissions.tables import Submission, Subtitle
from tests.builders import a_film, a_person, a_section, an_edition, sign_in, the_viewer

# Anybody; anybody with an account (a film’s own routes then ask about the film); or an act.
ROUTES = {
    "GET /{lang}/{edition}": "public",
    "HEAD /{lang}/{edition}": "public",
    "GET /{lang}/{edition}/selection": "public",
    "HEAD /{lang}/{edition}/selection": "public",
    "GET /{lang}/{edition}/selection/list": "public",
    "HEAD /{lang}/{edition}/selection/list": "public",
    "GET /{lang}/{edition}/selection/programme.ics": "public",
    "HEAD /{lang}/{edition}/selection/programme.ics": "public",
    "GET /{lang}/{edition}/venues/{venue_id}": "public",
    "HEAD /{lang}/{edition}/venues/{venue_id}": "public",
    "GET /{lang}/{edition}/sections/{section_letter}": "public",
    "HEAD /{lang}/{edition}/sections/{section_letter}": "public",
    "GET /{lang}/{edition}/now": "public",
    "GET /{lang}/{edition}/card.jpg": "public",
    "HEAD /{lang}/{edition}/card.jpg": "public",
    "GET /{lang}/{edition}/films/{programme_id}/card.jpg": "public",
    "HEAD /{lang}/{edition}/films/{programme_id}/card.jpg": "public",
    "HEAD /{lang}/{edition}/now": "public",
    "GET /{lang}/{edition}/search": "public",
    "HEAD /{lang}/{edition}/search": "public",
    "GET /{lang}/{edition}/my-festival": "public",
    "HEAD /{lang}/{edition}/my-festival": "public",
    "GET /{lang}/{edition}/films/{programme_id}": "public",
    "HEAD /{lang}/{edition}/films/{programme_id}": "public",
    "GET /{lang}/{edition}/films/{programme_id}/programme.ics": "public",
    "HEAD /{lang}/{edition}/films/{programme_id}/programme.ics": "public",
    "GET /{lang}/{edition}/days/{day}/programme.ics": "public",
    "HEAD /{lang}/{edition}/days/{day}/programme.ics": "public",
    "GET /{lang}/{edition}/venues/{venue_id}/programme.ics": "public",
    "HEAD /{lang}/{edition}/venues/{venue_id}/programme.ics": "public",
    "GET /{lang}/{edition}/programme.ics": "public",
    "HEAD /{lang}/{edition}/programme.ics": "public",
    "GET /{lang}/{edition}/foyer": "public",
    "HEAD /{lang}/{edition}/foyer": "public",
    "GET /{lang}/{edition}/foyer/{venue_id}": "public",
    "HEAD /{lang}/{edition}/foyer/{venue_id}": "public",
    "GET /api/v1/{edition}/foyer/events": "public",
    "GET /{lang}/{edition}/programmer/live": "run_days",
    "GET /{lang}/{edition}/programmer/live/foyer": "run_days",
    "POST /{lang}/{edition}/programmer/live/{screening_id}/begun": "run_days",
    "POST /{lang}/{edition}/programmer/live/{screening_id}/late": "run_days",
    "POST /{lang}/{edition}/programmer/live/{screening_id}/over": "run_days",
    "POST /{lang}/{edition}/programmer/live/{screening_id}/cancelled": "run_days",
    "POST /{lang}/{edition}/programmer/live/{screening_id}/moved": "run_days",
    "POST /{lang}/{edition}/programmer/live/ways": "run_days",
    "POST /{lang}/{edition}/programmer/live/acts/{act_id}/undone": "run_days",
    "POST /{lang}/{edition}/programmer/live/rehearsal": "operate",
    "POST /{lang}/{edition}/programmer/live/rehearsal/ended": "operate",
    "GET /api/v1/{edition}/live": "run_days",
    "GET /api/v1/{edition}/live/ways": "run_days",
    "GET /api/v1/{edition}/live/events": "run_days",
    "POST /api/v1/{edition}/live/screenings/{screening_id}/begun": "run_days",
    "POST /api/v1/{edition}/live/screenings/{screening_id}/late": "run_days",
    "POST /api/v1/{edition}/live/screenings/{screening_id}/over": "run_days",
    "POST /api/v1/{edition}/live/screenings/{screening_id}/cancelled": "run_days",
    "POST /api/v1/{edition}/live/screenings/{screening_id}/moved": "run_days",
    "POST /api/v1/{edition}/live/ways": "run_days",
    "POST /api/v1/{edition}/live/acts/{act_id}/undone": "run_days",
    "PUT /api/v1/{edition}/live/rehearsal": "operate",
    "DELETE /api/v1/{edition}/live/rehearsal": "operate",
    "GET /{lang}/{edition}/screenings/{name}": "public",
    "HEAD /{lang}/{edition}/screenings/{name}": "public",
    "POST /{lang}/{edition}/account/sign-in": "public",
    "GET /{lang}/{edition}/account/sign-in": "public",
    "POST /{lang}/{edition}/account/links": "public",
    "POST /{lang}/{edition}/account/links/{token}": "public",
    "GET /{lang}/{edition}/account/links/{token}": "public",
    "POST /{lang}/{edition}/account/registration": "public",
    "GET /{lang}/{edition}/account/registration": "public",
    "GET /{lang}/{edition}/account/home": "known",
    "POST /{lang}/{edition}/account/sign-in/code": "public",
    "GET /{lang}/{edition}/account/second-factor": "known",
    "POST /{lang}/{edition}/account/second-factor": "known",
    "POST /{lang}/{edition}/account/second-factor/confirmation": "known",
    "POST /{lang}/{edition}/account/second-factor/recovery-codes": "known",
    "POST /{lang}/{edition}/account/second-factor/removal": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/people": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/people": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/people/{member_id}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/people/{member_id}/ownership": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/people/{member_id}/removal": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/people/invitations/{invitation_id}/revocation": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/leaving": "known",
    "GET /{lang}/{edition}/account/invitations/{invitation_id}": "known",
    "POST /{lang}/{edition}/account/invitations/{invitation_id}/acceptance": "known",
    "POST /{lang}/{edition}/account/invitations/{invitation_id}/refusal": "known",
    "POST /{lang}/{edition}/account/sign-in/passkey": "public",
    "POST /{lang}/{edition}/account/proof/passkey": "known",
    "GET /{lang}/{edition}/account/passkeys": "known",
    "POST /{lang}/{edition}/account/passkeys": "known",
    "POST /{lang}/{edition}/account/passkeys/recovery-codes": "known",
    "POST /{lang}/{edition}/account/passkeys/{passkey_id}/name": "known",
    "POST /{lang}/{edition}/account/passkeys/{passkey_id}/removal": "known",
    "GET /{lang}/{edition}/account": "known",
    "POST /{lang}/{edition}/account/password": "known",
    "POST /{lang}/{edition}/account/proof": "known",
    "POST /{lang}/{edition}/account/tokens": "known",
    "POST /{lang}/{edition}/account/tokens/{token_id}/revocation": "known",
    "POST /{lang}/{edition}/account/sessions/ending": "known",
    "POST /{lang}/{edition}/account/sessions/{session_id}/ending": "known",
    "POST /{lang}/{edition}/account/sign-out": "public",
    "POST /{lang}/{edition}/account/name": "known",
    "POST /{lang}/{edition}/account/language": "known",
    "POST /{lang}/{edition}/account/address": "known",
    "GET /{lang}/{edition}/account/addresses/{token}": "known",
    "POST /{lang}/{edition}/account/addresses/{token}": "known",
    "POST /{lang}/{edition}/account/consents/{kind}": "known",
    "POST /{lang}/{edition}/account/export": "known",
    "GET /{lang}/{edition}/account/export/{export_id}/data.zip": "known",
    "GET /{lang}/{edition}/account/leaving": "known",
    "POST /{lang}/{edition}/account/leaving": "known",
    "POST /{lang}/{edition}/account/leaving/withdrawal": "known",
    "GET /{lang}/{edition}/operator/privacy": "operate",
    "GET /{lang}/{edition}/operator/privacy/{erasure_id}": "operate",
    "POST /{lang}/{edition}/operator/privacy/{erasure_id}/carrying-out": "operate",
    "POST /{lang}/{edition}/operator/privacy/{erasure_id}/refusal": "operate",
    "POST /{lang}/{edition}/operator/privacy/requests": "operate",
    "POST /{lang}/{edition}/operator/privacy/search": "operate",
    "POST /{lang}/{edition}/operator/privacy/names": "operate",
    "GET /{lang}/{edition}/operator/retention": "operate",
    "POST /{lang}/{edition}/operator/retention/rules/{kind}": "operate",
    "POST /{lang}/{edition}/operator/retention/holds": "operate",
    "POST /{lang}/{edition}/operator/retention/holds/{hold_id}/lifting": "operate",
    "GET /{lang}/{edition}/operator/backups": "operate",
    "POST /{lang}/{edition}/operator/backups": "operate",
    "POST /{lang}/{edition}/operator/backups/drill": "operate",
    "GET /api/v1/{edition}/operator/retention": "operate",
    "PUT /api/v1/{edition}/operator/retention/rules/{kind}": "operate",
    "POST /api/v1/{edition}/operator/retention/holds": "operate",
    "DELETE /api/v1/{edition}/operator/retention/holds/{hold_id}": "operate",
    "GET /api/v1/{edition}/operator/backups": "operate",
    "POST /api/v1/{edition}/operator/backups": "operate",
    "POST /api/v1/{edition}/operator/backups/drill": "operate",
    "PUT /api/v1/{edition}/me/name": "known",
    "PUT /api/v1/{edition}/me/language": "known",
    "POST /api/v1/{edition}/me/address": "known",
    "POST /api/v1/{edition}/addresses/{token}": "known",
    "PUT /api/v1/{edition}/me/consents/{kind}": "known",
    "GET /api/v1/{edition}/me/privacy": "known",
    "GET /api/v1/{edition}/me/export": "known",
    "POST /api/v1/{edition}/me/export": "known",
    "GET /api/v1/{edition}/me/erasure": "known",
    "POST /api/v1/{edition}/me/erasure": "known",
    "DELETE /api/v1/{edition}/me/erasure": "known",
    "GET /api/v1/{edition}/operator/privacy": "operate",
    "GET /api/v1/{edition}/operator/privacy/{erasure_id}": "operate",
    "POST /api/v1/{edition}/operator/privacy/{erasure_id}/carrying-out": "operate",
    "POST /api/v1/{edition}/operator/privacy/{erasure_id}/refusal": "operate",
    "POST /api/v1/{edition}/operator/privacy/requests": "operate",
    "POST /api/v1/{edition}/operator/privacy/search": "operate",
    "POST /api/v1/{edition}/operator/privacy/names": "operate",
    "GET /{lang}/{edition}/submissions": "known",
    "POST /{lang}/{edition}/submissions": "known",
    "GET /{lang}/{edition}/submissions/new": "known",
    "GET /{lang}/{edition}/submissions/imports": "known",
    "POST /{lang}/{edition}/submissions/imports": "known",
    "GET /{lang}/{edition}/submissions/imports/{own_import_id}": "known",
    "GET /{lang}/{edition}/submissions/imports/{own_import_id}/faults.csv": "known",
    "POST /{lang}/{edition}/submissions/imports/{own_import_id}/columns": "known",
    "POST /{lang}/{edition}/submissions/imports/{own_import_id}/{way}": "known",
    "GET /api/v1/{edition}/submissions/imports": "known",
    "POST /api/v1/{edition}/submissions/imports": "known",
    "GET /api/v1/{edition}/submissions/imports/{own_import_id}": "known",
    "GET /api/v1/{edition}/submissions/imports/{own_import_id}/faults": "known",
    "GET /api/v1/{edition}/submissions/imports/{own_import_id}/rows": "known",
    "PUT /api/v1/{edition}/submissions/imports/{own_import_id}/columns": "known",
    "POST /api/v1/{edition}/submissions/imports/{own_import_id}/{way}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/filing": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/fields": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/filing": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/withdrawal": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/withdrawal": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/return": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/file": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/report.pdf": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/release": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/answers/{question}/file": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/answers/{question}/removal": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/answers/{question}/file": "known",
    "DELETE /api/v1/{edition}/submissions/{submission_id}/answers/{question}/file": "known",
    "GET /api/v1/{edition}/attachments/{attachment_id}": "known",
    "HEAD /api/v1/{edition}/attachments/{attachment_id}": "known",
    "GET /{lang}/{edition}/operator/form": "operate",
    "GET /{lang}/{edition}/operator/form/preview": "operate",
    "GET /{lang}/{edition}/operator/form/fields/{field}": "operate",
    "POST /{lang}/{edition}/operator/form/fields/{field}": "operate",
    "PUT /api/v1/{edition}/operator/form/fields/{field}": "operate",
    "GET /api/v1/{edition}/operator/form": "operate",
    "GET /{lang}/{edition}/operator/form/questions/new": "operate",
    "GET /{lang}/{edition}/operator/form/questions/{question_id}": "operate",
    "POST /{lang}/{edition}/operator/form/questions": "operate",
    "POST /api/v1/{edition}/operator/form/questions": "operate",
    "POST /{lang}/{edition}/operator/form/questions/{question_id}": "operate",
    "PUT /api/v1/{edition}/operator/form/questions/{question_id}": "operate",
    "POST /{lang}/{edition}/operator/form/questions/{question_id}/move": "operate",
    "POST /api/v1/{edition}/operator/form/questions/{question_id}/move": "operate",
    "POST /{lang}/{edition}/operator/form/questions/{question_id}/closing": "operate",
    "POST /api/v1/{edition}/operator/form/questions/{question_id}/closing": "operate",
    "POST /{lang}/{edition}/operator/form/questions/{question_id}/reopening": "operate",
    "POST /api/v1/{edition}/operator/form/questions/{question_id}/reopening": "operate",
    "POST /{lang}/{edition}/operator/form/questions/{question_id}/removal": "operate",
    "POST /api/v1/{edition}/operator/form/questions/{question_id}/removal": "operate",
    "GET /api/v1/{edition}/operator/answers/{submission_id}": "see_team",
    "GET /{lang}/{edition}/operator/materials": "operate",
    "GET /{lang}/{edition}/operator/materials/new": "operate",
    "GET /{lang}/{edition}/operator/materials/films": "operate",
    "GET /{lang}/{edition}/operator/materials/{material_id}": "operate",
    "POST /{lang}/{edition}/operator/materials": "operate",
    "POST /{lang}/{edition}/operator/materials/{material_id}": "operate",
    "PUT /api/v1/{edition}/operator/materials/{material_id}": "operate",
    "GET /api/v1/{edition}/operator/materials": "operate",
    "GET /api/v1/{edition}/operator/materials/films": "operate",
    "POST /api/v1/{edition}/operator/materials": "operate",
    "POST /{lang}/{edition}/operator/materials/{material_id}/move": "operate",
    "POST /api/v1/{edition}/operator/materials/{material_id}/move": "operate",
    "POST /{lang}/{edition}/operator/materials/{material_id}/closing": "operate",
    "POST /api/v1/{edition}/operator/materials/{material_id}/closing": "operate",
    "POST /{lang}/{edition}/operator/materials/{material_id}/reopening": "operate",
    "POST /api/v1/{edition}/operator/materials/{material_id}/reopening": "operate",
    "POST /{lang}/{edition}/operator/materials/{material_id}/removal": "operate",
    "POST /api/v1/{edition}/operator/materials/{material_id}/removal": "operate",
    "GET /{lang}/{edition}/programmer/materials": "see_grid",
    "GET /api/v1/{edition}/materials": "see_grid",
    "GET /{lang}/{edition}/submissions/{submission_id}/materials": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/materials": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/materials/{material_id}/file": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/materials/{material_id}/file": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/materials/{material_id}/text": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/materials/{material_id}/text": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/deliveries/{delivery_id}/removal": "known",
    "DELETE /api/v1/{edition}/submissions/{submission_id}/deliveries/{delivery_id}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/packages/{package_id}/removal": "known",
    "DELETE /api/v1/{edition}/submissions/{submission_id}/packages/{package_id}": "known",
    "GET /{lang}/{edition}/operator/answers": "operate",
    "GET /{lang}/{edition}/operator/entries/{submission_id}": "operate",
    "POST /{lang}/{edition}/operator/entries/{submission_id}": "operate",
    "POST /{lang}/{edition}/operator/entries/{submission_id}/owner": "operate",
    "POST /api/v1/{edition}/operator/entries/{submission_id}/owner": "operate",
    "POST /{lang}/{edition}/operator/entries/{submission_id}/owner/{invitation_id}/revocation": "operate",
    "POST /api/v1/{edition}/operator/entries/{submission_id}/owner/{invitation_id}/revocation": "operate",
    "PATCH /api/v1/{edition}/operator/entries/{submission_id}": "operate",
    "GET /api/v1/{edition}/operator/entries/{submission_id}": "operate",
    "GET /{lang}/{edition}/operator/entries": "operate",
    "GET /{lang}/{edition}/operator/twins": "operate",
    "POST /{lang}/{edition}/operator/twins": "operate",
    "POST /api/v1/{edition}/operator/twins": "operate",
    "GET /{lang}/{edition}/operator/entries/act": "operate",
    "POST /{lang}/{edition}/operator/entries/acts": "operate",
    "POST /api/v1/{edition}/operator/entries/acts": "operate",
    "GET /{lang}/{edition}/operator/entries/{submission_id}/timeline": "operate",
    "POST /{lang}/{edition}/operator/entries/{submission_id}/trailers/{trailer_id}/takedown": "operate",
    "POST /api/v1/{edition}/operator/entries/{submission_id}/trailers/{trailer_id}/takedown": "operate",
    "HEAD /api/v1/{edition}/operator/entries/{submission_id}/trailers/{trailer_id}/copy/{name}": "operate",
    "GET /api/v1/{edition}/operator/entries/{submission_id}/trailers/{trailer_id}/copy/{name}": "operate",
    **{
        f"{method} {place}/operator/entries/{{submission_id}}{what}": "operate"
        for place, change in (("/{lang}/{edition}", "POST"), ("/api/v1/{edition}", "PATCH"))
        for method, what in (
            ("POST", "/notes"), (change, "/notes/{note_id}"), ("POST", "/notes/{note_id}/removal"), ("POST", "/tags"),
            ("POST", "/tags/removal"), ("POST", "/fixes"), ("POST", "/fixes/{fix_id}/again"),
            ("POST", "/fixes/{fix_id}/settled"), ("POST", "/fixes/{fix_id}/withdrawal"),
            ("POST", "/fixes/{fix_id}/refusal"),
        )
    },
    **{
        f"POST {place}/submissions/{{submission_id}}/fixes{what}": "known"
        for place in ("/{lang}/{edition}", "/api/v1/{edition}")
        for what in ("", "/{fix_id}/removal")
    },
    "GET /{lang}/{edition}/submissions/table": "known",
    "GET /{lang}/{edition}/submissions/filings": "known",
    "POST /{lang}/{edition}/submissions/filings": "known",
    "POST /api/v1/{edition}/submissions/filings": "known",
    "GET /{lang}/{edition}/submissions/materials": "known",
    "GET /{lang}/{edition}/submissions/materials/{material_id}": "known",
    "POST /{lang}/{edition}/submissions/materials/{material_id}/text": "known",
    "POST /{lang}/{edition}/submissions/materials/{material_id}/file": "known",
    "PUT /api/v1/{edition}/submissions/materials/{material_id}/text": "known",
    "POST /api/v1/{edition}/submissions/materials/{material_id}/file": "known",
    "GET /{lang}/{edition}/submissions/post": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/fixes/{fix_id}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/fixes/{fix_id}": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/fixes/{fix_id}": "known",
    "GET /{lang}/{edition}/operator/entries/{submission_id}/blind": "operate",
    "POST /{lang}/{edition}/operator/entries/{submission_id}/blind": "operate",
    "PUT /api/v1/{edition}/operator/entries/{submission_id}/blind": "operate",
    "GET /{lang}/{edition}/operator/answers/{submission_id}": "see_team",
    "POST /{lang}/{edition}/operator/answers/{submission_id}": "see_team",
    "PATCH /api/v1/{edition}/operator/answers/{submission_id}": "see_team",
    "GET /{lang}/{edition}/committee": "see_queue",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/review": "see_queue",
    "POST /{lang}/{edition}/committee/mark": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/abstention": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/abstention/removal": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/notes": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/recusal": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/notes/{note_id}": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/notes/{note_id}/removal": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/reviews/{review_id}/reopening": "see_board",
    "GET /{lang}/{edition}/committee/next": "see_queue",
    "GET /{lang}/{edition}/committee/recusals": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/recusals/{person_id}/lifting": "see_board",
    "GET /{lang}/{edition}/committee/talk": "see_queue",
    "GET /{lang}/{edition}/committee/figures": "see_board",
    "GET /{lang}/{edition}/committee/exports/{name}": "see_board",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}/dossier.pdf": "see_board",
    "POST /{lang}/{edition}/committee/receipts": "see_board",
    "GET /{lang}/{edition}/submissions/{submission_id}/receipts": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/receipts": "known",
    "GET /{lang}/{edition}/receipts": "public",
    "GET /{lang}/{edition}/submissions/{submission_id}/honours": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/honours/laurel/{name}": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/honours/certificate.pdf": "known",
    "POST /{lang}/{edition}/committee/talk/letters": "see_queue",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}/talk": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/talk": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/talk/reading": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/talk/{remark_id}": "see_queue",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/talk/{remark_id}/removal": "see_queue",
    "GET /{lang}/{edition}/committee/decisions": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/decision": "see_board",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}/opinions": "see_board",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}/change": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/change": "see_board",
    "POST /{lang}/{edition}/committee/decisions": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/waiting-place": "see_board",
    "POST /{lang}/{edition}/committee/promotions/{submission_id}": "see_board",
    "POST /{lang}/{edition}/committee/quotas/{letter}": "see_board",
    "GET /{lang}/{edition}/committee/meeting": "see_board",
    "POST /{lang}/{edition}/committee/meeting": "see_board",
    "GET /{lang}/{edition}/committee/meetings/{meeting_id}": "see_board",
    "GET /{lang}/{edition}/committee/meetings/{meeting_id}/minutes.pdf": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/pen": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/film": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/decision": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/remarks": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/people": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/people/{seat_id}/leaving": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/lines/{line_id}": "see_board",
    "POST /{lang}/{edition}/committee/meetings/{meeting_id}/end": "see_board",
    "GET /{lang}/{edition}/committee/announcements/{batch_id}/letters": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/words": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/letter": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/call-back": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/moment": "see_board",
    "GET /{lang}/{edition}/committee/announcements": "see_board",
    "POST /{lang}/{edition}/committee/announcements": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/release": "see_board",
    "POST /{lang}/{edition}/committee/announcements/{batch_id}/cancellation": "see_board",
    "GET /{lang}/{edition}/programmer/grid": "see_grid",
    "GET /{lang}/{edition}/programmer/plans": "see_grid",
    "POST /{lang}/{edition}/programmer/plans": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/undoing": "plan",
    "GET /{lang}/{edition}/programmer/publication": "publish",
    "GET /{lang}/{edition}/programmer/publications": "publish",
    "GET /{lang}/{edition}/programmer/publications/{number}": "see_grid",
    "POST /{lang}/{edition}/programmer/publications/{number}/withdrawal": "publish",
    "GET /{lang}/{edition}/programmer/publications/site.zip": "take_site",
    "GET /api/v1/{edition}/programme/site.zip": "take_site",
    "GET /api/v1/{edition}/grid/publications": "see_grid",
    "GET /api/v1/{edition}/grid/publications/{number}": "see_grid",
    "POST /api/v1/{edition}/grid/publications/{number}/withdrawal": "publish",
    "POST /{lang}/{edition}/programmer/publication/planned": "publish",
    "POST /{lang}/{edition}/programmer/publication/planned/{planned_id}": "publish",
    "POST /{lang}/{edition}/programmer/publication/planned/{planned_id}/cancellation": "publish",
    "GET /{lang}/{edition}/programmer/visas": "see_grid",
    "GET /{lang}/{edition}/programmer/visas.csv": "see_grid",
    "POST /{lang}/{edition}/programmer/visas/ahead": "plan",
    "POST /{lang}/{edition}/programmer/films/{submission_id}/papers": "correct_films",
    "HEAD /{lang}/{edition}/changes": "public",
    "HEAD /{lang}/{edition}/changes/{number}": "public",
    "HEAD /{lang}/{edition}/changes.atom": "public",
    "GET /{lang}/{edition}/changes": "public",
    "GET /{lang}/{edition}/changes/{number}": "public",
    "GET /{lang}/{edition}/changes.atom": "public",
    "GET /{lang}/{edition}/programmer/plans/{run_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/stop": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/application": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/places": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/remedies": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/refusal": "plan",
    "POST /{lang}/{edition}/programmer/plans/{run_id}/reconsideration": "plan",
    "GET /{lang}/{edition}/programmer/happenings": "see_grid",
    "POST /{lang}/{edition}/programmer/happenings": "plan",
    "GET /{lang}/{edition}/programmer/what-if": "see_grid",
    "POST /{lang}/{edition}/programmer/what-if": "plan",
    "POST /{lang}/{edition}/programmer/what-if/{run_id}/weights": "plan",
    "GET /{lang}/{edition}/programmer/audiences": "see_grid",
    "POST /{lang}/{edition}/programmer/audiences": "plan",
    "POST /{lang}/{edition}/programmer/audiences/{audience_id}": "plan",
    "POST /{lang}/{edition}/programmer/audiences/{audience_id}/removal": "plan",
    "GET /{lang}/{edition}/programmer/robustness": "see_grid",
    "GET /{lang}/{edition}/programmer/variants": "see_grid",
    "GET /{lang}/{edition}/programmer/variants/{variant_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/variants": "plan",
    "POST /{lang}/{edition}/programmer/variant-returns": "plan",
    "POST /{lang}/{edition}/programmer/variants/{variant_id}": "plan",
    "POST /{lang}/{edition}/programmer/variants/{variant_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/variants/{variant_id}/merging": "plan",
    "POST /{lang}/{edition}/programmer/variants/{variant_id}/undoing": "plan",
    "GET /{lang}/{edition}/programmer/comments": "see_grid",
    "POST /{lang}/{edition}/programmer/comments": "plan",
    "GET /{lang}/{edition}/programmer/confirmations": "correct_films",
    "POST /{lang}/{edition}/programmer/confirmations/asking": "correct_films",
    "POST /{lang}/{edition}/programmer/confirmations/reminding": "correct_films",
    "GET /{lang}/{edition}/programmer/tickets": "correct_films",
    "GET /{lang}/{edition}/programmer/tickets.csv": "correct_films",
    "POST /{lang}/{edition}/programmer/tickets/terms": "correct_films",
    "POST /{lang}/{edition}/programmer/tickets/{wish_id}/answer": "correct_films",
    "GET /{lang}/{edition}/programmer/attendance": "correct_films",
    "GET /{lang}/{edition}/programmer/attendance.csv": "correct_films",
    "POST /{lang}/{edition}/programmer/attendance/list": "correct_films",
    "POST /{lang}/{edition}/programmer/attendance/prize": "correct_films",
    "POST /{lang}/{edition}/programmer/attendance/screenings/{stable}": "correct_films",
    "POST /{lang}/{edition}/programmer/comments/{comment_id}": "plan",
    "POST /{lang}/{edition}/programmer/comments/{comment_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/comments/{comment_id}/settling": "plan",
    "POST /{lang}/{edition}/programmer/comments/{comment_id}/reopening": "plan",
    "POST /{lang}/{edition}/programmer/publication": "publish",
    "POST /{lang}/{edition}/programmer/programmes": "plan",
    "GET /{lang}/{edition}/programmer/programmes": "see_grid",
    "POST /{lang}/{edition}/programmer/programmes/from-selection": "plan",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/departures": "plan",
    "POST /{lang}/{edition}/programmer/blocks": "plan",
    "GET /{lang}/{edition}/programmer/blocks": "see_grid",
    "GET /{lang}/{edition}/programmer/programmes/{programme_id}/running-order": "see_grid",
    "GET /{lang}/{edition}/programmer/programmes/{programme_id}/running-order.csv": "see_grid",
    "POST /{lang}/{edition}/programmer/films/{submission_id}": "correct_films",
    "GET /{lang}/{edition}/programmer/films/{submission_id}": "correct_films",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}": "plan",
    "GET /{lang}/{edition}/programmer/programmes/{programme_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/blocks/composition": "plan",
    "POST /{lang}/{edition}/programmer/blocks/shorts/{short}/move": "plan",
    "POST /{lang}/{edition}/programmer/blocks/shorts/{short}/hold": "plan",
    "POST /{lang}/{edition}/programmer/blocks/shorts/{short}/traits": "plan",
    "POST /{lang}/{edition}/programmer/blocks/{number}": "plan",
    "POST /{lang}/{edition}/programmer/blocks/{number}/order": "plan",
    "POST /{lang}/{edition}/programmer/blocks/{number}/removal": "plan",
    "POST /{lang}/{edition}/programmer/blocks/undoing": "plan",
    "POST /{lang}/{edition}/programmer/blocks/discarding": "plan",
    "POST /{lang}/{edition}/programmer/blocks/taking": "plan",
    "POST /{lang}/{edition}/programmer/blocks/taking/undoing": "plan",
    "POST /{lang}/{edition}/programmer/films/{submission_id}/undoing": "correct_films",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/undoing": "plan",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/films": "plan",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/films/{film}/move": "plan",
    "POST /{lang}/{edition}/programmer/programmes/{programme_id}/films/{film}/removal": "plan",
    "POST /{lang}/{edition}/programmer/programmes/restoration": "plan",
    "POST /{lang}/{edition}/programmer/orders": "plan",
    "POST /{lang}/{edition}/programmer/orders/{order_id}": "plan",
    "POST /{lang}/{edition}/programmer/orders/{order_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/aparts": "plan",
    "POST /{lang}/{edition}/programmer/aparts/{apart_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/relations/restoration": "plan",
    "POST /api/v1/{edition}/blocks": "plan",
    "GET /api/v1/{edition}/blocks": "see_grid",
    "GET /api/v1/{edition}/orders": "see_grid",
    "POST /api/v1/{edition}/orders": "plan",
    "GET /api/v1/{edition}/aparts": "see_grid",
    "POST /api/v1/{edition}/aparts": "plan",
    "GET /api/v1/{edition}/films/{submission_id}": "correct_films",
    "PUT /api/v1/{edition}/films/{submission_id}": "correct_films",
    "POST /api/v1/{edition}/blocks/composition": "plan",
    "POST /api/v1/{edition}/blocks/shorts/{short}/move": "plan",
    "POST /api/v1/{edition}/blocks/shorts/{short}/hold": "plan",
    "PUT /api/v1/{edition}/blocks/shorts/{short}/traits": "plan",
    "PUT /api/v1/{edition}/blocks/{number}": "plan",
    "POST /api/v1/{edition}/blocks/{number}/order": "plan",
    "POST /api/v1/{edition}/blocks/{number}/removal": "plan",
    "POST /api/v1/{edition}/blocks/undoing": "plan",
    "POST /api/v1/{edition}/blocks/discarding": "plan",
    "POST /api/v1/{edition}/blocks/taking": "plan",
    "POST /api/v1/{edition}/blocks/taking/undoing": "plan",
    "POST /api/v1/{edition}/films/{submission_id}/undoing": "correct_films",
    "PUT /api/v1/{edition}/programmes/{programme_id}": "plan",
    "POST /api/v1/{edition}/programmes/{programme_id}/undoing": "plan",
    "POST /api/v1/{edition}/programmes/{programme_id}/films": "plan",
    "POST /api/v1/{edition}/programmes/{programme_id}/films/{film}/move": "plan",
    "POST /api/v1/{edition}/programmes/{programme_id}/films/{film}/removal": "plan",
    "POST /api/v1/{edition}/programmes/restoration": "plan",
    "PUT /api/v1/{edition}/orders/{order_id}": "plan",
    "POST /api/v1/{edition}/orders/{order_id}/removal": "plan",
    "POST /api/v1/{edition}/aparts/{apart_id}/removal": "plan",
    "POST /api/v1/{edition}/relations/restoration": "plan",
    "POST /{lang}/{edition}/programmer/venues": "plan",
    "GET /{lang}/{edition}/programmer/venues": "see_grid",
    "POST /{lang}/{edition}/programmer/venues/{venue_id}": "plan",
    "POST /{lang}/{edition}/programmer/venues/{venue_id}/move": "plan",
    "POST /{lang}/{edition}/programmer/venues/{venue_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/venues/{venue_id}/back": "plan",
    "POST /{lang}/{edition}/programmer/ways": "plan",
    "POST /{lang}/{edition}/programmer/removals/{kind}": "plan",
    "POST /{lang}/{edition}/programmer/screens": "plan",
    "GET /{lang}/{edition}/programmer/screens/{screen_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/screens/{screen_id}": "plan",
    "POST /{lang}/{edition}/programmer/screens/{screen_id}/starts": "plan",
    "POST /{lang}/{edition}/programmer/screens/{screen_id}/move": "plan",
    "POST /{lang}/{edition}/programmer/screens/{screen_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/screens/{screen_id}/back": "plan",
    "GET /{lang}/{edition}/booklet.pdf": "public",
    "HEAD /{lang}/{edition}/booklet.pdf": "public",
    "GET /{lang}/{edition}/days.pdf": "public",
    "HEAD /{lang}/{edition}/days.pdf": "public",
    "GET /{lang}/{edition}/exports/{name}": "public",
    "HEAD /{lang}/{edition}/exports/{name}": "public",
    "GET /{lang}/{edition}/programmer/papers": "see_grid",
    "GET /{lang}/{edition}/programmer/papers/{paper_name}": "see_grid",
    "GET /{lang}/{edition}/programmer/exchange": "see_grid",
    "POST /{lang}/{edition}/programmer/exchange": "plan",
    "GET /{lang}/{edition}/programmer/exchange/out/{name}": "plan",
    "GET /{lang}/{edition}/programmer/exchange/{grid_import_id}": "see_grid",
    "GET /{lang}/{edition}/programmer/exchange/{grid_import_id}/faults.csv": "see_grid",
    "POST /{lang}/{edition}/programmer/exchange/{grid_import_id}/choices": "plan",
    "POST /{lang}/{edition}/programmer/exchange/{grid_import_id}/application": "plan",
    "POST /{lang}/{edition}/programmer/exchange/{grid_import_id}/undoing": "plan",
    "POST /{lang}/{edition}/programmer/exchange/{grid_import_id}/removal": "plan",
    "GET /{lang}/{edition}/programmer/reservations": "see_grid",
    "POST /{lang}/{edition}/programmer/reservations": "plan",
    "POST /{lang}/{edition}/programmer/reservations/{reservation_id}": "plan",
    "POST /{lang}/{edition}/programmer/reservations/{reservation_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/reservations/{reservation_id}/back": "plan",
    "POST /{lang}/{edition}/programmer/guests": "plan",
    "GET /{lang}/{edition}/programmer/candidates": "see_grid",
    "GET /{lang}/{edition}/programmer/candidates/{submission_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/candidates/{submission_id}": "plan",
    "GET /{lang}/{edition}/committee/submissions/{submission_id}/fit": "see_board",
    "GET /{lang}/{edition}/programmer/guests": "see_grid",
    "GET /{lang}/{edition}/programmer/guests/new": "see_grid",
    "GET /{lang}/{edition}/programmer/guests/{guest_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/guests/{guest_id}": "plan",
    "POST /{lang}/{edition}/programmer/guests/{guest_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/guests/{guest_id}/undoing": "plan",
    "POST /{lang}/{edition}/programmer/guests/putting-back": "plan",
    "POST /{lang}/{edition}/programmer/guests/visitors/{visitor_id}": "plan",
    "POST /{lang}/{edition}/programmer/guests/visitors/{visitor_id}/reading": "plan",
    "GET /{lang}/{edition}/programmer/shared": "see_grid",
    "GET /{lang}/{edition}/programmer/shared/{shared_kind}/new": "see_grid",
    "GET /{lang}/{edition}/programmer/shared/{shared_kind}/{shared_id}": "see_grid",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}": "plan",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}/{shared_id}": "plan",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}/{shared_id}/move": "plan",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}/{shared_id}/removal": "plan",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}/{shared_id}/undoing": "plan",
    "POST /{lang}/{edition}/programmer/shared/{shared_kind}/putting-back": "plan",
    "GET /{lang}/{edition}/programmer/pairs": "see_grid",
    "POST /{lang}/{edition}/programmer/pairs": "plan",
    "POST /{lang}/{edition}/programmer/pairs/putting-back": "plan",
    "POST /{lang}/{edition}/programmer/pairs/mode": "plan",
    "GET /{lang}/{edition}/submissions/{submission_id}/pictures": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures/choice": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures/{picture_id}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures/{picture_id}/move": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures/{picture_id}/lead": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/pictures/{picture_id}/removal": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/trailers/{trailer_id}/release": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/trailers/{trailer_id}/removal": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/visitors": "known",
    "GET /{lang}/{edition}/submissions/{submission_id}/screenings": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/screenings/{told_id}/answer": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/screenings/{told_id}/tickets": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/screenings/{told_id}/tickets/removal": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/visitors": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/visitors/{visitor_id}": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/visitors/{visitor_id}/removal": "known",
    "GET /{lang}/{edition}/operator/queue": "operate",
    "GET /{lang}/{edition}/operator/policy": "operate",
    "POST /{lang}/{edition}/operator/policy": "operate",
    "GET /{lang}/{edition}/operator/sheets": "set_sheets",
    "GET /{lang}/{edition}/operator/sheets/preview": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/{sheet_id}/removal": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/{sheet_id}/scale": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/{sheet_id}/criteria": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/criteria/{criterion_id}": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/criteria/{criterion_id}/move": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/criteria/{criterion_id}/removal": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/criteria/{criterion_id}/closing": "set_sheets",
    "POST /{lang}/{edition}/operator/sheets/criteria/{criterion_id}/opening": "set_sheets",
    "GET /api/v1/{edition}/operator/sheets": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets": "set_sheets",
    "DELETE /api/v1/{edition}/operator/sheets/{sheet_id}": "set_sheets",
    "PUT /api/v1/{edition}/operator/sheets/{sheet_id}/scale": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets/{sheet_id}/criteria": "set_sheets",
    "PUT /api/v1/{edition}/operator/sheets/criteria/{criterion_id}": "set_sheets",
    "DELETE /api/v1/{edition}/operator/sheets/criteria/{criterion_id}": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets/criteria/{criterion_id}/effect": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets/criteria/{criterion_id}/move": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets/criteria/{criterion_id}/closing": "set_sheets",
    "POST /api/v1/{edition}/operator/sheets/criteria/{criterion_id}/opening": "set_sheets",
    "POST /{lang}/{edition}/operator/policy/trial": "operate",
    "POST /{lang}/{edition}/operator/policy/rules": "operate",
    "POST /{lang}/{edition}/operator/queue/{line}/retry": "operate",
    "POST /{lang}/{edition}/operator/queue/{line}/cancellation": "operate",
    "POST /{lang}/{edition}/operator/queue/{line}/priority": "operate",
    "POST /{lang}/{edition}/operator/people": "operate",
    "GET /{lang}/{edition}/operator/people": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/parts/{part}/removal": "operate",
    "GET /{lang}/{edition}/operator/people/{person_id}": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/parts": "operate",
    "GET /{lang}/{edition}/operator/people/{person_id}/hand-over": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/hand-over": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/invitations/{invitation_id}/sending": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/invitations/{invitation_id}/revocation": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/disabling": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/enabling": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/sessions/ending": "operate",
    "POST /{lang}/{edition}/operator/people/{person_id}/second-factor/removal": "operate",
    "POST /{lang}/{edition}/operator/people/second-factor": "operate",
    "GET /{lang}/{edition}/operator/people/lists": "operate",
    "POST /{lang}/{edition}/operator/people/lists": "operate",
    "POST /{lang}/{edition}/operator/people/lists/reading": "operate",
    "GET /{lang}/{edition}/operator/people/lists/{list_id}": "operate",
    "GET /{lang}/{edition}/operator/people/merges": "operate",
    "POST /{lang}/{edition}/operator/people/merges": "operate",
    "POST /{lang}/{edition}/operator/people/merges/{request_id}/cancellation": "operate",
    "GET /{lang}/{edition}/account/merges/{request_id}": "known",
    "POST /{lang}/{edition}/account/merges/{request_id}/agreement": "known",
    "POST /{lang}/{edition}/account/merges/{request_id}/refusal": "known",
    "GET /{lang}/{edition}/operator/mailbox": "operate",
    "GET /{lang}/{edition}/components": "public",
    "GET /{lang}/{edition}/operator/letters": "operate",
    "POST /{lang}/{edition}/operator/letters/retry": "operate",
    "GET /{lang}/{edition}/operator/letters/cancellation": "operate",
    "POST /{lang}/{edition}/operator/letters/cancellation": "operate",
    "GET /{lang}/{edition}/operator/letters/{letter}": "operate",
    "POST /{lang}/{edition}/operator/letters/{letter}": "operate",
    "POST /{lang}/{edition}/operator/letters/{letter}/hold": "operate",
    "POST /{lang}/{edition}/operator/letters/{letter}/release": "operate",
    "POST /{lang}/{edition}/operator/letters/{letter}/sending": "operate",
    "POST /{lang}/{edition}/operator/letters/kinds/{kind}/hold": "operate",
    "POST /{lang}/{edition}/operator/letters/kinds/{kind}/flow": "operate",
    "POST /{lang}/{edition}/operator/letters/kinds/{kind}/release": "operate",
    "GET /{lang}/{edition}/operator/texts": "operate",
    "GET /{lang}/{edition}/operator/texts/{kind}": "operate",
    "POST /{lang}/{edition}/operator/texts/{kind}": "operate",
    "POST /{lang}/{edition}/operator/texts/{kind}/removal": "operate",
    "POST /{lang}/{edition}/operator/texts/{kind}/preview": "operate",
    "POST /{lang}/{edition}/operator/texts/{kind}/test": "operate",
    "GET /{lang}/{edition}/operator/reminders": "operate",
    "POST /{lang}/{edition}/operator/reminders/{rule}": "operate",
    "GET /api/v1/{edition}/programme": "public",
    "HEAD /api/v1/{edition}/programme": "public",
    "GET /api/v1/{edition}/programme/films/{programme_id}": "public",
    "HEAD /api/v1/{edition}/programme/films/{programme_id}": "public",
    "HEAD /api/v1/{edition}/programme/films/{programme_id}/poster.jpg": "public",
    "HEAD /api/v1/{edition}/programme/stills/{name}": "public",
    "GET /api/v1/{edition}/programme/stills/{name}": "public",
    "HEAD /api/v1/{edition}/programme/trailers/{trailer_id}/{name}": "public",
    "GET /api/v1/{edition}/programme/trailers/{trailer_id}/{name}": "public",
    "GET /api/v1/{edition}/programme/films/{programme_id}/poster.jpg": "public",
    "POST /api/v1/{edition}/registration": "public",
    "POST /api/v1/{edition}/links": "public",
    "POST /api/v1/{edition}/links/{token}": "public",
    "POST /api/v1/{edition}/sessions": "public",
    "DELETE /api/v1/{edition}/sessions": "known",
    "POST /api/v1/{edition}/sessions/code": "public",
    "GET /api/v1/{edition}/submissions/{submission_id}/people": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/people": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/people/{member_id}": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/people/{member_id}/ownership": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/people/{member_id}/removal": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/people/invitations/{invitation_id}/revocation": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/leaving": "known",
    "GET /api/v1/{edition}/me/invitations": "known",
    "POST /api/v1/{edition}/me/invitations/{invitation_id}/acceptance": "known",
    "POST /api/v1/{edition}/me/invitations/{invitation_id}/refusal": "known",
    "POST /api/v1/{edition}/sessions/passkey/options": "public",
    "POST /api/v1/{edition}/sessions/passkey": "public",
    "POST /api/v1/{edition}/sessions/proof/passkey": "known",
    "GET /api/v1/{edition}/passkeys": "known",
    "GET /api/v1/{edition}/passkeys/options": "known",
    "POST /api/v1/{edition}/passkeys": "known",
    "POST /api/v1/{edition}/passkeys/recovery-codes": "known",
    "PUT /api/v1/{edition}/passkeys/{passkey_id}/name": "known",
    "DELETE /api/v1/{edition}/passkeys/{passkey_id}": "known",
    "GET /api/v1/{edition}/second-factor": "known",
    "POST /api/v1/{edition}/second-factor": "known",
    "POST /api/v1/{edition}/second-factor/confirmation": "known",
    "POST /api/v1/{edition}/second-factor/recovery-codes": "known",
    "POST /api/v1/{edition}/second-factor/removal": "known",
    "GET /api/v1/{edition}/me": "known",
    "GET /api/v1/{edition}/sessions": "known",
    "DELETE /api/v1/{edition}/sessions/all": "known",
    "POST /api/v1/{edition}/sessions/proof": "known",
    "DELETE /api/v1/{edition}/sessions/{session_id}": "known",
    "GET /api/v1/{edition}/tokens": "known",
    "POST /api/v1/{edition}/tokens": "known",
    "DELETE /api/v1/{edition}/tokens/{token_id}": "known",
    "GET /api/v1/{edition}/submissions": "known",
    "POST /api/v1/{edition}/submissions": "known",
    "PATCH /api/v1/{edition}/submissions/{submission_id}": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/report": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/events": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/release": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/filing": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/withdrawal": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/return": "known",
    "OPTIONS /api/v1/{edition}/uploads": "public",
    "POST /api/v1/{edition}/uploads": "known",
    "DELETE /api/v1/{edition}/uploads/{upload_id}": "known",
    "PATCH /api/v1/{edition}/uploads/{upload_id}": "known",
    "HEAD /api/v1/{edition}/uploads/{upload_id}": "known",
    "HEAD /api/v1/{edition}/files/{file_id}/screener/{name}": "known",
    "GET /api/v1/{edition}/files/{file_id}/screener/{name}": "known",
    "GET /api/v1/{edition}/files/{file_id}/subtitles/{language}": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/subtitles": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/subtitles/confirmation": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/subtitles": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/subtitles/{track}/confirmation": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/subtitles/{track}/removal": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/subtitles/{language}": "known",
    "DELETE /api/v1/{edition}/submissions/{submission_id}/subtitles/{language}": "known",
    "HEAD /api/v1/{edition}/files/{file_id}/poster.jpg": "known",
    "GET /api/v1/{edition}/files/{file_id}/poster.jpg": "known",
    "HEAD /api/v1/{edition}/files/{file_id}/sprite.jpg": "known",
    "GET /api/v1/{edition}/files/{file_id}/sprite.jpg": "known",
    "GET /api/v1/{edition}/committee/queue": "see_queue",
    "GET /api/v1/{edition}/committee/submissions/{submission_id}": "see_queue",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/review": "see_queue",
    "PUT /api/v1/{edition}/committee/mark": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/abstention": "see_queue",
    "DELETE /api/v1/{edition}/committee/submissions/{submission_id}/abstention": "see_queue",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/notes": "see_queue",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/notes/{note_id}": "see_queue",
    "DELETE /api/v1/{edition}/committee/submissions/{submission_id}/notes/{note_id}": "see_queue",
    "GET /api/v1/{edition}/committee/recusals": "see_queue",
    "GET /api/v1/{edition}/committee/recusals/others": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/recusals/{person_id}/lifting": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/reviews/{review_id}/reopening": "see_board",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/viewing": "see_queue",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/recusal": "see_queue",
    "GET /api/v1/{edition}/committee/talk": "see_queue",
    "GET /api/v1/{edition}/committee/figures": "see_board",
    "GET /api/v1/{edition}/committee/sheets": "see_board",
    "GET /api/v1/{edition}/committee/decisions": "see_board",
    "GET /api/v1/{edition}/committee/receipts": "see_board",
    "PUT /api/v1/{edition}/committee/receipts": "see_board",
    "GET /api/v1/{edition}/submissions/{submission_id}/receipts": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/receipts": "known",
    "GET /api/v1/{edition}/receipts/{code}": "public",
    "PUT /api/v1/{edition}/committee/talk/letters": "see_queue",
    "GET /api/v1/{edition}/committee/submissions/{submission_id}/talk": "see_queue",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/talk": "see_queue",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/talk/reading": "see_queue",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/talk/{remark_id}": "see_queue",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/talk/{remark_id}/removal": "see_queue",
    "GET /api/v1/{edition}/committee/board": "see_board",
    "GET /api/v1/{edition}/committee/duels": "see_board",
    "GET /api/v1/{edition}/committee/ranks": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/acceptance": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/waiting": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/regret": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/reopening": "see_board",
    "GET /api/v1/{edition}/announcements": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/change": "see_board",
    "POST /api/v1/{edition}/announcements": "see_board",
    "GET /api/v1/{edition}/committee/board/events": "see_board",
    "GET /api/v1/{edition}/committee/meeting/events": "see_board",
    "GET /api/v1/{edition}/committee/meetings": "see_board",
    "GET /api/v1/{edition}/committee/meetings/{meeting_id}": "see_board",
    "POST /api/v1/{edition}/committee/decisions": "see_board",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/waiting-place": "see_board",
    "POST /api/v1/{edition}/committee/promotions/{submission_id}": "see_board",
    "PUT /api/v1/{edition}/committee/quotas/{letter}": "see_board",
    "POST /api/v1/{edition}/committee/meetings": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/pen": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/film": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/decision": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/remarks": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/people": "see_board",
    "POST /api/v1/{edition}/committee/meetings/{meeting_id}/end": "see_board",
    "DELETE /api/v1/{edition}/committee/meetings/{meeting_id}/people/{seat_id}": "see_board",
    "PUT /api/v1/{edition}/committee/meetings/{meeting_id}/lines/{line_id}": "see_board",
    "POST /api/v1/{edition}/announcements/{batch_id}/call-back": "see_board",
    "POST /api/v1/{edition}/announcements/{batch_id}/moment": "see_board",
    "PUT /api/v1/{edition}/announcements/{batch_id}/words": "see_board",
    "PUT /api/v1/{edition}/announcements/{batch_id}/letter": "see_board",
    "POST /api/v1/{edition}/announcements/{batch_id}/release": "see_board",
    "DELETE /api/v1/{edition}/announcements/{batch_id}": "see_board",
    "POST /api/v1/{edition}/venues": "plan",
    "GET /api/v1/{edition}/grid/imports": "see_grid",
    "GET /api/v1/{edition}/grid/imports/{grid_import_id}": "see_grid",
    "POST /api/v1/{edition}/grid/imports": "plan",
    "PUT /api/v1/{edition}/grid/imports/{grid_import_id}/choices": "plan",
    "POST /api/v1/{edition}/grid/imports/{grid_import_id}/application": "plan",
    "POST /api/v1/{edition}/grid/imports/{grid_import_id}/undoing": "plan",
    "POST /api/v1/{edition}/grid/imports/{grid_import_id}/removal": "plan",
    "GET /api/v1/{edition}/venues": "see_grid",
    "PATCH /api/v1/{edition}/venues/{venue_id}": "plan",
    "POST /api/v1/{edition}/venues/{venue_id}/move": "plan",
    "POST /api/v1/{edition}/venues/{venue_id}/removal": "plan",
    "POST /api/v1/{edition}/venues/{venue_id}/back": "plan",
    "GET /api/v1/{edition}/ways": "see_grid",
    "PUT /api/v1/{edition}/ways": "plan",
    "GET /api/v1/{edition}/removals": "see_grid",
    "POST /api/v1/{edition}/removals/{kind}": "plan",
    "PATCH /api/v1/{edition}/screens/{screen_id}": "plan",
    "POST /api/v1/{edition}/screens/{screen_id}/starts": "plan",
    "POST /api/v1/{edition}/screens/{screen_id}/move": "plan",
    "POST /api/v1/{edition}/screens/{screen_id}/removal": "plan",
    "POST /api/v1/{edition}/screens/{screen_id}/back": "plan",
    "GET /api/v1/{edition}/reservations": "see_grid",
    "POST /api/v1/{edition}/reservations": "plan",
    "PATCH /api/v1/{edition}/reservations/{reservation_id}": "plan",
    "POST /api/v1/{edition}/reservations/{reservation_id}/removal": "plan",
    "POST /api/v1/{edition}/reservations/{reservation_id}/back": "plan",
    "POST /api/v1/{edition}/screens": "plan",
    "GET /api/v1/{edition}/screens": "see_grid",
    "POST /api/v1/{edition}/guests": "plan",
    "GET /api/v1/{edition}/committee/submissions/{submission_id}/fit": "see_board",
    "GET /api/v1/{edition}/candidates": "see_grid",
    "GET /api/v1/{edition}/candidates/{submission_id}/fit": "see_grid",
    "POST /api/v1/{edition}/candidates/{submission_id}": "plan",
    "GET /api/v1/{edition}/guests": "see_grid",
    "PUT /api/v1/{edition}/guests/{guest_id}": "plan",
    "POST /api/v1/{edition}/guests/{guest_id}/removal": "plan",
    "POST /api/v1/{edition}/guests/{guest_id}/undoing": "plan",
    "POST /api/v1/{edition}/guests/putting-back": "plan",
    "POST /api/v1/{edition}/guests/visitors/{visitor_id}": "plan",
    "POST /api/v1/{edition}/guests/visitors/{visitor_id}/reading": "plan",
    "GET /api/v1/{edition}/shared": "see_grid",
    "POST /api/v1/{edition}/shared": "plan",
    "PUT /api/v1/{edition}/shared/{shared_kind}/{shared_id}": "plan",
    "POST /api/v1/{edition}/shared/{shared_kind}/{shared_id}/move": "plan",
    "POST /api/v1/{edition}/shared/{shared_kind}/{shared_id}/removal": "plan",
    "POST /api/v1/{edition}/shared/{shared_kind}/{shared_id}/undoing": "plan",
    "POST /api/v1/{edition}/shared/{shared_kind}/putting-back": "plan",
    "GET /api/v1/{edition}/pairs": "see_grid",
    "PUT /api/v1/{edition}/pairs": "plan",
    "POST /api/v1/{edition}/pairs/putting-back": "plan",
    "PUT /api/v1/{edition}/pairs/mode": "plan",
    "GET /api/v1/{edition}/files/{file_id}/posters/{poster}": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/pictures": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/pictures/{picture_id}": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/pictures": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/pictures/choice": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/pictures/{picture_id}": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/pictures/{picture_id}/move": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/pictures/{picture_id}/lead": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/pictures/{picture_id}/removal": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/trailers": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/trailers/events": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/trailers/{trailer_id}/release": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/trailers/{trailer_id}/removal": "known",
    "HEAD /api/v1/{edition}/trailers/{trailer_id}/copy/{name}": "known",
    "GET /api/v1/{edition}/trailers/{trailer_id}/copy/{name}": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/visitors": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/screenings": "known",
    "GET /api/v1/{edition}/submissions/{submission_id}/figures": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/screenings/{told_id}/answer": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/screenings/{told_id}/tickets": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/screenings/{told_id}/tickets/removal": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/visitors": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/visitors/{visitor_id}": "known",
    "POST /api/v1/{edition}/submissions/{submission_id}/visitors/{visitor_id}/removal": "known",
    "POST /api/v1/{edition}/programmes": "plan",
    "GET /api/v1/{edition}/programmes": "see_grid",
    "POST /api/v1/{edition}/programmes/from-selection": "plan",
    "DELETE /api/v1/{edition}/programmes/{programme_id}": "plan",
    "POST /api/v1/{edition}/programmes/{programme_id}/departures": "plan",
    "GET /api/v1/{edition}/grid": "see_grid",
    "GET /api/v1/{edition}/grid/events": "see_grid",
    "POST /api/v1/{edition}/grid/screenings": "plan",
    "PUT /api/v1/{edition}/screenings/{screening_id}/placement": "plan",
    "DELETE /api/v1/{edition}/screenings/{screening_id}": "plan",
    "POST /api/v1/{edition}/screenings/{screening_id}/lock": "plan",
    "DELETE /api/v1/{edition}/screenings/{screening_id}/lock": "plan",
    "POST /api/v1/{edition}/grid/plans": "plan",
    "DELETE /api/v1/{edition}/grid/hand": "plan",
    "GET /api/v1/{edition}/grid/prices": "see_grid",
    "GET /api/v1/{edition}/grid/remedies": "see_grid",
    "GET /api/v1/{edition}/grid/rules": "see_grid",
    "GET /{lang}/{edition}/programmer/rules": "see_grid",
    "POST /api/v1/{edition}/grid/acts/{act}/redoing": "plan",
    "POST /api/v1/{edition}/grid/blocks/{programme}/merging": "plan",
    "POST /api/v1/{edition}/grid/blocks/{programme}/split": "plan",
    "POST /api/v1/{edition}/grid/days": "plan",
    "POST /api/v1/{edition}/grid/hand": "plan",
    "POST /api/v1/{edition}/grid/rules/back": "plan",
    "POST /{lang}/{edition}/programmer/rules/back": "plan",
    "POST /{lang}/{edition}/programmer/rules/{code}": "plan",
    "PUT /api/v1/{edition}/grid/rules/{code}": "plan",
    "PUT /api/v1/{edition}/screenings/{screening_id}/holds": "plan",
    "GET /api/v1/{edition}/grid/plans/{run_id}": "see_grid",
    "GET /api/v1/{edition}/grid/plans/{run_id}/events": "see_grid",
    "POST /api/v1/{edition}/grid/plans/{run_id}/stop": "plan",
    "POST /api/v1/{edition}/grid/plans/{run_id}/application": "plan",
    "POST /api/v1/{edition}/grid/plans/{run_id}/places": "plan",
    "POST /api/v1/{edition}/grid/plans/{run_id}/remedies": "plan",
    "POST /api/v1/{edition}/grid/plans/{run_id}/refusal": "plan",
    "POST /api/v1/{edition}/grid/plans/{run_id}/reconsideration": "plan",
    "GET /api/v1/{edition}/grid/repair": "plan",
    "GET /api/v1/{edition}/grid/lateness": "plan",
    "GET /api/v1/{edition}/papers/{kind}": "see_grid",
    "GET /api/v1/{edition}/audiences": "plan",
    "POST /api/v1/{edition}/grid/happenings": "plan",
    "POST /api/v1/{edition}/grid/what-if": "plan",
    "POST /api/v1/{edition}/grid/what-if/{run_id}/weights": "plan",
    "POST /api/v1/{edition}/audiences": "plan",
    "PUT /api/v1/{edition}/audiences/{audience_id}": "plan",
    "POST /api/v1/{edition}/audiences/{audience_id}/removal": "plan",
    "GET /api/v1/{edition}/variants": "see_grid",
    "GET /api/v1/{edition}/variants/{variant_id}": "see_grid",
    "GET /api/v1/{edition}/variants/{variant_id}/comparison": "see_grid",
    "POST /api/v1/{edition}/variants": "plan",
    "POST /api/v1/{edition}/variant-returns": "plan",
    "PUT /api/v1/{edition}/variants/{variant_id}": "plan",
    "POST /api/v1/{edition}/variants/{variant_id}/removal": "plan",
    "POST /api/v1/{edition}/variants/{variant_id}/merging": "plan",
    "GET /api/v1/{edition}/comments": "see_grid",
    "POST /api/v1/{edition}/comments": "plan",
    "GET /api/v1/{edition}/confirmations": "correct_films",
    "POST /api/v1/{edition}/confirmations/asking": "correct_films",
    "POST /api/v1/{edition}/confirmations/reminding": "correct_films",
    "GET /api/v1/{edition}/tickets": "correct_films",
    "GET /api/v1/{edition}/makers-terms": "correct_films",
    "PUT /api/v1/{edition}/makers-terms": "correct_films",
    "POST /api/v1/{edition}/tickets/{wish_id}/answer": "correct_films",
    "GET /api/v1/{edition}/attendance": "correct_films",
    "POST /api/v1/{edition}/attendance": "correct_films",
    "PUT /api/v1/{edition}/attendance/{stable}": "correct_films",
    "PUT /api/v1/{edition}/public-prize": "correct_films",
    "PUT /api/v1/{edition}/comments/{comment_id}": "plan",
    "POST /api/v1/{edition}/comments/{comment_id}/removal": "plan",
    "POST /api/v1/{edition}/comments/{comment_id}/settling": "plan",
    "POST /api/v1/{edition}/comments/{comment_id}/reopening": "plan",
    "POST /api/v1/{edition}/grid/publication": "publish",
    "POST /api/v1/{edition}/grid/planned-publication": "publish",
    "PUT /api/v1/{edition}/grid/planned-publication/{planned_id}": "publish",
    "POST /api/v1/{edition}/grid/planned-publication/{planned_id}/cancellation": "publish",
    "GET /api/v1/{edition}/grid/planned-publication": "publish",
    "GET /api/v1/{edition}/grid/findings": "publish",
    "GET /api/v1/{edition}/visas": "see_grid",
    "GET /api/v1/{edition}/programme/changes": "public",
    "PUT /api/v1/{edition}/films/{submission_id}/papers": "correct_films",
    "PUT /api/v1/{edition}/visas/ahead": "plan",
    "GET /api/v1/{edition}/screenings/{screening_id}/reasons": "see_grid",
    "GET /api/v1/{edition}/grid/explanation": "plan",
    "POST /api/v1/{edition}/grid/repair": "plan",
    "POST /api/v1/{edition}/grid/acts/{act}/undoing": "plan",
    "GET /api/v1/{edition}/edition": "public",
    "PATCH /api/v1/{edition}/operator/edition": "operate",
    "GET /api/v1/{edition}/operator/people/{person_id}": "operate",
    "PUT /api/v1/{edition}/operator/people/{person_id}/parts": "operate",
    "POST /api/v1/{edition}/operator/people/{person_id}/hand-over": "operate",
    "POST /api/v1/{edition}/operator/people/{person_id}/invitations/{invitation_id}/sending": "operate",
    "DELETE /api/v1/{edition}/operator/people/{person_id}/invitations/{invitation_id}": "operate",
    "POST /api/v1/{edition}/operator/people/{person_id}/disabling": "operate",
    "POST /api/v1/{edition}/operator/people/{person_id}/enabling": "operate",
    "DELETE /api/v1/{edition}/operator/people/{person_id}/sessions": "operate",
    "DELETE /api/v1/{edition}/operator/people/{person_id}/second-factor": "operate",
    "PUT /api/v1/{edition}/operator/people/second-factor": "operate",
    "POST /api/v1/{edition}/operator/people/lists": "operate",
    "POST /api/v1/{edition}/operator/people/lists/reading": "operate",
    "GET /api/v1/{edition}/operator/people/lists/{list_id}": "operate",
    "GET /api/v1/{edition}/operator/people/merges": "operate",
    "GET /api/v1/{edition}/operator/people/merges/plan": "operate",
    "POST /api/v1/{edition}/operator/people/merges": "operate",
    "DELETE /api/v1/{edition}/operator/people/merges/{request_id}": "operate",
    "GET /api/v1/{edition}/merges/{request_id}": "known",
    "POST /api/v1/{edition}/merges/{request_id}/agreement": "known",
    "POST /api/v1/{edition}/merges/{request_id}/refusal": "known",
    "GET /api/v1/{edition}/operator/people": "operate",
    "GET /api/v1/{edition}/operator/record": "operate",
    "GET /{lang}/{edition}/operator/record": "operate",
    "GET /{lang}/{edition}/operator/edition": "operate",
    "GET /api/v1/{edition}/operator/edition/archiving": "operate",
    "GET /{lang}/{edition}/operator/edition/archiving": "operate",
    "POST /api/v1/{edition}/operator/edition/archiving": "operate",
    "POST /api/v1/{edition}/operator/edition/reopening": "operate",
    "POST /{lang}/{edition}/operator/edition/archiving": "operate",
    "POST /{lang}/{edition}/operator/edition/reopening": "operate",
    "POST /{lang}/{edition}/operator/edition": "operate",
    "GET /{lang}/{edition}/operator/edition/removal": "operate",
    "POST /{lang}/{edition}/operator/edition/removal": "operate",
    "POST /{lang}/{edition}/operator/edition/phase": "operate",
    "POST /{lang}/{edition}/operator/front-page": "operate",
    "GET /{lang}/{edition}/operator/editions": "operate",
    "POST /{lang}/{edition}/operator/editions": "operate",
    "GET /{lang}/{edition}/operator/site": "operate",
    "GET /{lang}/{edition}/operator/site/{text}": "operate",
    "POST /{lang}/{edition}/operator/site/{text}": "operate",
    "POST /{lang}/{edition}/operator/site/{text}/preview": "operate",
    "GET /{lang}/{edition}/site/{text}": "public",
    "HEAD /{lang}/{edition}/site/{text}": "public",
    "GET /{lang}/founding/{token}": "public",
    "POST /{lang}/founding/{token}": "public",
    "POST /api/v1/founding/{token}": "public",
    "GET /api/v1/{edition}/operator/edition": "operate",
    "DELETE /api/v1/{edition}/operator/edition": "operate",
    "POST /api/v1/{edition}/operator/edition/phase": "operate",
    "POST /api/v1/{edition}/operator/front-page": "operate",
    "GET /api/v1/{edition}/operator/editions": "operate",
    "POST /api/v1/{edition}/operator/editions": "operate",
    "GET /api/v1/{edition}/operator/site": "operate",
    "PUT /api/v1/{edition}/operator/site/{text}": "operate",
    "POST /api/v1/{edition}/operator/people": "operate",
    "DELETE /api/v1/{edition}/operator/people/{person_id}/parts/{part}": "operate",
    "GET /api/v1/{edition}/operator/queue": "operate",
    "GET /api/v1/{edition}/operator/machines": "operate",
    "PUT /api/v1/{edition}/operator/queue/pauses/{queue}": "operate",
    "DELETE /api/v1/{edition}/operator/queue/pauses/{queue}": "operate",
    "POST /{lang}/{edition}/operator/queue/pauses/{queue}": "operate",
    "POST /{lang}/{edition}/operator/queue/pauses/{queue}/removal": "operate",
    "GET /api/v1/{edition}/operator/policy": "operate",
    "POST /api/v1/{edition}/operator/policy": "operate",
    "GET /api/v1/{edition}/operator/policy/rules": "operate",
    "PUT /api/v1/{edition}/operator/policy/rules": "operate",
    "POST /api/v1/{edition}/operator/policy/trial": "operate",
    "GET /api/v1/{edition}/rules": "known",
    "POST /api/v1/{edition}/operator/queue/{line}/retry": "operate",
    "POST /api/v1/{edition}/operator/queue/{line}/cancellation": "operate",
    "POST /api/v1/{edition}/operator/queue/{line}/priority": "operate",
    "GET /api/v1/{edition}/operator/mailbox": "operate",
    "GET /api/v1/{edition}/operator/letters": "operate",
    "POST /api/v1/{edition}/operator/letters/retry": "operate",
    "POST /api/v1/{edition}/operator/letters/cancellation": "operate",
    "GET /{lang}/{edition}/operator/archive": "operate",
    "POST /{lang}/{edition}/operator/archive": "operate",
    "POST /{lang}/{edition}/operator/archive/{archive_id}/removal": "operate",
    "GET /api/v1/{edition}/operator/archives": "operate",
    "POST /api/v1/{edition}/operator/archives": "operate",
    "POST /api/v1/{edition}/operator/archives/{archive_id}/removal": "operate",
    "GET /api/v1/{edition}/operator/archives/{archive_id}/file": "operate",
    "HEAD /api/v1/{edition}/operator/archives/{archive_id}/file": "operate",
    "GET /{lang}/{edition}/operator/imports": "operate",
    "POST /{lang}/{edition}/operator/imports": "operate",
    "GET /{lang}/{edition}/operator/imports/{import_id}": "operate",
    "GET /{lang}/{edition}/operator/imports/{import_id}/faults.csv": "operate",
    "POST /{lang}/{edition}/operator/imports/{import_id}/columns": "operate",
    "POST /{lang}/{edition}/operator/imports/{import_id}/{way}": "operate",
    "POST /{lang}/{edition}/operator/mappings/{mapping_id}/removal": "operate",
    "GET /{lang}/{edition}/operator/exports": "operate",
    "GET /{lang}/{edition}/operator/exports/{name}": "operate",
    "GET /api/v1/{edition}/operator/imports": "operate",
    "POST /api/v1/{edition}/operator/imports": "operate",
    "GET /api/v1/{edition}/operator/imports/{import_id}": "operate",
    "GET /api/v1/{edition}/operator/imports/{import_id}/faults": "operate",
    "GET /api/v1/{edition}/operator/imports/{import_id}/rows": "operate",
    "PUT /api/v1/{edition}/operator/imports/{import_id}/columns": "operate",
    "POST /api/v1/{edition}/operator/imports/{import_id}/{way}": "operate",
    "GET /api/v1/{edition}/operator/mappings": "operate",
    "POST /api/v1/{edition}/operator/mappings/{mapping_id}/removal": "operate",
    "GET /api/v1/{edition}/operator/exports/entries": "operate",
    "GET /api/v1/{edition}/operator/letters/{letter}": "operate",
    "PUT /api/v1/{edition}/operator/letters/{letter}": "operate",
    "POST /api/v1/{edition}/operator/letters/{letter}/hold": "operate",
    "POST /api/v1/{edition}/operator/letters/{letter}/release": "operate",
    "POST /api/v1/{edition}/operator/letters/{letter}/sending": "operate",
    "POST /api/v1/{edition}/operator/letters/kinds/{kind}/hold": "operate",
    "POST /api/v1/{edition}/operator/letters/kinds/{kind}/flow": "operate",
    "POST /api/v1/{edition}/operator/letters/kinds/{kind}/release": "operate",
    "GET /api/v1/{edition}/operator/texts": "operate",
    "GET /api/v1/{edition}/operator/texts/{kind}": "operate",
    "PUT /api/v1/{edition}/operator/texts/{kind}": "operate",
    "POST /api/v1/{edition}/operator/texts/{kind}/removal": "operate",
    "POST /api/v1/{edition}/operator/texts/{kind}/preview": "operate",
    "POST /api/v1/{edition}/operator/texts/{kind}/test": "operate",
    "GET /api/v1/{edition}/operator/reminders": "operate",
    "PUT /api/v1/{edition}/operator/reminders/{rule}": "operate",
    "POST /api/v1/{edition}/operator/bounces": "operate",
    "GET /{lang}/{edition}/operator/sections": "operate",
    "POST /{lang}/{edition}/operator/sections": "operate",
    "GET /{lang}/{edition}/operator/sections/new": "operate",
    "GET /{lang}/{edition}/operator/sections/{section_id}": "operate",
    "POST /{lang}/{edition}/operator/sections/{section_id}": "operate",
    "POST /{lang}/{edition}/operator/sections/{section_id}/preview": "operate",
    "POST /{lang}/{edition}/operator/sections/{section_id}/move": "operate",
    "POST /{lang}/{edition}/operator/sections/{section_id}/removal": "operate",
    "GET /{lang}/{edition}/operator/deadlines": "operate",
    "POST /{lang}/{edition}/operator/deadlines": "operate",
    "POST /{lang}/{edition}/operator/deadlines/{deadline_id}": "operate",
    "POST /{lang}/{edition}/operator/deadlines/{deadline_id}/removal": "operate",
    "POST /{lang}/{edition}/operator/entry-terms": "operate",
    "GET /{lang}/{edition}/operator/fees": "operate",
    "POST /{lang}/{edition}/operator/fees/{submission_id}": "operate",
    "GET /{lang}/{edition}/operator/codes": "operate",
    "POST /{lang}/{edition}/operator/codes": "operate",
    "POST /{lang}/{edition}/operator/codes/{code_id}": "operate",
    "POST /{lang}/{edition}/operator/codes/{code_id}/removal": "operate",
    "POST /{lang}/{edition}/submissions/{submission_id}/code": "known",
    "POST /{lang}/{edition}/submissions/{submission_id}/code/removal": "known",
    "PUT /api/v1/{edition}/submissions/{submission_id}/code": "known",
    "DELETE /api/v1/{edition}/submissions/{submission_id}/code": "known",
    "GET /api/v1/{edition}/sections.css": "public",
    "HEAD /api/v1/{edition}/sections.css": "public",
    "GET /api/v1/{edition}/sections": "known",
    "GET /api/v1/{edition}/operator/sections": "operate",
    "POST /api/v1/{edition}/operator/sections": "operate",
    "PUT /api/v1/{edition}/operator/sections/{section_id}": "operate",
    "POST /api/v1/{edition}/operator/sections/{section_id}/preview": "operate",
    "POST /api/v1/{edition}/operator/sections/{section_id}/move": "operate",
    "POST /api/v1/{edition}/operator/sections/{section_id}/removal": "operate",
    "GET /api/v1/{edition}/operator/deadlines": "operate",
    "POST /api/v1/{edition}/operator/deadlines": "operate",
    "PUT /api/v1/{edition}/operator/deadlines/{deadline_id}": "operate",
    "POST /api/v1/{edition}/operator/deadlines/{deadline_id}/removal": "operate",
    "PUT /api/v1/{edition}/operator/entry-terms": "operate",
    "GET /api/v1/{edition}/operator/fees": "operate",
    "PUT /api/v1/{edition}/operator/fees/{submission_id}": "operate",
    "GET /api/v1/{edition}/operator/codes": "operate",
    "POST /api/v1/{edition}/operator/codes": "operate",
    "PUT /api/v1/{edition}/operator/codes/{code_id}": "operate",
    "POST /api/v1/{edition}/operator/codes/{code_id}/removal": "operate",
    "GET /{lang}/{edition}/operator/phases": "set_sheets",
    "GET /api/v1/{edition}/operator/phases": "set_sheets",
    "POST /{lang}/{edition}/operator/phases": "set_sheets",
    "POST /api/v1/{edition}/operator/phases": "set_sheets",
    "POST /{lang}/{edition}/operator/phases/{phase_id}": "set_sheets",
    "PUT /api/v1/{edition}/operator/phases/{phase_id}": "set_sheets",
    "POST /{lang}/{edition}/operator/phases/{phase_id}/removal": "set_sheets",
    "POST /api/v1/{edition}/operator/phases/{phase_id}/removal": "set_sheets",
    "POST /{lang}/{edition}/operator/committee-rules": "set_sheets",
    "PUT /api/v1/{edition}/operator/committee-rules": "set_sheets",
    "GET /api/v1/{edition}/committee/phase": "see_queue",
    "GET /{lang}/{edition}/committee/assignment": "see_board",
    "GET /api/v1/{edition}/committee/assignment": "see_board",
    "GET /{lang}/{edition}/committee/assignment/list.csv": "see_board",
    "GET /api/v1/{edition}/committee/assignment/films": "see_board",
    "POST /{lang}/{edition}/committee/assignment/proposals": "see_board",
    "POST /api/v1/{edition}/committee/assignment/proposals": "see_board",
    "POST /{lang}/{edition}/committee/assignment/proposals/{plan_id}/application": "see_board",
    "POST /api/v1/{edition}/committee/assignment/proposals/{plan_id}/application": "see_board",
    "POST /{lang}/{edition}/committee/assignment/proposals/{plan_id}/removal": "see_board",
    "DELETE /api/v1/{edition}/committee/assignment/proposals/{plan_id}": "see_board",
    "POST /{lang}/{edition}/committee/assignment/undo": "see_board",
    "POST /api/v1/{edition}/committee/assignment/undo": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/assignment": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/assignment": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/conflicts": "see_board",
    "POST /api/v1/{edition}/committee/submissions/{submission_id}/conflicts": "see_board",
    "POST /{lang}/{edition}/committee/submissions/{submission_id}/wish": "see_queue",
    "PUT /api/v1/{edition}/committee/submissions/{submission_id}/wish": "see_queue",
    "GET /{lang}/{edition}/committee/members/{person_id}": "see_queue",
    "GET /api/v1/{edition}/committee/members/{person_id}": "see_queue",
    "POST /{lang}/{edition}/committee/members/{person_id}": "see_queue",
    "PUT /api/v1/{edition}/committee/members/{person_id}": "see_queue",
    "GET /{lang}/{edition}/committee/conflicts": "see_board",
    "GET /api/v1/{edition}/committee/conflicts": "see_board",
    "GET /api/v1/{edition}/committee/conflicts/mine": "see_queue",
    "POST /{lang}/{edition}/committee/conflicts/search": "see_board",
    "POST /api/v1/{edition}/committee/conflicts/search": "see_board",
    "POST /{lang}/{edition}/committee/conflicts/{conflict_id}": "see_board",
    "PUT /api/v1/{edition}/committee/conflicts/{conflict_id}": "see_board",
    "POST /{lang}/{edition}/committee/conflicts/{conflict_id}/answer": "see_queue",
    "POST /api/v1/{edition}/committee/conflicts/{conflict_id}/answer": "see_queue",
    "HEAD /static/dev/sheets/{name}": "public",
    "GET /static/dev/sheets/{name}": "public",
    "HEAD /static/dev/{file_path}": "public",
    "GET /static/dev/{file_path}": "public",
    "GET /metrics": "public",  # for whoever has the token of the house's keepers
    "GET /": "public",
    "GET /{lang}": "public",
    "GET /sw.js": "public",
    "HEAD /sw.js": "public",
    "GET /health": "public",
    "GET /ready": "public",
    "GET /api": "public",
    "GET /api/{path}": "public",
    "GET /api/openapi.json": "public",
}
NEVER_ENDS = {
    "GET /api/v1/{edition}/grid/events",
    "GET /api/v1/{edition}/committee/board/events",
    "GET /api/v1/{edition}/committee/meeting/events",
    "GET /api/v1/{edition}/live/events",
    "GET /api/v1/{edition}/foyer/events",
}  # streams: only their refusals are read here
ENDS_THE_SESSION = {"DELETE /api/v1/{edition}/sessions", "POST /{lang}/{edition}/account/sign-out"}


def routes_of(app) -> set[str]:
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        for method in getattr(route, "methods", [])
        if method != "OPTIONS" or f"OPTIONS {route.path_format}" in ROUTES
    }


def address(route: str, edition, **known: str) -> tuple[str, str]:
    """A route's method and path, with names that exist where they are given, else with none's."""
    method, _, path = route.partition(" ")
    known = {"lang": "fr", "edition": edition.slug, "name": "main.m3u8", "language": "fr", "part": "reviewer", "act": "1", "number": "0", "poster": "1",
             "text": "legal", **known}
    while "{" in path:
        name = path[path.index("{") + 1 : path.index("}")]
        path = path.replace(f"{{{name}}}", known.get(name, "a" * 16))
    return method, path


BODIES = {
    "/waiting-place": {"way": "up"},
    "/review": {"sheet": {}},
    "/notes": {"text": "Belle image."},
    "/viewing": {"ranges": []},
    "/acceptance": {"note": "En réunion."},
    "/waiting": {"note": "En réunion."},
    "/regret": {"note": "En réunion."},
    "/change": {"wanted": "declined", "note": "En réunion."},
    "/reopening": {"note": "En réunion.", "reason": "Une erreur de saisie."},
    "/notes/{note_id}": {"text": "Belle image.", "version": 1},
    "/recusal": {"reason": "Un ami."},
    "/wish": {"wish": "love"},
    "/talk": {"text": "Belle image."},
    "/talk/reading": {"newest": "nobody"},
    "/assignment": {"person": "nobody"},
    "/conflicts": {"person": "nobody", "reason": "Un ami."},
    "/committee/mark": {"allowed": False},
    "/abstention": {"reason": "Je connais mal ce cinéma."},
    "/visitors": {"name": "Io"},
    "/screenings/{told_id}/answer": {"answer": "confirmed", "version": 1},
    "/confirmations/asking": {"films": []},
    "/screenings/{told_id}/tickets": {"wanted": 2},
    "/screenings/{told_id}/tickets/removal": {"version": 1},
    "/tickets/{wish_id}/answer": {"granted": 1, "version": 1},
    "/makers-terms": {"most_tickets": 4},
    "/attendance/{stable}": {"heads": 40},
    "/public-prize": {"told": False},
    "/tickets/terms": {"most_tickets": 4},
    "/pictures/choice": {"number": 1},
    "/pictures/{picture_id}": {"version": 1},
    "/pictures/{picture_id}/move": {"way": "up"},
    "/pictures/{picture_id}/removal": {"version": 1},
    "/trailers/{trailer_id}/release": {"version": 1},
    "/trailers/{trailer_id}/removal": {"version": 1},
    "/trailers/{trailer_id}/takedown": {"reason": "Elle dit la fin.", "version": 1},
    "/submissions/{submission_id}/people": {"email": "io@example.org"},
    "/people/{member_id}": {"entry_right": "see", "was": "edit"},
    "/visitors/{visitor_id}": {"name": "Io", "version": 1},
    "/visitors/{visitor_id}/removal": {"version": 1},
    "/lifting": {"reason": "Un malentendu."},
    "/subtitles/confirmation": {"track": "a" * 16},
    "PATCH /api/v1/{edition}/submissions/{submission_id}": {"entry": {}, "version": 1},
    "/submissions/{submission_id}/fields": {"fields": {}},
    "PUT /api/v1/{edition}/submissions/{submission_id}/code": {"code": "ECOLE"},
    "/operator/answers/{submission_id}": {"answers": {}},
    "/fixes/{fix_id}": {"entry": {}, "version": 1},
    "/submissions/{submission_id}/fixes": {"field": "year", "why": "Une faute de frappe."},
    "/fixes/{fix_id}/removal": {"version": 1},
    "/fixes/{fix_id}/refusal": {"why": "Le catalogue est imprimé.", "version": 1},
    "/operator/entries/{submission_id}": {"reason": "Une faute de frappe.", "version": 1},
}


def body_of(route: str) -> bytes:
    """Well formed, so that the answer is about the person and not about the body."""
    found = next((body for end, body in BODIES.items() if route.endswith(end)), {})
    return json.dumps(found).encode()


async def ask(client: httpx.AsyncClient, route: str, edition, **known: str) -> httpx.Response:
    method, path = address(route, edition, **known)
    kind = "application/offset+octet-stream" if "{upload_id}" in route and "x-csrf-token" in client.headers else "application/json"
    return await client.request(
        method, path, content=None if method in {"GET", "HEAD"} else body_of(route),
        headers={"content-type": kind, "accept": "application/json", "tus-resumable": "1.0.0",
                 "upload-offset": "0"},
    )


async def test_every_route_is_listed_here_with_whom_it_lets_in(app) -> None:
    assert routes_of(app) == set(ROUTES)


def declared(package: ModuleType, face: str) -> Counter[tuple[str, str]]:
    """Every method and path that a module of reads or an act declares, below the edition's address."""
    modules = [import_module(f"{package.__name__}.{one.name}") for one in iter_modules(package.__path__)]
    handlers = [handler for module in modules for handler in getattr(module, "HANDLERS", [])]
    handlers += [door for act in ACTS if (door := getattr(act, face))]
    return Counter(
        (method, path) for handler in handlers for path in handler.paths for method in handler.http_methods
    )


@pytest.mark.parametrize(("package", "face"), [(api.pages, "page"), (api.v1, "json")])
def test_no_address_is_answered_by_two_doors(package, face) -> None:
    """The second would take the first one's place without a word."""
    assert [address for address, times in declared(package, face).items() if times > 1] == []


@pytest.mark.parametrize("route", [r for r, who in ROUTES.items() if who != "public"])
async def test_nobody_comes_in_without_signing_in(client, route: str) -> None:
    edition = await an_edition()

    answer = await ask(client, route, edition)

    assert answer.status_code == 401


@pytest.mark.parametrize("part", list(Role))
async def test_a_part_opens_its_own_doors_and_no_other(client, part: Role) -> None:
    edition = await an_edition()
    person = await a_person(part, edition=edition)
    viewer = await the_viewer(person, edition)
    await sign_in(client, person)
    acts = {r: Act(who) for r, who in ROUTES.items() if who not in {"public", "known"}}

    let_in = set()
    for route in acts.keys() - NEVER_ENDS:
        answer = await ask(client, route, edition)
        assert answer.status_code < 500, (route, answer.text)
        if answer.status_code != 403:
            let_in.add(route)

    assert let_in == {r for r, act in acts.items() if may(viewer, act)} - NEVER_ENDS


async def test_a_part_of_one_edition_opens_nothing_in_another(client) -> None:
    home, abroad = await an_edition(), await an_edition()
    await sign_in(client, await a_person(*Role, edition=home))
    acts = [r for r, who in ROUTES.items() if who not in {"public", "known"}]

    answers = {route: (await ask(client, route, abroad)).status_code for route in acts}

    assert set(answers.values()) == {403}


# One film, nine people at its doors

SECRET = "Xanadu-Sous-Scellés"
ABOUT = ("{submission_id}", "{file_id}", "{upload_id}")
OWN_ACTS = {"PATCH": Act.EDIT_ENTRY, "POST": Act.EDIT_ENTRY, "GET": Act.SEE_ENTRY}


async def the_people(edition, *, section: str = "C") -> dict[str, object]:
    """Everybody who might want to know of the film; its section's letter is C."""
    here, there = (await a_section(edition, "C")).id, (await a_section(edition, "S")).id
    return {
        "maker": await a_person("filmmaker", edition=edition, name="Maker"),
        "other maker": await a_person("filmmaker", edition=edition, name="Other"),
        "reviewer": await a_person("reviewer", edition=edition, name="Rev", sections=[here]),
        "recused reviewer": await a_person("reviewer", edition=edition, name="Recused"),
        "reviewer elsewhere": await a_person("reviewer", edition=edition, name="Far", sections=[there]),
        "chair": await a_person("chair", edition=edition, name="Chair"),
        "chair elsewhere": await a_person("chair", edition=edition, name="Away", sections=[there]),
        "programmer": await a_person("programmer", edition=edition, name="Prog"),
        "operator": await a_person("operator", edition=edition, name="Op"),
    }


async def a_world(**film: object):
    edition = await an_edition(phase=Phase.SELECTION)
    people = await the_people(edition)
    submission, file = await a_film(edition, people["maker"], title=SECRET, **film)
    await Recusal(submission=submission, person=people["recused reviewer"].id).save()
    await Subtitle(
        submission=submission, language="fr", text=f"WEBVTT {SECRET}", confirmed_at=now()
    ).save()
    return edition, people, submission, file


WHO = ["maker", "other maker", "reviewer", "recused reviewer", "reviewer elsewhere", "chair",
       "chair elsewhere", "programmer", "operator"]
MEMBERS_ONLY = [r for r in ROUTES if "/submissions/{" in r and "/committee/" not in r]
COMMITTEES = [r for r in ROUTES if "/committee/submissions/{" in r]
DECISIONS = (
    "/acceptance", "/waiting", "/regret", "/reopening", "/decision", "/fit", "/change", "/assignment", "/conflicts", "/opinions",
    "/waiting-place", "/dossier.pdf",
)  # fmt: skip
BYTES = [r for r in ROUTES if "{file_id}" in r]
UNTIL_ACCEPTED = frozenset({
    "GET /{lang}/{edition}/submissions/{submission_id}/fixes/{fix_id}",  # nothing is asked for
    "GET /{lang}/{edition}/submissions/{submission_id}/materials",
    "GET /{lang}/{edition}/submissions/{submission_id}/visitors",
    "GET /{lang}/{edition}/submissions/{submission_id}/screenings",
    "GET /api/v1/{edition}/submissions/{submission_id}/screenings",
    "GET /api/v1/{edition}/submissions/{submission_id}/visitors",
})
UPLOADS = [r for r in ROUTES if "{upload_id}" in r]


def expected(route: str, who: str, *, draft: bool) -> set[int] | str:
    """What this person must be told at this film's door."""
    in_committee = "reviewer" in who or "chair" in who
    sees = who in {"reviewer", "chair"} and not draft
    if route in UNTIL_ACCEPTED:
        return {404}
    if route in MEMBERS_ONLY or route in UPLOADS:
        return "in" if who == "maker" else {404}
    if route in BYTES:
        return "in" if who == "maker" or sees else {404}
    if not in_committee:
        return {403}
    if route.endswith(DECISIONS) and not who.startswith("chair"):
        return {403}
    return "in" if sees else {404}


@pytest.mark.parametrize("draft", [False, True], ids=["filed", "draft"])
@pytest.mark.parametrize("who", WHO)
async def test_at_the_doors_of_one_film(client, who: str, draft: bool) -> None:
    status, state = ("draft", "ready") if draft else ("submitted", "released")
    edition, people, submission, file = await a_world(status=status, file=state)
    await sign_in(client, people[who])
    wrong = {}

    for route in [*BYTES, *UPLOADS, *COMMITTEES, *MEMBERS_ONLY]:
        if who == "maker" and not route.startswith(("GET", "HEAD")):
            continue  # the maker's own acts are tried in the walk
        if route.endswith("/recusal") and who in {"reviewer", "chair"}:
            continue
        if ("{picture_id}" in route or "{trailer_id}" in route) and who == "maker":
            continue  # there is none: tests/api/test_pictures.py and test_trailers.py have some
        if "{remark_id}" in route or "{note_id}" in route or "{review_id}" in route or "{person_id}" in route:
            continue  # there is none: tried below, with those that exist
        told = await ask(client, route, edition, submission_id=submission, file_id=file, upload_id=file)
        wanted = expected(route, who, draft=draft)
        fits = told.status_code not in {401, 403, 404, 500} if wanted == "in" else told.status_code in wanted
        if not fits:
            wrong[route] = told.status_code

    assert wrong == {}


async def telling(client, edition, submission: str, file: str) -> list[str]:
    """Routes whose answer names the film."""
    return [
        route for route in ROUTES
        if route.startswith("GET") and route not in NEVER_ENDS
        and SECRET in (await ask(client, route, edition, submission_id=submission, file_id=file)).text
    ]


@pytest.mark.parametrize("who", [w for w in WHO if w != "maker"])
@pytest.mark.parametrize("state", ["draft", "withdrawn", "not released"])
async def test_an_unreleased_title_is_in_no_answer_to_others(client, who: str, state: str) -> None:
    edition, people, submission, file = await a_world(
        status="submitted" if state == "not released" else state,
        file="ready" if state == "not released" else "released",
    )
    await sign_in(client, people[who])

    assert await telling(client, edition, submission, file) == []


@pytest.mark.parametrize("who", ["recused reviewer", "reviewer elsewhere", "chair elsewhere"])
async def test_a_film_out_of_scope_is_in_no_answer_to_its_committee(client, who: str) -> None:
    edition, people, submission, file = await a_world(pending="accepted")
    await announced_by(client, people["chair"], edition, submission)
    await sign_in(client, people[who])

    assert await telling(client, edition, submission, file) == []


async def announced_by(client, chair, edition, submission: str) -> str:
    await sign_in(client, chair)
    answer = await client.post(f"/api/v1/{edition.slug}/announcements", json={"submissions": [submission]})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.mark.parametrize("who", ["reviewer", "chair elsewhere", "maker", "programmer"])
async def test_a_batch_is_released_only_by_who_may_decide_its_films(client, who: str) -> None:
    edition, people, submission, _ = await a_world(pending="accepted")
    batch = await announced_by(client, people["chair"], edition, submission)
    await sign_in(client, people[who])

    answer = await client.post(f"/api/v1/{edition.slug}/announcements/{batch}/release")

    assert answer.status_code in {403, 404}
    assert await Submission.exists().where((Submission.id == submission) & (Submission.status == "submitted"))


async def test_the_secret_is_told_to_its_maker_else_these_tests_look_at_nothing(client) -> None:
    edition, people, submission, file = await a_world(status="draft", file="ready")
    await sign_in(client, people["maker"])

    telling = {
        route for route in ROUTES
        if route.startswith("GET") and route not in NEVER_ENDS
        and SECRET in (await ask(client, route, edition, submission_id=submission, file_id=file)).text
    }

    assert {"GET /api/v1/{edition}/submissions", "GET /{lang}/{edition}/submissions"} <= telling


@pytest.mark.parametrize("pending", ["accepted", "waitlisted", "declined"])
async def test_a_decision_not_announced_changes_nothing_that_the_maker_reads(client, pending: str) -> None:
    edition, people, submission, file = await a_world()
    await sign_in(client, people["maker"])
    routes = [r for r in ROUTES if r.startswith("GET") and "submissions" in r and "committee" not in r]

    async def read() -> dict[str, str]:
        return {r: (await ask(client, r, edition, submission_id=submission, file_id=file)).text
                for r in routes}

    before = await read()
    await Submission.update({Submission.pending: pending}).where(Submission.id == submission)
    await sign_in(client, people["chair"])
    note = await client.post(f"/api/v1/{edition.slug}/committee/submissions/{submission}/regret",
                             json={"note": "Décidé en réunion."})
    await announced_by(client, people["chair"], edition, submission)
    await sign_in(client, people["maker"])
    after = await read()

    assert note.status_code == 204
    assert {r: without_tokens(t) for r, t in after.items()} == {
        r: without_tokens(t) for r, t in before.items()
    }


def without_tokens(text: str) -> str:
    """The same page for another session: only the proofs of its forms differ."""
    return re.sub(r'[0-9a-f]{64}|name="_once"\s+value="[^"]+"', "", text)


async def test_a_lost_part_closes_the_door_in_the_same_session(client) -> None:
    from festival import people as verbs

    edition, people, _, file = await a_world()
    await sign_in(client, people["reviewer"])
    place = f"/api/v1/{edition.slug}/files/{file}/screener/main.m3u8"
    before = (await client.get(place)).status_code

    await verbs.revoke(people["reviewer"], Role.REVIEWER, edition=edition, by=people["operator"])

    assert (before, (await client.get(place)).status_code) == (200, 404)


async def test_stepping_aside_ends_the_film_in_the_middle_of_a_sentence(client) -> None:
    edition, people, submission, file = await a_world()
    await sign_in(client, people["reviewer"])
    place = f"/api/v1/{edition.slug}/files/{file}/screener/main.m3u8"
    before = (await client.get(place)).status_code

    await client.post(f"/api/v1/{edition.slug}/committee/submissions/{submission}/recusal",
                      json={"reason": "A friend's film."})

    assert (before, (await client.get(place)).status_code) == (200, 404)


async def test_others_opinions_stay_hidden_until_ones_own_is_given(client) -> None:
    edition, people, submission, _ = await a_world()
    opinion = "La plus belle fin de l'année"
    place = f"/api/v1/{edition.slug}/committee/submissions/{submission}"
    sheet = {"writing": 4, "image": 4, "sound": 4, "space": 4, "opinion": opinion}
    await sign_in(client, people["chair"])
    given = await client.put(f"{place}/review", json={"give": True, "sheet": sheet})
    await sign_in(client, people["reviewer"])

    before = (await client.get(place)).text
    own = await client.put(f"{place}/review", json={"give": True, "sheet": {**sheet, "opinion": "Oui, et pour longtemps."}})
    after = (await client.get(place)).text

    assert (given.status_code, own.status_code) == (200, 200)
    assert (opinion in before, opinion in after) == (False, True)


@pytest.mark.parametrize("scopes", [["committee"], ["programme"], ["operate"]])
async def test_a_key_opens_only_its_scope_though_its_owner_may_more(client, scopes: list[str]) -> None:
    from festival import people as verbs

    edition, people, submission, file = await a_world()
    maker = people["maker"]
    key = await verbs.new_token_for(maker, edition=edition, name="test", scopes=set(scopes))
    client.headers["authorization"] = f"Bearer {key}"
    routes = [r for r in [*MEMBERS_ONLY, *BYTES, "GET /api/v1/{edition}/submissions"]
              if r.startswith("GET")]

    telling = [
        route for route in routes
        if (await ask(client, route, edition, submission_id=submission, file_id=file)).status_code == 200
        and (SECRET in (told := (await ask(client, route, edition, submission_id=submission, file_id=file)).text)
             or "published" in told)
    ]

    assert telling == []


async def test_a_browser_that_another_site_sent_changes_nothing(client) -> None:
    edition, people, submission, _ = await a_world()
    await sign_in(client, people["maker"])
    del client.headers["x-csrf-token"]

    answer = await client.post(f"/fr/{edition.slug}/submissions/{submission}/withdrawal",
                               data={}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert await Submission.exists().where((Submission.id == submission) & (Submission.status == "submitted"))


def test_the_committee_is_reviewers_and_chairs() -> None:
    assert {Role.REVIEWER, Role.CHAIR} == COMMITTEE


async def test_the_page_of_components_is_a_thing_of_development(app, client) -> None:
    edition = await an_edition()
    place = f"/fr/{edition.slug}/components"
    shown = await client.get(place)
    app.state.settings, kept = msgspec.structs.replace(app.state.settings, mode="production"), app.state.settings
    try:
        hidden = await client.get(place)
    finally:
        app.state.settings = kept

    assert shown.status_code == 200
    assert hidden.status_code == 404
