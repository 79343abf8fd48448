"""The newsroom's keys: making them, signing with them, changing them, and saying how they stand.

The changes that write to a publication are in `tamizdat_server.keys.operations`.
"""

from tamizdat_server.keys.signer import KeyRing, Signer, create_keys
from tamizdat_server.keys.status import KeysStatus, status

__all__ = ["KeyRing", "KeysStatus", "Signer", "create_keys", "status"]
