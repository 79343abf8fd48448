"""The newsroom's keys: making them, signing with them, changing them, and saying how they stand."""

from tamizdat_server.keys.signer import KeyRing, Signer, create_keys

__all__ = ["KeyRing", "Signer", "create_keys"]
