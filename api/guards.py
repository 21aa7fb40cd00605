"""Who may come into a room, whichever of its doors they take."""

from api.auth import needs, needs_part, signed_in
from festival.access import Act

MAKER = [signed_in()]
COMMITTEE = [needs(Act.SEE_QUEUE, scope="committee")]
CHAIR = [needs(Act.SEE_BOARD, scope="committee")]
SEE = [needs(Act.SEE_GRID, scope="programme")]
PLAN = [needs(Act.PLAN, scope="programme")]
PUBLISH = [needs(Act.PUBLISH, scope="programme")]
OPERATOR = [needs(Act.OPERATE, scope="operate")]
TEAM = [needs_part(Act.SEE_TEAM)]
SHEETS = [needs_part(Act.SET_SHEETS)]
