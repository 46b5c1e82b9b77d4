#!/usr/bin/python3
"""Functions of domain configurations that are asked about client certificates.

usage: certificate_callback_test.py GATEHOUSE [TESTS]"""

import http.client
import json
import pathlib
import socket
import ssl
import tempfile
import unittest

from client_test import (NOT_AUTHORIZED_5, ClientTest, make_authorizer, make_function, permit_iot,
                         wait_until)
from device import V5
from newer_models import newer

SOURCE = """
import json, os, threading
def lambda_handler(event, context):
    print("asked", json.dumps(event))
    how = os.environ["HOW"]
    if how == "hangs":
        threading.Event().wait(60)
    if how == "thinks":
        threading.Event().wait(3)
        how = "yes"
    if how == "raises":
        raise RuntimeError("the list of revoked certificates cannot be fetched")
    return {"isAuthenticated": {"yes": True, "no": False, "nonsense": "true"}[how]}
"""
AUTHORIZER = """
def lambda_handler(event, context):
    print("authorizer asked")
    return {"isAuthenticated": True, "principalId": event["protocolData"]["tls"]["principalId"],
            "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 300}
"""


class CallbackTest(ClientTest):
    flags = ("--profile", "aws-strict")

    @classmethod
    def prepare(cls):
        cls.iot = newer(cls.server.api("iot"))

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-callback-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def domain(self, name: str, answer: str, permitted: bool = True, **how) -> str:
        """A configuration whose function answers so; its domain name."""
        function = make_function(self.server, name, SOURCE,
                                 Environment={"Variables": {"HOW": answer}})
        how = {"authenticationType": "AWS_X509"} | how
        made = self.iot.create_domain_configuration(
            domainConfigurationName=name, domainName=f"{name}.localhost",
            clientCertificateConfig={"clientCertificateCallbackArn": function}, **how)
        self.addCleanup(self.remove, name)
        if permitted:
            self.server.api("lambda").add_permission(
                FunctionName=name, StatementId="iot", Action="lambda:InvokeFunction",
                Principal="iot.amazonaws.com", SourceArn=made["domainConfigurationArn"])
        return f"{name}.localhost"

    def remove(self, name: str) -> None:
        self.iot.update_domain_configuration(domainConfigurationName=name,
                                             domainConfigurationStatus="DISABLED")
        self.iot.delete_domain_configuration(domainConfigurationName=name)

    def certificate(self, *actions: str) -> tuple[dict, tuple[str, str]]:
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        name = made["certificateId"]
        files = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        files[0].write_text(made["certificatePem"])
        files[1].write_text(made["keyPair"]["PrivateKey"])
        self.iot.create_policy(policyName=name, policyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": list(actions or ["iot:*"]), "Resource": "*"}]}))
        self.iot.attach_policy(policyName=name, target=made["certificateArn"])
        return made, (str(files[0]), str(files[1]))

    def come(self, client_id: str, host: str, files: tuple[str, str]):
        return self.device(client_id, host=host, door="mqtts", alpn=None, user=None, protocol=V5,
                           certificate=files)

    def refused(self, client_id: str, host: str, files: tuple[str, str]) -> dict:
        """The record of a device that is not let in."""
        self.assertEqual(self.come(client_id, host, files).expect("connect")[1], NOT_AUTHORIZED_5)
        return self.server.wait_for_record(clientId=client_id, eventType="Connection.AuthNError")

    def events(self, name: str) -> list[dict]:
        """What the function was asked."""
        return [json.loads(line.partition("asked ")[2])
                for line in self.server.output_of(name, "asked") if "asked {" in line]

    def connection(self, host: str, files: tuple[str, str]) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(*files)
        port = self.server.ready["https_mtls"]
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60)
        connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 60),
                                              server_hostname=host)
        self.addCleanup(connection.close)
        return connection

    @staticmethod
    def status(connection: http.client.HTTPSConnection, method: str, path: str,
               body: str | None = None) -> int:
        connection.request(method, path, body)
        answer = connection.getresponse()
        answer.read()
        return answer.status


class Asked(CallbackTest):
    def test_who_is_let_in(self):
        host = self.domain("open", "yes")
        made, files = self.certificate()
        behind = pathlib.Path(self.server.ready["ca"]).read_text(encoding="utf-8")
        with open(files[0], "a", encoding="utf-8") as own:
            own.write(behind)
        self.come("lamp", host, files).connected()
        event = wait_until(lambda: self.events("open"), "the function's event")[0]
        self.assertEqual(sorted(event), ["clientCertificateChain", "connectionMetadata",
                                         "principalId", "serverName"])
        self.assertEqual((event["principalId"], event["serverName"]),
                         (made["certificateId"], host))
        self.assertEqual([ssl.PEM_cert_to_DER_cert(pem) for pem in event["clientCertificateChain"]],
                         [ssl.PEM_cert_to_DER_cert(pem)
                          for pem in (made["certificatePem"], behind)])
        record = self.server.wait_for_record(eventType="Authorizer.Invoke", clientId="lamp")
        self.assertEqual((record["status"], record["functionName"], record["authenticationType"],
                          record["domainConfigurationName"]),
                         ("Success", "open", "AWS_X509", "open"))
        self.assertEqual(event["connectionMetadata"]["id"], record["traceId"])
        self.assertIn("lets the certificate in", self.server.gatehouse(
            "explain", record["traceId"]).stdout)

    def test_without_a_yes_nobody_gets_in(self):
        _, files = self.certificate()
        for name, answer, reason, sentence in (
                ("refuses", "no", "NOT_AUTHENTICATED", "answered isAuthenticated: false"),
                ("raises", "raises", "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                 "the list of revoked certificates cannot be fetched"),
                ("nonsense", "nonsense", "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                 "isAuthenticated is a string"),
                ("hangs", "hangs", "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                 "did not answer within 5000 ms")):
            with self.subTest(name):
                record = self.refused(name, self.domain(name, answer), files)
                self.assertEqual((record["reason"], record["authenticationType"],
                                  record["domainConfigurationName"]), (reason, "AWS_X509", name))
                self.assertIn(sentence, record["details"])
                told = self.server.wait_for_record(eventType="Authorizer.Invoke", clientId=name)
                self.assertEqual((told["status"], told["functionName"]), ("Failure", name))
                self.assertIn(sentence, self.server.gatehouse("explain", record["traceId"]).stdout)

    def test_the_function_has_to_let_itself_be_called(self):
        _, files = self.certificate()
        host = self.domain("forbidden", "yes", permitted=False)
        record = self.refused("early", host, files)
        self.assertIn("does not permit iot.amazonaws.com to invoke it", record["details"])
        self.assertIn(":domainconfiguration/forbidden/", record["details"])
        self.server.api("lambda").delete_function(FunctionName="forbidden")
        record = self.refused("late", host, files)
        self.assertIn("could not be called", record["details"])

    def test_a_certificate_that_is_revoked_meanwhile_gets_nothing(self):
        host = self.domain("thinking", "thinks")
        iam, role = self.server.api("iam"), "arn:aws:iam::000000000000:role/thinking"
        iam.create_role(RoleName="thinking", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": "credentials.iot.amazonaws.com"}}]}))
        self.iot.create_role_alias(roleAlias="thinking", roleArn=role)
        for times, (method, path) in enumerate((("GET", "/role-aliases/thinking/credentials"),
                                                ("POST", "/topics/a"))):
            made, files = self.certificate()
            connection = self.connection(host, files)
            connection.request(method, path)
            wait_until(lambda: len(self.events("thinking")) > times, "the function's event")
            self.iot.update_certificate(certificateId=made["certificateId"], newStatus="REVOKED")
            answer = connection.getresponse()
            self.assertIn(answer.status, (401, 403), answer.read())

    def test_the_registry_comes_first(self):
        host = self.domain("first", "yes")
        made, files = self.certificate()
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="REVOKED")
        record = self.refused("revoked", host, files)
        self.assertEqual(record["reason"], "DEVICE_CERTIFICATE_REVOKED")
        self.assertEqual(self.events("first"), [])

    def test_a_connection_that_is_open_is_not_asked_about_again(self):
        host = self.domain("once", "yes")
        made, files = self.certificate("iot:Connect")
        device = self.come("stays", host, files).connected()
        self.server.api("lambda").update_function_configuration(
            FunctionName="once", Environment={"Variables": {"HOW": "no"}})
        self.iot.create_policy(policyName="More", policyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "*"}]}))
        self.iot.attach_policy(policyName="More", target=made["certificateArn"])
        wait_until(lambda: device.subscribed("lab/a") == [1], "the policy attached counts")
        self.refused("another", host, files)
        self.assertEqual(len(self.events("once")), 2)
        self.assertFalse(device.has_come("disconnect"))

    def test_no_function_any_more(self):
        host = self.domain("former", "no")
        _, files = self.certificate()
        self.refused("before", host, files)
        self.iot.update_domain_configuration(domainConfigurationName="former",
                                             clientCertificateConfig={})
        self.come("after", host, files).connected()

    def test_an_authorizer_is_asked_after_it(self):
        arn = make_function(self.server, "gate", AUTHORIZER)
        permit_iot(self.server, "gate")
        make_authorizer(self.server, "Gate", arn)
        how = {"authenticationType": "CUSTOM_AUTH_X509", "applicationProtocol": "SECURE_MQTT",
               "authorizerConfig": {"defaultAuthorizerName": "Gate",
                                    "allowAuthorizerOverride": False}}
        _, files = self.certificate()
        record = self.refused("barred", self.domain("barred", "no", **how), files)
        self.assertEqual((record["reason"], record["authenticationType"]),
                         ("NOT_AUTHENTICATED", "CUSTOM_AUTH_X509"))
        self.assertEqual(self.server.output_of("gate", "authorizer asked"), [])
        self.come("both", self.domain("both", "yes", **how), files).connected()
        wait_until(lambda: self.server.output_of("gate", "authorizer asked"), "the authorizer")


class ByHttps(CallbackTest):
    def test_it_is_asked_once_a_connection(self):
        host = self.domain("posts", "yes")
        _, files = self.certificate()
        connection = self.connection(host, files)
        for _ in range(3):
            self.assertEqual(self.status(connection, "POST", "/topics/lab?qos=1", "hi"), 200)
        wait_until(lambda: self.events("posts"), "the function's event")
        self.assertEqual(self.status(self.connection(host, files), "POST", "/topics/lab", "hi"),
                         200)
        wait_until(lambda: len(self.events("posts")) == 2, "one event a connection")
        self.server.api("lambda").update_function_configuration(
            FunctionName="posts", Environment={"Variables": {"HOW": "no"}})
        self.assertEqual(self.status(connection, "POST", "/topics/lab", "hi"), 200)
        late = self.connection(host, files)
        for _ in range(2):
            self.assertEqual(self.status(late, "POST", "/topics/lab", "hi"), 401)
        # A configuration that changed is another.
        self.iot.update_domain_configuration(domainConfigurationName="posts",
                                             applicationProtocol="HTTPS")
        self.assertEqual(self.status(connection, "POST", "/topics/lab", "hi"), 401)

    def test_keys_of_roles_are_not_given_past_it(self):
        self.server.api("iam").create_role(
            RoleName="device", AssumeRolePolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "credentials.iot.amazonaws.com"}}]}))
        self.iot.create_role_alias(roleAlias="cloud",
                                   roleArn="arn:aws:iam::000000000000:role/device")
        _, files = self.certificate()
        for name, status in (("yes", 200), ("no", 403)):
            connection = self.connection(self.domain(f"keys{name}", name), files)
            self.assertEqual(
                self.status(connection, "GET", "/role-aliases/cloud/credentials"), status)


class Bounds(CallbackTest):
    def test_who_hangs_holds_up_nobody_else(self):
        slow, quick = self.domain("slow", "hangs"), self.domain("quick", "yes")
        _, files = self.certificate()
        waiting = [self.come(f"slow-{i}", slow, files) for i in range(20)]
        for i in range(5):
            self.come(f"quick-{i}", quick, files).connected()
        self.assertFalse(any(device.has_come("connect") for device in waiting))
        for device in waiting:
            self.assertNotEqual(device.expect("connect", 30)[1], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
