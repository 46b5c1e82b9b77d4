#!/usr/bin/python3
"""The calls that Terraform's AWS provider makes of AWS IoT, in its order, by boto3: each resource is
made, read back, changed, and deleted with the retries of the provider, after which a reading finds
nothing. terraform_services_test.py has those of the other services.

usage: terraform_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from botocore.exceptions import ClientError

from client_test import ClientTest, make_function
from gatehouse_server import wait_until

ACCOUNT = "000000000000"
HANDLER = "def lambda_handler(event, context):\n    return {}\n"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


class TerraformTest(ClientTest):
    # A thing type is deleted at once, where the provider waits up to six minutes.
    flags = ("--thing-type-wait-seconds", "1")

    def setUp(self):
        self.iot = self.server.api("iot")
        self.region = self.server.ready["region"]

    def refused(self, code: str, call, *, status: int | None = None, **members) -> dict:
        """The error's members; the provider tells errors apart by their codes."""
        with self.assertRaises(ClientError) as caught:
            call(**members)
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], code, response)
        if status:
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], status, response)
        return response["Error"]

    def gone(self, call, **members) -> None:
        self.refused("ResourceNotFoundException", call, **members)

    def tags_of(self, arn: str) -> dict:
        listed = self.iot.list_tags_for_resource(resourceArn=arn)["tags"]
        return {tag["Key"]: tag.get("Value", "") for tag in listed}

    def retag(self, arn: str) -> None:
        """An update of tags: those that go, then those that come."""
        self.assertEqual(self.tags_of(arn), {"Name": "first", "stays": "here"})
        self.iot.untag_resource(resourceArn=arn, tagKeys=["Name"])
        self.iot.tag_resource(resourceArn=arn, tags=[{"Key": "Other", "Value": "second"}])
        self.assertEqual(self.tags_of(arn), {"Other": "second", "stays": "here"})

    TAGS = [{"Key": "Name", "Value": "first"}, {"Key": "stays", "Value": "here"}]

    def retried(self, call, code: str, text: str = "", **members):
        """As the provider's RetryWhen…: again while this is the error."""
        def attempt():
            try:
                call(**members)
                return True
            except ClientError as error:
                told = error.response["Error"]
                if told["Code"] != code or text not in told["Message"]:
                    raise
                return False
        wait_until(attempt, f"{call.__name__} goes through")


class Things(TerraformTest):
    def test_thing(self):
        self.iot.create_thing_type(thingTypeName="of-thing")
        self.iot.create_thing(thingName="thing", thingTypeName="of-thing",
                              attributePayload={"attributes": {"a": "1", "b": "2"}})
        read = self.iot.describe_thing(thingName="thing")
        self.assertEqual(read["defaultClientId"], "thing")
        self.assertEqual((read["attributes"], read["version"]), ({"a": "1", "b": "2"}, 1))
        self.assertEqual(read["thingTypeName"], "of-thing")
        arn = f"arn:aws:iot:{self.region}:{ACCOUNT}:thing/thing"
        self.assertEqual(read["thingArn"], arn)
        self.iot.update_thing(thingName="thing", removeThingType=True, expectedVersion=1,
                              attributePayload={"attributes": {"c": "3"}})
        read = self.iot.describe_thing(thingName="thing")
        self.assertEqual((read["attributes"], read["version"]), ({"c": "3"}, 2))
        self.assertNotIn("thingTypeName", read)
        self.refused("VersionConflictException", self.iot.update_thing, thingName="thing",
                     expectedVersion=1, status=409)
        self.iot.delete_thing(thingName="thing")
        self.gone(self.iot.describe_thing, thingName="thing")
        self.iot.delete_thing(thingName="thing")

    def test_thing_type(self):
        self.iot.create_thing_type(
            thingTypeName="type", tags=self.TAGS, thingTypeProperties={
                "thingTypeDescription": "d", "searchableAttributes": ["x", "y"]})
        read = self.iot.describe_thing_type(thingTypeName="type")
        self.assertEqual(read["thingTypeProperties"], {
            "thingTypeDescription": "d", "searchableAttributes": ["x", "y"]})
        self.assertIs(read["thingTypeMetadata"]["deprecated"], False)
        self.assertNotIn("deprecationDate", read["thingTypeMetadata"])
        self.retag(read["thingTypeArn"])
        self.iot.deprecate_thing_type(thingTypeName="type")
        read = self.iot.describe_thing_type(thingTypeName="type")
        self.assertIs(read["thingTypeMetadata"]["deprecated"], True)
        self.refused("InvalidRequestException", self.iot.create_thing, thingName="late",
                     thingTypeName="type")
        self.iot.deprecate_thing_type(thingTypeName="type", undoDeprecate=True)
        read = self.iot.describe_thing_type(thingTypeName="type")
        self.assertIs(read["thingTypeMetadata"]["deprecated"], False)
        # In order to delete it.
        self.refused("InvalidRequestException", self.iot.delete_thing_type, thingTypeName="type")
        self.iot.deprecate_thing_type(thingTypeName="type")
        self.retried(self.iot.delete_thing_type, "InvalidRequestException",
                     "after deprecation and then retry", thingTypeName="type")
        self.gone(self.iot.describe_thing_type, thingTypeName="type")

    def test_thing_group_and_membership(self):
        self.iot.create_thing_group(thingGroupName="root")
        made = self.iot.create_thing_group(
            thingGroupName="child", parentGroupName="root", tags=self.TAGS,
            thingGroupProperties={"thingGroupDescription": "d",
                                  "attributePayload": {"attributes": {"a": "1"}}})
        read = self.iot.describe_thing_group(thingGroupName="child")
        self.assertEqual(read["thingGroupMetadata"]["parentGroupName"], "root")
        self.assertEqual([g["groupName"] for g in
                          read["thingGroupMetadata"]["rootToParentThingGroups"]], ["root"])
        self.assertEqual(read["version"], 1)
        self.retag(made["thingGroupArn"])
        self.assertEqual(self.iot.update_thing_group(
            thingGroupName="child", expectedVersion=read["version"], thingGroupProperties={
                "thingGroupDescription": "other",
                "attributePayload": {"attributes": {"b": "2"}}})["version"], 2)
        read = self.iot.describe_thing_group(thingGroupName="child")
        self.assertEqual(read["thingGroupProperties"]["thingGroupDescription"], "other")
        self.assertEqual(read["thingGroupProperties"]["attributePayload"]["attributes"],
                         {"b": "2"})
        # aws_iot_thing_group_membership
        self.iot.create_thing(thingName="member")
        self.iot.add_thing_to_thing_group(thingGroupName="child", thingName="member",
                                          overrideDynamicGroups=True)
        pages = self.iot.get_paginator("list_thing_groups_for_thing").paginate(thingName="member")
        self.assertEqual([g["groupName"] for page in pages for g in page["thingGroups"]],
                         ["child"])
        self.iot.remove_thing_from_thing_group(thingGroupName="child", thingName="member")
        self.assertEqual(
            self.iot.list_thing_groups_for_thing(thingName="member")["thingGroups"], [])
        self.gone(self.iot.list_thing_groups_for_thing, thingName="nothing")
        self.gone(self.iot.add_thing_to_thing_group, thingGroupName="none", thingName="member")
        self.gone(self.iot.add_thing_to_thing_group, thingGroupName="child", thingName="nothing")
        self.gone(self.iot.list_things_in_thing_group, thingGroupName="none")
        # Where the children are deleted at the same time, the provider tries again.
        self.refused("InvalidRequestException", self.iot.delete_thing_group,
                     thingGroupName="root", status=400)
        self.iot.delete_thing_group(thingGroupName="child")
        self.iot.delete_thing_group(thingGroupName="root")
        self.gone(self.iot.describe_thing_group, thingGroupName="child")

    def test_billing_group(self):
        made = self.iot.create_billing_group(
            billingGroupName="billing", tags=self.TAGS,
            billingGroupProperties={"billingGroupDescription": "d"})
        read = self.iot.describe_billing_group(billingGroupName="billing")
        self.assertEqual(read["version"], 1)
        self.assertIn("creationDate", read["billingGroupMetadata"])
        self.retag(made["billingGroupArn"])
        self.iot.update_billing_group(
            billingGroupName="billing", expectedVersion=1,
            billingGroupProperties={"billingGroupDescription": "other"})
        read = self.iot.describe_billing_group(billingGroupName="billing")
        self.assertEqual(read["billingGroupProperties"], {"billingGroupDescription": "other"})
        self.iot.delete_billing_group(billingGroupName="billing")
        self.gone(self.iot.describe_billing_group, billingGroupName="billing")
        self.gone(self.iot.list_things_in_billing_group, billingGroupName="billing")

    def test_singletons(self):
        """They are set and read; deleting them means nothing."""
        events = {kind: {"Enabled": kind == "THING"} for kind in
                  self.iot.describe_event_configurations()["eventConfigurations"]}
        self.iot.update_event_configurations(eventConfigurations=events)
        self.assertEqual(self.iot.describe_event_configurations()["eventConfigurations"], events)
        fields = [{"name": "attributes.version", "type": "Number"}]
        self.iot.update_indexing_configuration(
            thingIndexingConfiguration={"thingIndexingMode": "REGISTRY", "customFields": fields,
                                        "thingConnectivityIndexingMode": "STATUS"},
            thingGroupIndexingConfiguration={"thingGroupIndexingMode": "ON"})
        read = self.iot.get_indexing_configuration()
        self.assertEqual(read["thingIndexingConfiguration"]["customFields"], fields)
        self.assertTrue(read["thingIndexingConfiguration"]["managedFields"])
        self.assertEqual(read["thingGroupIndexingConfiguration"]["thingGroupIndexingMode"], "ON")
        role = f"arn:aws:iam::{ACCOUNT}:role/logs"
        self.iot.set_v2_logging_options(roleArn=role, defaultLogLevel="WARN",
                                        disableAllLogs=False)
        read = self.iot.get_v2_logging_options()
        self.assertEqual((read["roleArn"], read["defaultLogLevel"], read["disableAllLogs"]),
                         (role, "WARN", False))


class Certificates(TerraformTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-terraform-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def pem(self, name: str) -> str:
        return (self.folder / name).read_text()

    def authority(self) -> str:
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                     f"/O={self.id()[-60:]}", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
        return self.pem("ca.pem")

    def signed(self, name: str, common_name: str) -> str:
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={common_name}",
                     "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-out", f"{name}.pem")
        return self.pem(f"{name}.pem")

    def led_through(self, certificate_id: str) -> None:
        """The provider's reading, updating and deleting of a certificate that is ACTIVE."""
        read = self.iot.describe_certificate(certificateId=certificate_id)
        found = read["certificateDescription"]
        self.assertEqual(found["status"], "ACTIVE")
        self.assertTrue(found["certificateArn"].endswith(f":cert/{certificate_id}"))
        for status in ("INACTIVE", "ACTIVE"):
            self.iot.update_certificate(certificateId=certificate_id, newStatus=status)
        self.refused("CertificateStateException", self.iot.delete_certificate, status=406,
                     certificateId=certificate_id)
        self.iot.update_certificate(certificateId=certificate_id, newStatus="INACTIVE")
        self.iot.delete_certificate(certificateId=certificate_id)
        self.gone(self.iot.describe_certificate, certificateId=certificate_id)

    def test_certificate_with_keys(self):
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        self.assertTrue(made["keyPair"]["PrivateKey"].startswith(
            "-----BEGIN RSA PRIVATE KEY-----\n"), "in the form of AWS")
        (self.folder / "key").write_text(made["keyPair"]["PrivateKey"])
        self.openssl("rsa", "-in", "key", "-check", "-noout")
        self.led_through(made["certificateId"])

    def test_certificate_from_a_request(self):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=own", "-keyout",
                     "own.key", "-out", "own.csr")
        self.led_through(self.iot.create_certificate_from_csr(
            certificateSigningRequest=self.pem("own.csr"), setAsActive=True)["certificateId"])

    def test_certificate_of_ones_own(self):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=self",
                     "-days", "2", "-keyout", "self.key", "-out", "self.pem")
        made = self.iot.register_certificate_without_ca(
            certificatePem=self.pem("self.pem"), status="ACTIVE")
        self.led_through(made["certificateId"])

    def test_ca_certificate_and_what_it_signed(self):
        authority = self.authority()
        code = self.iot.get_registration_code()["registrationCode"]
        made = self.iot.register_ca_certificate(
            caCertificate=authority, verificationCertificate=self.signed("proof", code),
            allowAutoRegistration=False, setAsActive=True, certificateMode="DEFAULT",
            tags=self.TAGS)
        ca = made["certificateId"]
        read = self.iot.describe_ca_certificate(certificateId=ca)
        found = read["certificateDescription"]
        self.assertEqual((found["status"], found["autoRegistrationStatus"],
                          found["certificateMode"]), ("ACTIVE", "DISABLE", "DEFAULT"))
        self.assertIn("generationId", found)
        self.assertEqual(set(found["validity"]), {"notBefore", "notAfter"})
        self.retag(made["certificateArn"])
        device = self.iot.register_certificate(
            certificatePem=self.signed("device", "device"), caCertificatePem=authority,
            status="ACTIVE")
        self.led_through(device["certificateId"])
        self.iot.update_ca_certificate(certificateId=ca, newStatus="ACTIVE",
                                       newAutoRegistrationStatus="ENABLE")
        read = self.iot.describe_ca_certificate(certificateId=ca)
        self.assertEqual(read["certificateDescription"]["autoRegistrationStatus"], "ENABLE")
        self.refused("CertificateStateException", self.iot.delete_ca_certificate, status=406,
                     certificateId=ca)
        self.iot.update_ca_certificate(certificateId=ca, newStatus="INACTIVE")
        self.iot.delete_ca_certificate(certificateId=ca)
        self.gone(self.iot.describe_ca_certificate, certificateId=ca)

    def test_policy_and_attachments(self):
        made = self.iot.create_policy(policyName="policy", policyDocument=document(
            allow("iot:Connect")), tags=self.TAGS)
        read = self.iot.get_policy(policyName="policy")
        self.assertEqual(read["defaultVersionId"], "1")
        self.assertEqual(json.loads(read["policyDocument"]), json.loads(
            document(allow("iot:Connect"))))
        self.retag(made["policyArn"])
        # Six updates: where the versions are used up, the oldest goes first.
        for number in range(2, 8):
            update = {"policyName": "policy", "setAsDefault": True,
                      "policyDocument": document(allow("iot:Publish", f"*{number}"))}
            try:
                self.iot.create_policy_version(**update)
            except self.iot.exceptions.VersionsLimitExceededException:
                versions = self.iot.list_policy_versions(policyName="policy")["policyVersions"]
                oldest = min((v for v in versions if not v["isDefaultVersion"]),
                             key=lambda version: int(version["versionId"]))
                self.iot.delete_policy_version(policyName="policy",
                                               policyVersionId=oldest["versionId"])
                self.iot.create_policy_version(**update)
        read = self.iot.get_policy(policyName="policy")
        self.assertEqual(read["defaultVersionId"], "7")
        # aws_iot_policy_attachment, aws_iot_thing_principal_attachment
        arn = self.iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]
        self.iot.attach_policy(policyName="policy", target=arn)
        pages = self.iot.get_paginator("list_attached_policies").paginate(target=arn)
        self.assertEqual([p["policyName"] for page in pages for p in page["policies"]],
                         ["policy"])
        self.iot.create_thing(thingName="holder")
        self.iot.attach_thing_principal(thingName="holder", principal=arn)
        self.assertEqual(self.iot.list_thing_principals(thingName="holder")["principals"], [arn])
        self.refused("InvalidRequestException", self.iot.delete_thing, thingName="holder")
        self.refused("DeleteConflictException", self.iot.delete_policy, policyName="policy",
                     status=409)
        # Detaching is done with a moment later; the provider reads until it is.
        self.iot.detach_thing_principal(thingName="holder", principal=arn)
        wait_until(lambda: not self.iot.list_thing_principals(thingName="holder")["principals"],
                   "the principal is detached")
        self.iot.detach_policy(policyName="policy", target=arn)
        self.assertEqual(self.iot.list_attached_policies(target=arn)["policies"], [])
        for version in self.iot.list_policy_versions(policyName="policy")["policyVersions"]:
            if not version["isDefaultVersion"]:
                self.iot.delete_policy_version(policyName="policy",
                                               policyVersionId=version["versionId"])
        self.retried(self.iot.delete_policy, "DeleteConflictException", policyName="policy")
        self.gone(self.iot.get_policy, policyName="policy")
        self.gone(self.iot.attach_policy, policyName="policy", target=arn)
        self.gone(self.iot.detach_policy, policyName="policy", target=arn)
        self.gone(self.iot.list_policy_versions, policyName="policy")
        self.gone(self.iot.list_targets_for_policy, policyName="policy")

    def test_what_is_not_there_is_not_attached(self):
        self.iot.create_policy(policyName="lonely", policyDocument=document(allow("iot:*")))
        self.iot.create_thing(thingName="lonely")
        absent = f"arn:aws:iot:{self.region}:{ACCOUNT}:cert/" + "0" * 64
        group = f"arn:aws:iot:{self.region}:{ACCOUNT}:thinggroup/none"
        self.gone(self.iot.attach_policy, policyName="lonely", target=absent)
        self.gone(self.iot.attach_policy, policyName="lonely", target=group)
        self.gone(self.iot.attach_thing_principal, thingName="lonely", principal=absent)
        present = self.iot.create_keys_and_certificate()["certificateArn"]
        self.gone(self.iot.attach_thing_principal, thingName="nothing", principal=present)
        self.gone(self.iot.detach_thing_principal, thingName="nothing", principal=present)
        self.gone(self.iot.list_thing_principals, thingName="nothing")

    def test_no_more_policies_than_a_certificate_may_have(self):
        arn = self.iot.create_keys_and_certificate()["certificateArn"]
        for number in range(11):
            self.iot.create_policy(policyName=f"many-{number}",
                                   policyDocument=document(allow("iot:*")))
        for number in range(10):
            self.iot.attach_policy(policyName=f"many-{number}", target=arn)
        self.refused("LimitExceededException", self.iot.attach_policy, policyName="many-10",
                     target=arn, status=410)
        self.iot.attach_policy(policyName="many-0", target=arn)


class Authorizers(TerraformTest):
    flags = ("--endpoint", "gate.example.test")

    @classmethod
    def prepare(cls):
        cls.function = make_function(cls.server, "checking", HANDLER)

    def test_authorizer_and_domain_configuration(self):
        made = self.iot.create_authorizer(
            authorizerName="authorizer", authorizerFunctionArn=self.function,
            signingDisabled=True, status="ACTIVE", enableCachingForHttp=False, tags=self.TAGS)
        read = self.iot.describe_authorizer(authorizerName="authorizer")["authorizerDescription"]
        self.assertEqual((read["status"], read["signingDisabled"], read["enableCachingForHttp"]),
                         ("ACTIVE", True, False))
        self.assertEqual(read["authorizerFunctionArn"], self.function)
        self.retag(made["authorizerArn"])
        self.iot.update_authorizer(authorizerName="authorizer", enableCachingForHttp=True)
        read = self.iot.describe_authorizer(authorizerName="authorizer")["authorizerDescription"]
        self.assertIs(read["enableCachingForHttp"], True)

        domain = self.iot.create_domain_configuration(
            domainConfigurationName="domain", serviceType="DATA", tags=self.TAGS,
            domainName="iot.gate.example.test",
            authorizerConfig={"defaultAuthorizerName": "authorizer",
                              "allowAuthorizerOverride": True})
        read = self.iot.describe_domain_configuration(domainConfigurationName="domain")
        self.assertEqual((read["domainConfigurationStatus"], read["serviceType"]),
                         ("ENABLED", "DATA"))
        self.assertEqual(read["authorizerConfig"], {"defaultAuthorizerName": "authorizer",
                                                    "allowAuthorizerOverride": True})
        self.retag(domain["domainConfigurationArn"])
        self.iot.update_domain_configuration(
            domainConfigurationName="domain", domainConfigurationStatus="ENABLED",
            authorizerConfig={"defaultAuthorizerName": "authorizer",
                              "allowAuthorizerOverride": False})

        self.refused("DeleteConflictException", self.iot.delete_authorizer,
                     authorizerName="authorizer", status=409)
        self.iot.update_authorizer(authorizerName="authorizer", status="INACTIVE")
        error = self.refused("DeleteConflictException", self.iot.delete_authorizer,
                             authorizerName="authorizer", status=409)
        self.assertIn("domain configuration 'domain'", error["Message"])
        self.refused("InvalidRequestException", self.iot.delete_domain_configuration,
                     domainConfigurationName="domain", status=400)
        self.iot.update_domain_configuration(domainConfigurationName="domain",
                                             domainConfigurationStatus="DISABLED")
        self.iot.delete_domain_configuration(domainConfigurationName="domain")
        self.gone(self.iot.describe_domain_configuration, domainConfigurationName="domain")
        self.iot.delete_authorizer(authorizerName="authorizer")
        self.gone(self.iot.describe_authorizer, authorizerName="authorizer")

    def test_role_alias(self):
        roles = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("first", "second")]
        made = self.iot.create_role_alias(roleAlias="alias", roleArn=roles[0],
                                          credentialDurationSeconds=3600, tags=self.TAGS)
        read = self.iot.describe_role_alias(roleAlias="alias")["roleAliasDescription"]
        self.assertEqual((read["roleArn"], read["credentialDurationSeconds"]), (roles[0], 3600))
        self.retag(made["roleAliasArn"])
        self.iot.update_role_alias(roleAlias="alias", roleArn=roles[1],
                                   credentialDurationSeconds=1800)
        read = self.iot.describe_role_alias(roleAlias="alias")["roleAliasDescription"]
        self.assertEqual((read["roleArn"], read["credentialDurationSeconds"]), (roles[1], 1800))
        self.refused("ResourceAlreadyExistsException", self.iot.create_role_alias,
                     roleAlias="alias", roleArn=roles[0], status=409)
        self.iot.delete_role_alias(roleAlias="alias")
        self.gone(self.iot.describe_role_alias, roleAlias="alias")


if __name__ == "__main__":
    unittest.main(verbosity=2)
