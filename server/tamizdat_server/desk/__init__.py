"""The desk: who may do what in a newsroom from outside (tokens), what waits to be done (jobs), who did what (log)."""
