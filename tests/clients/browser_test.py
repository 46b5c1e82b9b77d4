#!/usr/bin/python3
"""MQTT.js in Chromium, over WebSocket with TLS: the browser trusts the server's authority as a user
makes it trust one, and the page comes from an origin of its own. Needs `npm ci` in this folder.

usage: browser_test.py GATEHOUSE [TESTS]"""

import http.server
import json
import os
import pathlib
import queue
import signal
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from client_test import HERE, NOT_AUTHORIZED_5, AuthorizerTest
from device import PASSWORD, WAIT_SECONDS

V311, V5 = 4, 5
FILES = {"/": HERE / "browser_page.html",
         "/mqtt.min.js": HERE / "node_modules/mqtt/dist/mqtt.min.js"}
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-quic", "--no-first-run", "--disable-gpu")


class Pages:
    """Serves the page, and takes what it tells."""

    def __init__(self):
        self.events: queue.Queue = queue.Queue()
        events = self.events

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = FILES.get(urllib.parse.urlsplit(self.path).path)
                self.send_response(200 if path else 404)
                self.end_headers()
                if path:
                    self.wfile.write(path.read_bytes())

            def do_POST(self):
                events.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """Chromium with one page, which trusts an authority."""

    def __init__(self, ca: str, url: str):
        self.home = tempfile.TemporaryDirectory(prefix="gatehouse-browser-",
                                                ignore_cleanup_errors=True)
        trusted = pathlib.Path(self.home.name) / ".pki/nssdb"
        trusted.mkdir(parents=True)
        for words in (["-N", "--empty-password"], ["-A", "-n", "local", "-t", "C,,", "-i", ca]):
            subprocess.run(["certutil", "-d", f"sql:{trusted}", *words], check=True,
                           stdin=subprocess.DEVNULL, capture_output=True)
        self.errors = open(pathlib.Path(self.home.name) / "stderr", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["/usr/bin/chromium", "--headless", "--no-sandbox", "--enable-logging=stderr", *QUIET,
             f"--user-data-dir={self.home.name}/profile", url],
            stdout=subprocess.DEVNULL, stderr=self.errors, start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": self.home.name})

    def console(self) -> str:
        self.errors.flush()
        text = pathlib.Path(self.errors.name).read_text(encoding="utf-8", errors="replace")
        return "\n".join(line for line in text.splitlines() if "CONSOLE" in line)

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)  # with its helpers, which outlive it otherwise
        self.process.wait()
        self.errors.close()
        self.home.cleanup()


class Chromium:
    def page(self, client_id: str, version: int, path: str = "/mqtt", password: str = PASSWORD,
             username: str = "alice?x-amz-customauthorizer-name=AutoCustom"):
        """A function that awaits one kind of event of the page."""
        pages = Pages()
        self.addCleanup(pages.close)
        url = pages.url + "?" + urllib.parse.urlencode({
            "url": f"wss://localhost:{self.server.ready['https']}{path}", "version": version,
            "clientId": client_id, "username": username, "password": password,
            "topic": f"lab/{client_id}"})
        browser = Browser(self.server.ready["ca"], url)
        self.addCleanup(browser.close)

        def expect(kind: str) -> dict:
            seen = []
            while True:
                try:
                    seen.append(pages.events.get(timeout=WAIT_SECONDS))
                except queue.Empty:
                    raise AssertionError(f"no {kind}; seen: {seen}\n{browser.console()}") from None
                if seen[-1]["event"] == kind:
                    return seen[-1]
        return expect

    def test_round_trip(self):
        ways = {"user": {}, "query": {"path": "/mqtt?x-amz-customauthorizer-name=AutoCustom",
                                      "username": "alice"}}
        for way, how in ways.items():
            for version in (V311, V5):
                with self.subTest(way=way, version=version):
                    name = f"browser-{way}-{version}"
                    expect = self.page(name, version, **how)
                    self.assertEqual(expect("connack")["code"], 0)
                    self.assertEqual(expect("subscribe")["codes"], [1])
                    message = expect("message")
                    self.assertEqual((message["topic"], message["size"], message["first"]),
                                     (f"lab/{name}", 100_000, ord("x")))
                    expect("close")
                    ended = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                    self.assertEqual(ended["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")

    def test_wrong_password(self):
        expect = self.page("browser-wrong", V5, password="guess")
        self.assertEqual(expect("connack")["code"], NOT_AUTHORIZED_5)
        expect("close")
        self.assert_denied_record("browser-wrong")


class Aws(Chromium, AuthorizerTest):
    pass


class AwsStrict(Chromium, AuthorizerTest):
    flags = ("--profile", "aws-strict")


if __name__ == "__main__":
    unittest.main(verbosity=2)
