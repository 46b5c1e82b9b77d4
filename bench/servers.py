"""The servers that are compared, each on free ports of its own, and the API calls they need."""

import base64
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from pathlib import Path

USER = "bench"
PASSWORD = "correct-horse"
AUTHORIZER = "Bench"

# Three statements, as a device of the bars has them, which name the client. User "own" gets a
# condition besides, so that its policies are compiled for each connection.
HANDLER = """
import base64, json

ARN = "arn:aws:iot:us-east-1:000000000000:"

def policy_of(client_id, own):
    statements = [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{ARN}client/{client_id}"},
        {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
         "Resource": [f"{ARN}topic/bench/*", f"{ARN}topic/{client_id}/*"]},
        {"Effect": "Allow", "Action": "iot:Subscribe",
         "Resource": [f"{ARN}topicfilter/bench/*", f"{ARN}topicfilter/{client_id}/*"]}]
    if own:
        statements[0]["Condition"] = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    return json.dumps({"Version": "2012-10-17", "Statement": statements})

def lambda_handler(event, context):
    mqtt = event["protocolData"]["mqtt"]
    return {"isAuthenticated": base64.b64decode(mqtt["password"]) == b"%s",
            "principalId": "bench",
            "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 86400,
            "policyDocuments": [policy_of(mqtt["clientId"], mqtt["username"].startswith("own"))]}
""" % PASSWORD

# The same three statements for users of the password file.
PASSWORD_FILE_POLICY = """
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:Connect",
   "Resource": "arn:aws:iot:*:*:client/${iot:ClientId}"},
  {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
   "Resource": ["arn:aws:iot:*:*:topic/bench/*", "arn:aws:iot:*:*:topic/${iot:ClientId}/*"]},
  {"Effect": "Allow", "Action": "iot:Subscribe",
   "Resource": ["arn:aws:iot:*:*:topicfilter/bench/*",
                "arn:aws:iot:*:*:topicfilter/${iot:ClientId}/*"]}]}
"""


class Server:
    """A process that listens. `ports` maps a door's name to its port."""

    def __init__(self, name, command, log, environment=None):
        self.name = name
        self.log = open(log, "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log,
                                        stdin=subprocess.DEVNULL,
                                        env={**os.environ, **(environment or {})})
        self.ports = {}
        self.login = []

    @property
    def pid(self):
        return self.process.pid

    def read_ports(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} did not start, see {self.log.name}")
        self.ports = json.loads(line)
        return self

    def stop(self):
        if self.process.stdout.closed:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


class Bench:
    """Starts servers in a scratch directory, with one certificate for all."""

    def __init__(self, programs, scratch):
        self.programs = Path(programs)
        self.scratch = Path(scratch)
        self.servers = []
        self.password_file_login = ["--user", USER, "--password", PASSWORD]
        self.make_certificates()
        self.make_password_file()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for server in self.servers:
            server.stop()

    def make_certificates(self):
        """P-256 under a P-256 CA, as the server issues them to itself: for servers and clients."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.scratch, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench CA")
        for name in ("localhost", "client"):
            openssl("req", "-new", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr",
                    "-subj", f"/CN={name}")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                    "-CAcreateserial", "-out", f"{name}.pem")
        self.authority = self.scratch / "ca.pem"
        self.certificate = self.scratch / "localhost.pem"
        self.key = self.scratch / "localhost.key"
        # Words for the load generator: one certificate for all clients, or a new one for each.
        self.client_certificate = ("--certificate", self.scratch / "client.pem",
                                   "--key", self.scratch / "client.key")
        self.client_authority = ("--certificate", self.authority, "--key", self.scratch / "ca.key",
                                 "--authority", 1)

    def make_password_file(self):
        """For the authorizer that needs no function. A password that was right is remembered, so
        that the cost of its hash is paid once."""
        self.users, self.policies = self.scratch / "users", self.scratch / "policies"
        subprocess.run([self.programs / "gatehouse", "passwd", self.users, USER],
                       input=PASSWORD.encode(), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.policies.mkdir()
        (self.policies / "default.json").write_text(PASSWORD_FILE_POLICY)

    def start(self, name, command, environment=None):
        log = self.scratch / f"{len(self.servers)}.log"
        self.servers.append(Server(name, command, log, environment))
        return self.servers[-1]

    def relay(self):
        command = [self.programs / "bench_relay", self.certificate, self.key]
        server = self.start("relay", command).read_ports()
        server.ports["tls"] = server.ports["mqtts"]
        return server

    def accept(self):
        command = [self.programs / "bench_accept", self.certificate, self.key, self.authority]
        server = self.start("accept", command).read_ports()
        server.ports["tls"] = server.ports["mqtts"]
        return server

    def mosquitto(self):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        passwords = self.scratch / "passwords"
        if not passwords.exists():
            # The cheaper of its two hashes: it checks the password at each connect.
            subprocess.run(["mosquitto_passwd", "-H", "sha512", "-b", "-c", passwords, USER,
                            PASSWORD], check=True)
        plain, tls, mutual = free_port(), free_port(), free_port()
        configuration = self.scratch / "mosquitto.conf"
        configuration.write_text(
            f"per_listener_settings false\nallow_anonymous true\npassword_file {passwords}\n"
            f"persistence false\nlog_type error\nmax_inflight_messages 100\n"
            + ("user root\n" if os.getuid() == 0 else "")
            + f"listener {plain} 127.0.0.1\n"
            f"listener {tls} 127.0.0.1\ncertfile {self.certificate}\nkeyfile {self.key}\n"
            f"listener {mutual} 127.0.0.1\ncertfile {self.certificate}\nkeyfile {self.key}\n"
            f"cafile {self.authority}\nrequire_certificate true\n")
        server = self.start("mosquitto", [program, "-c", configuration])
        wait_for_port(mutual, server.process)
        server.ports = {"mqtt": plain, "tls": tls, "mtls": mutual}
        server.login = self.password_file_login
        return server

    def start_gatehouse(self, profile="open", more=(), environment=None, signatures="any"):
        directory = self.scratch / f"data-{len(self.servers)}"
        command = [self.programs / "gatehouse", "serve", "--data-dir", directory,
                   "--profile", profile, "--allow-anonymous", "--api-auth", signatures,
                   "--password-file-users", self.users,
                   "--password-file-policies", self.policies, *more]
        for door in ("mqtt", "mqtts", "https", "https-mtls", "api"):
            command += [f"--{door}-port", "0"]
        server = self.start(f"gatehouse {profile}", command, environment).read_ports()
        server.ports["tls"] = server.ports["https"]
        server.ports["mtls"] = server.ports["mqtts"]
        return server

    def gatehouse(self, profile="open", more=(), environment=None):
        """With a custom authorizer whose function is warm. Clients without credentials get in
        too, so that connects with and without the authorizer can be told apart."""
        server = self.start_gatehouse(profile, more, environment)
        make_authorizer(server.ports["api"])
        server.login = login_of(USER)
        return server

    def gatehouse_with_allocations(self):
        """And the file that holds how many allocations it has made."""
        file = self.scratch / "allocations"
        library = self.programs / "bench_allocations.so"
        return self.gatehouse(environment={"LD_PRELOAD": str(library),
                                           "BENCH_ALLOCATIONS": str(file)}), file

    def stored(self, sessions, messages, payload_bytes):
        """A messages.db with so much in it."""
        file = self.scratch / f"messages-{messages}.db"
        words = [self.programs / "bench_fill", file, sessions, messages, payload_bytes]
        subprocess.run([str(word) for word in words], check=True)
        return file

    def registry(self, things, key):
        """A server with so many things, and a root user with this access key."""
        directory = self.scratch / f"data-{len(self.servers)}"
        directory.mkdir(mode=0o700)
        words = [self.programs / "bench_fill_things", directory / "gatehouse.db", things]
        subprocess.run([str(word) for word in words], check=True)
        return self.start_gatehouse(signatures="sigv4", environment={
            "GATEHOUSE_ROOT_ACCESS_KEY_ID": key[0], "GATEHOUSE_ROOT_SECRET_ACCESS_KEY": key[1]})

    def restored(self, file):
        """A server that starts with a copy of a messages.db, and the seconds until it was ready."""
        directory = self.scratch / f"data-{len(self.servers)}"
        directory.mkdir(mode=0o700)
        shutil.copy(file, directory / "messages.db")
        began = time.monotonic()
        server = self.start_gatehouse()
        return server, time.monotonic() - began


def resident_bytes(server):
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def login_of(user):
    return ["--user", f"{user}?x-amz-customauthorizer-name={AUTHORIZER}", "--password", PASSWORD]


def call(port, service, method, path, body):
    """One request to the API of a server that takes any signature."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    credential = f"000000000000/20260101/us-east-1/{service}/aws4_request"
    connection.request(method, path, json.dumps(body), {
        "Content-Type": "application/json",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, "
                         f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}"})
    response = connection.getresponse()
    answer = response.read().decode()
    connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{method} {path}: {response.status} {answer}")
    return json.loads(answer or "{}")


def make_authorizer(api_port):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("lambda_function.py", HANDLER)
    function = call(api_port, "lambda", "POST", "/2015-03-31/functions", {
        "FunctionName": "bench", "Runtime": "python3.11",
        "Handler": "lambda_function.lambda_handler",
        "Role": "arn:aws:iam::000000000000:role/bench",
        "Code": {"ZipFile": base64.b64encode(package.getvalue()).decode()}})
    authorizer = call(api_port, "iot", "POST", f"/authorizer/{AUTHORIZER}", {
        "authorizerFunctionArn": function["FunctionArn"], "signingDisabled": True,
        "status": "ACTIVE"})
    call(api_port, "lambda", "POST", "/2015-03-31/functions/bench/policy", {
        "StatementId": "iot", "Action": "lambda:InvokeFunction",
        "Principal": "iot.amazonaws.com", "SourceArn": authorizer["authorizerArn"]})
