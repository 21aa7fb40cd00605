"""Which store the settings mean: one disk, or a bucket.

python -m submissions.store     asks whether it is there and ours, and says what to mend
"""

import sys
from functools import cache

from festival.settings import Settings, Unsafe
from media.bucket import Bucket, BucketStore
from media.storage import BadStorageSettings, LocalStore, StorageUnavailable, Store


@cache
def store_of(settings: Settings) -> Store:
    """One for each process and its settings: connections are kept open."""
    if settings.storage == "local":
        return LocalStore(settings.media_root)
    return BucketStore(
        settings.media_root,
        Bucket(
            name=settings.s3_bucket,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            may_keep_versions=settings.s3_keeps_versions,
        ),
    )


def main() -> int:
    try:
        store_of(Settings.read()).check()
    except (Unsafe, BadStorageSettings, StorageUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
