"""Bounds of values that shapes of more than one room have."""

from typing import Annotated

from msgspec import Meta

Email = Annotated[str, Meta(max_length=254)]
Id = Annotated[str, Meta(max_length=32)]
VersionNumber = Annotated[int, Meta(ge=1, le=10**9)]
SeenVersion = Annotated[int, Meta(ge=0, le=10**9)]  # 0: there was none yet
