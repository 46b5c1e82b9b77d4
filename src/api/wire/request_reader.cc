#include "api/wire/request_reader.h"

#include <fmt/format.h>

#include <charconv>

#include "api/wire/form.h"
#include "base/encoding.h"
#include "base/json.h"
#include "signature/request_view.h"

namespace gatehouse::api::wire {
namespace {

// Deeper nesting than any model has.
constexpr std::size_t depth_max = 32;

template <class Integer>
bool read_number(std::string_view text, Integer& out, const Rule& rule, DecodeContext& context) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) {
        context.malformed(fmt::format("'{}' is not an integer", text.substr(0, 64)));
        return false;
    }
    const auto demands = unmet(rule, static_cast<double>(out));
    context.violated(demands, text, rule);
    return demands.empty();
}

}  // namespace

struct RequestReader::Document {
    json::value value;
};

RequestReader::RequestReader(const RequestParts& parts) : parts_(parts) {}
RequestReader::~RequestReader() = default;

bool read_text(std::string_view text, std::string& out, const Rule& rule, DecodeContext& context) {
    if (!is_utf8(text)) {
        context.malformed("the path, the query or a header is not well-formed UTF-8");
        return false;
    }
    out = std::string(text);
    const auto demands = unmet(rule, out);
    context.violated(demands, out, rule);
    return demands.empty();
}

bool read_text(std::string_view text, std::int32_t& out, const Rule& rule, DecodeContext& context) {
    return read_number(text, out, rule, context);
}

bool read_text(std::string_view text, std::int64_t& out, const Rule& rule, DecodeContext& context) {
    return read_number(text, out, rule, context);
}

bool read_text(std::string_view text, bool& out, const Rule&, DecodeContext& context) {
    out = signature::equal_ignoring_case(text, "true");
    if (out || signature::equal_ignoring_case(text, "false")) return true;
    context.malformed(fmt::format("'{}' is neither true nor false", text.substr(0, 64)));
    return false;
}

bool read_text(std::string_view text, WallTime& out, const Rule&, DecodeContext& context) {
    const auto time = parse_time(text);
    if (!time) {
        context.malformed(fmt::format("'{}' is not a time", text.substr(0, 64)));
        return false;
    }
    out = *time;
    return true;
}

std::optional<std::string_view> RequestReader::find_query(std::string_view name) const {
    for (const auto& [key, value] : parts_.query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> RequestReader::find_header(std::string_view name) const {
    for (const auto& [key, value] : parts_.headers) {
        if (signature::equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

void RequestReader::list_violated(std::string_view name, const Rule& rule) {
    json::array values;
    for (const auto& [key, value] : parts_.query) {
        if (key == name) values.emplace_back(json::string(value.data(), value.size()));
    }
    const json::value shown(std::move(values));
    const auto demands = unmet_by_size(rule, shown.get_array().size());
    if (demands.empty()) {
        elements_violated(shown, rule, "Member must satisfy constraint", *rule.element, context_);
    } else {
        context_.violated(demands, value_text(shown), rule);
    }
}

ObjectReader RequestReader::form() {
    context_.read_texts();
    auto tree = form_tree(parts_.query);
    if (!tree) {
        context_.malformed(tree.error().message);
        return {nullptr, context_};
    }
    document_ = std::make_unique<Document>(std::move(*tree));
    return {document_->value.if_object(), context_};
}

ObjectReader RequestReader::body() {
    if (parts_.body.empty()) return {nullptr, context_};
    auto parsed = parse_json(parts_.body, "the request body",
                             {.depth_max = depth_max, .bytes_max = parts_.body.size()});
    if (!parsed) {
        context_.malformed("Could not parse request body into json: " + parsed.error().describe());
        return {nullptr, context_};
    }
    document_ = std::make_unique<Document>(std::move(*parsed));
    const json::object* object = document_->value.if_object();
    if (object == nullptr) {
        context_.malformed(fmt::format(
            "Could not parse request body into json: the body must be an object, not {}",
            kind_name(document_->value)));
    }
    return {object, context_};
}

}  // namespace gatehouse::api::wire
