"""The four roles of a publication's metadata: root, and what it vouches for."""

from typing import Final, Literal, get_args

Role = Literal["root", "targets", "snapshot", "timestamp"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
