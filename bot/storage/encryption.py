"""Encryption of small secrets at rest and of session cookies: Fernet with derived keys
(cryptography.io/en/latest/fernet).
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["InvalidToken", "to_fernet"]


def to_fernet(secret: str, purpose: str) -> Fernet:
    """Cipher whose key is derived from `secret` by HKDF (RFC 5869).

    `secret`: a high-entropy secret of the configuration; no slow hash is needed for one. `purpose`: a constant such as
    "dashboard session"; the same secret gives another key for each purpose. A changed purpose makes everything that
    was encrypted before unreadable. Decryption raises InvalidToken for what another key encrypted.
    """
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"postbote {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(hkdf.derive(secret.encode())))
