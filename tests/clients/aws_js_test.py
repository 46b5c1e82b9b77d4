#!/usr/bin/python3
"""The AWS SDK for JavaScript v3 on the control plane. Needs `npm ci` in this folder.

usage: aws_js_test.py GATEHOUSE [TESTS]"""

import json
import subprocess
import unittest

from client_test import HERE, ClientTest


class AwsJs(ClientTest):
    def test_the_life_of_a_device(self):
        run = subprocess.run(
            ["node", HERE / "aws_js_life.js", self.server.ready["api_url"],
             self.server.ready["region"], "lamp"],
            env=self.server.environment() | self.server.keys(), capture_output=True, text=True,
            timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        not_found = {"name": "ResourceNotFoundException", "status": 404}
        self.assertEqual(json.loads(run.stdout), {
            "key": "-----BEGIN RSA PRIVATE KEY-----", "status": "ACTIVE", "isDate": True,
            "attributes": {"model": "x1", "room": "lab"}, "things": ["lamp"],
            "policies": ["lamp-Policy"], "isTied": True,
            "again": {"name": "ResourceAlreadyExistsException", "status": 409},
            "early": {"name": "CertificateStateException", "status": 406},
            "gone": not_found, "certificateGone": not_found})


if __name__ == "__main__":
    unittest.main(verbosity=2)
