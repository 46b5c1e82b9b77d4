#!/usr/bin/python3
"""Certificates that their issuer revoked: lists that `openssl ca` makes, put into the folder that
the server reads, while devices are connected.

usage: revocation_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

from client_test import GATEHOUSE, HERE, ClientTest

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402

ALLOW = json.dumps({"Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]})
CONFIGURATION = """
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_crl_days = 1
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid:always
"""


class Revocation(ClientTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-revocation-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.lists = cls.folder / "lists"
        cls.lists.mkdir()
        cls.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/O=Factory/CN=Devices", "-days", "30",
                    "-keyout", "ca.key", "-out", "ca.pem")
        (cls.folder / "ca.cnf").write_text(CONFIGURATION)
        (cls.folder / "index.txt").write_text("")
        (cls.folder / "crlnumber").write_text("01\n")
        (cls.lists / "devices-ca.pem").write_text((cls.folder / "ca.pem").read_text())
        cls.flags = ("--tls-revocation-lists", str(cls.lists))
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.iot = cls.server.api("iot")
        cls.iot.create_policy(policyName="All", policyDocument=ALLOW)

    @classmethod
    def openssl(cls, *arguments: str):
        subprocess.run(["openssl", *arguments], cwd=cls.folder, check=True, capture_output=True)

    def registered(self, name: str) -> None:
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-out", f"{name}.pem")
        made = self.iot.register_certificate_without_ca(
            certificatePem=(self.folder / f"{name}.pem").read_text(), status="ACTIVE")
        self.iot.attach_policy(policyName="All", target=made["certificateArn"])

    def revoke(self, name: str) -> None:
        self.openssl("ca", "-config", "ca.cnf", "-revoke", f"{name}.pem",
                     "-crl_reason", "keyCompromise")

    def write_list(self) -> None:
        self.openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "lists/devices.crl")

    def connect(self, name: str) -> tuple[ssl.SSLSocket, int]:
        """The connection, and the code of its CONNACK."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        plain = socket.create_connection(("127.0.0.1", self.server.ready["mqtts"]), 30)
        stream = context.wrap_socket(plain, server_hostname="localhost")
        self.addCleanup(stream.close)
        stream.sendall(wire.connect(wire.V5, name))
        return stream, stream.recv(1024)[3]

    def test_revoked_ones_are_thrown_out_and_stay_out(self):
        for name in ("lamp", "pump"):
            self.registered(name)
        self.write_list()
        self.reread()
        self.server.wait_for_record(eventType="Server.Notice", reason="REVOCATION_LISTS")
        lamp, code = self.connect("lamp")
        self.assertEqual(code, 0)
        pump, code = self.connect("pump")
        self.assertEqual(code, 0)
        self.revoke("lamp")
        self.write_list()
        self.reread()
        told = lamp.recv(1024)
        self.assertEqual((told[0] >> 4, told[2]), (wire.DISCONNECT, 0x87))
        self.assertEqual(self.connect("lamp")[1], 0x87)
        record = self.server.wait_for_record(eventType="Connection.AuthNError", clientId="lamp")
        self.assertEqual(record["reason"], "DEVICE_CERTIFICATE_REVOKED")
        self.assertIn("on the revocation list of its issuer, CN=Devices,O=Factory",
                      record["details"])
        self.assertIn("(keyCompromise)", record["details"])
        pump.sendall(bytes([wire.PINGREQ << 4, 0]))
        self.assertEqual(pump.recv(2)[0] >> 4, wire.PINGRESP)

    def test_what_cannot_be_read_changes_nothing(self):
        self.registered("fan")
        self.revoke("fan")
        self.write_list()
        self.reread()
        broken = self.lists / "broken.crl"
        broken.write_text("nothing of the kind")
        self.addCleanup(broken.unlink)
        self.reread()
        record = self.server.wait_for_record(eventType="Server.Notice",
                                             reason="REVOCATION_LISTS_NOT_READ")
        self.assertIn("broken.crl: neither a revocation list", record["details"])
        self.assertEqual(self.connect("fan")[1], 0x87)

    def test_a_start_without_what_was_asked_for(self):
        with tempfile.TemporaryDirectory(prefix="gatehouse-revocation-") as data:
            ended = subprocess.run(
                [GATEHOUSE, "serve", "--data-dir", data + "/data", "--mqtt-port", "0",
                 "--mqtts-port", "0", "--https-port", "0", "--https-mtls-port", "0", "--api-port",
                 "0", "--tls-revocation-lists", data + "/nothing"],
                capture_output=True, text=True, timeout=60)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("/nothing", ended.stderr)


if __name__ == "__main__":
    unittest.main()
