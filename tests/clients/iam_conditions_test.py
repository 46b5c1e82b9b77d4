#!/usr/bin/python3
"""What conditions of IAM's policies may ask: a Deny counts whatever it asks for.

usage: iam_conditions_test.py GATEHOUSE [TESTS]"""

import base64
import json
import time
import unittest

from botocore.exceptions import ClientError

from client_test import make_function, zipped
from iam_test import ADMIN, IamTest, allow, document

IOT = "arn:aws:iot:us-east-1:000000000000:"
SOURCE = "def lambda_handler(event, context):\n    return 1\n"


def deny(action="*", resource="*", **condition) -> dict:
    return {"Effect": "Deny", "Action": action, "Resource": resource,
            **({"Condition": condition} if condition else {})}


class Conditions(IamTest):
    def clients_of(self, name: str, *statements: dict):
        keys = self.user(name, *statements)
        return lambda service: self.as_keys(service, keys)

    def test_which_policy_is_attached(self):
        iam = self.clients_of("delegate", allow("iam:*"), deny(
            "iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": ADMIN}))("iam")
        self.refused("AccessDenied", iam.attach_user_policy, UserName="delegate", PolicyArn=ADMIN)
        iam.attach_user_policy(UserName="delegate",
                               PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")

    def test_the_fence_of_the_guide(self):
        fence = {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]},
                 "Bool": {"aws:ViaAWSService": "false"}}
        iot = self.clients_of("fenced", allow("iot:*"), deny(**fence))("iot")
        self.refused("AccessDeniedException", iot.list_things)

    def test_a_key_that_nobody_knows(self):
        for name, condition in (("unknown", {"StringLike": {"iam:AssociatedResourceArn": "*"}}),
                                ("agent", {"StringLike": {"aws:UserAgent": "*Boto*"}}),
                                ("service", {"Bool": {"aws:PrincipalIsAWSService": "false"}})):
            iot = self.clients_of(name, allow("iot:*"), deny(**condition))("iot")
            self.refused("AccessDeniedException", iot.list_things)
        iot = self.clients_of("only", {**allow("iot:*"), "Condition": {
            "StringNotEquals": {"some:Key": "x"}}})("iot")
        self.refused("AccessDeniedException", iot.list_things)
        iot = self.clients_of("absent", allow("iot:*"), deny(
            StringEquals={"aws:SourceVpc": "vpc-1"}))("iot")
        iot.list_things()

    def test_nothing_has_a_second_name(self):
        """What a request may spell in several ways is judged as the one thing that it is."""
        root, name = self.server.api("iot"), "speller"
        made = root.create_keys_and_certificate(setAsActive=False)
        root.create_thing(thingName="held")
        domain = root.create_domain_configuration(domainConfigurationName="held")
        arn = make_function(self.server, "held", SOURCE)
        certificate = made["certificateArn"]
        clients = self.clients_of(
            name, allow("*"), deny("iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": ADMIN}),
            deny("iot:*", certificate), deny("iot:*", domain["domainConfigurationArn"]),
            deny("lambda:*", arn))
        iam, iot, functions = clients("iam"), clients("iot"), clients("lambda")
        for partition in ("aws", "aws-cn", "x"):
            self.assertRaises(ClientError, iam.attach_user_policy, UserName=name,
                              PolicyArn=ADMIN.replace("arn:aws:", f"arn:{partition}:"))
        self.assertRaises(ClientError, iam.attach_user_policy, UserName=name,
                          PolicyArn=ADMIN.replace("iam::", "iam:us-east-1:"))
        self.assertEqual(iam.list_attached_user_policies(UserName=name)["AttachedPolicies"], [])
        for text in (made["certificateId"], made["certificateId"].upper()):
            self.refused("AccessDeniedException", iot.update_certificate, certificateId=text,
                         newStatus="ACTIVE")
        self.refused("AccessDeniedException", iot.attach_thing_principal, thingName="held",
                     principal=certificate)
        root.create_policy(policyName="held", policyDocument=document(allow("iot:*")))
        self.refused("AccessDeniedException", iot.attach_principal_policy, policyName="held",
                     principal=certificate)
        self.assertRaises(ClientError, iot.attach_policy, policyName="held",
                          target=certificate.replace("arn:aws:", "arn:aws-cn:"))
        self.refused("AccessDeniedException", iot.describe_domain_configuration,
                     domainConfigurationName="held")
        self.refused("AccessDeniedException", functions.tag_resource, Resource=arn,
                     Tags={"a": "b"})
        self.assertEqual(root.list_attached_policies(target=certificate)["policies"], [])

    def test_log_groups_by_what_names_them(self):
        root = self.server.api("logs")
        group = "arn:aws:logs:us-east-1:000000000000:log-group:"
        for held in ("held", "open"):
            root.create_log_group(logGroupName=held)
            root.create_log_stream(logGroupName=held, logStreamName="s")
            root.put_log_events(logGroupName=held, logStreamName="s", logEvents=[
                {"timestamp": int(time.time() * 1000), "message": held}])
        logs = self.clients_of("reader", allow("logs:*"), deny("logs:*", group + "held"),
                               deny("logs:*", group + "held:*"))("logs")
        self.refused("AccessDeniedException", logs.tag_resource, resourceArn=group + "held",
                     tags={"a": "b"})
        self.refused("AccessDeniedException", logs.list_tags_for_resource,
                     resourceArn=group + "held")
        event = root.filter_log_events(logGroupName="held")["events"][0]
        for sequence in range(3):
            pointer = base64.b64encode(f"{event['timestamp']} {sequence} held".encode()).decode()
            self.refused("AccessDeniedException", logs.get_log_record, logRecordPointer=pointer)
        only = self.clients_of("terraform", allow("logs:*", group + "open"))("logs")
        only.tag_resource(resourceArn=group + "open", tags={"a": "b"})
        self.assertEqual(only.list_tags_for_resource(resourceArn=group + "open")["tags"],
                         {"a": "b"})

    def test_the_certificate_that_is_attached(self):
        root = self.server.api("iot")
        certificate = root.create_keys_and_certificate(setAsActive=True)["certificateArn"]
        for thing in ("fits", "other"):
            root.create_thing(thingName=thing)
        iot = self.clients_of("fitter", {**allow("iot:AttachThingPrincipal", certificate),
                                         "Condition": {"ArnEquals": {
                                             "iot:thingArn": IOT + "thing/fits"}}})("iot")
        iot.attach_thing_principal(thingName="fits", principal=certificate)
        self.refused("AccessDeniedException", iot.attach_thing_principal, thingName="other",
                     principal=certificate)

    def test_tags_of_resources_and_requests(self):
        self.iam.create_user(UserName="boss", Tags=[{"Key": "protected", "Value": "true"}])
        clients = self.clients_of("hr", allow(["iam:*", "iot:*", "lambda:*"]), deny(
            StringEquals={"aws:ResourceTag/protected": "true"}), deny(
            StringEquals={"aws:RequestTag/env": "prod"}), deny(
            **{"ForAnyValue:StringEquals": {"aws:TagKeys": "secret"}}))
        iam, iot, functions = clients("iam"), clients("iot"), clients("lambda")
        self.refused("AccessDenied", iam.create_access_key, UserName="boss")
        iam.create_access_key(UserName="hr")
        own = self.server.api("iot")
        own.create_thing_group(thingGroupName="kept", tags=[{"Key": "protected", "Value": "true"}])
        own.create_thing_group(thingGroupName="free")
        self.refused("AccessDeniedException", iot.delete_thing_group, thingGroupName="kept")
        iot.delete_thing_group(thingGroupName="free")
        arn = make_function(self.server, "kept", SOURCE)
        functions.get_function(FunctionName="kept")
        self.server.api("lambda").tag_resource(Resource=arn, Tags={"protected": "true"})
        self.refused("AccessDeniedException", functions.get_function, FunctionName="kept")
        for number, tags in enumerate(([{"Key": "env", "Value": "prod"}],
                                       [{"Key": "secret", "Value": ""}])):
            self.refused("AccessDeniedException", iot.create_thing_type,
                         thingTypeName=f"type{number}", tags=tags)
            self.refused("AccessDenied", iam.create_user, UserName=f"user{number}", Tags=tags)
        iot.create_thing_type(thingTypeName="type", tags=[{"Key": "env", "Value": "test"}])

    def test_the_version_that_is_invoked_is_a_resource(self):
        arn = make_function(self.server, "versions", SOURCE)
        functions = self.server.api("lambda")
        version = functions.publish_version(FunctionName="versions")["Version"]
        functions.create_alias(FunctionName="versions", Name="PROD", FunctionVersion=version)
        denied = self.clients_of("invoker", allow("lambda:InvokeFunction"),
                                 deny("lambda:InvokeFunction", arn + ":PROD"))("lambda")
        denied.invoke(FunctionName="versions")
        self.refused("AccessDeniedException", denied.invoke, FunctionName="versions",
                     Qualifier="PROD")
        self.refused("AccessDeniedException", denied.invoke, FunctionName="versions:PROD")
        allowed = self.clients_of("prod", allow("lambda:InvokeFunction", arn + ":PROD"))("lambda")
        allowed.invoke(FunctionName="versions", Qualifier="PROD")
        self.refused("AccessDeniedException", allowed.invoke, FunctionName="versions")

    def test_to_which_service_a_role_may_be_passed(self):
        role = "arn:aws:iam::000000000000:role/dev"

        def passing(effect: str, *services: str) -> dict:
            return {"Effect": effect, "Action": "iam:PassRole", "Resource": role, "Condition": {
                "StringEquals": {"iam:PassedToService": list(services)}}}

        how = {"Runtime": "python3.11", "Handler": "f.f", "Role": role,
               "Code": {"ZipFile": zipped("")}}
        calls = {"credentials.iot.amazonaws.com": lambda name, keys: self.as_keys(
                     "iot", keys).create_role_alias(roleAlias=name, roleArn=role),
                 "iot.amazonaws.com": lambda name, keys: self.as_keys(
                     "iot", keys).set_v2_logging_options(roleArn=role, defaultLogLevel="DEBUG"),
                 "lambda.amazonaws.com": lambda name, keys: self.as_keys(
                     "lambda", keys).create_function(FunctionName=name, **how)}
        others = {service: [other for other in calls if other != service] for service in calls}
        for number, (service, call) in enumerate(calls.items()):
            with self.subTest(service):
                rights = [allow("iot:*"), allow("lambda:*")]
                right = self.user(f"right-{number}", *rights, passing("Allow", service))
                wrong = self.user(f"wrong-{number}", *rights, passing("Allow", *others[service]))
                denied = self.user(f"denied-{number}", *rights, allow("iam:PassRole"),
                                   passing("Deny", service))
                for keys in (wrong, denied):
                    self.assertIn("iam:PassRole", self.refused(
                        "AccessDeniedException", call, name=f"passed-{number}", keys=keys))
                call(f"passed-{number}", right)

    def test_to_which_service_lambdas_policy_passes_roles(self):
        role = "arn:aws:iam::000000000000:role/dev"
        clients = self.clients_of("lam", allow("iot:CreateRoleAlias"))
        self.iam.attach_user_policy(UserName="lam",
                                    PolicyArn="arn:aws:iam::aws:policy/AWSLambda_FullAccess")
        self.assertIn("iam:PassRole", self.refused(
            "AccessDeniedException", clients("iot").create_role_alias, roleAlias="x", roleArn=role))


class Provisioning(IamTest):
    def test_no_group_is_left_in_spite_of_a_deny(self):
        own = self.server.api("iot")
        for group in ("Quarantine", "Free"):
            own.create_thing_group(thingGroupName=group)
        own.create_thing(thingName="bad")
        own.add_thing_to_thing_group(thingGroupName="Quarantine", thingName="bad")
        iot = self.as_keys("iot", self.user("provider", allow("iot:*"), deny(
            "iot:RemoveThingFromThingGroup", IOT + "thinggroup/Quarantine")))
        template = json.dumps({"Resources": {"thing": {
            "Type": "AWS::IoT::Thing",
            "Properties": {"ThingName": "bad", "ThingGroups": ["Free"]},
            "OverrideSettings": {"ThingGroups": "REPLACE"}}}})

        def groups() -> list[str]:
            listed = own.list_thing_groups_for_thing(thingName="bad")["thingGroups"]
            return sorted(each["groupName"] for each in listed)

        self.assertIn("iot:RemoveThingFromThingGroup", self.refused(
            "AccessDeniedException", iot.register_thing, templateBody=template))
        self.assertEqual(groups(), ["Quarantine"])
        own.remove_thing_from_thing_group(thingGroupName="Quarantine", thingName="bad")
        iot.register_thing(templateBody=template)
        self.assertEqual(groups(), ["Free"])


class Names(IamTest):
    def test_who_gets_a_name_later_is_not_who_was_trusted(self):
        self.user("trusted")
        arn = "arn:aws:iam::000000000000:user/trusted"
        self.iam.create_role(RoleName="of-trusted", AssumeRolePolicyDocument=document(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}}))
        self.iam.update_user(UserName="trusted", NewUserName="renamed")
        sts = self.as_keys("sts", self.user("trusted"))
        self.refused("AccessDenied", sts.assume_role, RoleSessionName="session",
                     RoleArn="arn:aws:iam::000000000000:role/of-trusted")

    def test_a_path_counts_for_sessions_at_once(self):
        keys = self.user("moved", allow("iot:*"), deny(
            ArnLike={"aws:PrincipalArn": "arn:aws:iam::000000000000:user/quarantine/*"}))
        session = self.as_keys("sts", keys).get_session_token()["Credentials"]
        self.as_keys("iot", session).list_things()
        self.iam.update_user(UserName="moved", NewPath="/quarantine/")
        self.refused("AccessDeniedException", self.as_keys("iot", keys).list_things)
        self.refused("UnrecognizedClientException", self.as_keys("iot", session).list_things)

    def test_no_role_is_named_so(self):
        functions = self.server.api("lambda")
        for role in ("arn:aws:iam::000000000000:role/", "arn:aws:iam::000000000000:role/Admin/"):
            self.refused("ValidationException", functions.create_function, FunctionName="Admin",
                         Runtime="python3.11", Handler="a.b", Role=role, Code={"ZipFile": b"x"})
            self.refused("InvalidRequestException", self.server.api("iot").create_role_alias,
                         roleAlias="none", roleArn=role)


if __name__ == "__main__":
    unittest.main()
