"""Postbote: a support bot that answers from a mail hoster's FAQ, and declines what the FAQ does not cover."""

import os

# NumPy's products are small here: to share them out, cores would wait for each other more than they multiply. Read when
# NumPy is imported first, so it stands where everything begins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
