#include "api/wire/decode_context.h"

#include <fmt/format.h>

#include "base/json.h"

namespace gatehouse::api::wire {
namespace {

// Longer values are cut in messages; more violations than this are not told apart.
constexpr std::size_t value_text_max = 1024;
constexpr std::size_t violations_max = 20;

void append(std::string& out, const json::value& value) {
    if (out.size() > value_text_max) return;
    if (const auto* text = value.if_string()) {
        out.append(text->data(), text->size());
    } else if (const auto* list = value.if_array()) {
        out += '[';
        for (std::size_t i = 0; i < list->size() && out.size() <= value_text_max; ++i) {
            if (i != 0) out += ", ";
            append(out, (*list)[i]);
        }
        out += ']';
    } else if (const auto* object = value.if_object()) {
        out += '{';
        bool first = true;
        for (const auto& [key, member] : *object) {
            if (out.size() > value_text_max) break;
            if (!first) out += ", ";
            first = false;
            out.append(key.data(), key.size());
            out += '=';
            append(out, member);
        }
        out += '}';
    } else {
        out += to_text(value);
    }
}

// Cuts between characters.
std::string shortened(std::string_view text) {
    if (text.size() <= value_text_max) return std::string(text);
    std::size_t end = value_text_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace

std::string value_text(const JsonValue& value) {
    std::string text;
    append(text, value);
    return text;
}

DecodeContext::At DecodeContext::member(std::string_view name) {
    const std::size_t length = path_.size();
    if (!path_.empty()) path_ += '.';
    const std::size_t first = path_.size();
    path_ += name;
    if (first < path_.size() && path_[first] >= 'A' && path_[first] <= 'Z') {
        path_[first] = static_cast<char>(path_[first] + ('a' - 'A'));
    }
    return {*this, length};
}

DecodeContext::At DecodeContext::element(std::size_t i) {
    const std::size_t length = path_.size();
    path_ += fmt::format(".{}.member", i + 1);
    return {*this, length};
}

DecodeContext::At DecodeContext::entry(std::string_view key) {
    const std::size_t length = path_.size();
    path_ += fmt::format(".{}.member", key);
    return {*this, length};
}

void DecodeContext::violated(std::string_view demand, std::string_view value, const Rule& rule) {
    if (counting_) {
        ++counted_;
        return;
    }
    if (violations_.size() >= violations_max) return;
    violations_.push_back(fmt::format("Value '{}' at '{}' failed to satisfy constraint: {}",
                                      rule.sensitive ? "***" : shortened(value), shortened(path_),
                                      demand));
}

void DecodeContext::missing() {
    if (violations_.size() >= violations_max) return;
    violations_.push_back(fmt::format(
        "Value null at '{}' failed to satisfy constraint: Member must not be null", path_));
}

void DecodeContext::malformed(std::string_view expected, const JsonValue& got) {
    malformed(fmt::format("'{}' must be {}, not {}", shortened(path_), expected, kind_name(got)));
}

void DecodeContext::malformed(std::string message) {
    if (malformed_.empty()) malformed_ = std::move(message);
}

std::optional<Failure> DecodeContext::failure() const {
    if (!malformed_.empty()) {
        return Failure(Failure::Stage::Malformed, {ErrorKind::InvalidInput, malformed_, {}});
    }
    if (violations_.empty()) return std::nullopt;
    return Failure(Failure::Stage::Constraint,
                   {ErrorKind::InvalidInput,
                    fmt::format("{} validation error{} detected: {}", violations_.size(),
                                violations_.size() == 1 ? "" : "s", fmt::join(violations_, "; ")),
                    {}});
}

}  // namespace gatehouse::api::wire
