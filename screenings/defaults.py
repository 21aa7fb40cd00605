"""What programmes, screens, juries and plans are until somebody says otherwise: as the planner's model has it.

Tables, forms and pages read it here; what is no default (names, seats, minutes) is left blank.
"""

from screenings.planner.model import JuryPanel, Problem, Programme, ProjectionCrew, Screen

PROGRAMME = Programme(id="", title="", section="", film_minutes=0)
SCREEN = Screen(id="", name="", seats=0, hours=[])
JURY = JuryPanel(id="", name="", programmes=[])
CREW = ProjectionCrew(id="", name="", screens=[])
PROBLEM = Problem(days=1, screens=[], programmes=[])
