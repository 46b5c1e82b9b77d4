"""Talks to the API port with the distribution's botocore, as boto3 and the AWS CLI do.

botocore_test.cc serves the port and runs this: botocore_client.py URL. Exits 0 when every answer
is what it should be.
"""

import datetime
import sys

import botocore.config
import botocore.session
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:authorize"


def client(name, url, key="AKIDROOT"):
    session = botocore.session.Session()
    session.set_credentials(key, "wJalrXUtnFEMI")
    return session.create_client(
        name, region_name="us-east-1", endpoint_url=url,
        config=botocore.config.Config(retries={"max_attempts": 1}, connect_timeout=5,
                                      read_timeout=5))


def refused(call, code, status, part=""):
    try:
        call()
    except ClientError as error:
        response = error.response
        assert response["Error"]["Code"] == code, response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status, response
        assert part in response["Error"]["Message"], response
        assert response["ResponseMetadata"]["RequestId"], response
        return
    raise AssertionError(f"{code} was expected")


def authorizers(url):
    iot = client("iot", url)
    made = iot.create_authorizer(authorizerName="Au_to=,@-1", authorizerFunctionArn=FUNCTION,
                                 signingDisabled=True, tags=[{"Key": "team", "Value": "ä"}])
    assert made["authorizerArn"].endswith(":authorizer/Au_to=,@-1"), made
    found = iot.describe_authorizer(authorizerName="Au_to=,@-1")["authorizerDescription"]
    assert found["status"] == "ACTIVE" and found["signingDisabled"] is True, found
    age = datetime.datetime.now(datetime.timezone.utc) - found["creationDate"]
    assert abs(age) < datetime.timedelta(minutes=5), found
    iot.create_authorizer(authorizerName="B", authorizerFunctionArn=FUNCTION, signingDisabled=True)
    names = [a["authorizerName"]
             for page in iot.get_paginator("list_authorizers").paginate(
                 PaginationConfig={"PageSize": 1}) for a in page["authorizers"]]
    assert names == ["Au_to=,@-1", "B"], names
    iot.set_default_authorizer(authorizerName="B")
    refused(lambda: iot.delete_authorizer(authorizerName="B"), "DeleteConflictException", 409)
    iot.clear_default_authorizer()
    iot.update_authorizer(authorizerName="B", status="INACTIVE")
    iot.delete_authorizer(authorizerName="B")
    refused(lambda: iot.describe_authorizer(authorizerName="B"), "ResourceNotFoundException", 404)
    refused(lambda: iot.describe_authorizer(authorizerName="a/b c"), "InvalidRequestException",
            400, "Value 'a/b c' at 'authorizerName'")
    refused(lambda: iot.list_mitigation_actions(), "NotImplementedException", 501,
            "ListMitigationActions")
    assert iot.describe_endpoint()["endpointAddress"]
    refused(lambda: client("iot", url, "AKIDOTHER").list_authorizers(),
            "UnrecognizedClientException", 403)


def log_groups(url):
    logs = client("logs", url)
    logs.create_log_group(logGroupName="/a/b")
    logs.create_log_stream(logGroupName="/a/b", logStreamName="s [$LATEST]")
    now = int(logs.describe_log_groups()["logGroups"][0]["creationTime"])
    logs.put_log_events(logGroupName="/a/b", logStreamName="s [$LATEST]",
                        logEvents=[{"timestamp": now, "message": "hello ä"}])
    got = logs.get_log_events(logGroupName="/a/b", logStreamName="s [$LATEST]")
    assert [e["message"] for e in got["events"]] == ["hello ä"], got
    found = logs.filter_log_events(logGroupName="/a/b", filterPattern="hello")
    assert found["events"][0]["logStreamName"] == "s [$LATEST]", found
    refused(lambda: logs.create_log_group(logGroupName="/a/b"),
            "ResourceAlreadyExistsException", 400)
    refused(lambda: logs.start_query(logGroupName="/a/b", startTime=0, endTime=1, queryString="x"),
            "MalformedQueryException", 400, "'x' is not a command")
    refused(lambda: logs.describe_destinations(), "NotImplementedException", 501,
            "DescribeDestinations")
    refused(lambda: client("logs", url, "AKIDOTHER").describe_log_groups(),
            "UnrecognizedClientException", 400)


authorizers(sys.argv[1])
log_groups(sys.argv[1])
