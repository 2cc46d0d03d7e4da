"""Command line: a module for each group of commands, and how answers look in a terminal or as JSON lines."""
