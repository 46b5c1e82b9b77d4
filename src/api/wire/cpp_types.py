"""C++ names and types of model shapes, and the rules that hold for them."""

import patterns
from model import enumerator, pascal, snake

SCALARS = {
    "string": "std::string",
    "character": "std::string",
    "integer": "std::int32_t",
    "long": "std::int64_t",
    "double": "double",
    "float": "double",
    "boolean": "bool",
    "timestamp": "WallTime",
    "blob": "Bytes",
    "document": "wire::AnyObject",  # ours: any JSON object
}
INITIAL = {"std::int32_t": " = 0", "std::int64_t": " = 0", "double": " = 0", "bool": " = false",
           "WallTime": "{}"}
TIME_FORMS = {"iso8601": "Iso8601", "rfc822": "HttpDate", "unixTimestamp": "EpochSeconds"}


def is_enum(shape):
    return shape["type"] == "string" and bool(shape.get("enum"))


def is_named(shape):
    """Whether the shape has a C++ type of its own."""
    return shape["type"] == "structure" or is_enum(shape)


def type_of(service, name):
    shape = service.shape(name)
    if is_named(shape):
        return pascal(name)
    if shape["type"] == "list":
        return f"std::vector<{type_of(service, shape['member']['shape'])}>"
    if shape["type"] == "map":
        return f"std::map<std::string, {type_of(service, shape['value']['shape'])}>"
    return SCALARS[shape["type"]]


def named_parts(service, name):
    """The named types that a member of this shape needs declared."""
    shape = service.shape(name)
    if is_named(shape):
        return {name}
    if shape["type"] == "list":
        return named_parts(service, shape["member"]["shape"])
    if shape["type"] == "map":
        return named_parts(service, shape["value"]["shape"])
    return set()


def enumerators(shape):
    names = {value: enumerator(value) for value in shape["enum"]}
    if len(set(names.values())) != len(names):
        raise ValueError(f"two values of an enumeration give one name: {names}")
    return names


def struct_text(service, name, shape):
    lines = [f"struct {name} {{"]
    required = shape.get("required", [])
    for member, reference in shape.get("members", {}).items():
        kind = type_of(service, reference["shape"])
        if member in required:
            initial = INITIAL.get(kind, "{}" if is_enum(service.shape(reference["shape"])) else "")
            lines.append(f"    {kind} {snake(member)}{initial};")
        else:
            lines.append(f"    std::optional<{kind}> {snake(member)};")
    lines.append(f"    bool operator==(const {name}&) const = default;")
    lines.append("};")
    return "\n".join(lines)


def cpp_string(text):
    """A raw string literal."""
    return f'R"~({text})~"'


class Rules:
    """The rules of one generated file: constants for every shape asked for, each once."""

    def __init__(self, service):
        self.service = service
        self.lines = []
        self.known = {}
        self.patterns = {}

    def rule(self, name):
        """The C++ expression for the rule of a shape."""
        if name not in self.known:
            self.known[name] = self._declare(name)
        return self.known[name]

    def _declare(self, name):
        shape = self.service.shape(name)
        kind = {"string": "Text", "blob": "Text", "list": "List", "map": "Map"}.get(
            shape["type"], "Number" if shape["type"] in ("integer", "long", "double", "float")
            else "Other")
        fields = [f".kind = Kind::{kind}"]
        for bound in ("min", "max"):
            if bound in shape:
                fields.append(f".{bound} = {int(shape[bound])}")
        pattern = self.pattern(shape.get("pattern"))
        if pattern:
            fields.append(f".pattern = &{pattern}")
        if is_enum(shape):
            values = ", ".join(f'"{value}"' for value in shape["enum"])
            self.lines.append(f"constexpr std::string_view values_of_{name}[] = {{{values}}};")
            fields.append(f".values = values_of_{name}")
        if shape["type"] == "map":
            fields.append(f".key = &{self.rule(shape['key']['shape'])}")
            fields.append(f".element = &{self.rule(shape['value']['shape'])}")
        if shape["type"] == "list":
            fields.append(f".element = &{self.rule(shape['member']['shape'])}")
        if shape.get("sensitive"):
            fields.append(".sensitive = true")
        if len(fields) == 1:
            return "no_rule"
        self.lines.append(f"constexpr Rule rule_{name}{{{', '.join(fields)}}};")
        return f"rule_{name}"

    def pattern(self, source):
        """The name of a Pattern constant; empty where every text passes."""
        if source is None or patterns.check_of(source).anything:
            return ""
        if source not in self.patterns:
            self.patterns[source] = f"pattern_{len(self.patterns)}"
            self.lines += pattern_lines(self.patterns[source], patterns.check_of(source))
        return self.patterns[source]


def pattern_lines(name, check):
    lines = []
    runs = otherwise = ""
    if check.runs:
        lines.append(f"constexpr ClassRun runs_of_{name}[] = {{")
        for run in check.runs:
            low = sum(1 << c for c in run.characters.ascii if c < 64)
            high = sum(1 << (c - 64) for c in run.characters.ascii if c >= 64)
            most = "unbounded" if run.most == patterns.UNBOUNDED else run.most
            wide = "true" if run.characters.wide == "yes" else "false"
            lines.append(f"    {{{{{low:#x}, {high:#x}}}, {wide}, {run.least}, {most}}},")
        lines.append("};")
        runs = f"runs_of_{name}"
    if check.function:
        otherwise = check.function
    elif check.regex:
        otherwise = f"decide_{name}"
        lines += [f"bool {otherwise}(std::string_view text) {{",
                  f"    static const Regex regex({cpp_string(check.regex)});",
                  "    return regex.matches(text);", "}"]
    lines.append(f"constexpr Pattern {name}{{{cpp_string(check.source)}, "
                 f"{runs or '{}'}, {otherwise or 'nullptr'}}};")
    return lines
