#include "gateway/drop_tally.h"

#include <utility>

namespace gatehouse::gateway {

void DropTally::note(const Tenant& tenant, std::string_view client_id, broker::DropCause cause,
                     std::string_view topic, mqtt::Qos qos, bool is_online) {
    const Key key{tenant, std::string(client_id.substr(0, text_bytes_max)), cause};
    const auto known = entries_.find(key);
    if (known == entries_.end() && entries_.size() >= entries_max) {
        ++others_[{tenant, cause}];
        return;
    }
    Entry& entry = known != entries_.end() ? known->second : entries_[key];
    ++entry.count;
    entry.topic = topic.substr(0, text_bytes_max);
    entry.qos = qos;
    entry.was_online = is_online;
}

std::vector<DropTally::Dropped> DropTally::take(SteadyTime now) {
    std::vector<Dropped> told;
    for (auto each = entries_.begin(); each != entries_.end();) {
        auto& [key, entry] = *each;
        if (now >= entry.tell_at && entry.count == 0) {  // quiet since it was told
            each = entries_.erase(each);
            continue;
        }
        if (now >= entry.tell_at) {
            told.push_back({.tenant = std::get<Tenant>(key),
                            .client_id = std::get<std::string>(key),
                            .cause = std::get<broker::DropCause>(key),
                            .count = std::exchange(entry.count, 0),
                            .topic = std::move(entry.topic),
                            .qos = entry.qos,
                            .was_online = entry.was_online});
            entry.tell_at = now + told_every;
        }
        ++each;
    }
    if (others_.empty() || now < tell_others_at_) return told;
    tell_others_at_ = now + told_every;
    for (const auto& [key, count] : std::exchange(others_, {})) {
        told.push_back({.tenant = key.first, .client_id = {}, .cause = key.second, .count = count});
    }
    return told;
}

}  // namespace gatehouse::gateway
