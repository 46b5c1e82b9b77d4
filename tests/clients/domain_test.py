#!/usr/bin/python3
"""Domain configurations: host names of an account's own, what is shown and who is let in there.

usage: domain_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import unittest

from botocore.exceptions import ClientError

from client_test import (NOT_AUTHORIZED_5, ClientTest, make_authorizer, make_function,
                         permit_iot, wait_until, zipped)
from device import PASSWORD, V5
from newer_models import newer

OTHER = "111122223333"
CUSTOMERS = "iot.customer.test"
SOURCE = """
import base64, json, os
PASSWORD = b"open sesame"
def lambda_handler(event, context):
    data = event["protocolData"]
    tls = data.get("tls", {})
    print("asked as", os.environ["NAME"], "by", tls.get("serverName"), tls.get("principalId"),
          "PEM" if "x509CertificatePem" in tls else "no certificate")
    answer = {"isAuthenticated": True, "principalId": os.environ["NAME"],
              "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 300}
    allow = lambda *actions: {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    if "principalId" in tls:
        named = data["mqtt"]["username"].partition("?")[0]
        answer["principalId"] = tls["principalId"] if named != "impostor" else "somebody"
        if named == "more":
            answer["policyDocuments"] = [allow("iot:Subscribe", "iot:Receive")]
        return answer
    answer["policyDocuments"] = [allow("iot:*")]
    password = base64.b64decode(data.get("mqtt", {}).get("password", ""))
    token = data.get("http", {}).get("headers", {}).get("token", "")
    return answer if PASSWORD in (password, token.encode()) else {"isAuthenticated": False}
"""


def openssl(*words: str, cwd: pathlib.Path) -> None:
    subprocess.run(["openssl", *words], cwd=cwd, check=True, capture_output=True)


class CustomersAuthority:
    """A CA of the customer's, and a certificate of its for some names."""

    def __init__(self, folder: pathlib.Path, names: str):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Customer CA",
                "-days", "9", "-keyout", "ca.key", "-out", "ca.pem", cwd=folder)
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=iot", "-keyout", "server.key",
                "-out", "server.csr", cwd=folder)
        (folder / "names").write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "9", "-extfile", "names", "-out", "server.pem",
                cwd=folder)
        self.ca = str(folder / "ca.pem")
        self.certificate = (folder / "server.pem").read_bytes()
        self.key = (folder / "server.key").read_bytes()


class DomainTest(ClientTest):
    flags = ("--tenancy", "multi", "--api-auth", "any")

    @classmethod
    def prepare(cls):
        cls.iot = newer(cls.server.api("iot"))
        cls.acm = cls.server.api("acm")
        for name in ("Gate", "Second"):
            arn = make_function(cls.server, name, SOURCE, Environment={"Variables": {"NAME": name}})
            permit_iot(cls.server, name)
            make_authorizer(cls.server, name, arn)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-domain-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def domain(self, name: str, iot=None, **how) -> str:
        """A configuration for NAME.localhost, unless it is for another; its domain name."""
        domain_name = how.pop("domainName", f"{name.lower()}.localhost")
        (iot or self.iot).create_domain_configuration(domainConfigurationName=name,
                                                      domainName=domain_name, **how)
        self.addCleanup(lambda: self.remove(name, iot or self.iot))  # of a restarted server, too
        return domain_name

    @staticmethod
    def remove(name: str, iot) -> None:
        iot.update_domain_configuration(domainConfigurationName=name,
                                        domainConfigurationStatus="DISABLED")
        iot.delete_domain_configuration(domainConfigurationName=name)

    def imported(self, names: str = f"DNS:{CUSTOMERS}") -> tuple[str, CustomersAuthority]:
        authority = CustomersAuthority(self.folder, names)
        arn = self.acm.import_certificate(Certificate=authority.certificate,
                                          PrivateKey=authority.key)["CertificateArn"]
        return arn, authority

    def shown(self, server_name: str, port: str = "mqtts", ca: str | None = None,
              version: ssl.TLSVersion | None = None) -> dict:
        """The certificate that is shown, once it was verified."""
        context = ssl.create_default_context(cafile=ca or self.server.ready["ca"])
        if version:
            context.maximum_version = version
        stream = socket.create_connection(("127.0.0.1", self.server.ready[port]), 30)
        with context.wrap_socket(stream, server_hostname=server_name) as over_tls:
            return over_tls.getpeercert()

    def refused(self, client_id: str, **how) -> dict:
        """The record of a device that is not let in."""
        device = self.device(client_id, protocol=V5, **how)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        return self.server.wait_for_record(clientId=client_id, eventType="Connection.AuthNError")

    def connection(self, port: str, asked: str | None, certificate=None,
                   version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
        """By TLS; `asked`: the server name, if any is sent."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.check_hostname = False
        if certificate:
            context.load_cert_chain(*certificate)
        if version:
            context.maximum_version = version
        stream = socket.create_connection(("127.0.0.1", self.server.ready[port]), 30)
        over_tls = context.wrap_socket(stream, server_hostname=asked)
        self.addCleanup(over_tls.close)
        return over_tls

    @staticmethod
    def published(over_tls: ssl.SSLSocket, host: str, token: str) -> int:
        """The status of one more publish on a connection."""
        over_tls.sendall((f"POST /topics/lab HTTP/1.1\r\nHost: {host}\r\ntoken: {token}\r\n"
                          "Content-Length: 2\r\n\r\nhi").encode())
        return int(over_tls.recv(8192).split()[1])

    @staticmethod
    def upgraded(stream: socket.socket, host: str) -> int:
        """The status of a request for MQTT over WebSocket."""
        stream.sendall((f"GET /mqtt HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Protocol: mqtt\r\n\r\n").encode())
        return int(stream.recv(8192).split()[1])

    def posted(self, host: str, port: str, token: str, sni: bool = True, *,
               asked: str | None = None, **how) -> int:
        """The status of a publish by a host name that need not resolve."""
        name = (asked or host) if sni else None
        return self.published(self.connection(port, name, **how), host, token)

    def trace_of(self, client_id: str) -> str:
        return self.server.gatehouse("authorizer", "trace", "--client-id", client_id,
                                     check=False).stdout


class Life(DomainTest):
    """What the API does, in the order in which Terraform asks."""

    def test_a_life_as_terraform_leads_it(self):
        arn, _ = self.imported()
        detail = self.acm.describe_certificate(CertificateArn=arn)["Certificate"]
        self.assertEqual((detail["Type"], detail["Status"], detail["InUseBy"]),
                         ("IMPORTED", "ISSUED", []))
        self.acm.list_tags_for_certificate(CertificateArn=arn)
        made = self.iot.create_domain_configuration(
            domainConfigurationName="Fleet", domainName=CUSTOMERS, serviceType="DATA",
            serverCertificateArns=[arn], tags=[{"Key": "team", "Value": "a"}],
            authorizerConfig={"defaultAuthorizerName": "Gate", "allowAuthorizerOverride": False},
            tlsConfig={"securityPolicy": "IoTSecurityPolicy_TLS13_1_3_2022_10"},
            authenticationType="CUSTOM_AUTH", applicationProtocol="SECURE_MQTT")
        found = self.iot.describe_domain_configuration(domainConfigurationName="Fleet")
        self.assertEqual(found["domainConfigurationArn"], made["domainConfigurationArn"])
        self.assertEqual(found["serverCertificates"], [
            {"serverCertificateArn": arn, "serverCertificateStatus": "VALID"}])
        self.assertEqual((found["domainType"], found["authenticationType"]),
                         ("CUSTOMER_MANAGED", "CUSTOM_AUTH"))
        self.assertEqual(self.iot.list_tags_for_resource(
            resourceArn=made["domainConfigurationArn"])["tags"], [{"Key": "team", "Value": "a"}])
        self.assertEqual(self.acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"],
                         [made["domainConfigurationArn"]])
        with self.assertRaises(self.acm.exceptions.ResourceInUseException):
            self.acm.delete_certificate(CertificateArn=arn)
        with self.assertRaises(self.iot.exceptions.InvalidRequestException):
            self.iot.delete_domain_configuration(domainConfigurationName="Fleet")
        self.remove("Fleet", self.iot)
        with self.assertRaises(self.iot.exceptions.ResourceNotFoundException):
            self.iot.describe_domain_configuration(domainConfigurationName="Fleet")
        self.acm.delete_certificate(CertificateArn=arn)
        with self.assertRaises(self.acm.exceptions.ResourceNotFoundException):
            self.acm.describe_certificate(CertificateArn=arn)

    def test_the_cli(self):
        made = self.server.aws_json("iot", "create-domain-configuration",
                                    "--domain-configuration-name", "Cli", "--service-type", "DATA")
        self.addCleanup(self.remove, "Cli", self.iot)
        found = self.server.aws_json("iot", "describe-domain-configuration",
                                     "--domain-configuration-name", "Cli")
        self.assertEqual(found["domainConfigurationArn"], made["domainConfigurationArn"])
        self.assertRegex(found["domainName"], r"^d\w+-ats\.iot\.us-east-1\.localhost$")
        self.assertEqual(found["domainType"], "AWS_MANAGED")
        self.shown(found["domainName"])
        names = [one["domainConfigurationName"] for one in self.server.aws_json(
            "iot", "list-domain-configurations")["domainConfigurations"]]
        self.assertEqual(sorted(names), sorted(["Cli", "iot:Data-ATS", "iot:Data",
                                                "iot:CredentialProvider", "iot:Jobs"]))

    def test_what_every_account_has(self):
        names, page = [], {}
        while page.get("nextMarker") or not names:
            more = {"marker": page["nextMarker"]} if page else {}
            page = self.iot.list_domain_configurations(pageSize=3, **more)
            names += [one["domainConfigurationName"] for one in page["domainConfigurations"]]
        self.assertEqual(names, ["iot:CredentialProvider", "iot:Data", "iot:Data-ATS", "iot:Jobs"])
        found = self.iot.describe_domain_configuration(domainConfigurationName="iot:Data-ATS")
        self.assertEqual((found["domainType"], found["domainName"]), ("ENDPOINT", "localhost"))
        with self.assertRaises(self.iot.exceptions.InvalidRequestException):
            self.iot.update_domain_configuration(domainConfigurationName="iot:Data-ATS",
                                                 domainConfigurationStatus="DISABLED")

    def test_a_certificate_for_another_name(self):
        arn, _ = self.imported("DNS:other.customer.test")
        with self.assertRaises(self.iot.exceptions.CertificateValidationException):
            self.iot.create_domain_configuration(domainConfigurationName="Fleet",
                                                 domainName=CUSTOMERS, serverCertificateArns=[arn])
        with self.assertRaises(self.iot.exceptions.InvalidRequestException) as caught:
            self.iot.create_domain_configuration(domainConfigurationName="Fleet",
                                                 domainName=CUSTOMERS)
        self.assertIn("CA may sign for", str(caught.exception))


class Shown(DomainTest):
    """Which certificate a handshake gets, and by which rules."""

    def test_a_name_below_the_endpoint_has_a_certificate_of_the_servers(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.shown("below.localhost")
        self.domain("below")
        for port in ("mqtts", "https", "https_mtls"):
            self.assertEqual(self.shown("BELOW.localhost", port)["subjectAltName"],
                             (("DNS", "below.localhost"),))
        self.assertIn(("DNS", "localhost"), self.shown("localhost")["subjectAltName"])

    def test_an_imported_certificate_is_shown_as_it_is(self):
        arn, authority = self.imported()
        self.domain("customer", domainName=CUSTOMERS, serverCertificateArns=[arn])
        shown = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.ready['mqtts']}",
             "-servername", CUSTOMERS, "-CAfile", authority.ca, "-verify_return_error"],
            input="", capture_output=True, text=True, timeout=60)
        self.assertIn("Verify return code: 0 (ok)", shown.stdout, shown.stderr)
        again = CustomersAuthority(self.folder, f"DNS:{CUSTOMERS}")
        self.acm.import_certificate(CertificateArn=arn, Certificate=again.certificate,
                                    PrivateKey=again.key)
        self.shown(CUSTOMERS, ca=again.ca)

    def test_its_certificates_survive_a_restart(self):
        arn, authority = self.imported()
        self.domain("customer", domainName=CUSTOMERS, serverCertificateArns=[arn])
        self.server.terminate()
        self.server.start()
        type(self).iot, type(self).acm = newer(self.server.api("iot")), self.server.api("acm")
        self.shown(CUSTOMERS, ca=authority.ca)

    def test_the_policy_of_tls(self):
        self.domain("strict", tlsConfig={"securityPolicy": "IoTSecurityPolicy_TLS13_1_3_2022_10"})
        self.shown("strict.localhost")
        with self.assertRaises(ssl.SSLError):
            self.shown("strict.localhost", version=ssl.TLSVersion.TLSv1_2)
        self.shown("localhost", version=ssl.TLSVersion.TLSv1_2)

    def test_a_change_counts_from_the_next_handshake_and_drops_nobody(self):
        host = self.domain("moving", authenticationType="CUSTOM_AUTH",
                           applicationProtocol="SECURE_MQTT",
                           authorizerConfig={"defaultAuthorizerName": "Gate",
                                             "allowAuthorizerOverride": False})
        open_one = self.device("open-one", host=host, door="mqtts", alpn=None,
                               authorizer=None).connected()
        self.iot.update_domain_configuration(
            domainConfigurationName="moving", domainConfigurationStatus="DISABLED",
            tlsConfig={"securityPolicy": "IoTSecurityPolicy_TLS12_1_2_2022_10"})
        record = self.refused("disabled-one", host=host, door="mqtts", alpn=None, authorizer=None)
        self.assertEqual((record["reason"], record["domainConfigurationName"]),
                         ("DOMAIN_CONFIGURATION_DISABLED", "moving"))
        self.iot.update_domain_configuration(domainConfigurationName="moving",
                                             domainConfigurationStatus="ENABLED")
        self.device("next-one", host=host, door="mqtts", alpn=None, authorizer=None).connected()
        open_one.published("lab/a")
        self.assertFalse(open_one.has_come("disconnect"))


class Authorizers(DomainTest):
    """Custom authentication by the words of the domain configuration."""

    flags = DomainTest.flags + ("--profile", "aws-strict")

    def test_custom_authentication_on_8883_without_alpn_or_a_name(self):
        config = {"defaultAuthorizerName": "Gate", "allowAuthorizerOverride": False}
        host = self.domain("plain8883", authenticationType="CUSTOM_AUTH",
                           applicationProtocol="SECURE_MQTT", authorizerConfig=config)
        for door in ("mqtts", "https"):
            device = self.device(f"on-{door}", host=host, door=door, alpn=None, authorizer=None)
            device.connected()
            record = self.server.wait_for_record(clientId=f"on-{door}", eventType="Connect")
            self.assertEqual((record["authenticationType"], record["authorizerName"],
                              record["domainConfigurationName"]),
                             ("CUSTOM_AUTH", "Gate", "plain8883"))
        self.assertIn("domain configuration 'plain8883' (CUSTOM_AUTH, SECURE_MQTT)",
                      self.trace_of("on-mqtts"))
        sent = subprocess.run(
            ["mosquitto_pub", "-h", "localhost", "-p", str(self.server.ready["mqtts"]), "-t", "a",
             "-m", "b", "-u", "alice", "-P", PASSWORD, "--cafile", self.server.ready["ca"]],
            capture_output=True, text=True, timeout=60)
        self.assertNotEqual(sent.returncode, 0, "the endpoint itself keeps to AWS's table")

    def test_another_authorizer_than_the_domains(self):
        config = {"defaultAuthorizerName": "Gate", "allowAuthorizerOverride": False}
        host = self.domain("kept", authenticationType="CUSTOM_AUTH",
                           applicationProtocol="SECURE_MQTT", authorizerConfig=config)
        how = {"host": host, "door": "mqtts", "alpn": None}
        self.device("own-name", authorizer="Gate", **how).connected()
        device = self.device("overrider", authorizer="Second", protocol=V5, **how)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        self.assertIn("does not let it", self.trace_of("overrider"))
        self.iot.update_domain_configuration(
            domainConfigurationName="kept",
            authorizerConfig=config | {"allowAuthorizerOverride": True})
        self.device("may-override", authorizer="Second", **how).connected()
        record = self.server.wait_for_record(clientId="may-override", eventType="Connect")
        self.assertEqual(record["authorizerName"], "Second")

    def test_websockets_alone(self):
        host = self.domain("sockets", authenticationType="CUSTOM_AUTH",
                           applicationProtocol="MQTT_WSS",
                           authorizerConfig={"defaultAuthorizerName": "Gate",
                                             "allowAuthorizerOverride": False})
        self.device("by-socket", host=host, alpn=None, websocket="/mqtt",
                    authorizer=None).connected()
        with self.assertRaises(AssertionError):
            self.device("by-tcp", host=host, alpn="mqtt", authorizer=None).expect("connect", 3)
        record = self.server.wait_for_record(eventType="Connection.Refused",
                                             domainConfigurationName="sockets")
        self.assertIn("CLIENT_ERROR", record["reason"])

    def test_publishing_by_https_alone(self):
        host = self.domain("posts", authenticationType="CUSTOM_AUTH", applicationProtocol="HTTPS",
                           authorizerConfig={"defaultAuthorizerName": "Gate",
                                             "allowAuthorizerOverride": False})
        for port in ("https", "https_mtls"):
            self.assertEqual(self.posted(host, port, "open sesame"), 200)
            self.assertEqual(self.posted(host, port, "guessed"), 401)
        self.assertEqual(self.posted(host, "https", "open sesame", sni=False), 200,
                         "without SNI the Host counts")
        self.iot.update_domain_configuration(domainConfigurationName="posts",
                                             domainConfigurationStatus="DISABLED")
        self.assertEqual(self.posted(host, "https", "open sesame"), 401)
        record = self.server.wait_for_record(eventType="Publish-In",
                                             reason="DOMAIN_CONFIGURATION_DISABLED")
        self.assertEqual(record["domainConfigurationName"], "posts")


class Certificates(DomainTest):
    """Client certificates, alone and beside an authorizer."""

    flags = DomainTest.flags + ("--profile", "aws-strict")

    def certificate(self, name: str, *actions: str) -> tuple[str, tuple[str, str]]:
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        files = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        files[0].write_text(made["certificatePem"])
        files[1].write_text(made["keyPair"]["PrivateKey"])
        self.iot.create_policy(policyName=name, policyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))
        self.iot.attach_policy(policyName=name, target=made["certificateArn"])
        return made["certificateId"], (str(files[0]), str(files[1]))

    def test_certificates_alone(self):
        host = self.domain("certs", authenticationType="AWS_X509",
                           applicationProtocol="SECURE_MQTT")
        _, files = self.certificate("Alone", "iot:Connect")
        how = {"host": host, "alpn": None, "authorizer": None}
        for door in ("mqtts", "https"):
            self.device(f"cert-{door}", door=door, certificate=files, **how).connected()
            record = self.refused(f"bare-{door}", door=door, **how)
            self.assertEqual(record["authenticationType"], "AWS_X509")

    def test_a_certificate_and_an_authorizer(self):
        host = self.domain("both", authenticationType="CUSTOM_AUTH_X509",
                           applicationProtocol="SECURE_MQTT",
                           authorizerConfig={"defaultAuthorizerName": "Gate",
                                             "allowAuthorizerOverride": False})
        certificate_id, files = self.certificate("Both", "iot:Connect", "iot:Publish")
        how = {"host": host, "door": "mqtts", "alpn": None, "authorizer": None}
        device = self.device("in", user="more", certificate=files, **how).connected()
        device.subscribed("lab/#")  # as the function allows
        device.published("lab/a", b"hi")  # as the certificate's policy does
        self.assertEqual(device.expect("message")[2], b"hi")
        record = self.server.wait_for_record(clientId="in", eventType="Connect")
        self.assertEqual((record["authenticationType"], record["principalId"]),
                         ("CUSTOM_AUTH_X509", certificate_id))
        wait_until(lambda: self.server.output_of("Gate", f"by {host} {certificate_id} PEM"),
                   "the function was told of the certificate")
        self.device("less", user="nothing", certificate=files, **how).connected()
        record = self.refused("impostor", user="impostor", certificate=files, **how)
        self.assertEqual((record["reason"], record["authenticationType"]),
                         ("CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "CUSTOM_AUTH_X509"))
        record = self.refused("bare", user="more", **how)
        self.assertEqual(record["authenticationType"], "CUSTOM_AUTH_X509")
        self.iot.update_certificate(certificateId=certificate_id, newStatus="INACTIVE")
        device.expect("disconnect")
        record = self.refused("inactive", user="more", certificate=files, **how)
        self.assertEqual(record["reason"], "DEVICE_CERTIFICATE_INACTIVE")


class Accounts(DomainTest):
    """Two accounts with domain names of their own."""

    def test_devices_are_the_account_whose_domain_they_ask_for(self):
        theirs_iot = newer(self.server.api("iot", OTHER))
        made = self.server.api("lambda", OTHER).create_function(
            FunctionName="Gate", Runtime="python3.11", Handler="lambda_function.lambda_handler",
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zipped(SOURCE)},
            Environment={"Variables": {"NAME": "theirs"}})
        theirs_iot.create_authorizer(authorizerName="Gate", status="ACTIVE", signingDisabled=True,
                                     authorizerFunctionArn=made["FunctionArn"])
        config = {"authorizerConfig": {"defaultAuthorizerName": "Gate",
                                       "allowAuthorizerOverride": False}}
        ours = self.domain("ours", **config)
        theirs = self.domain("theirs", theirs_iot, **config)
        with self.assertRaises(ClientError):
            self.domain("Taken", theirs_iot, domainName=ours)
        devices = {host: self.device("same", host=host, authorizer=None).connected()
                   for host in (ours, theirs)}
        for device in devices.values():
            device.subscribed("lab/#")
        for host, device in devices.items():
            device.published("lab/a", host.encode())
        for host, device in devices.items():
            self.assertEqual(device.expect("message")[2], host.encode())
        self.assertEqual(
            self.server.log_records(OTHER, clientId="same", eventType="Connect")[0]["principalId"],
            "theirs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
