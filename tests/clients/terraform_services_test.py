#!/usr/bin/python3
"""The calls that Terraform's AWS provider makes of Lambda, CloudWatch Logs and IAM, in its order, by
boto3.

usage: terraform_services_test.py GATEHOUSE [TESTS]"""

import json
import unittest

from client_test import zipped
from gatehouse_server import wait_until
from terraform_test import ACCOUNT, HANDLER, TerraformTest, allow, document


def trust(service: str) -> str:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole",
                     "Principal": {"Service": service}})


class Functions(TerraformTest):
    def setUp(self):
        super().setUp()
        self.functions = self.server.api("lambda")

    def read(self, name: str) -> dict:
        """The provider's reading of aws_lambda_function."""
        found = self.functions.get_function(FunctionName=name)
        versions = [version["Version"] for page in
                    self.functions.get_paginator("list_versions_by_function").paginate(
                        FunctionName=name) for version in page["Versions"]]
        self.assertEqual(versions[0], "$LATEST")
        signing = self.functions.get_function_code_signing_config(FunctionName=name)
        self.assertNotIn("CodeSigningConfigArn", signing)
        return found

    def made(self, name: str, role: str) -> dict:
        """Tries again while the role, which was just made, may not be there."""
        made = self.functions.create_function(
            FunctionName=name, Runtime="python3.11", Handler="lambda_function.lambda_handler",
            Role=role, Code={"ZipFile": zipped(HANDLER)}, Publish=False, Timeout=3,
            MemorySize=128, PackageType="Zip", Tags={"Name": "first", "stays": "here"},
            EphemeralStorage={"Size": 512}, Environment={"Variables": {"KEY": "1"}})
        wait_until(lambda: self.functions.get_function(FunctionName=name)["Configuration"][
            "State"] == "Active", "the function is active")
        return made

    def test_function(self):
        iam = self.server.api("iam")
        role = iam.create_role(RoleName="executes",
                               AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
        arn = self.made("function", role["Role"]["Arn"])["FunctionArn"]
        read = self.read("function")
        self.assertEqual(read["Tags"], {"Name": "first", "stays": "here"})
        self.assertEqual(read["Configuration"]["LastUpdateStatus"], "Successful")
        self.functions.untag_resource(Resource=arn, TagKeys=["Name"])
        self.functions.tag_resource(Resource=arn, Tags={"Other": "second"})
        self.functions.update_function_configuration(
            FunctionName="function", Timeout=10, Environment={"Variables": {}})
        self.functions.update_function_code(
            FunctionName="function", ZipFile=zipped(HANDLER + "# changed\n"))
        wait_until(lambda: self.functions.get_function(FunctionName="function")["Configuration"][
            "LastUpdateStatus"] == "Successful", "the function is updated")
        self.functions.put_function_concurrency(FunctionName="function",
                                                ReservedConcurrentExecutions=5)
        read = self.read("function")
        self.assertEqual(read["Tags"], {"Other": "second", "stays": "here"})
        self.assertEqual(read["Configuration"]["Timeout"], 10)
        self.assertEqual(read["Concurrency"], {"ReservedConcurrentExecutions": 5})
        self.functions.delete_function_concurrency(FunctionName="function")
        self.functions.delete_function(FunctionName="function")
        self.gone(self.functions.get_function, FunctionName="function")
        self.gone(self.functions.get_function_code_signing_config, FunctionName="function")
        iam.delete_role(RoleName="executes")

    def test_a_role_that_does_not_trust_lambda(self):
        iam = self.server.api("iam")
        role = iam.create_role(RoleName="elsewhere", AssumeRolePolicyDocument=trust(
            "credentials.iot.amazonaws.com"))["Role"]["Arn"]
        error = self.refused("InvalidParameterValueException", self.made, name="early", role=role,
                             status=400)
        self.assertEqual(error["Message"],
                         "The role defined for the function cannot be assumed by Lambda.")
        iam.update_assume_role_policy(RoleName="elsewhere",
                                      PolicyDocument=trust("lambda.amazonaws.com"))
        self.made("early", role)
        self.functions.delete_function(FunctionName="early")
        iam.delete_role(RoleName="elsewhere")

    def test_alias_permission_and_events(self):
        arn = self.made("aliased", f"arn:aws:iam::{ACCOUNT}:role/any")["FunctionArn"]
        self.functions.publish_version(FunctionName="aliased")
        made = self.functions.create_alias(FunctionName="aliased", Name="live",
                                           FunctionVersion="1", Description="d")
        read = self.functions.get_alias(FunctionName="aliased", Name="live")
        self.assertEqual((read["AliasArn"], read["FunctionVersion"]), (f"{arn}:live", "1"))
        self.assertEqual(read["RevisionId"], made["RevisionId"])
        self.functions.update_alias(FunctionName="aliased", Name="live",
                                    FunctionVersion="$LATEST", Description="")
        read = self.functions.get_alias(FunctionName="aliased", Name="live")
        self.assertEqual(read["FunctionVersion"], "$LATEST")

        self.gone(self.functions.get_policy, FunctionName="aliased")
        self.functions.add_permission(
            FunctionName="aliased", StatementId="iot", Action="lambda:InvokeFunction",
            Principal="iot.amazonaws.com", SourceArn=f"arn:aws:iot:{self.region}:{ACCOUNT}:x")
        policy = json.loads(self.functions.get_policy(FunctionName="aliased")["Policy"])
        self.assertEqual([s["Sid"] for s in policy["Statement"]], ["iot"])
        self.assertEqual(policy["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"],
                         f"arn:aws:iot:{self.region}:{ACCOUNT}:x")
        self.refused("ResourceConflictException", self.functions.add_permission,
                     FunctionName="aliased", StatementId="iot", Action="lambda:InvokeFunction",
                     Principal="iot.amazonaws.com", status=409)
        self.functions.remove_permission(FunctionName="aliased", StatementId="iot")
        self.gone(self.functions.get_policy, FunctionName="aliased")
        self.gone(self.functions.remove_permission, FunctionName="aliased", StatementId="iot")

        of_live = {"FunctionName": "aliased", "Qualifier": "live"}
        self.gone(self.functions.get_function_event_invoke_config, **of_live)
        self.refused("InvalidParameterValueException",
                     self.functions.put_function_event_invoke_config, status=400, **of_live)
        self.functions.put_function_event_invoke_config(
            MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60, DestinationConfig={}, **of_live)
        read = self.functions.get_function_event_invoke_config(**of_live)
        self.assertEqual((read["MaximumRetryAttempts"], read["MaximumEventAgeInSeconds"]),
                         (0, 60))
        self.assertEqual(read["FunctionArn"], f"{arn}:live")
        self.functions.delete_function_event_invoke_config(**of_live)
        self.gone(self.functions.delete_function_event_invoke_config, **of_live)
        self.gone(self.functions.put_function_event_invoke_config, FunctionName="nothing",
                  MaximumRetryAttempts=0)

        self.refused("ProvisionedConcurrencyConfigNotFoundException",
                     self.functions.get_provisioned_concurrency_config, status=404, **of_live)
        self.gone(self.functions.get_function_url_config, FunctionName="aliased")
        self.assertEqual(self.functions.list_event_source_mappings(
            FunctionName="aliased")["EventSourceMappings"], [])
        self.functions.delete_alias(FunctionName="aliased", Name="live")
        self.gone(self.functions.get_alias, FunctionName="aliased", Name="live")
        self.functions.delete_function(FunctionName="aliased")


class Logs(TerraformTest):
    def test_group_and_stream(self):
        logs = self.server.api("logs")
        logs.create_log_group(logGroupName="/tf/group", tags={"Name": "first"})
        logs.put_retention_policy(logGroupName="/tf/group", retentionInDays=7)

        def read() -> dict:
            groups = [group for page in logs.get_paginator("describe_log_groups").paginate(
                logGroupNamePrefix="/tf/group") for group in page["logGroups"]]
            return next((g for g in groups if g["logGroupName"] == "/tf/group"), {})
        self.assertEqual(read()["retentionInDays"], 7)
        arn = read()["arn"].removesuffix(":*")
        self.assertEqual(logs.list_tags_for_resource(resourceArn=arn)["tags"], {"Name": "first"})
        logs.untag_resource(resourceArn=arn, tagKeys=["Name"])
        logs.tag_resource(resourceArn=arn, tags={"Other": "second"})
        logs.delete_retention_policy(logGroupName="/tf/group")
        self.assertNotIn("retentionInDays", read())
        self.refused("ResourceAlreadyExistsException", logs.create_log_group,
                     logGroupName="/tf/group")

        logs.create_log_stream(logGroupName="/tf/group", logStreamName="stream")
        pages = logs.get_paginator("describe_log_streams").paginate(
            logGroupName="/tf/group", logStreamNamePrefix="stream")
        self.assertEqual([s["logStreamName"] for page in pages for s in page["logStreams"]],
                         ["stream"])
        for call, members in ((logs.get_log_events, {"logStreamName": "none"}),
                              (logs.filter_log_events, {"logStreamNames": ["none"]})):
            self.gone(call, logGroupName="/tf/group", **members)
            self.gone(call, logGroupName="/tf/none", **members)
        logs.delete_log_stream(logGroupName="/tf/group", logStreamName="stream")
        self.gone(logs.delete_log_stream, logGroupName="/tf/group", logStreamName="stream")
        logs.delete_log_group(logGroupName="/tf/group")
        self.assertEqual(read(), {})
        self.gone(logs.describe_log_streams, logGroupName="/tf/group")
        self.gone(logs.delete_log_group, logGroupName="/tf/group")


class Iam(TerraformTest):
    def setUp(self):
        super().setUp()
        self.iam = self.server.api("iam")

    def gone(self, call, **members) -> None:
        self.refused("NoSuchEntity", call, status=404, **members)

    def test_user_group_and_access_key(self):
        self.iam.create_user(UserName="user", Path="/tf/", Tags=[{"Key": "Name", "Value": "a"}])
        self.iam.get_user(UserName="user")
        self.iam.create_group(GroupName="group", Path="/")
        self.iam.get_group(GroupName="group")
        self.iam.update_group(GroupName="group", NewGroupName="group2", NewPath="/tf/")
        self.iam.add_user_to_group(GroupName="group2", UserName="user")
        pages = self.iam.get_paginator("list_groups_for_user").paginate(UserName="user")
        self.assertEqual([g["GroupName"] for page in pages for g in page["Groups"]], ["group2"])
        keys = [self.iam.create_access_key(UserName="user")["AccessKey"]["AccessKeyId"]
                for _ in range(2)]
        self.refused("LimitExceeded", self.iam.create_access_key, UserName="user", status=409)
        self.iam.update_access_key(UserName="user", AccessKeyId=keys[0], Status="Inactive")
        read = self.iam.list_access_keys(UserName="user")["AccessKeyMetadata"]
        self.assertEqual({key["AccessKeyId"]: key["Status"] for key in read},
                         {keys[0]: "Inactive", keys[1]: "Active"})
        self.refused("DeleteConflict", self.iam.delete_user, UserName="user", status=409)
        # force_destroy: out of its groups, then whatever else it may have.
        self.iam.remove_user_from_group(GroupName="group2", UserName="user")
        self.assertEqual(self.iam.list_user_policies(UserName="user")["PolicyNames"], [])
        self.assertEqual(
            self.iam.list_attached_user_policies(UserName="user")["AttachedPolicies"], [])
        for key in keys:
            self.iam.delete_access_key(UserName="user", AccessKeyId=key)
        self.assertEqual(self.iam.list_ssh_public_keys(UserName="user")["SSHPublicKeys"], [])
        self.assertEqual(self.iam.list_virtual_mfa_devices()["VirtualMFADevices"], [])
        self.assertEqual(self.iam.list_mfa_devices(UserName="user")["MFADevices"], [])
        self.gone(self.iam.delete_login_profile, UserName="user")
        self.assertEqual(self.iam.list_signing_certificates(UserName="user")["Certificates"], [])
        self.assertEqual(self.iam.list_service_specific_credentials(
            UserName="user")["ServiceSpecificCredentials"], [])
        self.iam.delete_user(UserName="user")
        self.gone(self.iam.get_user, UserName="user")
        self.gone(self.iam.list_access_keys, UserName="user")
        self.iam.delete_group(GroupName="group2")
        self.gone(self.iam.get_group, GroupName="group2")

    def test_role(self):
        self.iam.create_role(RoleName="role", Path="/tf/", Description="d",
                             AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
        read = self.iam.get_role(RoleName="role")["Role"]
        self.assertEqual(read["MaxSessionDuration"], 3600)
        self.assertEqual(read["AssumeRolePolicyDocument"], json.loads(
            trust("lambda.amazonaws.com")))
        self.iam.update_role(RoleName="role", MaxSessionDuration=7200)
        self.iam.update_role_description(RoleName="role", Description="other")
        self.iam.tag_role(RoleName="role", Tags=[{"Key": "Name", "Value": "a"}])
        read = self.iam.get_role(RoleName="role")["Role"]
        self.assertEqual((read["MaxSessionDuration"], read["Description"], read["Tags"]),
                         (7200, "other", [{"Key": "Name", "Value": "a"}]))
        # aws_iam_role_policy, aws_iam_role_policy_attachment
        self.gone(self.iam.get_role_policy, RoleName="role", PolicyName="inline")
        self.iam.put_role_policy(RoleName="role", PolicyName="inline",
                                 PolicyDocument=document(allow("iot:*")))
        self.iam.get_role_policy(RoleName="role", PolicyName="inline")
        arn = "arn:aws:iam::aws:policy/AWSIoTFullAccess"
        self.iam.attach_role_policy(RoleName="role", PolicyArn=arn)
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="role", status=409)
        # force_detach_policies
        self.assertEqual(
            self.iam.list_instance_profiles_for_role(RoleName="role")["InstanceProfiles"], [])
        for each in self.iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"]:
            self.iam.detach_role_policy(RoleName="role", PolicyArn=each["PolicyArn"])
        for name in self.iam.list_role_policies(RoleName="role")["PolicyNames"]:
            self.iam.delete_role_policy(RoleName="role", PolicyName=name)
        self.iam.delete_role(RoleName="role")
        self.gone(self.iam.get_role, RoleName="role")
        self.gone(self.iam.list_attached_role_policies, RoleName="role")

    def test_policy(self):
        arn = self.iam.create_policy(PolicyName="policy", Path="/tf/", Description="d",
                                     PolicyDocument=document(allow("iot:*")))["Policy"]["Arn"]

        def read() -> str:
            found = self.iam.get_policy(PolicyArn=arn)["Policy"]
            return self.iam.get_policy_version(
                PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]["VersionId"]
        self.assertEqual(read(), "v1")
        for _ in range(5):
            versions = self.iam.list_policy_versions(PolicyArn=arn)["Versions"]
            if len(versions) == 5:
                self.refused("LimitExceeded", self.iam.create_policy_version, PolicyArn=arn,
                             PolicyDocument=document(allow("iot:*")), status=409)
                oldest = min((v for v in versions if not v["IsDefaultVersion"]),
                             key=lambda version: version["CreateDate"])
                self.iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
            self.iam.create_policy_version(PolicyArn=arn, SetAsDefault=True,
                                           PolicyDocument=document(allow("logs:*")))
        self.assertEqual(read(), "v6")
        # aws_iam_policy_attachment, which is of everyone that the policy is attached to
        self.iam.create_group(GroupName="attached")
        self.iam.attach_group_policy(GroupName="attached", PolicyArn=arn)
        found = self.iam.list_entities_for_policy(PolicyArn=arn)
        self.assertEqual([g["GroupName"] for g in found["PolicyGroups"]], ["attached"])
        self.assertEqual((found["PolicyUsers"], found["PolicyRoles"]), ([], []))
        self.refused("DeleteConflict", self.iam.delete_policy, PolicyArn=arn, status=409)
        self.iam.detach_group_policy(GroupName="attached", PolicyArn=arn)
        self.gone(self.iam.detach_group_policy, GroupName="attached", PolicyArn=arn)
        for version in self.iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        self.iam.delete_policy(PolicyArn=arn)
        error = self.refused("NoSuchEntity", self.iam.get_policy, PolicyArn=arn, status=404)
        self.assertEqual(error["Message"], f"Policy {arn} was not found.")
        error = self.refused("NoSuchEntity", self.iam.attach_group_policy, PolicyArn=arn,
                             GroupName="attached", status=404)
        self.assertEqual(error["Message"],
                         f"Policy {arn} does not exist or is not attachable.")
        self.iam.delete_group(GroupName="attached")


if __name__ == "__main__":
    unittest.main(verbosity=2)
