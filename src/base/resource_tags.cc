#include "base/resource_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/character_count.h"
#include "base/encoding.h"

namespace gatehouse {
namespace {

bool is_reserved(std::string_view key) {
    constexpr std::string_view prefix = "aws:";
    return key.size() >= prefix.size() &&
           std::ranges::equal(key.substr(0, prefix.size()), prefix, [](char c, char lower) {
               return (c >= 'A' && c <= 'Z' ? c | 0x20 : c) == lower;
           });
}

bool is_text_of(std::string_view text, std::size_t min, std::size_t max) {
    const std::size_t characters = character_count(text);
    return characters >= min && characters <= max && is_utf8(text);
}

}  // namespace

std::optional<std::string> tags_fault(const ResourceTags& tags) {
    if (tags.size() > resource_tags_max) {
        return fmt::format("{} tags; at most {} are allowed", tags.size(), resource_tags_max);
    }
    for (const auto& [key, value] : tags) {
        if (!is_text_of(key, 1, 128) || !is_text_of(value, 0, 256)) {
            return "a tag's key must have 1 to 128 characters and its value up to 256";
        }
        if (is_reserved(key)) return "tag keys that start with 'aws:' are reserved";
    }
    return std::nullopt;
}

}  // namespace gatehouse
