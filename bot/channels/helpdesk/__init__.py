"""Shared parts of the helpdesk channels (RT, Zammad): base class, HTTP client, webhook route, poller, doctor lines.

Not a channel itself: it has no `open_channel`.
"""
