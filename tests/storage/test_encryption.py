"""Encryption: keys are derived from a secret for one purpose, and what an earlier version encrypted stays readable."""

import pytest

from bot.storage.encryption import InvalidToken, to_fernet

# Written by the version before the derivation had a module of its own
WRITTEN = [
    (
        "a workspace's token",
        "33fea0113f5b1",
        "slack installations",
        b"gAAAAABrCahKiPAz8JU5Br4i3tsgjPFLVqR4OUWFgiLaezMrj3fQdf6q33dS73vHpXhKQ_pa2yjS12Qcvty3tvTIXgkodygqg21hnrhgwp5huz9PMvi"
        b"--Ew=",
        b'{"token": "xoxb-old"}',
    ),
    (
        "a dashboard session",
        "a long admin token",
        "dashboard session",
        b"gAAAAABrCahK2kZurHYyNYi7VtkTtSnWhPuAbtVLqtQ2oFzuR0GEh0f_Wq2viedNhGWSQ-9S5ohjE2Ki6osVb1O9YnGRVlahvA==",
        b'{"form": "abc"}',
    ),
]


@pytest.mark.parametrize(
    ("secret", "purpose", "encrypted", "text"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN]
)
def test_what_an_earlier_version_encrypted_can_be_decrypted(
    secret: str, purpose: str, encrypted: bytes, text: bytes
) -> None:
    assert to_fernet(secret, purpose).decrypt(encrypted) == text


@pytest.mark.parametrize(("secret", "purpose"), [("another", "a"), ("one", "b")])
def test_another_secret_or_another_purpose_decrypts_nothing(secret: str, purpose: str) -> None:
    encrypted = to_fernet("one", "a").encrypt(b"text")
    assert to_fernet("one", "a").decrypt(encrypted) == b"text"
    with pytest.raises(InvalidToken):
        to_fernet(secret, purpose).decrypt(encrypted)
