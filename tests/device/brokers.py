"""Brokers that the device commands are tested against: Debian's mosquitto with TLS and a password
file, and one that gives a fixed answer to every CONNECT."""

import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading


def make_certificates(folder: pathlib.Path) -> None:
    """ca.crt, and server.crt/.key for localhost, 127.0.0.1 and ::1, but not for 127.0.0.2."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-keyout", "ca.key", "-out", "ca.crt",
            "-subj", "/CN=device tests")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-days", "2", "-out", "server.crt", "-extfile", "names")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]

# Debian puts it where only root looks.
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


class Mosquitto:
    """A broker with the user alice (password secret), who may read and write test/#."""

    def __init__(self, folder: pathlib.Path):
        self.plain, self.tls = free_port(), free_port()
        passwords = folder / "passwords"
        passwords.write_text("alice:secret\n")
        subprocess.run(["mosquitto_passwd", "-U", passwords], check=True, capture_output=True)
        (folder / "rights").write_text("user alice\ntopic readwrite test/#\n")
        self._settings = folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""  # the folder is private
        self._settings.write_text(
            f"{user}listener {self.plain} 127.0.0.1\nlistener {self.tls} 0.0.0.0\n"
            f"cafile {folder}/ca.crt\ncertfile {folder}/server.crt\n"
            f"keyfile {folder}/server.key\npassword_file {passwords}\n"
            f"acl_file {folder}/rights\nallow_anonymous false\n")
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([MOSQUITTO, "-c", self._settings],
                                         stderr=subprocess.PIPE, text=True)
        for line in self._process.stderr:
            if " running" in line:
                break
        else:
            raise RuntimeError("mosquitto did not start")
        threading.Thread(target=self._process.stderr.read, daemon=True).start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()


class FixedAnswer:
    """Speaks TLS, offers ALPN "mqtt", answers each CONNECT with the same bytes and hangs up; if
    it stays, only once the client has said something more or goes."""

    def __init__(self, folder: pathlib.Path, answer: bytes, host: str = "127.0.0.1",
                 stays: bool = False):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "server.crt", folder / "server.key")
        self._context.set_alpn_protocols(["mqtt"])
        self._context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._answer, self._stays = answer, stays
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self.names, self.alpn, self.connects = [], [], []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, self._context.wrap_socket(connection, server_side=True) as stream:
                self.alpn.append(stream.selected_alpn_protocol())
                self.connects.append(stream.recv(65536))
                stream.sendall(self._answer)
                if self._stays:
                    stream.recv(65536)

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def refusing_connack(code: int, reason: str) -> bytes:
    """A CONNACK of MQTT 5 with a reason string."""
    text = reason.encode()
    properties = b"\x1f" + len(text).to_bytes(2, "big") + text
    body = bytes([0, code, len(properties)]) + properties
    return bytes([0x20, len(body)]) + body
