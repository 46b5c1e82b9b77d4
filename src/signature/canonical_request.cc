#include "signature/canonical_request.h"

#include <algorithm>

#include "base/encoding.h"

namespace gatehouse::signature {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

// Removes "." and "..", and treats consecutive slashes as one.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    for (std::size_t at = 0; at <= path.size();) {
        const auto slash = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        at = slash + 1;
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string normal;
    for (const auto segment : kept) {
        normal += '/';
        normal += segment;
    }
    if (kept.empty() || path.ends_with('/')) normal += '/';
    return normal;
}

void append_trimmed(std::string& out, std::string_view value) {
    bool first = true;
    for (std::size_t at = 0; (at = value.find_first_not_of(blanks, at)) != value.npos;) {
        const auto end = std::min(value.find_first_of(blanks, at), value.size());
        if (!first) out += ' ';
        first = false;
        out += value.substr(at, end - at);
        at = end;
    }
}

}  // namespace

std::string canonical_path(std::string_view path, PathRule rule) {
    if (path.empty()) return "/";
    if (rule == PathRule::AsSent) return std::string(path);
    return percent_encode(without_dot_segments(path), "/");
}

std::string canonical_query(std::string_view query, std::span<const std::string_view> without) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& [name, value] : query_fields(query)) {
        if (std::ranges::find(without, name) != without.end()) continue;
        fields.emplace_back(percent_encode(name), percent_encode(value));
    }
    std::ranges::sort(fields);
    std::string text;
    for (const auto& [name, value] : fields) {
        if (!text.empty()) text += '&';
        text += name;
        text += '=';
        text += value;
    }
    return text;
}

std::string canonical_header_value(const RequestView& request, std::string_view name) {
    std::string joined;
    bool first = true;
    for (const auto& [key, value] : request.headers) {
        if (!equal_ignoring_case(key, name)) continue;
        if (!first) joined += ',';
        first = false;
        append_trimmed(joined, value);
    }
    return joined;
}

std::string CanonicalRequest::text() const {
    std::string text = method + "\n" + path + "\n" + query + "\n";
    std::string names;
    for (const auto& [name, value] : headers) {
        text += name;
        text += ':';
        text += value;
        text += '\n';
        if (!names.empty()) names += ';';
        names += name;
    }
    text += '\n';
    text += names;
    text += '\n';
    text += payload_hash;
    return text;
}

std::string string_to_sign(std::string_view amz_date, const Scope& scope,
                           std::string_view canonical_request) {
    std::string text(algorithm);
    text += '\n';
    text += amz_date;
    text += '\n';
    text += scope.text();
    text += '\n';
    text += sha256_hex(canonical_request);
    return text;
}

}  // namespace gatehouse::signature
