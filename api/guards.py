"""Who may come into a room, whichever of its doors they take."""

from api.auth import in_person, needs, needs_part, proved_lately, signed_in
from festival.access import Act

MAKER = [signed_in()]
COMMITTEE = [needs(Act.SEE_QUEUE, scope="committee")]
CHAIR = [needs(Act.SEE_BOARD, scope="committee")]
SEE = [needs(Act.SEE_GRID, scope="programme")]
PLAN = [needs(Act.PLAN, scope="programme")]
PUBLISH = [needs(Act.PUBLISH, scope="programme")]
OPERATOR = [needs(Act.OPERATE, scope="operate")]
OPERATOR_PROVED = [*OPERATOR, proved_lately()]
IN_PERSON_PROVED = [in_person(), proved_lately()]
TEAM = [needs_part(Act.SEE_TEAM)]
SHEETS = [needs_part(Act.SET_SHEETS)]
FILMS = [needs_part(Act.CORRECT_FILMS)]
TAKE = [needs_part(Act.TAKE_SITE)]
LIVE = [needs_part(Act.RUN_DAYS)]
