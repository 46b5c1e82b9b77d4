"""Writes the C++ of one service: structs, codecs, errors and the table of operations."""

import re
import zlib

from cpp_types import (TIME_FORMS, Rules, enumerators, is_enum, named_parts, struct_text, type_of)
from model import pascal, snake

BANNER = "// Generated from the service model by src/api/wire/generate.py.\n"
STRUCT_INCLUDES = ["<cstdint>", "<map>", "<optional>", "<string>", "<string_view>", "<vector>",
                   '"base/bytes.h"', '"base/clock.h"']
# Where there are members of type "document".
DOCUMENT_INCLUDES = ['"api/wire/any_object.h"']
CODEC_INCLUDES = ['"api/wire/hand_written_patterns.h"', '"api/wire/request_reader.h"',
                  '"api/wire/response_writer.h"', '"api/wire/xml_writer.h"']


class Emitter:
    def __init__(self, service, operations, shards):
        self.service = service
        self.operations = operations
        self.shards = shards
        self.files = {}
        self.is_query = service.protocol == "Query"
        self.writer = "XmlWriter" if self.is_query else "ObjectWriter"
        self.shared_outputs = self._shared_outputs()
        self.input_types, self.output_types = self._types()

    def write(self, name, text):
        self.files[name] = BANNER + text

    # Which types there are.

    def _shape_name(self, operation, side):
        reference = self.service.operations[operation].get(side)
        return reference["shape"] if reference else None

    def _shared_outputs(self):
        """Output shapes that are also something else's output or member: types of their own."""
        seen = {}
        for operation in self.operations:
            output = self._shape_name(operation, "output")
            if output:
                seen[output] = seen.get(output, 0) + 1
        nested = set()
        for operation in self.operations:
            for side in ("input", "output"):
                root = self._shape_name(operation, side)
                if root:
                    nested |= set(self.service.reachable([root])) - {root}
        return {name for name, count in seen.items() if count > 1 or name in nested}

    def _types(self):
        """Named shapes under the inputs and under the outputs, children first."""
        found = []
        for side in ("input", "output"):
            roots = [self._shape_name(op, side) for op in self.operations]
            roots = [root for root in roots if root]
            own = set(roots) - (self.shared_outputs if side == "output" else set())
            nested = []
            for name in self.service.reachable(roots):
                shape = self.service.shape(name)
                if name in own and not self._is_nested(name, roots):
                    continue
                if shape["type"] == "structure" or is_enum(shape):
                    nested.append(name)
            found.append(nested)
        return found

    def _is_nested(self, name, roots):
        return any(name in self.service.reachable([root]) and name != root for root in roots)

    def types(self):
        return self.input_types + [t for t in self.output_types if t not in self.input_types]

    def shard_of(self, name):
        return zlib.crc32(name.encode()) % self.shards

    # Headers.

    def include_types(self, names):
        return [f'"api/shapes/{self.service.name}/types/{snake(name)}.h"'
                for name in sorted(names, key=snake)]

    def header(self, includes, body):
        if "wire::AnyObject" in body:
            includes = DOCUMENT_INCLUDES + includes
        system = [i for i in includes if i.startswith("<")]
        own = [i for i in includes if not i.startswith("<")]
        text = "#pragma once\n\n"
        text += "".join(f"#include {i}\n" for i in system) + "\n"
        text += "".join(f"#include {i}\n" for i in own) + "\n"
        return text + self.in_namespace(body)

    def in_namespace(self, body):
        return f"namespace {self.service.namespace} {{\n\n{body}\n\n}}  // namespace\n"

    def needed_by(self, shape):
        needed = set()
        for member in shape.get("members", {}).values():
            needed |= named_parts(self.service, member["shape"])
        return needed

    def emit_type(self, name):
        shape = self.service.shape(name)
        path = f"types/{snake(name)}.h"
        if is_enum(shape):
            names = ", ".join(enumerators(shape).values())
            body = (f"enum class {pascal(name)} : std::uint8_t {{ {names} }};\n"
                    f"std::string_view to_text({pascal(name)} value);\n"
                    f"bool from_text(std::string_view text, {pascal(name)}& value);")
            self.write(path, self.header(["<cstdint>", "<string_view>"], body))
            return
        body = struct_text(self.service, pascal(name), shape)
        body += (f"\nvoid decode_members(wire::ObjectReader& in, {pascal(name)}& value);\n"
                 f"void encode_members(wire::{self.writer}& out, const {pascal(name)}& value);")
        includes = STRUCT_INCLUDES + ['"api/wire/operation_shape.h"']
        self.write(path, self.header(includes + self.include_types(self.needed_by(shape)), body))

    def emit_operation(self, operation):
        parts, needed = [], set()
        for side, suffix in (("input", "Request"), ("output", "Response")):
            shape_name = self._shape_name(operation, side)
            name = operation + suffix
            if side == "output" and shape_name in self.shared_outputs:
                needed.add(shape_name)
                parts.append(f"using {name} = {pascal(shape_name)};")
                continue
            shape = self.service.shape(shape_name) if shape_name else {}
            needed |= self.needed_by(shape)
            parts.append(struct_text(self.service, name, shape))
        parts.append(
            f"struct {operation}Shape {{\n"
            f"    using Request = {operation}Request;\n"
            f"    using Response = {operation}Response;\n"
            f'    static constexpr std::string_view name = "{operation}";\n'
            f"    static wire::Outcome<Request> decode(const wire::RequestParts& parts);\n"
            f"    static wire::ResponseParts encode(const Response& value);\n"
            f"}};")
        includes = STRUCT_INCLUDES + ['"api/wire/operation_shape.h"'] + self.include_types(needed)
        self.write(f"{snake(operation)}.h", self.header(includes, "\n\n".join(parts)))

    # Codecs.

    def codec_of_enum(self, name):
        cases = enumerators(self.service.shape(name))
        kind = pascal(name)
        text = f"std::string_view to_text({kind} value) {{\n    switch (value) {{\n"
        for value, enumerator in cases.items():
            text += f'        case {kind}::{enumerator}: return "{value}";\n'
        text += f"    }}\n    return {{}};\n}}\n\n"
        text += f"bool from_text(std::string_view text, {kind}& value) {{\n"
        for value, enumerator in cases.items():
            text += f'    if (text == "{value}") return value = {kind}::{enumerator}, true;\n'
        return text + "    return false;\n}"

    def body_members(self, shape):
        return [(member, reference) for member, reference in shape.get("members", {}).items()
                if "location" not in reference]

    def decode_lines(self, shape, rules, source, target):
        return [f'    {source}.member("{reference.get("locationName", member)}", '
                f"{target}.{snake(member)}, {rules.rule(reference['shape'])});"
                for member, reference in self.body_members(shape)]

    def encode_lines(self, shape):
        lines = []
        for member, reference in self.body_members(shape):
            wire_name = reference.get("locationName", member)
            target = self.service.shape(reference["shape"])
            form = reference.get("timestampFormat", target.get("timestampFormat"))
            if form and target["type"] == "timestamp":
                lines.append(f'    out.time("{wire_name}", value.{snake(member)}, '
                             f"wire::TimeForm::{TIME_FORMS[form]});")
            else:
                lines.append(f'    out.member("{wire_name}", value.{snake(member)});')
        return lines

    def function(self, head, lines, unused):
        body = lines or [f"    (void){name};" for name in unused]
        return head + " {\n" + "\n".join(body) + "\n}"

    def codec_of_struct(self, name, rules):
        shape = self.service.shape(name)
        parts = []
        if name in self.input_types:
            parts.append(self.function(
                f"void decode_members(ObjectReader& in, {pascal(name)}& value)",
                self.decode_lines(shape, rules, "in", "value"), ["in", "value"]))
        if name in self.output_types:
            parts.append(self.function(
                f"void encode_members({self.writer}& out, const {pascal(name)}& value)",
                self.encode_lines(shape), ["out", "value"]))
        return "\n\n".join(parts)

    def decoder_of(self, operation, rules):
        shape_name = self._shape_name(operation, "input")
        shape = self.service.shape(shape_name) if shape_name else {}
        uri = self.service.operations[operation]["http"]["requestUri"]
        labels = re.findall(r"{([^}+]+)\+?}", uri)
        lines = [f"    {operation}Request value;", "    RequestReader in(parts);"]
        for member, reference in shape.get("members", {}).items():
            location = reference.get("location")
            wire_name = reference.get("locationName", member)
            target = f"value.{snake(member)}"
            rule = rules.rule(reference["shape"])
            if location == "uri":
                lines.append(f'    in.label({labels.index(wire_name)}, "{member}", {target}, {rule});')
            elif location == "querystring":
                lines.append(f'    in.query("{wire_name}", "{member}", {target}, {rule});')
            elif location == "header":
                lines.append(f'    in.header("{wire_name}", "{member}", {target}, {rule});')
            elif location is not None:
                raise ValueError(f"{operation}.{member}: location {location} has no codec")
        payload = shape.get("payload")
        if payload:
            target = self.service.shape(shape["members"][payload]["shape"])
            extra = "" if target["type"] == "blob" else f', "{payload}"'
            lines.append(f"    in.payload(value.{snake(payload)}{extra});")
        elif self.body_members(shape):
            source = "form" if self.is_query else "body"
            lines.append(f"    ObjectReader body = in.{source}();")
            lines += self.decode_lines(shape, rules, "body", "value")
        lines.append("    return in.finish(std::move(value));")
        return self.function(f"wire::Outcome<{operation}Request> {operation}Shape::decode("
                             f"const wire::RequestParts& parts)", lines, [])

    def encoder_of(self, operation):
        shape_name = self._shape_name(operation, "output")
        shape = self.service.shape(shape_name) if shape_name else {}
        if self.is_query:
            return self.query_encoder_of(operation, shape_name, shape)
        status = self.service.operations[operation]["http"].get("responseCode", 200)
        lines = [f"    ResponseWriter out({status});"]
        for member, reference in shape.get("members", {}).items():
            location = reference.get("location")
            if location == "statusCode":
                lines.append(f"    out.status(value.{snake(member)});")
            elif location == "header":
                lines.append(f'    out.header("{reference["locationName"]}", '
                             f"value.{snake(member)});")
            elif location is not None:
                raise ValueError(f"{operation}.{member}: location {location} has no codec")
        content = '"application/x-amz-json-1.1"' if self.service.protocol == "Json11" else \
            '"application/json"'
        if shape.get("payload"):
            target = self.service.shape(shape["members"][shape["payload"]]["shape"])
            lines.append(f"    out.payload(value.{snake(shape['payload'])});"
                         if target["type"] == "blob" else
                         f"    out.body(value.{snake(shape['payload'])}, {content});")
        elif shape_name and status != 204:
            lines.append(f"    out.body(value, {content});")
        if not any("value" in line for line in lines):
            lines.insert(0, "    (void)value;")
        lines.append("    return std::move(out).finish();")
        own = ""
        if shape_name and shape_name not in self.shared_outputs:
            own = self.own_encoder(operation, shape)
            if shape.get("payload") or status == 204:
                own = ""
        return own + self.function(f"wire::ResponseParts {operation}Shape::encode("
                                   f"const {operation}Response& value)", lines, [])

    def own_encoder(self, operation, shape):
        return "static " + self.function(
            f"void encode_members({self.writer}& out, const {operation}Response& value)",
            self.encode_lines(shape), ["out", "value"]) + "\n\n"

    def query_encoder_of(self, operation, shape_name, shape):
        """Query: the result stands in an element of the operation's name."""
        is_own = shape_name and shape_name not in self.shared_outputs
        result = "[&](XmlWriter& out) { encode_members(out, value); }" if shape_name else "nullptr"
        lines = [] if shape_name else ["    (void)value;"]
        lines.append(f'    return query_response("{operation}", "{self.service.xml_namespace}", '
                     f"{result});")
        own = self.own_encoder(operation, shape) if is_own else ""
        return own + self.function(f"wire::ResponseParts {operation}Shape::encode("
                                   f"const {operation}Response& value)", lines, [])

    def emit_codec(self, shard):
        rules = Rules(self.service)
        includes, parts = [], []
        for name in self.types():
            if self.shard_of(name) != shard:
                continue
            includes += self.include_types([name])
            parts.append(self.codec_of_enum(name) if is_enum(self.service.shape(name))
                         else self.codec_of_struct(name, rules))
        for operation in self.operations:
            if self.shard_of(operation) != shard:
                continue
            includes.append(f'"api/shapes/{self.service.name}/{snake(operation)}.h"')
            parts += [self.decoder_of(operation, rules), self.encoder_of(operation)]
        text = "".join(f"#include {i}\n" for i in CODEC_INCLUDES + includes) + "\n"
        text += f"namespace {self.service.namespace} {{\n\n"
        text += "using namespace api::wire;  // NOLINT: generated file of its own\n"
        text += "using Kind = Rule::Kind;\n\nnamespace {\n\n" + "\n".join(rules.lines)
        text += "\n\n}  // namespace\n\n" + "\n\n".join(parts) + "\n\n}  // namespace\n"
        self.write(f"codec_{shard}.cc", text)

    # Tables.

    def emit_errors(self):
        lines = []
        for name, shape in self.service.error_shapes().items():
            members = shape.get("members", {})
            key = next((m for m in members if m.lower() == "message"), "message")
            status = shape.get("error", {}).get("httpStatusCode", 500 if shape.get("fault") else 400)
            has_type = "true" if "Type" in members else "false"
            wire_name = shape.get("error", {}).get("code") if self.is_query else None
            lines.append(f"inline constexpr wire::ErrorShape {snake(name)}{{\n"
                         f'    "{wire_name or pascal(name)}", {status}, "{key}", {has_type}}};')
        self.write("errors.h", "#pragma once\n\n#include \"api/wire/failure.h\"\n\n"
                   f"namespace {self.service.namespace}::errors {{\n\n" + "\n".join(lines) +
                   "\n\n}  // namespace\n")

    def emit_model(self):
        self.write("model.h", "#pragma once\n\n#include \"api/wire/service_model.h\"\n\n" +
                   self.in_namespace(
                       "const wire::ServiceModel& model();\n"
                       "// The operations that have structs, in the order of operations.txt.\n"
                       "std::span<const std::string_view> implemented_operations();"))

        def particular(item):
            # Literals before labels, segment by segment; labels that take the rest last.
            path = item[1]["http"]["requestUri"].split("?")[0].strip("/")
            ranks = [2 if s.endswith("+}") else 1 if s.startswith("{") else 0
                     for s in path.split("/")]
            return (ranks, path, "?" not in item[1]["http"]["requestUri"], item[0])

        lines = []
        for name, operation in sorted(self.service.operations.items(), key=particular):
            http = operation["http"]
            path, _, query = http["requestUri"].partition("?")
            lines.append(f'    {{"{name}", "{http["method"]}", "{path}", "{query}", '
                         f'{http.get("responseCode", 200)}}},')
        quoted = ", ".join(f'"{name}"' for name in self.service.signing_names)
        implemented = ", ".join(f'"{name}"' for name in self.operations)
        service = self.service
        body = ("namespace {\n\nconstexpr wire::Operation operations[] = {\n" + "\n".join(lines) +
                f"\n}};\nconstexpr std::string_view signing_names[] = {{{quoted}}};\n"
                f"constexpr std::string_view implemented[] = {{{implemented}}};\n"
                f'constexpr wire::ServiceModel service{{\n    "{service.name}", '
                f'"{service.full_name}", wire::Protocol::{service.protocol},\n'
                f'    "{service.target_prefix}", signing_names, operations}};\n\n'
                "}  // namespace\n\n"
                "const wire::ServiceModel& model() { return service; }\n"
                "std::span<const std::string_view> implemented_operations() { return implemented; }")
        self.write("model.cc", f'#include "api/shapes/{service.name}/model.h"\n\n' +
                   self.in_namespace(body))

    def emit(self):
        for name in self.types():
            self.emit_type(name)
        for operation in self.operations:
            self.emit_operation(operation)
        for shard in range(self.shards):
            self.emit_codec(shard)
        self.emit_errors()
        self.emit_model()
        return self.files
