"""Persons to keyed pseudonyms. The text that tells a person goes in here and comes out nowhere."""

import hmac
import os
import unicodedata
from hashlib import sha256
from pathlib import Path

from dotenv import dotenv_values

from monitor import settings
from monitor.errors import UserError
from monitor.importers.cells import folded

VARIABLE = "MONITOR_PSEUDONYM_KEY"
SHORTEST = 32  # bytes: a shorter secret can be guessed, and with it every name on a list of names
_HEX_DIGITS = 32  # 128 bits: no two persons share a pseudonym


class Pseudonyms:
    """Under one secret, a person has one pseudonym in each force; without the secret, none can be traced."""

    def __init__(self, secret: bytes, force: str, unknown: tuple[str, ...] = ()) -> None:
        self._secret = hmac.new(secret, force.encode(), sha256).digest()
        self._unknown = {"", *map(_plain, unknown)}

    def of(self, parts: list[str]) -> str | None:
        """None where nobody is named. Case, accents' form and spaces do not tell persons apart."""
        plain = [_plain(part) for part in parts]
        if all(part in self._unknown for part in plain):
            return None
        return hmac.new(self._secret, "\x1f".join(plain).encode(), sha256).hexdigest()[:_HEX_DIGITS]


def _plain(part: str) -> str:
    return folded(unicodedata.normalize("NFKC", part))


def read_secret(key_file: Path | None) -> bytes:
    """The secret of the key file, else of MONITOR_PSEUDONYM_KEY. Raises UserError where it is missing or short."""
    secret, source = _given(key_file)
    if not secret:
        raise UserError(
            f"The mapping turns persons into pseudonyms, which takes a secret: set {VARIABLE} or give --key-file"
            " (make one with: openssl rand -hex 32)."
        )
    if len(secret) < SHORTEST:
        raise UserError(f"The secret in {source} has {len(secret)} bytes; it needs at least {SHORTEST}.")
    return secret


def _given(key_file: Path | None) -> tuple[bytes, str]:
    if key_file is not None:
        try:
            return key_file.read_bytes().strip(), str(key_file)
        except OSError as error:
            raise UserError(f"The key file {key_file} cannot be read: {error.strerror}.") from None
    return (os.environ.get(VARIABLE) or dotenv_values(settings.ENV_FILE).get(VARIABLE) or "").strip().encode(), VARIABLE
