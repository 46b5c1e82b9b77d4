#!/usr/bin/python3
"""Things, thing types, groups, certificates and policies, by the AWS CLI and boto3: the whole life of
each, many clients at once, and a server that dies.

usage: registry_test.py GATEHOUSE [TESTS]"""

import concurrent.futures
import json
import unittest

from client_test import ClientTest

CONNECT = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]})


class AwsCli(ClientTest):
    def test_the_life_of_a_device(self):
        aws = self.server.aws_json
        aws("iot", "create-thing-type", "--thing-type-name", "Lamp")
        thing = aws("iot", "create-thing", "--thing-name", "lamp-1", "--thing-type-name", "Lamp",
                    "--attribute-payload", '{"attributes":{"room":"hall"}}')
        made = aws("iot", "create-keys-and-certificate", "--set-as-active")
        aws("iot", "create-policy", "--policy-name", "Lamp", "--policy-document", CONNECT)
        arn = made["certificateArn"]
        self.server.aws("iot", "attach-policy", "--policy-name", "Lamp", "--target", arn)
        self.server.aws("iot", "attach-thing-principal", "--thing-name", "lamp-1",
                        "--principal", arn)
        self.assertEqual(aws("iot", "list-thing-principals", "--thing-name", "lamp-1"),
                         {"principals": [arn]})
        self.assertEqual(aws("iot", "list-attached-policies", "--target", arn)["policies"],
                         [{"policyName": "Lamp",
                           "policyArn": "arn:aws:iot:us-east-1:000000000000:policy/Lamp"}])
        self.assertEqual(aws("iot", "describe-thing", "--thing-name", "lamp-1")["thingId"],
                         thing["thingId"])
        refused = self.server.aws("iot", "delete-thing", "--thing-name", "lamp-1", check=False)
        self.assertIn("InvalidRequestException", refused.stderr)
        self.server.aws("iot", "detach-thing-principal", "--thing-name", "lamp-1",
                        "--principal", arn)
        self.server.aws("iot", "detach-policy", "--policy-name", "Lamp", "--target", arn)
        self.server.aws("iot", "update-certificate", "--certificate-id", made["certificateId"],
                        "--new-status", "INACTIVE")
        self.server.aws("iot", "delete-certificate", "--certificate-id", made["certificateId"])
        self.server.aws("iot", "delete-policy", "--policy-name", "Lamp")
        self.server.aws("iot", "delete-thing", "--thing-name", "lamp-1")
        for words, member in ((("list-things",), "things"), (("list-policies",), "policies"),
                              (("list-certificates",), "certificates")):
            self.assertEqual(aws("iot", *words)[member], [])

    def test_the_life_of_a_group(self):
        aws = self.server.aws_json
        root = aws("iot", "create-thing-group", "--thing-group-name", "root")
        child = aws("iot", "create-thing-group", "--thing-group-name", "child",
                    "--parent-group-name", "root", "--tags", "Key=a,Value=b")
        self.assertEqual(aws("iot", "list-tags-for-resource", "--resource-arn",
                             child["thingGroupArn"])["tags"], [{"Key": "a", "Value": "b"}])
        aws("iot", "create-thing", "--thing-name", "grouped")
        self.server.aws("iot", "add-thing-to-thing-group", "--thing-name", "grouped",
                        "--thing-group-name", "child")
        self.assertEqual(aws("iot", "list-things-in-thing-group", "--thing-group-name", "root",
                             "--recursive")["things"], ["grouped"])
        self.assertEqual(aws("iot", "list-thing-groups-for-thing", "--thing-name",
                             "grouped")["thingGroups"],
                         [{"groupName": "child", "groupArn": child["thingGroupArn"]}])
        described = aws("iot", "describe-thing-group", "--thing-group-name", "child")
        self.assertEqual(described["thingGroupMetadata"]["rootToParentThingGroups"],
                         [{"groupName": "root", "groupArn": root["thingGroupArn"]}])
        updated = aws("iot", "update-thing-group", "--thing-group-name", "child",
                      "--thing-group-properties", "thingGroupDescription=other",
                      "--expected-version", "1")
        self.assertEqual(updated["version"], 2)
        self.server.aws("iot", "delete-thing", "--thing-name", "grouped")
        for name in ("child", "root"):
            self.server.aws("iot", "delete-thing-group", "--thing-group-name", name)
        self.assertEqual(aws("iot", "list-thing-groups")["thingGroups"], [])


class Boto3(ClientTest):
    flags = ("--tenancy", "multi")

    @staticmethod
    def certificate(iot) -> str:
        return iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]

    def test_pages(self):
        iot = self.server.api("iot")
        iot.create_thing_type(thingTypeName="Paged")
        names = [f"paged-{i:03}" for i in range(60)]
        for name in names:
            iot.create_thing(thingName=name, thingTypeName="Paged")
        pages = iot.get_paginator("list_things").paginate(thingTypeName="Paged",
                                                          PaginationConfig={"PageSize": 25})
        self.assertEqual([thing["thingName"] for page in pages for thing in page["things"]], names)

    def test_policies_are_tried_out(self):
        iot = self.server.api("iot")
        iot.create_policy(policyName="Tried", policyDocument=CONNECT)
        arn = self.certificate(iot)
        client = "arn:aws:iot:us-east-1:000000000000:client/tried"
        asked = {"principal": arn, "clientId": "tried",
                 "authInfos": [{"actionType": "CONNECT", "resources": [client]}]}
        result = iot.test_authorization(**asked)["authResults"][0]
        self.assertEqual((result["authDecision"], result["allowed"]["policies"]),
                         ("IMPLICIT_DENY", []))
        result = iot.test_authorization(policyNamesToAdd=["Tried"], **asked)["authResults"][0]
        self.assertEqual(result["authDecision"], "ALLOWED")
        iot.attach_policy(policyName="Tried", target=arn)
        found = iot.get_effective_policies(principal=arn)["effectivePolicies"]
        self.assertEqual([(policy["policyName"], policy["policyDocument"]) for policy in found],
                         [("Tried", CONNECT)])
        result = iot.test_authorization(policyNamesToSkip=["Tried"], **asked)["authResults"][0]
        self.assertEqual(result["authDecision"], "IMPLICIT_DENY")

    def test_a_policys_versions_as_terraform_prunes_them(self):
        iot = self.server.api("iot")
        iot.create_policy(policyName="Pruned", policyDocument=CONNECT)
        for _ in range(7):
            versions = iot.list_policy_versions(policyName="Pruned")["policyVersions"]
            if len(versions) == 5:
                oldest = min((v for v in versions if not v["isDefaultVersion"]),
                             key=lambda version: version["createDate"])
                iot.delete_policy_version(policyName="Pruned", policyVersionId=oldest["versionId"])
            iot.create_policy_version(policyName="Pruned", policyDocument=CONNECT, setAsDefault=True)
        self.assertEqual(iot.get_policy(policyName="Pruned")["defaultVersionId"], "8")

    def test_tenants_see_nothing_of_one_another(self):
        ours, theirs = self.server.api("iot"), self.server.api("iot", region="eu-west-1")
        ours.create_thing(thingName="ours")
        with self.assertRaises(theirs.exceptions.ResourceNotFoundException) as told:
            theirs.describe_thing(thingName="ours")
        self.assertIn("us-east-1", str(told.exception))
        self.assertEqual(theirs.list_things()["things"], [])

    def test_everything_is_there_after_a_crash(self):
        iot = self.server.api("iot")
        iot.create_thing(thingName="kept")
        iot.create_policy(policyName="Kept", policyDocument=CONNECT)
        arn = self.certificate(iot)
        iot.attach_policy(policyName="Kept", target=arn)
        iot.attach_thing_principal(thingName="kept", principal=arn)
        iot.create_thing_group(thingGroupName="kept")
        iot.add_thing_to_thing_group(thingGroupName="kept", thingName="kept")
        iot.create_billing_group(billingGroupName="kept")
        iot.add_thing_to_billing_group(billingGroupName="kept", thingName="kept")
        self.server.kill()
        self.server.start()
        iot = self.server.api("iot")
        self.assertEqual(iot.list_things_in_thing_group(thingGroupName="kept")["things"], ["kept"])
        self.assertEqual(iot.describe_thing(thingName="kept")["billingGroupName"], "kept")
        self.assertEqual(iot.list_thing_principals(thingName="kept")["principals"], [arn])
        self.assertEqual(iot.list_targets_for_policy(policyName="Kept")["targets"], [arn])

    def test_what_a_policy_is_attached_to_is_asked_of_policies_that_exist(self):
        iot = self.server.api("iot")
        for ask in (iot.list_targets_for_policy, iot.list_policy_principals):
            with self.assertRaises(iot.exceptions.ResourceNotFoundException):
                ask(policyName="never-made")
        iot.create_policy(policyName="unattached", policyDocument=CONNECT)
        self.assertEqual(iot.list_targets_for_policy(policyName="unattached")["targets"], [])

    def test_what_is_attached_is_counted_once_for_all(self):
        iot = self.server.api("iot")
        for number in range(12):
            iot.create_policy(policyName=f"many-{number}", policyDocument=CONNECT)

        def ends(call, each) -> list[str]:
            def one(argument):
                try:
                    call(argument)
                    return "done"
                except iot.exceptions.ClientError as error:
                    return error.response["Error"]["Code"]
            with concurrent.futures.ThreadPoolExecutor(12) as pool:
                return sorted(pool.map(one, each))

        for _ in range(4):
            arn = self.certificate(iot)
            told = ends(lambda number: iot.attach_policy(policyName=f"many-{number}", target=arn),
                        range(12))
            self.assertEqual(told, ["LimitExceededException"] * 2 + ["done"] * 10)

    def test_many_at_once_keep_a_thing_in_one_group_of_a_hierarchy(self):
        iot = self.server.api("iot")
        iot.create_thing(thingName="wanted")
        iot.create_thing_group(thingGroupName="top")
        sisters = [f"sister-{i}" for i in range(12)]
        for name in sisters:
            iot.create_thing_group(thingGroupName=name, parentGroupName="top")

        def join(name: str) -> str:
            mine = self.server.api("iot")
            try:
                mine.add_thing_to_thing_group(thingGroupName=name, thingName="wanted")
                return "joined"
            except mine.exceptions.InvalidRequestException:
                return "refused"

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(join, sisters))
        self.assertEqual(outcomes.count("joined"), 1, outcomes)
        groups = iot.list_thing_groups_for_thing(thingName="wanted")["thingGroups"]
        self.assertEqual(len(groups), 1)

    def test_many_at_once_leave_no_orphan(self):
        iot = self.server.api("iot")
        arns = [self.certificate(iot) for _ in range(4)]

        def work(number: int) -> None:
            mine = self.server.api("iot")
            for turn in range(6):
                name, arn = f"t{(number + turn) % 5}", arns[number % len(arns)]
                for call in (lambda: mine.create_thing(thingName=name),
                             lambda: mine.create_thing_group(thingGroupName=name),
                             lambda: mine.add_thing_to_thing_group(thingGroupName=name,
                                                                   thingName=f"t{turn % 5}"),
                             lambda: mine.create_policy(policyName=name, policyDocument=CONNECT),
                             lambda: mine.attach_policy(policyName=name, target=arn),
                             lambda: mine.attach_thing_principal(thingName=name, principal=arn),
                             lambda: mine.detach_policy(policyName=name, target=arn),
                             lambda: mine.delete_policy(policyName=name),
                             lambda: mine.detach_thing_principal(thingName=name, principal=arn),
                             lambda: mine.delete_thing_group(thingGroupName=name),
                             lambda: mine.delete_thing(thingName=name)):
                    try:
                        call()
                    except mine.exceptions.ClientError as error:
                        self.assertLess(error.response["ResponseMetadata"]["HTTPStatusCode"], 500,
                                        error)

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for done in [pool.submit(work, number) for number in range(32)]:
                done.result()
        things = {thing["thingName"] for thing in iot.list_things()["things"]}
        policies = {policy["policyName"] for policy in iot.list_policies()["policies"]}
        for group in iot.list_thing_groups()["thingGroups"]:
            inside = iot.list_things_in_thing_group(thingGroupName=group["groupName"])["things"]
            self.assertLessEqual(set(inside), things)
        for arn in arns:
            self.assertLessEqual(set(iot.list_principal_things(principal=arn)["things"]), things)
            attached = iot.list_attached_policies(target=arn)["policies"]
            self.assertLessEqual({policy["policyName"] for policy in attached}, policies)


if __name__ == "__main__":
    unittest.main(verbosity=2)
