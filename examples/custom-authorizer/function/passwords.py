"""Password records: made once, checked at every connect.

    scrypt$N$R$P$SALT$HASH    for passwords that people choose: guessing them is made expensive
    sha256$SALT$HASH          for secrets of 256 random bits: nobody guesses those, so one hash does

Salt and hash are base64. N is scrypt's cost, a power of two; R and P are its block size and
parallelism (RFC 7914).
"""

import base64
import hashlib
import hmac
import secrets

# About 50 ms of CPU and 16 MiB a check: what scrypt's author gives for logins that someone waits
# for. Twice the cost, twice the time, for an attacker with your table as for you.
DEFAULT_COST = 2**14
BLOCK_SIZE = 8
PARALLELISM = 1
# A record must not be able to use up the function's memory: 2**18 takes 256 MiB.
COST_MAX = 2**18


def _scrypt(password: bytes, salt: bytes, cost: int, block_size: int, parallelism: int) -> bytes:
    memory = 128 * block_size * (cost + parallelism + 2)
    return hashlib.scrypt(password, salt=salt, n=cost, r=block_size, p=parallelism, dklen=32,
                          maxmem=memory)


def hash_password(password: bytes, cost: int = DEFAULT_COST) -> str:
    """The record of a password that somebody chose."""
    if cost < 2 or cost > COST_MAX or cost & (cost - 1):
        raise ValueError(f"the cost is a power of two from 2 to {COST_MAX}")
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, cost, BLOCK_SIZE, PARALLELISM)
    return f"scrypt${cost}${BLOCK_SIZE}${PARALLELISM}${_text(salt)}${_text(digest)}"


def make_secret():
    """A new random secret, and its record."""
    secret = secrets.token_urlsafe(32)
    salt = secrets.token_bytes(16)
    digest = hashlib.sha256(salt + secret.encode()).digest()
    return secret, f"sha256${_text(salt)}${_text(digest)}"


def matches(password: bytes, record: str) -> bool:
    """Whether the record was made from this password. Takes as long for a wrong one as for the
    right one. ValueError for a record that is none."""
    scheme, *fields = record.split("$")
    if scheme == "scrypt" and len(fields) == 5:
        cost, block_size, parallelism = (int(field) for field in fields[:3])
        if cost > COST_MAX:
            raise ValueError(f"a cost over {COST_MAX}")
        salt, expected = _bytes(fields[3]), _bytes(fields[4])
        found = _scrypt(password, salt, cost, block_size, parallelism)
    elif scheme == "sha256" and len(fields) == 2:
        salt, expected = _bytes(fields[0]), _bytes(fields[1])
        found = hashlib.sha256(salt + password).digest()
    else:
        raise ValueError(f"no password record: {scheme}")
    return hmac.compare_digest(found, expected)


def cost_of(record: str) -> int:
    """For comparing records by the time that a check takes."""
    scheme, *fields = record.split("$")
    return int(fields[0]) * int(fields[1]) * int(fields[2]) if scheme == "scrypt" else 1


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
