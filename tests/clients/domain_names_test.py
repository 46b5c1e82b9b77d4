#!/usr/bin/python3
"""Which names a domain configuration may have: none that the server itself answers for.

usage: domain_names_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import tempfile
import unittest

from client_test import GATEHOUSE, NOT_AUTHORIZED_5, ClientTest, Server
from device import V5
from domain_test import OTHER, CustomersAuthority, DomainTest
from newer_models import newer

MULTI = DomainTest.flags


class OperatorsCertificate(ClientTest):
    """A certificate of the operator's for more names than the endpoint's."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-operator-")
        cls.addClassCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        CustomersAuthority(path, "DNS:gate.example,DNS:Mqtt.example,DNS:*.wild.example")
        os.chmod(path / "server.key", 0o600)
        cls.server = Server(GATEHOUSE, *MULTI, "--endpoint", "gate.example",
                            "--tls-certificate", str(path / "server.pem"),
                            "--tls-private-key", str(path / "server.key"),
                            "--tls-ca", str(path / "ca.pem"))
        cls.addClassCleanup(cls.server.stop)

    def refused(self, iot, domain_name: str) -> str:
        with self.assertRaises(iot.exceptions.InvalidRequestException, msg=domain_name) as caught:
            iot.create_domain_configuration(domainConfigurationName="Fleet",
                                            domainName=domain_name)
        return str(caught.exception)

    def test_names_of_the_server_are_nobodys(self):
        for iot in (newer(self.server.api("iot")), newer(self.server.api("iot", OTHER))):
            for name in ("mqtt.example", "MQTT.example.", "gate.example."):
                self.assertIn("already", self.refused(iot, name))
            for name in ("a111122223333-ats.iot.us-east-1.gate.example",
                         "a111122223333.iot.eu-west-1.mqtt.example"):
                self.assertIn("the endpoint of an account", self.refused(iot, name))

    def test_below_a_wildcard_all_is_the_default_accounts(self):
        theirs = newer(self.server.api("iot", OTHER))
        self.assertIn("below a wildcard", self.refused(theirs, "a.wild.example"))
        ours = newer(self.server.api("iot"))
        ours.create_domain_configuration(domainConfigurationName="Fleet",
                                         domainName="a.wild.example")
        self.addCleanup(DomainTest.remove, "Fleet", ours)


class EndpointsThatCameLater(DomainTest):
    """Configurations that were there before the server got their names."""

    def test_the_server_keeps_its_own_names(self):
        theirs = newer(self.server.api("iot", OTHER))
        config = {"authorizerConfig": {"defaultAuthorizerName": "Gate",
                                       "allowAuthorizerOverride": False}}
        names = "mqtt.localhost", "a000000000000-ats.iot.us-east-1.new.localhost"
        for number, name in enumerate(names):
            theirs.create_domain_configuration(domainConfigurationName=f"Mine{number}",
                                               domainName=name)
        self.iot.create_domain_configuration(domainConfigurationName="Kept",
                                             domainName="kept.localhost", **config)
        self.server.terminate()
        self.server.flags += ("--endpoint", "mqtt.localhost", "--endpoint", "new.localhost",
                              "--endpoint", "localhost")
        self.server.start()
        for number, name in enumerate(names):
            self.device(f"on-{number}", host=name, authorizer="Gate").connected()
            record = self.server.wait_for_record(clientId=f"on-{number}", eventType="Connect")
            self.assertEqual((record["accountId"], record.get("domainConfigurationName")),
                             ("000000000000", None))
            self.assertIn(f"domain configuration 'Mine{number}' of account {OTHER} is not served",
                          self.server.stderr())
        self.device("kept", host="kept.localhost", authorizer=None).connected()


class Gone(DomainTest):
    """Names whose configuration was deleted, and other spellings."""

    def test_a_made_up_name_never_becomes_the_default_accounts(self):
        theirs = newer(self.server.api("iot", OTHER))
        theirs.create_domain_configuration(domainConfigurationName="Managed")
        host = theirs.describe_domain_configuration(
            domainConfigurationName="Managed")["domainName"]
        DomainTest.remove("Managed", theirs)
        device = self.device("late", host=host, authorizer="Gate", protocol=V5)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="late", eventType="Connection.AuthNError")
        self.assertEqual(record["reason"], "DOMAIN_CONFIGURATION_NOT_FOUND")

    def test_a_dot_at_the_end_changes_nothing(self):
        host = self.domain("dotted", authenticationType="CUSTOM_AUTH", applicationProtocol="HTTPS",
                           authorizerConfig={"defaultAuthorizerName": "Gate",
                                             "allowAuthorizerOverride": False})
        self.assertEqual(self.posted(host + ".", "https", "open sesame", sni=False), 200)
        self.assertEqual(self.posted(host, "https", "open sesame", asked=host + "."), 200)
        record = self.server.wait_for_record(eventType="Publish-In", status="Success")
        self.assertEqual(record["domainConfigurationName"], "dotted")


if __name__ == "__main__":
    unittest.main(verbosity=2)
