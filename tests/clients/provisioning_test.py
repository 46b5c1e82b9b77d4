#!/usr/bin/python3
"""Provisioning by templates with boto3, openssl and mosquitto: just in time, when a device of a
registered CA connects, and by RegisterThing.

usage: provisioning_test.py GATEHOUSE [TESTS]"""

import concurrent.futures
import json
import subprocess
import threading
import unittest

import boto3

import certificate_authority_test
from client_test import GATEHOUSE
from gatehouse_server import DataDir, Server, wait_until

ROLE = "arn:aws:iam::000000000000:role/JITPRole"
CERTIFICATE = "AWS::IoT::Certificate::"
ALLOW = certificate_authority_test.ALLOW
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole",
     "Principal": {"Service": "iot.amazonaws.com"}}]})
REGISTRATION = "arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"


def make_role(server: Server):
    iam = server.api("iam")
    iam.create_role(RoleName="JITPRole", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="JITPRole", PolicyArn=REGISTRATION)


def ref(name: str) -> dict:
    return {"Ref": name}


def just_in_time_template(**thing_properties) -> dict:
    """The example of AWS's Developer Guide, "Just-in-time provisioning"; its policy lets in."""
    return {
        "Parameters": {CERTIFICATE + name: {"Type": "String"}
                       for name in ("CommonName", "SerialNumber", "Country", "Id")},
        "Resources": {
            "thing": {
                "Type": "AWS::IoT::Thing",
                "Properties": {
                    "ThingName": ref(CERTIFICATE + "CommonName"),
                    "AttributePayload": {"version": "v1",
                                         "serialNumber": ref(CERTIFICATE + "SerialNumber")},
                    "ThingTypeName": "lightBulb-versionA",
                    "ThingGroups": ["v1-lightbulbs", ref(CERTIFICATE + "Country")]} |
                thing_properties,
                "OverrideSettings": {"AttributePayload": "MERGE", "ThingTypeName": "REPLACE",
                                     "ThingGroups": "DO_NOTHING"}},
            "certificate": {"Type": "AWS::IoT::Certificate",
                            "Properties": {"CertificateId": ref(CERTIFICATE + "Id"),
                                           "Status": "ACTIVE"}},
            "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": ALLOW}}}}


class Provisioning(certificate_authority_test.Authority):
    flags = ("--endpoint", "localhost")

    @classmethod
    def prepare(cls):
        iot = cls.server.api("iot")
        iot.create_thing_type(thingTypeName="lightBulb-versionA")
        for group in ("v1-lightbulbs", "DE", "FR"):
            iot.create_thing_group(thingGroupName=group)
        make_role(cls.server)

    def issue_for(self, name: str, subject: str):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-out", f"{name}.pem")

    def register_with(self, template: dict | str) -> str:
        body = template if isinstance(template, str) else json.dumps(template)
        return self.register(setAsActive=True, allowAutoRegistration=True,
                             registrationConfig={"templateBody": body, "roleArn": ROLE})

    def certificate_of(self, name: str) -> str:
        fingerprint = subprocess.run(
            ["openssl", "x509", "-in", f"{name}.pem", "-noout", "-fingerprint", "-sha256"],
            cwd=self.folder, check=True, capture_output=True, text=True).stdout
        return fingerprint.partition("=")[2].strip().replace(":", "").lower()

    def status(self, certificate_id: str) -> str:
        return self.iot.describe_certificate(
            certificateId=certificate_id)["certificateDescription"]["status"]

    def wait_until_active(self, certificate_id: str):
        wait_until(lambda: self.status(certificate_id) == "ACTIVE", "the certificate is ACTIVE")

    def provision_record(self, name: str, status: str) -> dict:
        return self.server.wait_for_record(eventType="ProvisionDevice", status=status,
                                           deviceCertificateId=self.certificate_of(name))


class JustInTime(Provisioning):
    def test_the_example_of_the_guide(self):
        self.register_with(just_in_time_template())
        self.issue_for("bulb", "/C=DE/O=Factory/CN=bulb/serialNumber=4711")
        certificate_id = self.certificate_of("bulb")
        self.assertNotEqual(self.connect("bulb", chain=True), 0)
        self.wait_until_active(certificate_id)
        self.assertEqual(self.connect("bulb"), 0)
        thing = self.iot.describe_thing(thingName="bulb")
        self.assertEqual(thing["attributes"], {"version": "v1", "serialNumber": "4711"})
        self.assertEqual(thing["thingTypeName"], "lightBulb-versionA")
        groups = self.iot.list_thing_groups_for_thing(thingName="bulb")["thingGroups"]
        self.assertEqual(sorted(each["groupName"] for each in groups), ["DE", "v1-lightbulbs"])
        arn = self.iot.list_thing_principals(thingName="bulb")["principals"][0]
        self.assertTrue(arn.endswith(certificate_id))
        self.assertEqual(len(self.iot.list_attached_policies(target=arn)["policies"]), 1)
        record = self.provision_record("bulb", "Success")
        self.assertIn("'bulb'", record["details"])
        # And with a client of its own.
        subprocess.run(["mosquitto_pub", "-h", "localhost", "-p", str(self.server.ready["mqtts"]),
                        "--cafile", self.server.ready["ca"], "--cert", self.folder / "bulb.pem",
                        "--key", self.folder / "bulb.key", "-i", "bulb", "-t", "a", "-m", "b",
                        "-q", "1"], check=True, timeout=30)

    def test_what_a_certificate_does_not_say(self):
        ca = self.register_with(just_in_time_template())
        self.issue_for("dim", "/C=DE/CN=dim")
        self.assertNotEqual(self.connect("dim"), 0)
        record = self.provision_record("dim", "Failure")
        self.assertIn("SerialNumber", record["details"])
        self.assertEqual(record["reason"], "ResourceRegistrationFailureException")
        self.assertEqual(self.status(self.certificate_of("dim")), "PENDING_ACTIVATION")
        self.assert_refused("ResourceNotFoundException", self.iot.describe_thing, thingName="dim")
        # With another template the next connection provisions.
        template = just_in_time_template()
        template["Parameters"][CERTIFICATE + "SerialNumber"]["Default"] = "none"
        self.iot.update_ca_certificate(certificateId=ca, registrationConfig={
            "templateBody": json.dumps(template), "roleArn": ROLE})
        self.assertNotEqual(self.connect("dim"), 0)
        self.wait_until_active(self.certificate_of("dim"))
        self.assertEqual(self.connect("dim"), 0)

    def test_nothing_is_left_of_what_fails(self):
        self.register_with(just_in_time_template(ThingGroups=["v1-lightbulbs", "nobody"]))
        self.issue_for("lost", "/C=DE/CN=lost/serialNumber=1")
        self.assertNotEqual(self.connect("lost"), 0)
        self.assertIn("ResourceNotFoundException",
                      self.provision_record("lost", "Failure")["details"])
        self.assert_refused("ResourceNotFoundException", self.iot.describe_thing, thingName="lost")
        self.iot.create_thing_group(thingGroupName="nobody")
        self.assertNotEqual(self.connect("lost"), 0)
        self.wait_until_active(self.certificate_of("lost"))

    def test_its_role_has_to_be_allowed_what_the_template_makes(self):
        iam = self.server.api("iam")
        role = ROLE.replace("JITPRole", "Powerless")
        body = json.dumps(just_in_time_template())
        self.register(setAsActive=True, allowAutoRegistration=True,
                      registrationConfig={"templateBody": body, "roleArn": role})

        def refused(name: str) -> str:
            self.issue_for(name, f"/C=DE/CN={name}/serialNumber=7")
            self.assertNotEqual(self.connect(name), 0)
            record = self.provision_record(name, "Failure")
            self.assertEqual(self.status(self.certificate_of(name)), "PENDING_ACTIVATION")
            self.assert_refused("ResourceNotFoundException", self.iot.describe_thing,
                                thingName=name)
            return record["details"]
        self.assertIn("there is no such role", refused("weak1"))
        elsewhere = TRUST.replace("iot.amazonaws.com", "lambda.amazonaws.com")
        iam.create_role(RoleName="Powerless", AssumeRolePolicyDocument=elsewhere)
        self.assertIn("trust policy does not name it", refused("weak2"))
        iam.update_assume_role_policy(RoleName="Powerless", PolicyDocument=TRUST)
        self.assertIn("is not authorized to perform: iot:CreateThing", refused("weak3"))
        iam.attach_role_policy(RoleName="Powerless", PolicyArn=REGISTRATION)
        iam.put_role_policy(RoleName="Powerless", PolicyName="no", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [
                {"Effect": "Deny", "Action": "iot:AttachPolicy", "Resource": "*"}]}))
        self.assertIn("iot:AttachPolicy", refused("weak4"))
        iam.delete_role_policy(RoleName="Powerless", PolicyName="no")
        self.assertNotEqual(self.connect("weak4"), 0)
        self.wait_until_active(self.certificate_of("weak4"))

    def test_a_thing_that_is_there(self):
        self.iot.create_thing(thingName="old", attributePayload={
            "attributes": {"owner": "me", "version": "v0"}})
        self.register_with(just_in_time_template())
        self.issue_for("old", "/C=FR/CN=old/serialNumber=2")
        self.assertNotEqual(self.connect("old"), 0)
        self.wait_until_active(self.certificate_of("old"))
        thing = self.iot.describe_thing(thingName="old")
        self.assertEqual(thing["attributes"],
                         {"owner": "me", "version": "v1", "serialNumber": "2"})
        self.assertEqual(thing["thingTypeName"], "lightBulb-versionA")
        self.assertEqual(self.iot.list_thing_groups_for_thing(thingName="old")["thingGroups"], [])

    def test_no_event_for_somebody_who_activates(self):
        ca = self.register_with(just_in_time_template())
        keys = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / "watcher.pem").write_text(keys["certificatePem"])
        (self.folder / "watcher.key").write_text(keys["keyPair"]["PrivateKey"])
        self.permit(keys["certificateArn"])
        watcher = subprocess.Popen(
            ["mosquitto_sub", "-h", "localhost", "-p", str(self.server.ready["mqtts"]),
             "--cafile", self.server.ready["ca"], "--cert", self.folder / "watcher.pem",
             "--key", self.folder / "watcher.key", "-i", "watcher2", "-C", "1", "-W", "60", "-q", "1",
             "-t", f"$aws/events/certificates/registered/{ca}", "-t", "last"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(watcher.wait)
        self.addCleanup(watcher.kill)
        wait_until(lambda: len(self.server.log_records(clientId="watcher2",
                                                       eventType="Subscribe")) == 2, "subscribed")
        self.issue_for("quiet", "/C=DE/CN=quiet/serialNumber=3")
        self.assertNotEqual(self.connect("quiet"), 0)
        self.wait_until_active(self.certificate_of("quiet"))
        self.server.api("iot-data").publish(topic="last", qos=1, payload=b"last")
        self.assertEqual(watcher.communicate(timeout=60)[0].strip(), "last")

    def test_many_connections_provision_once(self):
        self.register_with(just_in_time_template())
        self.issue_for("twin", "/C=DE/CN=twin/serialNumber=5")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: self.connect("twin"), range(8)))
        self.wait_until_active(self.certificate_of("twin"))
        self.assertEqual(self.iot.describe_thing(thingName="twin")["version"], 1)
        self.assertEqual(len(self.iot.list_thing_principals(thingName="twin")["principals"]), 1)
        self.provision_record("twin", "Success")
        self.assertEqual(len(self.server.log_records(
            eventType="ProvisionDevice", deviceCertificateId=self.certificate_of("twin"))), 1)

    def test_templates_that_are_refused(self):
        def refused(exception, **config):
            self.assert_refused(exception, self.register, registrationConfig=config)
        body = json.dumps(just_in_time_template())
        refused("InvalidRequestException", templateBody=body)
        refused("InvalidRequestException", templateBody=body,
                roleArn="arn:aws:iam::000000000000:user/somebody")
        refused("InvalidRequestException", templateBody="{}", roleArn=ROLE)
        refused("InvalidRequestException", templateBody="no JSON", roleArn=ROLE)
        refused("ResourceNotFoundException", templateName="fleet")
        without_certificate = just_in_time_template()
        del without_certificate["Resources"]["certificate"]
        refused("InvalidRequestException", templateBody=json.dumps(without_certificate),
                roleArn=ROLE)


BULK = {
    "Parameters": {"ThingName": {"Type": "String"}, "SerialNumber": {"Type": "String"},
                   "Location": {"Type": "String", "Default": "WA"}, "CSR": {"Type": "String"}},
    "Resources": {
        "thing": {"Type": "AWS::IoT::Thing", "Properties": {
            "ThingName": ref("ThingName"),
            "AttributePayload": {"version": "v1", "serialNumber": ref("SerialNumber")},
            "ThingTypeName": "lightBulb-versionA",
            "ThingGroups": ["v1-lightbulbs", ref("Location")]}},
        "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {
            "CertificateSigningRequest": ref("CSR")}},
        "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": ALLOW}}}}


class RegisterThing(Provisioning):
    def template_with(self, certificate: dict, **thing) -> str:
        return json.dumps({"Resources": {
            "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": "lamp"} | thing},
            "certificate": {"Type": "AWS::IoT::Certificate", "Properties": certificate},
            "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "All"}}}})

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.server.api("iot").create_policy(policyName="All", policyDocument=ALLOW)
        cls.server.api("iot").create_thing_group(thingGroupName="WA")

    def test_by_signing_request(self):
        self.issue_for("csr", "/CN=csr")
        made = self.iot.register_thing(templateBody=json.dumps(BULK), parameters={
            "ThingName": "csr", "SerialNumber": "1",
            "CSR": (self.folder / "csr.csr").read_text()})
        self.assertEqual(sorted(made["resourceArns"]), ["certificate", "policy", "thing"])
        (self.folder / "csr.pem").write_text(made["certificatePem"])
        self.assertEqual(self.connect("csr"), 0)
        thing = self.iot.describe_thing(thingName="csr")
        self.assertEqual(thing["attributes"], {"version": "v1", "serialNumber": "1"})
        with self.assertRaises(Exception) as caught:
            self.iot.register_thing(templateBody=json.dumps(BULK), parameters={"ThingName": "x"})
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidRequestException")

    def test_by_the_command_line(self):
        made = self.iot.create_keys_and_certificate()
        answer = self.server.aws_json(
            "iot", "register-thing", "--template-body",
            self.template_with({"CertificateId": ref("AWS::IoT::Certificate::Id"),
                                "Status": "ACTIVE"}),
            "--parameters", json.dumps({CERTIFICATE + "Id": made["certificateId"]}))
        self.assertEqual(answer["certificatePem"], made["certificatePem"])
        self.assertEqual(answer["resourceArns"]["certificate"], made["certificateArn"])
        self.assertEqual(self.status(made["certificateId"]), "ACTIVE")

    def test_by_pem(self):
        self.register(setAsActive=True)
        self.issue_for("pem", "/CN=pem")
        template = self.template_with({"CertificatePem": self.pem("pem"),
                                       "CACertificatePem": self.pem("ca")})
        made = self.iot.register_thing(templateBody=template)
        self.assertEqual(made["resourceArns"]["certificate"].rpartition("/")[2],
                         self.certificate_of("pem"))
        self.assertEqual(self.connect("pem"), 0)
        self.assertEqual(self.iot.register_thing(templateBody=template)["resourceArns"],
                         made["resourceArns"])

    def test_conflicts(self):
        made = self.iot.create_keys_and_certificate()
        self.iot.create_thing(thingName="taken", attributePayload={"attributes": {"a": "1"}})
        template = json.loads(self.template_with({"CertificateId": made["certificateId"]},
                                                 ThingName="taken",
                                                 AttributePayload={"a": "2"}))
        def register(**overrides):
            template["Resources"]["thing"]["OverrideSettings"] = overrides
            return self.iot.register_thing(templateBody=json.dumps(template))
        register()
        attributes = lambda: self.iot.describe_thing(thingName="taken")["attributes"]  # noqa: E731
        self.assertEqual(attributes(), {"a": "1"})
        self.assert_refused("ResourceRegistrationFailureException", register,
                            AttributePayload="FAIL")
        register(AttributePayload="REPLACE")
        self.assertEqual(attributes(), {"a": "2"})
        self.assert_refused("InvalidRequestException", register, AttributePayload="PERHAPS")


    def test_nobody_gets_what_the_single_calls_refuse(self):
        made = self.iot.create_keys_and_certificate()
        rights = {"iot:RegisterThing": "*", "iot:CreateThing": "arn:aws:iot:*:*:thing/mine",
                  "iot:UpdateThing": "arn:aws:iot:*:*:thing/mine",
                  "iot:AddThingToThingGroup": "*", "iot:UpdateCertificate": "*",
                  "iot:AttachPolicy": "*", "iot:AttachThingPrincipal": "*"}
        template = self.template_with(
            {"CertificateId": made["certificateId"], "Status": "ACTIVE"},
            ThingName=ref("Name"), ThingGroups=["WA"], AttributePayload={"owner": "me"})
        body = json.loads(template)
        body["Parameters"] = {"Name": {"Type": "String"}}
        body["Resources"]["thing"]["OverrideSettings"] = {"AttributePayload": "REPLACE"}

        iam = self.server.api("iam")
        iam.create_user(UserName="installer")
        keys = iam.create_access_key(UserName="installer")["AccessKey"]
        installer = boto3.client(
            "iot", endpoint_url=self.server.ready["api_url"],
            region_name=self.server.ready["region"], aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"])

        def register(without: str = "", name: str = "mine"):
            statements = [{"Effect": "Allow", "Action": action, "Resource": resource}
                          for action, resource in rights.items()]
            if without:
                statements.append({"Effect": "Deny", "Action": without, "Resource": "*"})
            iam.put_user_policy(UserName="installer", PolicyName="rights", PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": statements}))
            return installer.register_thing(templateBody=json.dumps(body),
                                            parameters={"Name": name})
        for action in rights:
            with self.subTest(action):
                self.assert_refused("AccessDeniedException", register, without=action)
        self.assert_refused("AccessDeniedException", register, name="victim")
        self.assertEqual(self.status(made["certificateId"]), "INACTIVE")
        self.assertEqual(register()["certificatePem"], made["certificatePem"])


class Crash(Provisioning):
    """What is made is made whole, however the server ends."""

    def setUp(self):
        super().setUp()
        directory = DataDir()
        self.addCleanup(directory.remove)
        self.server = Server(GATEHOUSE, *self.flags, "--log-level", "debug", data_dir=directory)
        self.addCleanup(lambda: self.server.stop())
        self.iot = self.server.api("iot")
        self.prepare_server()

    def prepare_server(self):
        self.iot.create_thing_type(thingTypeName="lightBulb-versionA")
        for group in ("v1-lightbulbs", "DE"):
            self.iot.create_thing_group(thingGroupName=group)
        make_role(self.server)

    def test_killed_while_devices_come(self):
        self.register_with(just_in_time_template())
        names = [f"bulb-{number}" for number in range(12)]
        for name in names:
            self.issue_for(name, f"/C=DE/CN={name}/serialNumber=1")

        def arrive(name: str):
            try:
                self.connect(name)
            except (OSError, IndexError):
                pass  # the server is gone
        threads = [threading.Thread(target=arrive, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        wait_until(lambda: self.iot.list_certificates()["certificates"], "one is registered")
        self.server.kill()
        for thread in threads:
            thread.join()
        self.server.start()
        self.iot = self.server.api("iot")
        for name in names:
            self.check_whole(name)
        for name in names:
            self.connect(name)
            self.wait_until_active(self.certificate_of(name))
            self.assertEqual(self.connect(name), 0)

    def check_whole(self, name: str):
        known = {each["certificateId"]: each["status"]
                 for each in self.iot.list_certificates(pageSize=100)["certificates"]}
        is_made = known.get(self.certificate_of(name)) == "ACTIVE"
        things = {each["thingName"] for each in self.iot.list_things()["things"]}
        self.assertEqual(name in things, is_made, f"{name}: {known}")
        if is_made:
            principals = self.iot.list_thing_principals(thingName=name)["principals"]
            self.assertEqual(len(principals), 1)
            self.assertEqual(
                len(self.iot.list_attached_policies(target=principals[0])["policies"]), 1)
            self.assertEqual(len(self.iot.list_thing_groups_for_thing(
                thingName=name)["thingGroups"]), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
