"""Contracts: protocols and values that channels, dialogue, tickets and the durable worker share.

So none of them imports another.
"""
