"""Commands that join `tamizdat` through the entry point group `tamizdat.commands`."""
