"""The planner at work: a compiled instance, a schedule under way, and the walk that betters it."""
