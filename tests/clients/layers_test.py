#!/usr/bin/python3
"""Lambda layers by boto3 and the AWS CLI: published, listed, given to functions that find them
beneath /opt, and deleted.

usage: layers_test.py GATEHOUSE [TESTS]"""

import base64
import hashlib
import io
import json
import subprocess
import unittest
import urllib.request
import zipfile

import boto3
import botocore.config
from botocore.exceptions import ClientError

from client_test import ClientTest, zipped

ROLE = "arn:aws:iam::000000000000:role/any"
PYTHON = """
import pathlib

import own_module
import shared

def lambda_handler(event, context):
    root = pathlib.Path(shared.__file__).parent.parent
    return [shared.NAME, own_module.NAME, (root / "data.txt").read_text(), str(root)]
"""
NODE = """
const shared = require("shared");
exports.handler = async () => shared.name;
"""


def archive(**files: str) -> bytes:
    """A zip of these files, in whose names __ stands for a slash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."))
            entry.external_attr = 0o644 << 16
            out.writestr(entry, text)
    return made.getvalue()


class Layers(ClientTest):
    def setUp(self):
        self.functions = self.server.api("lambda")

    def publish(self, name: str, content: bytes, **more) -> str:
        return self.functions.publish_layer_version(
            LayerName=name, Content={"ZipFile": content}, **more)["LayerVersionArn"]

    def create(self, name: str, source: str, layers: list[str], **more) -> dict:
        how = {"Runtime": "python3.11", "Handler": "lambda_function.lambda_handler",
               "Code": {"ZipFile": zipped(source)}} | more
        made = self.functions.create_function(FunctionName=name, Role=ROLE, Layers=layers,
                                              Timeout=20, **how)
        self.addCleanup(lambda: self.server.api("lambda").delete_function(FunctionName=name))
        return made

    def answer(self, name: str):
        invoked = self.functions.invoke(FunctionName=name)
        payload = json.loads(invoked["Payload"].read())
        self.assertNotIn("FunctionError", invoked, payload)
        return payload

    def refused(self, code: str, call, **members) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**members)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def test_a_life_as_terraform_leads_it(self):
        content = archive(python__a_dot_py="A = 1\n")
        made = self.functions.publish_layer_version(
            LayerName="life", Description="d", Content={"ZipFile": content}, LicenseInfo="MIT",
            CompatibleRuntimes=["python3.11", "python3.12"],
            CompatibleArchitectures=["x86_64"])
        region = self.server.ready["region"]
        arn = f"arn:aws:lambda:{region}:000000000000:layer:life"
        self.assertEqual((made["LayerArn"], made["LayerVersionArn"], made["Version"]),
                         (arn, f"{arn}:1", 1))
        read = self.functions.get_layer_version(LayerName="life", VersionNumber=1)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        self.assertEqual((read["Content"]["CodeSha256"], read["Content"]["CodeSize"]),
                         (digest, len(content)))
        self.assertEqual((read["Description"], read["LicenseInfo"], read["CompatibleRuntimes"],
                          read["CompatibleArchitectures"]),
                         ("d", "MIT", ["python3.11", "python3.12"], ["x86_64"]))
        self.assertRegex(read["CreatedDate"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$")
        with urllib.request.urlopen(read["Content"]["Location"], timeout=30) as page:
            self.assertEqual(page.read(), content)
        by_arn = self.functions.get_layer_version_by_arn(Arn=f"{arn}:1")
        self.assertEqual(by_arn["LayerVersionArn"], f"{arn}:1")
        # Whoever names it by its ARN means the same.
        self.assertEqual(self.publish(arn, content), f"{arn}:2")
        self.functions.delete_layer_version(LayerName="life", VersionNumber=1)
        self.refused("ResourceNotFoundException", self.functions.get_layer_version,
                     LayerName="life", VersionNumber=1)
        self.functions.delete_layer_version(LayerName="life", VersionNumber=1)
        self.functions.delete_layer_version(LayerName="life", VersionNumber=2)
        self.assertEqual(self.functions.list_layer_versions(LayerName="life")["LayerVersions"],
                         [])
        self.assertEqual(self.publish("life", content), f"{arn}:3")

    def test_lists_have_pages(self):
        content = archive(a="1")
        for _ in range(3):
            self.publish("paged", content, CompatibleRuntimes=["ruby3.3"])
        self.publish("paged-too", content, CompatibleRuntimes=["ruby3.3", "nodejs20.x"])

        def listed(call, key: str, member: str, **more) -> list:
            found, marker = [], {}
            while True:
                page = call(MaxItems=1, **marker, **more)
                found += [item[member] for item in page[key]]
                if "NextMarker" not in page:
                    return found
                marker = {"Marker": page["NextMarker"]}
        versions = self.functions.list_layer_versions
        self.assertEqual(listed(versions, "LayerVersions", "Version", LayerName="paged"),
                         [3, 2, 1])
        layers = self.functions.list_layers
        self.assertEqual(listed(layers, "Layers", "LayerName", CompatibleRuntime="ruby3.3"),
                         ["paged", "paged-too"])
        self.assertEqual(listed(layers, "Layers", "LayerName", CompatibleRuntime="nodejs20.x"),
                         ["paged-too"])
        newest = layers(CompatibleRuntime="ruby3.3")["Layers"][0]["LatestMatchingVersion"]
        self.assertEqual(newest["Version"], 3)
        self.refused("InvalidParameterValueException", versions, LayerName="paged", Marker="x")

    def test_python_finds_what_is_in_its_layers(self):
        low = self.publish("low", archive(
            python__shared_dot_py="NAME = 'of the first'\n", data_dot_txt="of the first"))
        high = self.publish("high", archive(python__shared_dot_py="NAME = 'of the second'\n",
                                            python__own_module_dot_py="NAME = 'of a layer'\n"))
        made = self.create("layered", PYTHON, [low, high])
        self.assertEqual([layer["Arn"] for layer in made["Layers"]], [low, high])
        *seen, root = self.answer("layered")
        self.assertEqual(seen, ["of the second", "of a layer", "of the first"])
        # In a chroot, say, the kernel gives no namespaces, and layers lie elsewhere.
        if subprocess.run(["unshare", "--user", "true"], check=False).returncode == 0:
            self.assertEqual(root, "/opt")
        # What is published keeps its layers; what changes has others.
        self.functions.publish_version(FunctionName="layered")
        changed = self.functions.update_function_configuration(
            FunctionName="layered", Layers=[high, low])
        self.assertEqual([layer["Arn"] for layer in changed["Layers"]], [high, low])
        self.assertEqual(self.answer("layered")[0], "of the first")
        self.assertEqual(self.answer("layered:1")[0], "of the second")
        # And so does a function of a version that was deleted, also after a restart.
        self.functions.delete_layer_version(LayerName="low", VersionNumber=1)
        self.assertEqual(self.answer("layered")[0], "of the first")
        self.server.terminate()
        self.server.start()
        self.functions = self.server.api("lambda")
        self.assertEqual(self.answer("layered")[0], "of the first")
        got = self.functions.get_function(FunctionName="layered")["Configuration"]
        self.assertEqual([layer["Arn"] for layer in got["Layers"]], [high, low])
        self.refused("InvalidParameterValueException",
                     self.functions.update_function_configuration, FunctionName="layered",
                     Layers=[low])
        none = self.functions.update_function_configuration(FunctionName="layered", Layers=[])
        self.assertNotIn("Layers", none)

    def test_node_finds_modules_of_its_layers(self):
        arn = self.publish("modules", archive(
            nodejs__node_modules__shared__index_dot_js="exports.name = 'of a layer';\n"))
        self.create("node", "", [arn], Runtime="nodejs20.x", Handler="index.handler",
                    Code={"ZipFile": archive(index_dot_js=NODE)})
        self.assertEqual(self.answer("node"), "of a layer")

    def test_who_may_use_them(self):
        arn = self.publish("guarded", archive(a="1"))
        iam = self.server.api("iam")
        iam.create_user(UserName="builder")

        def may(*actions: str) -> None:
            iam.put_user_policy(UserName="builder", PolicyName="p", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
        may("lambda:CreateFunction", "iam:PassRole")
        keys = iam.create_access_key(UserName="builder")["AccessKey"]
        builder = boto3.client(
            "lambda", endpoint_url=self.server.ready["api_url"],
            region_name=self.server.ready["region"], aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            config=botocore.config.Config(retries={"max_attempts": 1}))
        create = {"FunctionName": "built", "Runtime": "python3.11", "Role": ROLE,
                  "Handler": "lambda_function.lambda_handler", "Layers": [arn],
                  "Code": {"ZipFile": zipped("def lambda_handler(e, c): pass\n")}}
        message = self.refused("AccessDeniedException", builder.create_function, **create)
        self.assertIn(f"lambda:GetLayerVersion on resource: {arn}", message)
        may("lambda:CreateFunction", "iam:PassRole", "lambda:GetLayerVersion")
        builder.create_function(**create)

    def test_the_cli(self):
        path = self.server.data_dir.path / "layer.zip"
        path.write_bytes(archive(python__tool_dot_py="X = 1\n"))
        made = self.server.aws_json("lambda", "publish-layer-version", "--layer-name", "cli",
                                    "--zip-file", f"fileb://{path}", "--compatible-runtimes",
                                    "python3.11")
        listed = self.server.aws_json("lambda", "list-layers")["Layers"]
        self.assertIn(made["LayerArn"], [layer["LayerArn"] for layer in listed])


class OfOtherAccounts(ClientTest):
    flags = ("--tenancy", "multi", "--api-auth", "any")
    OTHER, THIRD = "210987654321", "321098765432"

    def setUp(self):
        self.owner = self.server.api("lambda")
        self.arn = self.owner.publish_layer_version(
            LayerName=self._testMethodName, Content={"ZipFile": archive(
                python__shared_dot_py="NAME = 'of another account'\n")})["LayerVersionArn"]
        self.named = {"LayerName": self._testMethodName, "VersionNumber": 1}

    def refused(self, code: str, call, **members) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**members)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def create(self, account: str) -> dict:
        return self.server.api("lambda", account).create_function(
            FunctionName=self._testMethodName, Runtime="python3.11", Layers=[self.arn],
            Role=f"arn:aws:iam::{account}:role/any", Handler="lambda_function.lambda_handler",
            Code={"ZipFile": zipped("import shared\ndef lambda_handler(e, c):\n"
                                    "    return shared.NAME\n")})

    def permit(self, principal: str, statement: str = "s") -> dict:
        return self.owner.add_layer_version_permission(
            **self.named, StatementId=statement, Action="lambda:GetLayerVersion",
            Principal=principal)

    def test_one_account_is_let_in(self):
        message = self.refused("AccessDeniedException", self.create, account=self.OTHER)
        self.assertIn(f"lambda:GetLayerVersion on resource: {self.arn} because no resource-based "
                      "policy allows", message)
        added = self.permit(self.OTHER)
        self.assertEqual(json.loads(added["Statement"])["Principal"],
                         {"AWS": f"arn:aws:iam::{self.OTHER}:root"})
        made = self.create(self.OTHER)
        self.assertEqual([layer["Arn"] for layer in made["Layers"]], [self.arn])
        other = self.server.api("lambda", self.OTHER)
        answer = other.invoke(FunctionName=self._testMethodName)
        self.assertEqual(json.loads(answer["Payload"].read()), "of another account")
        read = other.get_layer_version_by_arn(Arn=self.arn)
        with urllib.request.urlopen(read["Content"]["Location"], timeout=30) as page:
            self.assertIn(b"shared.py", page.read())
        third = self.server.api("lambda", self.THIRD)
        self.refused("AccessDeniedException", third.get_layer_version_by_arn, Arn=self.arn)
        # Nobody learns whether there is one.
        self.refused("AccessDeniedException", third.get_layer_version_by_arn, Arn=self.arn + "7")
        self.refused("ResourceNotFoundException", other.add_layer_version_permission,
                     LayerName=self.arn.rpartition(":")[0], VersionNumber=1, StatementId="mine",
                     Action="lambda:GetLayerVersion", Principal="*")
        self.owner.remove_layer_version_permission(**self.named, StatementId="s")
        self.refused("AccessDeniedException", other.get_layer_version_by_arn, Arn=self.arn)
        # What it was given once it keeps.
        answer = other.invoke(FunctionName=self._testMethodName)
        self.assertEqual(json.loads(answer["Payload"].read()), "of another account")

    def test_everybody_is_let_in(self):
        self.permit("*")
        policy = self.owner.get_layer_version_policy(**self.named)
        self.assertEqual(json.loads(policy["Policy"])["Statement"][0]["Principal"], "*")
        self.create(self.THIRD)
        self.refused("PreconditionFailedException", self.owner.remove_layer_version_permission,
                     **self.named, StatementId="s", RevisionId="another")
        self.owner.remove_layer_version_permission(**self.named, StatementId="s",
                                                   RevisionId=policy["RevisionId"])
        self.refused("ResourceNotFoundException", self.owner.get_layer_version_policy,
                     **self.named)


if __name__ == "__main__":
    unittest.main(verbosity=2)
