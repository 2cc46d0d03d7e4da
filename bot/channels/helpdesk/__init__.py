"""What the channels of helpdesks share: a client that talks to one host alone, signed hooks, and looking again and
again.
"""
