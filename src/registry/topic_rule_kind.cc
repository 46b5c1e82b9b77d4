#include "registry/topic_rule_kind.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::registry {

std::optional<std::string> topic_rule_tags_fault(const Texts& tags) {
    for (const auto& [name, value] :
         {std::pair(order_tag, order_of_topic), std::pair(delivery_tag, delivery_at_least_once)}) {
        const auto tag = tags.find(name);
        if (tag == tags.end() || tag->second == value) continue;
        return fmt::format("the tag {} has to be {}", name, value);
    }
    return std::nullopt;
}

}  // namespace gatehouse::registry
