#include "api/wire/response_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "api/wire/well_formed_text.h"
#include "base/encoding.h"

namespace gatehouse::api::wire {
namespace {

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
        out += c;
    }
}

}  // namespace

void write(JsonText& json, std::string_view value) {
    std::string& out = json.text;
    out += '"';
    for (std::size_t at = 0; at < value.size();) {
        if (static_cast<unsigned char>(value[at]) < 0x80) {
            append_ascii(out, value[at++]);
            continue;
        }
        const std::size_t length = utf8_sequence_at(value, at);
        out += length == 0 ? replacement_character : value.substr(at, length);
        at += length == 0 ? 1 : length;
    }
    out += '"';
}

void write(JsonText& json, const std::string& value) {
    write(json, std::string_view(value));
}

void write(JsonText& json, std::int32_t value) {
    json.text += std::to_string(value);
}

void write(JsonText& json, std::int64_t value) {
    json.text += std::to_string(value);
}

void write(JsonText& json, double value) {
    // JSON has no infinities; the services write none.
    json.text += std::isfinite(value) ? fmt::format("{}", value) : "null";
}

void write(JsonText& json, bool value) {
    json.text += value ? "true" : "false";
}

void write(JsonText& json, const Bytes& value) {
    json.text += '"';
    json.text += to_base64(value);
    json.text += '"';
}

void write_time(JsonText& json, WallTime value, TimeForm form) {
    const std::string text = format_time(value, form);
    if (form == TimeForm::EpochSeconds) {
        json.text += text;
    } else {
        write(json, text);
    }
}

void ObjectWriter::key(std::string_view name) {
    if (!first_) json_.text += ',';
    first_ = false;
    write(json_, name);
    json_.text += ':';
}

}  // namespace gatehouse::api::wire
