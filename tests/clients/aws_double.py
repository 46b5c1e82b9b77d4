"""A double of services that speak AWS's protocols: it keeps what it is asked, byte for byte, and
proves each signature with botocore's own signer."""

import hashlib
import http.server
import threading

import botocore.auth
import botocore.awsrequest
import botocore.credentials


class Asked:
    """One request as it came."""

    def __init__(self, handler, body: bytes):
        self.method = handler.command
        self.path = handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = body
        self.service = ""  # that its signature is for

    def prove(self, keys: botocore.credentials.Credentials, region: str) -> str:
        """What is wrong with the signature; "" where nothing is."""
        fields = dict(part.strip().split("=", 1) for part in
                      self.headers.get("authorization", "").partition(" ")[2].split(","))
        access_key, date, signed_region, self.service, _ = fields["Credential"].split("/")
        if access_key != keys.access_key or signed_region != region:
            return f"signed by {access_key} for {signed_region}"
        if self.headers.get("x-amz-security-token") != keys.token:
            return "another session token"
        kind = botocore.auth.S3SigV4Auth if self.service == "s3" else botocore.auth.SigV4Auth
        request = botocore.awsrequest.AWSRequest(
            self.method, f"http://{self.headers['host']}{self.path}", data=self.body,
            headers={name: self.headers[name] for name in fields["SignedHeaders"].split(";")})
        stamp = self.headers["x-amz-date"]
        request.context["timestamp"] = stamp
        signer = kind(keys, self.service, region)
        right = signer.signature(
            signer.string_to_sign(request, signer.canonical_request(request)), request)
        if not stamp.startswith(date) or fields["Signature"] != right:
            return "the signature does not match"
        declared = self.headers.get("x-amz-content-sha256")
        if declared not in (None, hashlib.sha256(self.body).hexdigest()):
            return "another body"
        return "" if "content-type" in fields["SignedHeaders"] else "the content type is not signed"


class AwsDouble(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, keys: botocore.credentials.Credentials, region: str):
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys = keys
        self.region = region
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, bytes]] = []  # at the end, 200 and an empty object
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def of(self, service: str) -> list[Asked]:
        return [asked for asked in list(self.asked) if asked.service == service]

    def handle_error(self, request, client_address):
        pass  # a client may go at any time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = Asked(self, self.rfile.read(int(self.headers["Content-Length"] or 0)))
        problem = asked.prove(self.server.keys, self.server.region)
        status, answer = (self.server.answers.pop(0) if self.server.answers else (200, b"{}"))
        if problem:
            status, answer = 403, problem.encode()
        self.server.asked.append(asked)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PUT = do_POST

    def log_message(self, *_):
        pass
