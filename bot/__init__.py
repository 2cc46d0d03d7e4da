"""Postbote."""
