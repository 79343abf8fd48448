"""Which points of the curve prove anything. docs/format.md, section 11.2, and docs/adr/0019.

Implementations of Ed25519 differ about keys and signatures that nobody makes by accident. What they differ about is
refused, so that a state that one reader accepts is accepted by all.
"""

from typing import Final

_PRIME: Final = 2**255 - 19
_EIGHTH: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER: Final = frozenset((0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH))
"""The y of every point whose order divides 8."""


def is_sound(digits: str) -> bool:
    """Whether these hexadecimal digits begin with a point as RFC 8032 writes it, and not with one of small order."""
    y = int.from_bytes(bytes.fromhex(digits[:64]), "little") & (2**255 - 1)
    return y < _PRIME and y not in _SMALL_ORDER
