#include "functions/layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/arn.h"
#include "base/json.h"
#include "functions/function_record.h"
#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

bool is_layer_name(std::string_view name) {
    return !name.empty() && name.size() <= layer_name_max && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

json::array array_of(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

std::optional<std::uint64_t> layer_number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string LayerVersion::layer_arn() const {
    return make_arn(tenant, "lambda", "layer:" + name.value());
}

std::string LayerVersion::arn() const {
    return fmt::format("{}:{}", layer_arn(), number);
}

Result<LayerReference> parse_layer_reference(std::string_view text) {
    const auto malformed = [&] {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("1 validation error detected: Value '{}' at 'layerName' failed to "
                                "satisfy constraint: Member must satisfy regular expression "
                                "pattern: (arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{{12}}:"
                                "layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+",
                                text),
                    Place{"layerName", 0, 0});
    };
    LayerReference reference;
    std::string_view name = text;
    const auto arn = parse_arn(text);
    if (arn) {
        constexpr std::string_view prefix = "layer:";
        name = arn->resource;
        if (arn->service != "lambda" || !is_account_id(arn->account) || !name.starts_with(prefix) ||
            arn->region.empty() || !is_of_own_partition(*arn, Region(arn->region))) {
            return malformed();
        }
        name.remove_prefix(prefix.size());
        reference.account = arn->account;
        reference.region = arn->region;
        if (const auto colon = name.find(':'); colon != name.npos) {
            reference.number = layer_number_of(name.substr(colon + 1));
            if (!reference.number) return malformed();
            name = name.substr(0, colon);
        }
    }
    if (!is_layer_name(name)) return malformed();
    reference.name = LayerName(name);
    return reference;
}

std::string encode(const LayerVersion& version) {
    return to_text(json::object{{"name", version.name.value()},
                                {"number", version.number},
                                {"description", version.description},
                                {"license", version.license},
                                {"runtimes", array_of(version.runtimes)},
                                {"architectures", array_of(version.architectures)},
                                {"created_ms", version.created.time_since_epoch().count()},
                                {"code_hash", version.code_hash.value()},
                                {"code_bytes", version.code_bytes},
                                {"policy", record_of(version.policy)}});
}

Result<LayerVersion> decode_layer_version(const Tenant& tenant, std::string_view text) {
    const auto parsed = parse_json(text, "the record of a layer's version");
    if (!parsed) return fail(ErrorKind::Corrupt, parsed.error().message);
    std::string missing;
    const auto member = [&](std::string_view name) -> const json::value& {
        static const json::value none;
        const auto* const object = parsed->if_object();
        const json::value* const found = object == nullptr ? nullptr : object->if_contains(name);
        if (found == nullptr) missing = name;
        return found == nullptr ? none : *found;
    };
    const auto words = [&](std::string_view name) {
        std::vector<std::string> found;
        const auto* const array = member(name).if_array();
        if (array == nullptr) missing = name;
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            if (const auto* word = (*array)[i].if_string()) found.emplace_back(*word);
        }
        return found;
    };
    const auto word = [&](std::string_view name) {
        const auto* const found = member(name).if_string();
        if (found == nullptr) missing = name;
        return found == nullptr ? std::string() : std::string(*found);
    };
    const auto count = [&](std::string_view name) {
        const auto* const found = member(name).if_int64();
        if (found == nullptr) missing = name;
        return found == nullptr ? 0 : *found;
    };
    LayerVersion version{.tenant = tenant,
                         .name = LayerName(word("name")),
                         .number = static_cast<std::uint64_t>(count("number")),
                         .description = word("description"),
                         .license = word("license"),
                         .runtimes = words("runtimes"),
                         .architectures = words("architectures"),
                         .created = WallTime(std::chrono::milliseconds(count("created_ms"))),
                         .code_hash = CodeHash(word("code_hash")),
                         .code_bytes = static_cast<std::uint64_t>(count("code_bytes"))};
    // Versions of before there were policies have none.
    const auto* const policy =
        parsed->is_object() ? parsed->as_object().if_contains("policy") : nullptr;
    if (policy != nullptr && policy->is_object()) {
        auto read = decode_resource_policy(policy->as_object());
        if (!read) return fail(std::move(read.error()));
        version.policy = std::move(*read);
    }
    if (missing.empty()) return version;
    return fail(ErrorKind::Corrupt,
                fmt::format("the record of a layer's version has no '{}'", missing));
}

}  // namespace gatehouse::functions
