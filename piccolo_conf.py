"""Where Piccolo finds the database and the five packages that keep something in it."""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

DB = PostgresEngine(config={"dsn": os.environ.get("DATABASE_URL", "")}, log_queries=False)

APP_REGISTRY = AppRegistry(
    apps=[
        "festival.piccolo_app",
        "submissions.piccolo_app",
        "reviews.piccolo_app",
        "screenings.piccolo_app",
        "keeping.piccolo_app",
    ]
)
