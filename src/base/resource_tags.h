// The tags of a resource, in the bounds that all services have in common: 50 of them, keys of 1 to
// 128 characters that do not start with "aws:" in any case, values of up to 256.
// Source: AWS Tagging User Guide, "Tag naming limits and requirements".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace gatehouse {

using ResourceTags = std::map<std::string, std::string>;

inline constexpr std::size_t resource_tags_max = 50;

// What is wrong with them, in a sentence for who sent them; none: nothing.
std::optional<std::string> tags_fault(const ResourceTags& tags);

}  // namespace gatehouse
