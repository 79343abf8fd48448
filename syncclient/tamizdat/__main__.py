"""`python -m tamizdat` is `tamizdat`."""

from tamizdat.cli import main

main()
