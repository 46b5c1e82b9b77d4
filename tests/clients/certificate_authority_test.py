#!/usr/bin/python3
"""Authorities of one's own by boto3 and openssl: registering them, and their devices, by hand and
just in time; and certificates that go from one account to another.

usage: certificate_authority_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

import botocore.exceptions

from client_test import HERE, ClientTest
from gatehouse_server import wait_until

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402

OTHER = "210987654321"
ALLOW = json.dumps({"Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]})


class Authority(ClientTest):
    """A CA of openssl's in a folder of its own."""
    flags = ("--tenancy", "multi", "--api-auth", "any")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-authority-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.iot = self.server.api("iot")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-subj", f"/O=Factory/CN={self._testMethodName}", "-days", "30",
                     "-keyout", "ca.key", "-out", "ca.pem")

    def openssl(self, *arguments: str):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name: str, common_name: str) -> str:
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", f"/CN={common_name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-out", f"{name}.pem")
        return self.pem(name)

    def pem(self, name: str) -> str:
        return (self.folder / f"{name}.pem").read_text()

    def register(self, **more) -> str:
        code = self.iot.get_registration_code()["registrationCode"]
        return self.iot.register_ca_certificate(
            caCertificate=self.pem("ca"), verificationCertificate=self.issue("proof", code),
            **more)["certificateId"]

    def permit(self, arn: str, iot=None):
        iot = iot or self.iot
        name = f"All-{self._testMethodName}"
        iot.create_policy(policyName=name, policyDocument=ALLOW)
        iot.attach_policy(policyName=name, target=arn)

    def connect(self, name: str, server_name: str | None = "localhost", chain: bool = False) -> int:
        """The CONNACK's code; a server name of None: no SNI."""
        certificate = self.folder / f"{name}.pem"
        if chain:
            certificate = self.folder / "chain.crt"
            certificate.write_text(self.pem(name) + self.pem("ca"))
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.check_hostname = server_name is not None
        context.load_cert_chain(certificate, self.folder / f"{name}.key")
        stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtts"]), 30)
        with context.wrap_socket(stream, server_hostname=server_name) as over_tls:
            over_tls.sendall(wire.connect(wire.V311, name))
            return over_tls.recv(4)[3]

    def assert_refused(self, exception: str, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], exception)


class CaCertificates(Authority):
    def test_by_hand(self):
        iot, device = self.iot, self.issue("lamp", "lamp")
        self.assert_refused("CertificateValidationException", iot.register_certificate,
                            certificatePem=device)
        ca = self.register(tags=[{"Key": "line", "Value": "7"}])
        self.assert_refused("CertificateStateException", iot.register_certificate,
                            certificatePem=device, caCertificatePem=self.pem("ca"))
        iot.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        made = iot.register_certificate(certificatePem=device, caCertificatePem=self.pem("ca"),
                                        status="ACTIVE")
        self.permit(made["certificateArn"])
        self.assertEqual(self.connect("lamp"), 0)
        self.assertEqual([each["certificateId"] for each in
                          iot.list_certificates_by_ca(caCertificateId=ca)["certificates"]],
                         [made["certificateId"]])
        iot.update_ca_certificate(certificateId=ca, newStatus="INACTIVE")
        self.assertEqual(self.connect("lamp"), 0, "what is registered stays good")
        self.assertIn(ca, [each["certificateId"] for each in
                           iot.list_ca_certificates()["certificates"]])
        described = iot.describe_ca_certificate(certificateId=ca)["certificateDescription"]
        self.assertEqual((described["status"], described["autoRegistrationStatus"]),
                         ("INACTIVE", "DISABLE"))
        iot.delete_ca_certificate(certificateId=ca)
        self.assert_refused("ResourceNotFoundException", iot.describe_ca_certificate,
                            certificateId=ca)

    def test_a_proof_of_something_else(self):
        self.iot.get_registration_code()
        self.assert_refused("RegistrationCodeValidationException", self.iot.register_ca_certificate,
                            caCertificate=self.pem("ca"),
                            verificationCertificate=self.issue("proof", "somebody"))
        self.iot.delete_registration_code()
        self.assert_refused("InvalidRequestException", self.iot.register_ca_certificate,
                            caCertificate=self.pem("ca"), certificateMode="SNI_ONLY",
                            verificationCertificate=self.pem("proof"))

    def test_just_in_time(self):
        ca = self.register(setAsActive=True, allowAutoRegistration=True)
        topic = f"$aws/events/certificates/registered/{ca}"
        keys = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / "watcher.pem").write_text(keys["certificatePem"])
        (self.folder / "watcher.key").write_text(keys["keyPair"]["PrivateKey"])
        self.permit(keys["certificateArn"])
        watcher = subprocess.Popen(
            ["mosquitto_sub", "-h", "localhost", "-p", str(self.server.ready["mqtts"]),
             "--cafile", self.server.ready["ca"], "--cert", self.folder / "watcher.pem",
             "--key", self.folder / "watcher.key", "-i", "watcher", "-t", topic, "-q", "1",
             "-C", "1", "-W", "60"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(watcher.wait)
        self.addCleanup(watcher.kill)
        self.server.wait_for_record(clientId="watcher", eventType="Subscribe")
        self.issue("lamp", "lamp")
        self.assertNotEqual(self.connect("lamp", chain=True), 0)
        event = json.loads(watcher.communicate(timeout=60)[0])
        registered = self.iot.list_certificates_by_ca(caCertificateId=ca)["certificates"]
        self.assertEqual([each["status"] for each in registered], ["PENDING_ACTIVATION"])
        self.assertEqual(event["certificateId"], registered[0]["certificateId"])
        self.assertEqual(event["caCertificateId"], ca)
        self.assertEqual(event["certificateStatus"], "PENDING_ACTIVATION")
        self.assertEqual(event["awsAccountId"], "000000000000")
        self.assertIsInstance(event["timestamp"], int)
        self.assertIsInstance(event["certificateRegistrationTimestamp"], str)
        self.iot.update_certificate(certificateId=event["certificateId"], newStatus="ACTIVE")
        self.iot.attach_policy(policyName=f"All-{self._testMethodName}",
                               target=registered[0]["certificateArn"])
        self.assertEqual(self.connect("lamp"), 0)

    def test_sni_only(self):
        self.iot.register_ca_certificate(caCertificate=self.pem("ca"), certificateMode="SNI_ONLY",
                                         setAsActive=True)
        made = self.iot.register_certificate(certificatePem=self.issue("lamp", "lamp"),
                                             status="ACTIVE")
        self.permit(made["certificateArn"])
        self.assertEqual(self.connect("lamp"), 0)
        self.assertNotEqual(self.connect("lamp", server_name=None), 0)
        record = self.server.wait_for_record(eventType="Connection.AuthNError",
                                             reason="SNI_MISUSED")
        self.assertIn(made["certificateId"], record["details"])


class Transfers(Authority):
    def test_accepted(self):
        theirs = self.server.api("iot", OTHER)
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        certificate = {"certificateId": made["certificateId"]}
        self.assert_refused("CertificateStateException", self.iot.transfer_certificate,
                            targetAwsAccount=OTHER, **certificate)
        self.iot.update_certificate(newStatus="INACTIVE", **certificate)
        self.permit(made["certificateArn"])
        self.assert_refused("TransferConflictException", self.iot.transfer_certificate,
                            targetAwsAccount=OTHER, **certificate)
        self.iot.detach_policy(policyName=f"All-{self._testMethodName}",
                               target=made["certificateArn"])
        self.iot.transfer_certificate(targetAwsAccount=OTHER, transferMessage="yours",
                                      **certificate)
        outgoing = self.iot.list_outgoing_certificates()["outgoingCertificates"]
        self.assertEqual([(each["certificateId"], each["transferredTo"], each["transferMessage"])
                          for each in outgoing], [(made["certificateId"], OTHER, "yours")])
        pending = [each for each in theirs.list_certificates()["certificates"]
                   if each["status"] == "PENDING_TRANSFER"]
        self.assertEqual([each["certificateId"] for each in pending], [made["certificateId"]])
        theirs.accept_certificate_transfer(setAsActive=True, **certificate)
        described = theirs.describe_certificate(**certificate)["certificateDescription"]
        self.assertEqual((described["status"], described["ownedBy"], described["previousOwnedBy"]),
                         ("ACTIVE", OTHER, "000000000000"))
        self.assertEqual(described["transferData"]["transferMessage"], "yours")
        self.assertIn("acceptDate", described["transferData"])
        self.assert_refused("ResourceNotFoundException", self.iot.describe_certificate,
                            **certificate)
        self.assert_refused("TransferAlreadyCompletedException",
                            self.iot.cancel_certificate_transfer, **certificate)
        # And so does the device.
        (self.folder / "lamp.pem").write_text(made["certificatePem"])
        (self.folder / "lamp.key").write_text(made["keyPair"]["PrivateKey"])
        self.permit(described["certificateArn"], theirs)
        endpoint = theirs.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        wait_until(lambda: self.connect("lamp", endpoint) == 0, "the other account's device")
        self.assertNotEqual(self.connect("lamp"), 0)

    def test_rejected_and_cancelled(self):
        theirs = self.server.api("iot", OTHER)
        made = self.iot.create_keys_and_certificate()
        certificate = {"certificateId": made["certificateId"]}
        self.iot.transfer_certificate(targetAwsAccount=OTHER, **certificate)
        theirs.reject_certificate_transfer(rejectReason="not ours", **certificate)
        described = self.iot.describe_certificate(**certificate)["certificateDescription"]
        self.assertEqual((described["status"], described["transferData"]["rejectReason"]),
                         ("INACTIVE", "not ours"))
        self.iot.transfer_certificate(targetAwsAccount=OTHER, **certificate)
        self.iot.cancel_certificate_transfer(**certificate)
        self.assert_refused("ResourceNotFoundException", theirs.accept_certificate_transfer,
                            **certificate)
        self.assertEqual(self.iot.list_outgoing_certificates()["outgoingCertificates"], [])


class Strict(Authority):
    """Developer Guide, "Protocols, port mappings, and authentication"."""
    flags = ("--profile", "aws-strict", "--endpoint", "localhost")

    def test_no_certificate_over_websocket(self):
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / "lamp.pem").write_text(made["certificatePem"])
        (self.folder / "lamp.key").write_text(made["keyPair"]["PrivateKey"])
        self.permit(made["certificateArn"])
        self.assertEqual(self.connect("lamp"), 0)
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(self.folder / "lamp.pem", self.folder / "lamp.key")
        stream = socket.create_connection(("127.0.0.1", self.server.ready["https_mtls"]), 30)
        with context.wrap_socket(stream, server_hostname="localhost") as over_tls:
            over_tls.sendall(
                b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                b"\r\n")
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += over_tls.recv(1024)
            packet = wire.connect(wire.V311, "lamp-ws")
            over_tls.sendall(b"\x82" + bytes([0x80 | len(packet)]) + b"\0\0\0\0" + packet)
            record = self.server.wait_for_record(eventType="Connect", clientId="lamp-ws",
                                                 status="Failure")
        self.assertIn("takes no client certificate over WebSocket", record["explanation"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
