#include "broker/topic_aliases.h"

#include <algorithm>

namespace gatehouse::broker {

TopicAliases::Choice TopicAliases::choose(std::string_view topic) const {
    const auto found = std::ranges::find(topics_, topic);
    const auto alias = static_cast<std::uint16_t>(found - topics_.begin() + 1);
    if (found != topics_.end()) return {.alias = alias, .is_known = true};
    if (topics_.size() == maximum_ || bytes_ + topic.size() > bytes_max) return {};
    return {.alias = alias, .is_known = false};
}

void TopicAliases::note_sent(std::string_view topic) {
    topics_.emplace_back(topic);
    bytes_ += topic.size();
}

}  // namespace gatehouse::broker
