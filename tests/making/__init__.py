"""The golden vectors, kind by kind: what `tests/regenerate.py` writes into `tests/vectors/`.

Every verdict is said here by hand and none is asked of the implementation, so that they are worth something to another
one. Only what an implementation can't disagree about (digests, signatures, plain tar) is computed.
"""
