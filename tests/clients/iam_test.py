#!/usr/bin/python3
"""IAM and STS through boto3 and the AWS CLI: users, groups, roles and their policies, and that they
decide what every other call may do.

usage: iam_test.py GATEHOUSE [TESTS]"""

import json
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.config
from botocore.exceptions import ClientError

from client_test import ClientTest, zipped
from signing import signed_headers

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ROOT = "arn:aws:iam::000000000000:root"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(principal: str) -> str:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}})


class IamTest(ClientTest):
    def setUp(self):
        self.iam = self.server.api("iam")

    def refused(self, code: str, call, **members) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**members)
        error = caught.exception.response
        self.assertEqual(error["Error"]["Code"], code, error)
        self.assertTrue(error["ResponseMetadata"]["RequestId"])
        return error["Error"]["Message"]

    def as_keys(self, service: str, keys: dict):
        return boto3.client(
            service, endpoint_url=self.server.ready["api_url"],
            region_name=self.server.ready["region"], aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=botocore.config.Config(retries={"max_attempts": 1}))

    def user(self, name: str, *statements: dict) -> dict:
        """A user with these rights; answers a key of it."""
        self.iam.create_user(UserName=name)
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="rights",
                                     PolicyDocument=document(*statements))
        return self.iam.create_access_key(UserName=name)["AccessKey"]


class Identities(IamTest):
    def test_aws_cli_asks_who_it_is(self):
        self.assertEqual(self.server.aws_json("sts", "get-caller-identity"),
                         {"UserId": "000000000000", "Account": "000000000000", "Arn": ROOT})
        self.assertEqual(self.server.aws_json("iam", "get-user")["User"]["Arn"], ROOT)

    def test_life_of_a_user(self):
        made = self.iam.create_user(UserName="ann", Path="/dev/",
                                    Tags=[{"Key": "team", "Value": "a + b@c"}])["User"]
        self.assertRegex(made["UserId"], "^AIDA[A-Z2-7]{17}$")
        self.assertEqual(made["Arn"], "arn:aws:iam::000000000000:user/dev/ann")
        self.assertEqual(made["Tags"], [{"Key": "team", "Value": "a + b@c"}])
        self.assertEqual(self.iam.get_user(UserName="ann")["User"], made)
        self.assertIn("ann", [u["UserName"] for u in self.iam.list_users(PathPrefix="/dev/")["Users"]])
        self.refused("EntityAlreadyExists", self.iam.create_user, UserName="ann")
        self.iam.update_user(UserName="ann", NewUserName="anna")
        message = self.refused("NoSuchEntity", self.iam.get_user, UserName="ann")
        self.assertEqual(message, "The user with name ann cannot be found.")
        self.refused("ValidationError", self.iam.create_user, UserName="not a name")
        self.iam.delete_user(UserName="anna")

    def test_whom_a_policy_is_attached_to(self):
        arn = self.iam.create_policy(PolicyName="held", PolicyDocument=document(
            allow("iot:*")))["Policy"]["Arn"]
        self.iam.create_user(UserName="holder", Path="/dev/")
        self.iam.create_role(RoleName="holder", AssumeRolePolicyDocument=trust(ROOT))
        self.iam.attach_user_policy(UserName="holder", PolicyArn=arn)
        self.iam.attach_role_policy(RoleName="holder", PolicyArn=arn)
        pages = list(self.iam.get_paginator("list_entities_for_policy").paginate(
            PolicyArn=arn, PaginationConfig={"PageSize": 1}))
        self.assertEqual(len(pages), 2)
        self.assertEqual([u["UserName"] for p in pages for u in p["PolicyUsers"]], ["holder"])
        self.assertEqual([r["RoleName"] for p in pages for r in p["PolicyRoles"]], ["holder"])
        self.assertEqual([g for p in pages for g in p["PolicyGroups"]], [])
        of_roles = self.iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role")
        self.assertEqual((of_roles["PolicyUsers"], len(of_roles["PolicyRoles"])), ([], 1))
        of_path = self.iam.list_entities_for_policy(PolicyArn=arn, PathPrefix="/dev/")
        self.assertEqual((len(of_path["PolicyUsers"]), of_path["PolicyRoles"]), (1, []))
        self.refused("NoSuchEntity", self.iam.list_entities_for_policy, PolicyArn=arn + "x")
        self.iam.detach_user_policy(UserName="holder", PolicyArn=arn)
        self.iam.detach_role_policy(RoleName="holder", PolicyArn=arn)
        self.iam.delete_role(RoleName="holder")
        self.iam.delete_user(UserName="holder")
        self.iam.delete_policy(PolicyArn=arn)

    def test_a_boundary_that_is_not_kept_is_refused(self):
        boundary = "arn:aws:iam::aws:policy/AWSIoTFullAccess"
        message = self.refused("ValidationError", self.iam.create_user, UserName="bound",
                               PermissionsBoundary=boundary)
        self.assertIn("PermissionsBoundary is not supported", message)
        self.refused("NoSuchEntity", self.iam.get_user, UserName="bound")
        self.refused("ValidationError", self.iam.create_role, RoleName="bound",
                     AssumeRolePolicyDocument="{}", PermissionsBoundary=boundary)

    def test_lists_have_pages(self):
        for i in range(5):
            self.iam.create_group(GroupName=f"page-{i}", Path="/pages/")
        pages = self.iam.get_paginator("list_groups").paginate(
            PathPrefix="/pages/", PaginationConfig={"PageSize": 2})
        names = [group["GroupName"] for page in pages for group in page["Groups"]]
        self.assertEqual(names, [f"page-{i}" for i in range(5)])
        for name in names:
            self.iam.delete_group(GroupName=name)
        of_aws = list(self.iam.get_paginator("list_policies").paginate(
            Scope="AWS", PaginationConfig={"PageSize": 1}))
        self.assertEqual({len(page["Policies"]) for page in of_aws}, {1})

    def test_inline_policies(self):
        self.iam.create_user(UserName="inline")
        text = document(allow("iot:*"))
        self.iam.put_user_policy(UserName="inline", PolicyName="p", PolicyDocument=text)
        got = self.iam.get_user_policy(UserName="inline", PolicyName="p")
        self.assertEqual(got["PolicyDocument"], json.loads(text))
        self.assertEqual(self.iam.list_user_policies(UserName="inline")["PolicyNames"], ["p"])
        self.refused("MalformedPolicyDocument", self.iam.put_user_policy, UserName="inline",
                     PolicyName="p", PolicyDocument='{"Statement": []}')
        self.refused("DeleteConflict", self.iam.delete_user, UserName="inline")
        self.iam.delete_user_policy(UserName="inline", PolicyName="p")
        self.iam.delete_user(UserName="inline")

    def test_managed_policies(self):
        arn = self.iam.create_policy(PolicyName="managed", PolicyDocument=document(
            allow("iot:*")))["Policy"]["Arn"]
        self.assertEqual(self.iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=document(allow("logs:*")),
            SetAsDefault=True)["PolicyVersion"]["VersionId"], "v2")
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], "v2")
        got = self.iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
        self.assertEqual(got["Document"]["Statement"][0]["Action"], "logs:*")
        self.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
        self.assertEqual(len(self.iam.list_policy_versions(PolicyArn=arn)["Versions"]), 1)
        self.iam.create_group(GroupName="with-policies")
        self.iam.attach_group_policy(GroupName="with-policies", PolicyArn=arn)
        self.refused("DeleteConflict", self.iam.delete_policy, PolicyArn=arn)
        local = self.iam.list_policies(Scope="Local", OnlyAttached=True)["Policies"]
        self.assertEqual([p["Arn"] for p in local], [arn])
        self.assertIn(ADMIN, [p["Arn"] for p in self.iam.list_policies()["Policies"]])
        attached = self.iam.list_attached_group_policies(GroupName="with-policies")
        self.assertEqual(attached["AttachedPolicies"], [{"PolicyName": "managed", "PolicyArn": arn}])
        self.iam.detach_group_policy(GroupName="with-policies", PolicyArn=arn)
        self.iam.put_group_policy(GroupName="with-policies", PolicyName="p",
                                  PolicyDocument=document(allow("iot:*")))
        self.assertEqual(self.iam.list_group_policies(GroupName="with-policies")["PolicyNames"], ["p"])
        self.assertEqual(self.iam.get_group_policy(
            GroupName="with-policies", PolicyName="p")["GroupName"], "with-policies")
        self.iam.delete_group_policy(GroupName="with-policies", PolicyName="p")
        self.iam.delete_group(GroupName="with-policies")
        self.iam.delete_policy(PolicyArn=arn)
        self.refused("NoSuchEntity", self.iam.get_policy, PolicyArn=arn)

    def test_access_keys(self):
        key = self.user("keys")
        self.assertEqual(self.as_keys("sts", key).get_caller_identity()["Arn"],
                         "arn:aws:iam::000000000000:user/keys")
        used = self.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        self.assertEqual(used["UserName"], "keys")
        self.assertEqual(used["AccessKeyLastUsed"]["ServiceName"], "sts")
        second = self.iam.create_access_key(UserName="keys")["AccessKey"]
        unused = self.iam.get_access_key_last_used(AccessKeyId=second["AccessKeyId"])
        self.assertEqual(unused["AccessKeyLastUsed"]["ServiceName"], "N/A")
        self.refused("LimitExceeded", self.iam.create_access_key, UserName="keys")
        self.iam.update_access_key(UserName="keys", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        self.refused("InvalidClientTokenId", self.as_keys("sts", key).get_caller_identity)
        self.refused("UnrecognizedClientException", self.as_keys("iot", key).list_things)
        listed = self.iam.list_access_keys(UserName="keys")["AccessKeyMetadata"]
        self.assertEqual({k["AccessKeyId"]: k["Status"] for k in listed},
                         {key["AccessKeyId"]: "Inactive", second["AccessKeyId"]: "Active"})
        for each in listed:
            self.iam.delete_access_key(UserName="keys", AccessKeyId=each["AccessKeyId"])
        self.iam.delete_user(UserName="keys")
        database = b"".join(path.read_bytes()
                            for path in (self.server.data_dir.path / "data").rglob("*")
                            if path.is_file() and path.name != "credentials")
        self.assertNotIn(second["SecretAccessKey"].encode(), database)


class Rights(IamTest):
    def test_denials_in_each_protocol(self):
        key = self.user("nobody")
        message = self.refused("AccessDeniedException", self.as_keys("iot", key).create_thing,
                               thingName="lamp")
        self.assertIn("User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: "
                      "iot:CreateThing on resource: arn:aws:iot:us-east-1:000000000000:thing/lamp "
                      "because no identity-based policy allows the iot:CreateThing action", message)
        self.assertIn("logs:DescribeLogGroups", self.refused(
            "AccessDeniedException", self.as_keys("logs", key).describe_log_groups))
        self.assertIn("lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:"
                      "function:f because", self.refused(
                          "AccessDeniedException", self.as_keys("lambda", key).invoke,
                          FunctionName="f"))
        self.assertIn("iam:ListUsers", self.refused(
            "AccessDenied", self.as_keys("iam", key).list_users))
        self.assertIn("iot:Publish on resource: arn:aws:iot:us-east-1:000000000000:topic/a/b",
                      self.refused("AccessDeniedException", self.as_keys("iot-data", key).publish,
                                   topic="a/b"))

    def test_resources_and_explicit_denies(self):
        things = "arn:aws:iot:us-east-1:000000000000:thing/"
        key = self.user("limited", allow("iot:*Thing", things + "mine-*"), allow("iot:ListThings"),
                        {"Effect": "Deny", "Action": "iot:DeleteThing", "Resource": "*"})
        iot = self.as_keys("iot", key)
        iot.create_thing(thingName="mine-1")
        self.refused("AccessDeniedException", iot.create_thing, thingName="theirs")
        iot.list_things()
        self.assertIn("with an explicit deny in an identity-based policy", self.refused(
            "AccessDeniedException", iot.delete_thing, thingName="mine-1"))

    def test_rights_change_at_once(self):
        key = self.user("changing")
        iot = self.as_keys("iot", key)
        self.refused("AccessDeniedException", iot.list_things)
        self.iam.create_group(GroupName="readers")
        self.iam.attach_group_policy(GroupName="readers",
                                     PolicyArn="arn:aws:iam::aws:policy/AWSIoTConfigReadOnlyAccess")
        self.refused("AccessDeniedException", iot.list_things)
        self.iam.add_user_to_group(GroupName="readers", UserName="changing")
        iot.list_things()
        members = self.iam.get_group(GroupName="readers")["Users"]
        self.assertEqual([user["UserName"] for user in members], ["changing"])
        groups = self.iam.list_groups_for_user(UserName="changing")["Groups"]
        self.assertEqual([group["GroupName"] for group in groups], ["readers"])
        self.iam.remove_user_from_group(GroupName="readers", UserName="changing")
        self.refused("AccessDeniedException", iot.list_things)
        self.iam.attach_user_policy(UserName="changing", PolicyArn=ADMIN)
        iot.list_things()
        self.assertEqual(self.iam.list_attached_user_policies(UserName="changing")
                         ["AttachedPolicies"][0]["PolicyArn"], ADMIN)
        self.iam.detach_user_policy(UserName="changing", PolicyArn=ADMIN)
        self.refused("AccessDeniedException", iot.list_things)

    def test_who_makes_functions_may_not_give_them_any_role(self):
        key = self.user("maker", allow("lambda:*"))
        how = {"FunctionName": "escape", "Runtime": "python3.11", "Handler": "f.f",
               "Code": {"ZipFile": zipped("")}}
        self.assertIn("iam:PassRole on resource: arn:aws:iam::000000000000:role/strong", self.refused(
            "AccessDeniedException", self.as_keys("lambda", key).create_function,
            Role="arn:aws:iam::000000000000:role/strong", **how))
        self.iam.put_user_policy(UserName="maker", PolicyName="pass", PolicyDocument=document(
            allow("iam:PassRole", "arn:aws:iam::000000000000:role/weak")))
        self.as_keys("lambda", key).create_function(
            Role="arn:aws:iam::000000000000:role/weak", **how)

    def test_connecting_a_device_needs_what_it_does(self):
        iot = "arn:aws:iot:us-east-1:000000000000:"
        one_by_one = [allow("iot:CreateThing", iot + "thing/own-*"),
                      allow("iot:CreateKeysAndCertificate"),
                      allow("iot:CreatePolicy", iot + "policy/own-*"),
                      allow("iot:AttachPolicy", iot + "cert/*"),
                      allow("iot:AttachThingPrincipal", iot + "cert/*")]
        connect = allow("gatehouse:ConnectDevice", iot + "thing/own-*")
        key = self.user("connector", connect, *one_by_one)
        self.assertEqual(self.connect(key, "own-1"), 200)
        self.assertEqual(self.connect(key, "another"), 403)
        for number, left_out in enumerate(one_by_one):
            rest = [right for right in one_by_one if right != left_out]
            key = self.user(f"connector-{number}", connect, *rest)
            with self.subTest(left_out["Action"]):
                self.assertEqual(self.connect(key, "own-2"), 403)

    def test_renewing_is_no_way_to_a_policy(self):
        """A policy that has the name of a kit's is tied for nobody who may not tie it."""
        root, statement = self.server.api("iot"), allow("iot:*")
        root.create_policy(policyName="Fleet-Policy", policyDocument=document(statement))
        key = self.user("climber", allow("gatehouse:ConnectDevice"), allow("iot:CreateThing"))
        self.as_keys("iot", key).create_thing(thingName="Fleet")
        self.assertEqual(self.connect(key, "Fleet", renew=True), 403)
        self.assertEqual(root.list_thing_principals(thingName="Fleet")["principals"], [])
        able = self.user("able", allow("gatehouse:ConnectDevice"), allow("iot:*"))
        self.assertEqual(self.connect(able, "Fleet", renew=True), 200)

    def connect(self, keys: dict, name: str, renew: bool = False) -> int:
        """The status of ConnectDevice."""
        url = f"{self.server.ready['api_url']}/gatehouse/v1/devices/{name}"
        body = json.dumps({"renew": renew}).encode()
        request = urllib.request.Request(
            url, body, signed_headers(keys, "POST", url, body, service="gatehouse"))
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_names_elsewhere_in_a_request_do_not_pass(self):
        """What is judged is what is acted on: a member that the operation ignores is no cover."""
        group = "arn:aws:iam::000000000000:group/mine"
        key = self.user("sly", allow("iam:*", group))
        sly = self.as_keys("iam", key)

        def add_group(params, **_):
            params["body"]["GroupName"] = "mine"

        sly.meta.events.register("before-call.iam.DeleteUser", add_group)
        self.assertIn("user/sly", self.refused("AccessDenied", sly.delete_user, UserName="sly"))


class Roles(IamTest):
    def test_an_update_without_a_duration_is_one_with_the_usual_one(self):
        self.iam.create_role(RoleName="patient", AssumeRolePolicyDocument=trust(ROOT),
                             MaxSessionDuration=7200)
        self.iam.update_role_description(RoleName="patient", Description="as before")
        self.assertEqual(self.iam.get_role(RoleName="patient")["Role"]["MaxSessionDuration"], 7200)
        self.iam.update_role(RoleName="patient", Description="new")
        self.assertEqual(self.iam.get_role(RoleName="patient")["Role"]["MaxSessionDuration"], 3600)

    def test_life_of_a_role_and_its_sessions(self):
        role = self.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust(ROOT),
                                    Description="works")["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"], json.loads(trust(ROOT)))
        self.assertEqual(self.iam.get_role(RoleName="worker")["Role"], role)
        self.assertIn("worker", [r["RoleName"] for r in self.iam.list_roles()["Roles"]])
        self.iam.put_role_policy(RoleName="worker", PolicyName="p",
                                 PolicyDocument=document(allow("iot:ListThings")))
        self.assertEqual(self.iam.list_role_policies(RoleName="worker")["PolicyNames"], ["p"])
        self.iam.get_role_policy(RoleName="worker", PolicyName="p")
        sts = self.server.api("sts")
        session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="night", DurationSeconds=900)
        arn = "arn:aws:sts::000000000000:assumed-role/worker/night"
        self.assertEqual(session["AssumedRoleUser"]["Arn"], arn)
        keys = session["Credentials"]
        who = self.as_keys("sts", keys).get_caller_identity()
        self.assertEqual((who["Arn"], who["UserId"]), (arn, role["RoleId"] + ":night"))
        self.as_keys("iot", keys).list_things()
        self.assertIn(f"User: {arn} is not authorized", self.refused(
            "AccessDeniedException", self.as_keys("iot", keys).create_thing, thingName="lamp"))
        self.iam.attach_role_policy(RoleName="worker", PolicyArn=ADMIN)
        self.as_keys("iot", keys).create_thing(thingName="of-a-role")
        self.assertEqual(len(self.iam.list_attached_role_policies(
            RoleName="worker")["AttachedPolicies"]), 1)
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="worker")
        self.iam.detach_role_policy(RoleName="worker", PolicyArn=ADMIN)
        self.iam.delete_role_policy(RoleName="worker", PolicyName="p")
        self.iam.delete_role(RoleName="worker")
        self.refused("UnrecognizedClientException", self.as_keys("iot", keys).list_things)

    def test_the_trust_policy_decides(self):
        key = self.user("trusted")
        role = self.iam.create_role(RoleName="picky", AssumeRolePolicyDocument=trust(ROOT))["Role"]
        sts = self.as_keys("sts", key)
        how = {"RoleArn": role["Arn"], "RoleSessionName": "session"}
        message = self.refused("AccessDenied", sts.assume_role, **how)
        self.assertIn("is not authorized to perform: sts:AssumeRole on resource: " + role["Arn"],
                      message)
        self.iam.update_assume_role_policy(
            RoleName="picky", PolicyDocument=trust("arn:aws:iam::000000000000:user/trusted"))
        sts.assume_role(**how)
        self.refused("ValidationError", sts.assume_role, DurationSeconds=7200, **how)
        self.refused("ValidationError", sts.assume_role, Policy=document(allow("*")), **how)
        self.refused("MalformedPolicyDocument", self.iam.update_assume_role_policy,
                     RoleName="picky", PolicyDocument=document(allow("*")))

    def test_a_function_may_do_what_its_role_may(self):
        source = ("import os\ndef handler(event, context):\n    return {name: os.environ[name] for "
                  "name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN')}\n")
        functions = self.server.api("lambda")
        functions.create_function(
            FunctionName="keys", Runtime="python3.11", Handler="lambda_function.handler",
            Role="arn:aws:iam::000000000000:role/of-keys", Code={"ZipFile": zipped(source)})
        told = json.loads(functions.invoke(FunctionName="keys")["Payload"].read())
        keys = {"AccessKeyId": told["AWS_ACCESS_KEY_ID"],
                "SecretAccessKey": told["AWS_SECRET_ACCESS_KEY"],
                "SessionToken": told["AWS_SESSION_TOKEN"]}
        iot = self.as_keys("iot", keys)
        self.assertIn("assumed-role/of-keys/keys is not authorized", self.refused(
            "AccessDeniedException", iot.list_things))
        self.iam.create_role(RoleName="of-keys", AssumeRolePolicyDocument=trust(ROOT))
        self.iam.put_role_policy(RoleName="of-keys", PolicyName="p",
                                 PolicyDocument=document(allow("iot:ListThings")))
        # A key from before the role is of no role; one of a role that trusts others neither.
        self.refused("AccessDeniedException", iot.list_things)
        self.refused("AccessDeniedException", self.as_keys("iot", self.redeployed()).list_things)
        self.iam.update_assume_role_policy(RoleName="of-keys", PolicyDocument=document(
            {"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "lambda.amazonaws.com"}}))
        self.as_keys("iot", self.redeployed()).list_things()
        self.refused("AccessDeniedException", iot.list_things)

    def redeployed(self) -> dict:
        """The keys of the function after a deployment."""
        functions = self.server.api("lambda")
        functions.update_function_configuration(FunctionName="keys", Description="again")
        functions.get_waiter("function_updated").wait(FunctionName="keys")
        told = json.loads(functions.invoke(FunctionName="keys")["Payload"].read())
        return {"AccessKeyId": told["AWS_ACCESS_KEY_ID"],
                "SecretAccessKey": told["AWS_SECRET_ACCESS_KEY"],
                "SessionToken": told["AWS_SESSION_TOKEN"]}

    def test_who_sets_logging_gives_a_role_away(self):
        keys = self.user("logger", allow("iot:SetV2LoggingOptions"))
        iot, role = self.as_keys("iot", keys), "arn:aws:iam::000000000000:role/logging"
        self.assertIn("iam:PassRole", self.refused(
            "AccessDeniedException", iot.set_v2_logging_options, roleArn=role,
            defaultLogLevel="DEBUG"))
        self.iam.put_user_policy(UserName="logger", PolicyName="pass",
                                 PolicyDocument=document(allow("iam:PassRole", role)))
        iot.set_v2_logging_options(roleArn=role, defaultLogLevel="DEBUG")

    def test_sessions_of_users(self):
        keys = self.user("sessions", allow("iot:ListThings"))
        sts = self.as_keys("sts", keys)
        session = sts.get_session_token(DurationSeconds=900)["Credentials"]
        self.as_keys("iot", session).list_things()
        own = self.as_keys("sts", session)
        self.assertEqual(own.get_caller_identity()["Arn"],
                         "arn:aws:iam::000000000000:user/sessions")
        self.refused("AccessDenied", own.get_session_token)
        # Nothing of it outlives the session.
        self.refused("AccessDenied", own.get_access_key_info, AccessKeyId=keys["AccessKeyId"])
        self.iam.put_user_policy(UserName="sessions", PolicyName="keys",
                                 PolicyDocument=document(allow("iam:*")))
        self.as_keys("iam", keys).get_user()
        self.refused("AccessDenied", self.as_keys("iam", session).create_access_key)
        roots = self.server.api("sts").get_session_token(DurationSeconds=900)["Credentials"]
        self.refused("AccessDenied", self.as_keys("iam", roots).create_user, UserName="more")
        for each in (keys, session):
            self.assertEqual(sts.get_access_key_info(AccessKeyId=each["AccessKeyId"])["Account"],
                             "000000000000")

    def test_there_has_to_be_such_a_role(self):
        self.refused("AccessDenied", self.server.api("sts").assume_role,
                     RoleArn="arn:aws:iam::000000000000:role/nobody", RoleSessionName="session")


class Terraform(IamTest):
    """The calls of Terraform's provider, in its order."""

    def tags_of(self, call, **what) -> dict:
        return {tag["Key"]: tag["Value"] for tag in call(**what)["Tags"]}

    def test_a_role(self):
        iam, name = self.iam, {"RoleName": "tf"}
        self.assertEqual(iam.list_account_aliases()["AccountAliases"], [])
        iam.create_role(**name, AssumeRolePolicyDocument=trust(ROOT), Path="/tf/",
                        Tags=[{"Key": "a", "Value": "1"}])
        iam.get_role(**name)
        self.assertEqual(iam.list_role_policies(**name)["PolicyNames"], [])
        iam.update_assume_role_policy(**name, PolicyDocument=trust("000000000000"))
        iam.update_role_description(**name, Description="first")
        iam.update_role(**name, MaxSessionDuration=7200)
        role = iam.get_role(**name)["Role"]
        self.assertEqual((role["Description"], role["MaxSessionDuration"]), ("first", 7200))
        iam.untag_role(**name, TagKeys=["a"])
        iam.tag_role(**name, Tags=[{"Key": key, "Value": "2"} for key in "bcd"])
        self.assertEqual(self.tags_of(iam.list_role_tags, **name), {"b": "2", "c": "2", "d": "2"})
        page = iam.list_role_tags(**name, MaxItems=2)
        self.assertTrue(page["IsTruncated"])
        rest = iam.list_role_tags(**name, Marker=page["Marker"])
        self.assertEqual([tag["Key"] for tag in page["Tags"] + rest["Tags"]], ["b", "c", "d"])
        self.assertFalse(rest["IsTruncated"])
        self.assertEqual(iam.get_role(**name)["Role"]["Tags"][0], {"Key": "b", "Value": "2"})
        profiles = iam.list_instance_profiles_for_role(**name)
        self.assertEqual((profiles["InstanceProfiles"], profiles["IsTruncated"]), ([], False))
        iam.delete_role(**name)
        for call in (iam.get_role, iam.list_role_tags, iam.list_instance_profiles_for_role):
            self.refused("NoSuchEntity", call, **name)

    def test_a_user_and_a_policy(self):
        iam, user = self.iam, {"UserName": "tf"}
        iam.create_user(**user)
        iam.tag_user(**user, Tags=[{"Key": "a", "Value": "1"}])
        self.assertEqual(self.tags_of(iam.list_user_tags, **user), {"a": "1"})
        iam.untag_user(**user, TagKeys=["a"])
        self.assertEqual(iam.list_user_tags(**user)["Tags"], [])
        policy = {"PolicyArn": iam.create_policy(
            PolicyName="tf", PolicyDocument=document(allow("iot:*")))["Policy"]["Arn"]}
        iam.tag_policy(**policy, Tags=[{"Key": "a", "Value": "1"}])
        self.assertEqual(self.tags_of(iam.list_policy_tags, **policy), {"a": "1"})
        self.assertEqual(iam.get_policy(**policy)["Policy"]["Tags"][0]["Key"], "a")
        iam.untag_policy(**policy, TagKeys=["a"])
        self.refused("ValidationError", iam.tag_policy, PolicyArn=ADMIN,
                     Tags=[{"Key": "a", "Value": "1"}])
        iam.delete_policy(**policy)
        iam.delete_user(**user)


if __name__ == "__main__":
    unittest.main()
