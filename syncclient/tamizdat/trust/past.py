"""Metadata of earlier versions, which a tree keeps for readers who are in the middle of a sync."""

from collections.abc import Mapping

from tuf.api.metadata import Metadata, Root  # pyright: ignore[reportPrivateImportUsage]

from tamizdat.errors import FormatError, ThresholdError
from tamizdat.trust.metadata import READERS
from tamizdat.trust.updater import no_idle_signatures, role_of, verifies


def check_past(path: str, data: bytes, roots: Mapping[int, bytes]) -> None:
    """That `data` is what some of the trusted `roots` let its role sign, whenever that was.

    Raises: FormatError, ThresholdError.
    """
    role = role_of(path)
    if role not in READERS:
        raise FormatError("is no metadata file", path=path)
    READERS[role](data, path)
    known = tuple(Metadata[Root].from_bytes(root).signed for root in roots.values())
    if not any(verifies(root, role, data) for root in known):
        raise ThresholdError(role=role)
    no_idle_signatures(role, data, known, path)
