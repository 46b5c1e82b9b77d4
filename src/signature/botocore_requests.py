"""Signs requests of many shapes with the distribution's botocore and prints them as JSON lines.

The C++ test verifies each one. Run by botocore_test.cc; needs no network.
"""

import json
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "http://localhost:4566"
CASES = [
    ("GET", "/", b"", {}, "iot"),
    ("GET", "/things?maxResults=10&attributeName=a%20b", b"", {}, "execute-api"),
    ("GET", "/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af", b"", {}, "lambda"),
    ("POST", "/2015-03-31/functions/f%3A%24LATEST/invocations", b'{"a": 1}', {}, "lambda"),
    ("POST", "/", b"{}", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups",
                          "Content-Type": "application/x-amz-json-1.1"}, "logs"),
    ("GET", "/a//b/./c/../d/", b"", {}, "iot"),
    ("GET", "/topics/a%2Fb~-_.%21?qos=1&x=%E4%B8%AD&flag=&flag=b", b"", {}, "iotdata"),
    ("PUT", "/authorizer/My%40Auth", "{\"x\":\"ä\"}".encode(), {"X-Spaces": "  a   b  c "}, "iot"),
    ("DELETE", "/%24%26%2B%2C%3A%3B%3D%3F%40", b"", {}, "iot"),
]


def show(prepared):
    # The query signer moves a JSON body into the query, so the body is the prepared one.
    body = prepared.body or b""
    url = urlsplit(prepared.url)
    headers = [[name, value if isinstance(value, str) else value.decode()]
               for name, value in prepared.headers.items()]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(["Host", url.netloc])
    print(json.dumps({"method": prepared.method, "path": url.path, "query": url.query,
                      "headers": headers, "body": body.decode()}))


def main():
    for token in (None, "TOKEN/+="):
        credentials = Credentials("AKIDEXAMPLE", SECRET, token)
        for method, target, body, headers, service in CASES:
            for make in (SigV4Auth, SigV4QueryAuth):
                request = AWSRequest(method, HOST + target, headers=dict(headers), data=body)
                make(credentials, service, "us-east-1").add_auth(request)
                show(request.prepare())


main()
