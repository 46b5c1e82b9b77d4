#!/usr/bin/python3
"""What OCSP responders say of a domain configuration's certificate, stapled in handshakes.

usage: ocsp_stapling_test.py GATEHOUSE [TESTS]"""

import base64
import http.server
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from client_test import ClientTest, make_function
from domain_test import CUSTOMERS, openssl
from newer_models import newer

FUNCTION = """
import base64, json, os
def lambda_handler(event, context):
    print("asked", len(base64.b64decode(event, validate=True)) > 0)
    return json.loads(os.environ["ANSWER"])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Authority:
    """A CA with an OCSP responder, and a server's certificate that names it."""

    def __init__(self, folder: pathlib.Path, responder: str | None):
        self.folder = folder
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Customer CA",
                "-days", "9", "-keyout", "ca.key", "-out", "ca.pem", cwd=folder)
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=iot", "-keyout", "server.key",
                "-out", "server.csr", cwd=folder)
        extensions = f"subjectAltName=DNS:{CUSTOMERS}\n"
        if responder:
            extensions += f"authorityInfoAccess=OCSP;URI:{responder}\n"
        (folder / "extensions").write_text(extensions)
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-set_serial", "0x1234", "-days", "9", "-extfile", "extensions",
                "-out", "server.pem", cwd=folder)
        self.tell("V")

    def tell(self, status: str) -> None:
        """What the responder knows of the certificate."""
        revoked = "260101000000Z" if status == "R" else ""
        (self.folder / "index.txt").write_text(
            f"{status}\t400101000000Z\t{revoked}\t1234\tunknown\t/CN=iot\n")

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def response(self, signer: str = "ca") -> str:
        """One that was made before, base64."""
        openssl("ocsp", "-issuer", "ca.pem", "-cert", "server.pem", "-no_nonce", "-reqout",
                "request.der", cwd=self.folder)
        openssl("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", f"{signer}.pem",
                "-rkey", f"{signer}.key", "-reqin", "request.der", "-respout", "response.der",
                "-ndays", "1", cwd=self.folder)
        return base64.b64encode(self.read("response.der")).decode()


class OcspTest(ClientTest):
    @classmethod
    def prepare(cls):
        cls.iot, cls.acm = newer(cls.server.api("iot")), cls.server.api("acm")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-ocsp-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.port = free_port()

    def responder(self, authority: Authority, signer: str = "ca") -> None:
        process = subprocess.Popen(
            ["openssl", "ocsp", "-index", "index.txt", "-port", str(self.port), "-CA", "ca.pem",
             "-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key", "-nmin", "5"],
            cwd=authority.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        # A connection without a request would keep it from all others.
        self.assertIn("ACCEPT", process.stdout.readline())

    def http(self, status: int, body: bytes) -> None:
        """Something else in the responder's place."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def authority(self, responder: bool = True) -> Authority:
        return Authority(self.folder, f"http://127.0.0.1:{self.port}/ocsp" if responder else None)

    def imported(self, authority: Authority, chain: bool = True) -> str:
        more = {"CertificateChain": authority.read("ca.pem")} if chain else {}
        return self.acm.import_certificate(Certificate=authority.read("server.pem"),
                                           PrivateKey=authority.read("server.key"),
                                           **more)["CertificateArn"]

    def domain(self, name: str, arns: list[str], **config) -> str:
        made = self.iot.create_domain_configuration(
            domainConfigurationName=name, domainName=CUSTOMERS, serverCertificateArns=arns,
            serverCertificateConfig={"enableOCSPCheck": True} | config)
        self.addCleanup(self.remove, name)
        return made["domainConfigurationArn"]

    def remove(self, name: str) -> None:
        self.iot.update_domain_configuration(domainConfigurationName=name,
                                             domainConfigurationStatus="DISABLED")
        self.iot.delete_domain_configuration(domainConfigurationName=name)

    def status(self, host: str = CUSTOMERS, *more: str) -> str:
        """What openssl says of the handshake's staple."""
        ended = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.ready['mqtts']}",
             "-servername", host, "-status", "-CAfile", str(self.folder / "ca.pem"),
             "-verify_return_error", *more],
            input="", capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("Verify return code: 0 (ok)", ended.stdout, ended.stderr)
        return ended.stdout

    def record(self, name: str, **members: str) -> dict:
        return self.server.wait_for_record(eventType="RetrieveOCSPStapleData",
                                           domainConfigName=name, **members)

    def assert_not_stapled(self) -> None:
        self.assertIn("OCSP response: no response sent", self.status())


class Responder(OcspTest):
    def test_its_answer_is_stapled(self):
        authority = self.authority()
        self.responder(authority)
        self.domain("good", [self.imported(authority)])
        record = self.record("good")
        self.assertEqual((record["status"], record["logLevel"]), ("Success", "INFO"))
        self.assertEqual(record["connectionDetails"],
                         {"ocspResponderUri": f"http://127.0.0.1:{self.port}/ocsp",
                          "httpStatusCode": "200"})
        self.assertEqual(record["ocspRequestDetails"], {"requestCertId": "1234"})
        told = record["ocspResponseDetails"]
        self.assertEqual((told["responseStatus"], told["certStatus"]), ("successful", "good"))
        self.assertLess(told["thisUpdateTime"], told["nextUpdateTime"])
        for version in ("-tls1_2", "-tls1_3"):
            self.assertIn("Cert Status: good", self.status(CUSTOMERS, version))
        # Nothing is stapled where nothing is said, and a change of something else keeps it.
        self.assertIn("no response sent", subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.ready['mqtts']}",
             "-servername", "localhost", "-status"], input="", capture_output=True, text=True,
            timeout=60, check=False).stdout)
        self.iot.update_domain_configuration(domainConfigurationName="good",
                                             authenticationType="AWS_X509")
        self.assertIn("Cert Status: good", self.status())
        self.assertEqual(len(self.server.log_records(eventType="RetrieveOCSPStapleData",
                                                     domainConfigName="good")), 1)
        self.iot.update_domain_configuration(domainConfigurationName="good",
                                             serverCertificateConfig={"enableOCSPCheck": False})
        self.assert_not_stapled()

    def test_clients_are_told_of_a_revoked_certificate(self):
        authority = self.authority()
        authority.tell("R")
        self.responder(authority)
        self.domain("revoked", [self.imported(authority)])
        self.assertEqual(self.record("revoked")["ocspResponseDetails"]["certStatus"], "revoked")
        self.assertIn("Cert Status: revoked", self.status())

    def test_one_that_comes_later(self):
        authority = self.authority()
        self.domain("late", [self.imported(authority)])
        record = self.record("late")
        self.assertEqual((record["status"], record["logLevel"], record["reason"]),
                         ("Failure", "ERROR", "OCSP_RESPONDER_UNAVAILABLE"))
        self.assert_not_stapled()
        self.responder(authority)
        self.record("late", status="Success")
        self.assertIn("Cert Status: good", self.status())

    def test_what_others_sign_is_not_stapled(self):
        authority = self.authority()
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Customer CA",
                "-days", "9", "-keyout", "other.key", "-out", "other.pem", cwd=self.folder)
        self.responder(authority, "other")
        self.domain("forged", [self.imported(authority)])
        record = self.record("forged")
        self.assertEqual(record["reason"], "OCSP_RESPONSE_INVALID")
        self.assertIn("signed neither by the certificate's issuer", record["details"])
        self.assert_not_stapled()

    def test_what_is_no_answer(self):
        for name, status, body, reason in (
                ("large", 200, b"x" * 5000, "OCSP_RESPONSE_TOO_LARGE"),
                ("broken", 200, b"hello", "OCSP_RESPONSE_INVALID"),
                ("failing", 500, b"", "OCSP_RESPONDER_UNAVAILABLE")):
            with self.subTest(name):
                self.port = free_port()
                self.http(status, body)
                self.domain(name, [self.imported(self.authority())])
                self.assertEqual(self.record(name)["reason"], reason)
                self.assert_not_stapled()
                self.doCleanups()
                self.setUp()

    def test_one_that_is_silent_holds_up_nobody(self):
        authority = self.authority()
        with socket.create_server(("127.0.0.1", self.port)):
            self.domain("silent", [self.imported(authority)])
            self.assert_not_stapled()
            self.assertEqual(self.record("silent")["reason"], "OCSP_RESPONDER_TIMEOUT")

    def test_a_server_that_stops_does_not_wait_for_it(self):
        authority = self.authority()
        with socket.create_server(("127.0.0.1", self.port)) as silent:
            self.domain("stopped", [self.imported(authority)])
            asked, _ = silent.accept()
            with asked:
                began = time.monotonic()
                self.assertEqual(self.server.terminate(), 0)
                self.assertLess(time.monotonic() - began, 8, "a question may take 10 s")
            self.server.start()
            type(self).prepare()

    def test_nobody_to_ask(self):
        authority = self.authority(responder=False)
        self.domain("nobody", [self.imported(authority)])
        self.assertIn("names no OCSP responder", self.record("nobody")["details"])
        self.assert_not_stapled()

    def test_an_issuer_that_is_not_in_the_chain(self):
        self.domain("orphan", [self.imported(self.authority(), chain=False)])
        self.assertIn("does not hold the certificate of its issuer",
                      self.record("orphan")["details"])


class Function(OcspTest):
    flags = ("--profile", "aws-strict")

    def function(self, name: str, answer) -> str:
        return make_function(self.server, name, FUNCTION,
                             Environment={"Variables": {"ANSWER": json.dumps(answer)}})

    def permit(self, name: str, domain_arn: str) -> None:
        self.server.api("lambda").add_permission(
            FunctionName=name, StatementId="iot", Action="lambda:InvokeFunction",
            Principal="iot.amazonaws.com", SourceArn=domain_arn.rpartition("/")[0] + "/*")

    def test_it_answers_for_a_responder(self):
        authority = self.authority(responder=False)
        function = self.function("ocsp", authority.response())
        arn = self.domain("private", [self.imported(authority)], ocspLambdaArn=function)
        record = self.record("private")
        self.assertIn("does not permit iot.amazonaws.com to invoke it", record["details"])
        self.permit("ocsp", arn)
        record = self.record("private", status="Success")
        self.assertEqual(record["connectionDetails"], {"ocspResponderUri": function})
        self.assertIn("Cert Status: good", self.status())

    def test_an_authorized_responder_signs(self):
        authority = self.authority(responder=False)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Responder",
                "-days", "9", "-keyout", "signer.key", "-out", "signer.pem", cwd=self.folder)
        signer = self.acm.import_certificate(Certificate=authority.read("signer.pem"),
                                             PrivateKey=authority.read("signer.key"))
        self.permit("signed", self.domain(
            "signed", [self.imported(authority)],
            ocspLambdaArn=self.function("signed", authority.response("signer")),
            ocspAuthorizedResponderArn=signer["CertificateArn"]))
        self.record("signed", status="Success")
        self.assertIn("Cert Status: good", self.status())

    def test_an_answer_that_is_none(self):
        authority = self.authority(responder=False)
        self.permit("odd", self.domain("odd", [self.imported(authority)],
                                       ocspLambdaArn=self.function("odd", {"status": "good"})))
        self.assertIn("has to answer a text",
                      self.record("odd", reason="OCSP_RESPONSE_INVALID")["details"])
        self.assert_not_stapled()


if __name__ == "__main__":
    unittest.main(verbosity=2)
