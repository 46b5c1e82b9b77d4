"""What clients sign for the device doors, by botocore's own signer."""

import botocore.auth
import botocore.awsrequest
import botocore.credentials

SERVICE = "iotdevicegateway"


def credentials(keys: dict) -> botocore.credentials.Credentials:
    """Of a key as IAM, STS or the credentials provider answer it."""
    return botocore.credentials.Credentials(
        keys.get("AccessKeyId") or keys["accessKeyId"],
        keys.get("SecretAccessKey") or keys["secretAccessKey"],
        keys.get("SessionToken") or keys.get("sessionToken"))


def presigned_path(keys: dict, host: str, region: str = "us-east-1", service: str = SERVICE,
                   expires: int = 300, signs_token: bool = False) -> str:
    """/mqtt with its query. AWS IoT wants the session token behind the signature; other services
    want it signed."""
    whole = credentials(keys)
    token = whole.token
    if token and not signs_token:
        whole = botocore.credentials.Credentials(whole.access_key, whole.secret_key)
    request = botocore.awsrequest.AWSRequest("GET", f"https://{host}/mqtt")
    botocore.auth.SigV4QueryAuth(whole, service, region, expires=expires).add_auth(request)
    path = request.url.partition(host)[2]
    if token and not signs_token:
        path += "&X-Amz-Security-Token=" + botocore.compat.quote(token, safe="")
    return path


def signed_headers(keys: dict, method: str, url: str, body: bytes = b"", region: str = "us-east-1",
                   service: str = SERVICE) -> dict[str, str]:
    request = botocore.awsrequest.AWSRequest(method, url, data=body)
    botocore.auth.SigV4Auth(credentials(keys), service, region).add_auth(request)
    return dict(request.headers.items())
