"""The key that a token-signing authorizer trusts."""

import base64
import pathlib
import subprocess
import tempfile


class SigningKey:
    """An RSA key and signatures, both made by OpenSSL's command."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.key = pathlib.Path(self.folder.name) / "key.pem"
        self._openssl("genrsa", "-out", str(self.key), "2048")
        self.public = self._openssl("rsa", "-in", str(self.key), "-pubout").decode()

    @staticmethod
    def _openssl(*words, **more) -> bytes:
        return subprocess.run(["openssl", *words], check=True, capture_output=True, **more).stdout

    def sign(self, token: str) -> str:
        signature = self._openssl("dgst", "-sha256", "-sign", str(self.key), input=token.encode())
        return base64.b64encode(signature).decode()
