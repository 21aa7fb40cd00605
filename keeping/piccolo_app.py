"""What Piccolo must know of this package."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="keeping",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(["keeping.tables"], exclude_imported=True),
    migration_dependencies=[
        "festival.piccolo_app",
        "submissions.piccolo_app",
        "reviews.piccolo_app",
        "screenings.piccolo_app",
    ],
    commands=[],
)
