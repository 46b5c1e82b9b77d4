"""An HTTP service that a test stands in for."""

import http.server
import json
import ssl
import threading


class Service(http.server.ThreadingHTTPServer):
    """Answers as a test says, and remembers what it was asked."""
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https" if context else "http"
        self.asked: list[tuple[str, dict, bytes]] = []
        self.clients: set[tuple] = set()
        # Of the event (bytes where it is no JSON), or of the path where there is none: status,
        # body, and headers if any.
        self.answer = lambda event: (404, b"")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        pass  # a client may go at any time


def event_of(body: bytes):
    try:
        return json.loads(body)
    except ValueError:
        return body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.server.clients.add(self.client_address)
        status, answer, *headers = self.server.answer(event_of(body) if body else self.path)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass
