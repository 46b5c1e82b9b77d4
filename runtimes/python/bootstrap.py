"""Runs an unmodified AWS Lambda handler: asks the Runtime API for events, calls the handler,
posts what it returns or raises.

Standard library only, Python 3.8 and later. It speaks HTTP on a plain socket that stays open, and
sends an answer together with the request for the next event, so that a warm invocation costs one
write and one read here.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" and "Define Lambda function
handler in Python".
"""

import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

API = "/2018-06-01/runtime"
ANSWER_WITH_NEXT_MAX = 1 << 20  # larger answers wait for their verdict first


class RuntimeApi:
    """One kept-alive HTTP connection to this process's Runtime API."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tail = (" HTTP/1.1\r\nHost: " + address + "\r\n").encode("latin-1")
        self._next = ("GET " + API + "/invocation/next").encode("latin-1") + self._tail + b"\r\n"
        self._unread = b""

    def next_event(self):
        """Waits for an event; returns (headers, body)."""
        self._socket.sendall(self._next)
        return self._read_event()

    def answer_and_next(self, path, body, content_type, error_type=None):
        """Posts an answer and waits for the next event."""
        post = self._post(path, body, content_type, error_type)
        if len(body) <= ANSWER_WITH_NEXT_MAX:
            self._socket.sendall(post + self._next)
            self._read_response()
            return self._read_event()
        self._socket.sendall(post)
        self._read_response()
        return self.next_event()

    def post_init_error(self, body, error_type):
        self._socket.sendall(self._post("/init/error", body, "application/json", error_type))
        self._read_response()

    def _post(self, path, body, content_type, error_type):
        head = "Content-Type: %s\r\nContent-Length: %d\r\n" % (content_type, len(body))
        if error_type:
            head += "Lambda-Runtime-Function-Error-Type: %s\r\n" % error_type
        start = ("POST " + API + path).encode("latin-1") + self._tail
        return start + head.encode("latin-1", "replace") + b"\r\n" + body

    def _read_event(self):
        status, headers, body = self._read_response()
        if status != 200:
            raise SystemExit("the Runtime API answered %d: %r" % (status, body[:200]))
        return headers, body

    def _read_response(self):
        data = self._unread
        end = data.find(b"\r\n\r\n")
        while end < 0:
            data += self._receive()
            end = data.find(b"\r\n\r\n")
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        have = data[end + 4:]
        if len(have) < length:
            pieces = [have]
            count = len(have)
            while count < length:
                piece = self._receive()
                pieces.append(piece)
                count += len(piece)
            have = b"".join(pieces)
        self._unread = have[length:]
        return int(lines[0].split(" ", 2)[1]), headers, have[:length]

    def _receive(self):
        data = self._socket.recv(262144)
        if not data:
            raise SystemExit(0)  # the server has ended this instance
        return data


class CognitoIdentity:
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class Client:
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code",
                 "app_package_name"]

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))


class ClientContext:
    __slots__ = ["custom", "env", "client"]

    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values["client"]) if values.get("client") else None


class LambdaContext:
    """What a handler receives as its second argument."""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id", "")
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        identity = headers.get("lambda-runtime-cognito-identity")
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", "0"))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        parts = ["%s=%r" % item for item in vars(self).items() if not item[0].startswith("_")]
        return "LambdaContext([%s])" % ",".join(parts)


class CurrentRequest:
    """The request id that log lines carry."""

    id = ""


class LineHandler(logging.Handler):
    """One record, one line: line feeds inside a record become carriage returns."""

    def emit(self, record):
        try:
            sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")
        except Exception:
            self.handleError(record)


def set_up_logging():
    def add_request_id(record):
        record.aws_request_id = CurrentRequest.id
        return True

    handler = LineHandler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(add_request_id)
    logging.getLogger().addHandler(handler)


class InitError(Exception):
    """The handler cannot be loaded; carries the error type the platform gives."""

    def __init__(self, error_type, message, stack=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack = list(stack)


def load_handler(text):
    try:
        module_name, function_name = text.rsplit(".", 1)
    except ValueError as error:
        raise InitError("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (text, error))
    module_name = module_name.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise InitError("Runtime.BuiltInModuleConflict",
                        "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError",
                        "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise InitError("Runtime.UserCodeSyntaxError",
                        "Syntax error in module '%s': %s" % (module_name, error),
                        ['  File "%s" Line %s\n    %s\n' % (
                            error.filename, error.lineno, (error.text or "").strip())])
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise InitError("Runtime.HandlerNotFound",
                        "Handler '%s' missing on module '%s'" % (function_name, module_name))


def frames_of_user(error):
    frames = traceback.extract_tb(error.__traceback__)
    mine = [f for f in frames if f.filename != __file__ and "importlib" not in f.filename]
    return traceback.format_list(mine)


def error_body(message, error_type, request_id, stack):
    return json.dumps({"errorMessage": message, "errorType": error_type,
                       "requestId": request_id, "stackTrace": stack}).encode("utf-8")


def print_error(message, error_type, stack):
    lines = ["[ERROR] %s: %s" % (error_type, message) if message else "[ERROR] %s" % error_type]
    if stack:
        lines.append("Traceback (most recent call last):")
        for entry in stack:
            for line in entry.rstrip("\n").split("\n"):
                body = line.lstrip(" ")
                lines.append("\u00a0" * (len(line) - len(body)) + body)
    sys.stdout.write("\r".join(lines).replace("\n", "\r") + "\n")
    sys.stdout.flush()


def writes_ascii_json():
    """As Lambda's runtimes before Python 3.12 do, whichever interpreter runs this one."""
    name = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python")[2]
    try:
        return tuple(int(part) for part in name.split(".")) < (3, 12)
    except ValueError:
        return sys.version_info < (3, 12)


ASCII_JSON = writes_ascii_json()


def encode_unusual(value):
    if type(value).__module__ == "decimal":
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def parse_event(headers, body):
    if headers.get("content-type", "application/json") != "application/json":
        return body
    return json.loads(body.decode("utf-8"))


class MarshalError(Exception):
    pass


def marshal(result):
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        text = json.dumps(result, ensure_ascii=ASCII_JSON, default=encode_unusual)
        return text.encode("utf-8"), "application/json"
    except Exception as error:
        raise MarshalError("Unable to marshal response: %s" % error)


def run_handler(handler, headers, body):
    """Returns (answer path, answer bytes, content type, error type or None)."""
    request_id = headers.get("lambda-runtime-aws-request-id", "")
    path = "/invocation/" + request_id
    try:
        context = LambdaContext(headers)
        try:
            event = parse_event(headers, body)
        except ValueError as error:
            message, kind, stack = str(error), "Runtime.UnmarshalError", []
            message = "Unable to unmarshal input: " + message
        else:
            answer, content_type = marshal(handler(event, context))
            return path + "/response", answer, content_type, None
    except MarshalError as error:
        message, kind, stack = str(error), "Runtime.MarshalError", []
    except Exception as error:
        message, kind, stack = str(error), type(error).__name__, frames_of_user(error)
    print_error(message, kind, stack)
    return path + "/error", error_body(message, kind, request_id, stack), "application/json", kind


def flush_output():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def serve(api, handler):
    headers, body = api.next_event()
    while True:
        CurrentRequest.id = headers.get("lambda-runtime-aws-request-id", "")
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        path, answer, content_type, error_type = run_handler(handler, headers, body)
        flush_output()
        headers, body = api.answer_and_next(path, answer, content_type, error_type)


def layer_folders(root):
    """Where layers keep modules, those for one version of Python first."""
    named = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("_")[2]
    own = "python%d.%d" % sys.version_info[:2]
    versions = [named, own] if named not in ("", own) else [own]
    folders = [os.path.join(root, "python", "lib", version, "site-packages")
               for version in versions]
    return [folder for folder in [*folders, os.path.join(root, "python")]
            if os.path.isdir(folder)]


def main():
    task_root = os.environ.get("LAMBDA_TASK_ROOT", os.getcwd())
    layers = sys.argv[1] if len(sys.argv) > 1 else "/opt"
    sys.path[:1] = [task_root, *layer_folders(layers)]
    sys.argv = [sys.argv[0]]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    set_up_logging()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except InitError as error:
        message, kind, stack = str(error), error.error_type, error.stack
    except Exception as error:
        message, kind, stack = str(error), type(error).__name__, frames_of_user(error)
    else:
        serve(api, handler)
    print_error(message, kind, stack)
    flush_output()
    api.post_init_error(error_body(message, kind, "", stack), kind)
    sys.exit(1)


if __name__ == "__main__":
    main()
