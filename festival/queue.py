"""Names of tasks and the queue each waits in; no Celery below the workers."""

QUEUES = {
    "look_early": "fast",
    "inspect_film": "fast",
    "make_screener": "heavy",
    "encode_part": "heavy",
    "encode_sound": "heavy",
    "join_screener": "heavy",
    "make_mezzanine": "heavy",
    "send_letter": "letters",
    "tell_of_letters": "letters",
    "tell_of_departure": "letters",
    "tell_of_lengths": "letters",
    "plan_grid": "plans",
    "sweep_uploads": "control",
    "sweep_rows": "control",
}

WORKERS = {
    "fast": ("fast",),
    "letters": ("control", "letters"),
    "plans": ("plans",),
    "heavy": ("heavy",),
}
"""Which worker listens to which queues: an optimisation of ten minutes holds up no letter."""


def queue_of(task: str) -> str:
    """A name that no worker knows is a mistake of ours: it must fail before the act commits."""
    return QUEUES[task]
