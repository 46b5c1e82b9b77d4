#!/usr/bin/python3
"""Who is let in by a domain configuration is said by what it is now, and by all that it is:
whatever came before on the connection, and whether SNI or the Host named it.

usage: domain_changes_test.py GATEHOUSE [TESTS]"""

import json
import os
import socket
import ssl
import unittest
from unittest import mock

from client_test import NOT_AUTHORIZED_5, make_authorizer, make_function, permit_iot, zipped
from domain_test import OTHER, DomainTest
from newer_models import newer

CACHING = """
import json
def lambda_handler(event, context):
    data = event["protocolData"]
    principal = data.get("tls", {}).get("principalId", "someone")
    token = data.get("http", {}).get("headers", {}).get("token", "")
    return {"isAuthenticated": token == "open sesame", "principalId": principal,
            "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 86400,
            "policyDocuments": [{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}]}
"""
NOBODY = """
def lambda_handler(event, context):
    return {"isAuthenticated": False}
"""
TOKEN = "open sesame"
TLS_13 = {"securityPolicy": "IoTSecurityPolicy_TLS13_1_3_2022_10"}


def authorizer(name: str) -> dict:
    return {"authorizerConfig": {"defaultAuthorizerName": name, "allowAuthorizerOverride": False}}


def connect_of(client_id: str) -> bytes:
    """An MQTT 5 CONNECT of alice's."""
    rest = b"\0\4MQTT\5\xc2\0\x3c\0" + b"".join(
        len(text).to_bytes(2, "big") + text
        for text in (client_id.encode(), b"alice", TOKEN.encode()))
    return bytes([0x10, len(rest)]) + rest


class ChangesTest(DomainTest):
    @classmethod
    def prepare(cls):
        super().prepare()
        arn = make_function(cls.server, "Caching", CACHING)
        permit_iot(cls.server, "Caching")
        make_authorizer(cls.server, "Caching", arn, enableCachingForHttp=True)

    def change(self, name: str, **how) -> None:
        self.iot.update_domain_configuration(domainConfigurationName=name, **how)


class OpenConnections(ChangesTest):
    """A change counts for whoever says who it is next."""

    def custom(self, name: str, protocol: str, by: str = "Gate") -> str:
        return self.domain(name, authenticationType="CUSTOM_AUTH", applicationProtocol=protocol,
                           **authorizer(by))

    def gone(self, name: str) -> None:
        self.remove(name, self.iot)
        self.iot.create_domain_configuration(domainConfigurationName=name)  # for the clean-up

    def test_each_publish_is_judged_by_the_configuration_of_its_moment(self):
        host = self.custom("keep", "HTTPS")
        used, unused = self.connection("https", host), self.connection("https", host)
        self.assertEqual(self.published(used, host, TOKEN), 200)
        self.change("keep", authenticationType="AWS_X509")
        self.assertEqual(self.published(used, host, TOKEN), 401)
        self.change("keep", authenticationType="CUSTOM_AUTH")
        self.assertEqual(self.published(used, host, TOKEN), 200)
        self.change("keep", domainConfigurationStatus="DISABLED")
        for over_tls in (used, unused):
            self.assertEqual(self.published(over_tls, host, TOKEN), 401)
        self.gone("keep")
        self.assertEqual(self.published(used, host, TOKEN), 401, "not the default account's")
        record = self.server.wait_for_record(eventType="Publish-In",
                                             reason="DOMAIN_CONFIGURATION_NOT_FOUND")
        self.assertEqual(record["domainConfigurationName"], "keep")

    def test_a_connect_is_judged_by_the_configuration_of_its_moment(self):
        host = self.custom("race", "SECURE_MQTT")
        over_tls = self.connection("mqtts", host)
        self.change("race", domainConfigurationStatus="DISABLED")
        over_tls.sendall(connect_of("race"))
        self.assertEqual(over_tls.recv(64)[3], NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="race", eventType="Connection.AuthNError")
        self.assertEqual(record["reason"], "DOMAIN_CONFIGURATION_DISABLED")

    def test_a_kept_answer_is_one_of_the_configuration_and_account_that_gave_it(self):
        host = self.custom("k", "HTTPS", "Caching")
        over_tls = self.connection("https", None)
        self.assertEqual(self.published(over_tls, host, TOKEN), 200)
        self.change("k", authenticationType="AWS_X509")
        self.assertEqual(self.published(over_tls, host, TOKEN), 401)
        self.change("k", authenticationType="CUSTOM_AUTH")
        self.assertEqual(self.published(over_tls, host, TOKEN), 200)
        self.gone("k")
        theirs = newer(self.server.api("iot", OTHER))
        made = self.server.api("lambda", OTHER).create_function(
            FunctionName="Nobody", Runtime="python3.11",
            Handler="lambda_function.lambda_handler",
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zipped(NOBODY)})
        theirs.create_authorizer(authorizerName="Nobody", status="ACTIVE", signingDisabled=True,
                                 enableCachingForHttp=True,
                                 authorizerFunctionArn=made["FunctionArn"])
        self.domain("k", theirs, authenticationType="CUSTOM_AUTH", applicationProtocol="HTTPS",
                    **authorizer("Nobody"))
        self.assertEqual(self.published(over_tls, host, TOKEN), 401)

    def test_no_answer_outlives_the_certificate_beside_it(self):
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        files = self.folder / "one.pem", self.folder / "one.key"
        files[0].write_text(made["certificatePem"])
        files[1].write_text(made["keyPair"]["PrivateKey"])
        self.iot.create_policy(policyName="One", policyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))
        self.iot.attach_policy(policyName="One", target=made["certificateArn"])
        host = self.domain("both", authenticationType="CUSTOM_AUTH_X509",
                           applicationProtocol="HTTPS", **authorizer("Caching"))
        over_tls = self.connection("https", host, certificate=tuple(map(str, files)))
        self.assertEqual(self.published(over_tls, host, TOKEN), 200)
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="REVOKED")
        self.assertEqual(self.published(over_tls, host, TOKEN), 401)


class ByHostAlone(ChangesTest):
    """Without SNI the handshake knows nothing of the configuration, and all of it counts."""

    flags = DomainTest.flags + ("--profile", "aws-strict")

    def test_its_protocol_and_ports(self):
        custom = {"authenticationType": "CUSTOM_AUTH"} | authorizer("Gate")
        mqtt = self.domain("mqtt", applicationProtocol="SECURE_MQTT", **custom)
        for port in ("https", "https_mtls"):
            self.assertEqual(self.posted(mqtt, port, TOKEN, sni=False), 401)
        self.assertEqual(self.upgraded(self.connection("https", None), mqtt), 403)
        sockets = self.domain("sockets", applicationProtocol="MQTT_WSS", **custom)
        self.assertEqual(self.posted(sockets, "https", TOKEN, sni=False), 401)
        self.assertEqual(self.upgraded(self.connection("https_mtls", None), sockets), 403)
        self.assertEqual(self.upgraded(self.connection("https", None), sockets), 101)

    def test_its_policy_of_tls(self):
        host = self.domain("strict", authenticationType="CUSTOM_AUTH", applicationProtocol="HTTPS",
                           tlsConfig=TLS_13, **authorizer("Gate"))
        older = ssl.TLSVersion.TLSv1_2
        self.assertEqual(self.posted(host, "https", TOKEN, sni=False, version=older), 401)
        self.assertEqual(self.posted(host, "https", TOKEN, sni=False), 200)

    def test_certificates_do_not_come_over_websocket(self):
        host = self.domain("x509", authenticationType="AWS_X509")
        for asked in (host, None):
            self.assertEqual(self.upgraded(self.connection("https", asked), host), 403)


class ApiPort(ChangesTest):
    """Where the AWS API is, no domain configuration is served."""

    def test_it_is_refused_by_name(self):
        host = "apiws.localhost"
        self.iot.create_domain_configuration(
            domainConfigurationName="apiws", domainName=host, authenticationType="CUSTOM_AUTH",
            applicationProtocol="MQTT_WSS", **authorizer("Gate"))
        plain = socket.create_connection(("127.0.0.1", self.server.ready["api"]), 30)
        self.addCleanup(plain.close)
        self.assertEqual(self.upgraded(plain, host), 403)
        self.server.terminate()
        self.server.flags = ("--tenancy", "multi", "--api-host", "0.0.0.0")
        self.server.start()
        trust = mock.patch.dict(os.environ, AWS_CA_BUNDLE=self.server.ready["ca"])
        trust.start()
        self.addCleanup(trust.stop)
        for asked in (host, None):
            self.assertEqual(self.upgraded(self.connection("api", asked), host), 403)
        over_tls = self.connection("api", host)
        self.assertEqual(self.upgraded(over_tls, "localhost"), 101)
        packet = connect_of("apis")
        over_tls.sendall(bytes([0x82, 0x80 | len(packet)]) + b"\0\0\0\0" + packet)
        self.assertEqual(over_tls.recv(256)[5], NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="apis", eventType="Connect",
                                             status="Failure")
        self.assertEqual(record["domainConfigurationName"], "apiws")


if __name__ == "__main__":
    unittest.main(verbosity=2)
