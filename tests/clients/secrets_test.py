#!/usr/bin/python3
"""Passwords and tokens stay out of everything that the server writes, however the function that
is shown them hands them on.

usage: secrets_test.py GATEHOUSE [TESTS]"""

import base64
import json
import unittest
import urllib.parse

from client_test import ClientTest, make_authorizer, make_function, permit_iot
from device import V5, V311
from signing_key import SigningKey

# Of what is written otherwise between quotes, in addresses and in ASCII.
PASSWORD = "p\"w\\d/100%25 gehéim-密码-🔑 'x'"
TOKEN = "tökén/with\\all-of-it\""
HANDLER = '''
import base64, json, urllib.parse
def lambda_handler(event, context):
    shown = base64.b64decode(event["protocolData"]["mqtt"].get("password", "")).decode()
    shown = event.get("token", shown)
    for text in (event, json.dumps(event), shown, repr(shown), json.dumps(shown),
                 json.dumps(json.dumps(shown)), shown.encode(), urllib.parse.quote(shown),
                 urllib.parse.quote_plus(shown), urllib.parse.quote(json.dumps(shown)), base64.b64encode(shown.encode()),
                 base64.urlsafe_b64encode(shown.encode()).rstrip(b"=")):
        print("saw", text)
    if event["protocolData"]["mqtt"]["username"].startswith("echoes"):
        return {"isAuthenticated": True, "principalId": shown, "policyDocuments": [shown]}
    raise KeyError(shown)
'''


def forms_of(secret: str) -> set[bytes]:
    data = secret.encode()
    texts = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], repr(data)[2:-1],
             json.dumps(secret, ensure_ascii=False)[1:-1],
             json.dumps(json.dumps(secret)[1:-1])[1:-1],
             urllib.parse.quote(secret), urllib.parse.quote_plus(secret),
             urllib.parse.quote(json.dumps(secret)[1:-1]),
             base64.b64encode(data).decode().rstrip("="),
             base64.urlsafe_b64encode(data).decode().rstrip("=")}
    return {text.encode() for text in texts}


class Secrets(ClientTest):
    @classmethod
    def prepare(cls):
        arn = make_function(cls.server, "auth", HANDLER)
        permit_iot(cls.server, "auth")
        cls.key = SigningKey()
        make_authorizer(cls.server, "AutoCustom", arn)
        make_authorizer(cls.server, "Signed", arn, signingDisabled=False, tokenKeyName="token",
                        tokenSigningPublicKeys={"key": cls.key.public})

    def test_none_is_written(self):
        query = "&token=" + urllib.parse.quote(TOKEN, safe="")
        signed = "&x-amz-customauthorizer-signature=" + urllib.parse.quote(
            self.key.sign(TOKEN), safe="")
        attempts = [{"user": user, "password": PASSWORD, "protocol": protocol}
                    for user in ("raises", "echoes") for protocol in (V311, V5)]
        attempts += [{"user": "raises", "authorizer": "Signed", "query": query + more}
                     for more in (signed, "")]
        attempts.append({"user": "raises", "authorizer": "Nobodys", "password": PASSWORD,
                         "query": query})
        for number, how in enumerate(attempts):
            self.device(f"secretive-{number}", **how).expect("connect")
            self.server.wait_for_record(clientId=f"secretive-{number}", eventType="Connect")
        self.assertIn("saw ****", self.server.gatehouse("function", "logs", "auth").stdout)
        shown = "".join(self.server.gatehouse(*words).stdout for words in (
            ("logs", "tail"), ("authorizer", "trace"), ("function", "logs", "auth")))
        self.server.terminate()
        files = [path for path in self.server.data_dir.path.rglob("*") if path.is_file()]
        self.assertTrue(any("logs" in path.parts for path in files), files)
        for name, content in [("what commands show", shown.encode())] + [
                (str(path), path.read_bytes()) for path in files]:
            for secret in (PASSWORD, TOKEN):
                for form in forms_of(secret):
                    self.assertNotIn(form, content, f"{form!r} in {name}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
