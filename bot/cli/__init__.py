"""Command line output: answers as text for a terminal, or as JSON lines for programs."""
