#include "gateway/drop_tally.h"

#include <functional>
#include <utility>

namespace gatehouse::gateway {

namespace {

// As far as its texts are kept.
DropTally::Subject cut(const DropTally::Subject& subject) {
    return {subject.tenant, subject.client_id.substr(0, DropTally::text_bytes_max),
            subject.principal_id.substr(0, DropTally::text_bytes_max), subject.source_ip,
            subject.cause};
}

}  // namespace

std::size_t DropTally::Hash::operator()(const Subject& subject) const noexcept {
    const std::size_t whose =
        std::hash<Tenant>{}(subject.tenant) * 31 + std::hash<std::string_view>{}(subject.client_id);
    const std::size_t who = std::hash<std::string_view>{}(subject.principal_id) * 31 +
                            std::hash<std::string_view>{}(subject.source_ip);
    return (whose * 31 + who) * 31 + static_cast<std::size_t>(subject.cause);
}

bool DropTally::Equal::operator()(const Subject& left, const Subject& right) const noexcept {
    return left.cause == right.cause && left.client_id == right.client_id &&
           left.principal_id == right.principal_id && left.source_ip == right.source_ip &&
           left.tenant == right.tenant;
}

void DropTally::count(Entry& entry, const Message& message) {
    if (entry.count++ != 0) return;
    entry.topic = message.topic.substr(0, text_bytes_max);
    entry.qos = message.qos;
    entry.was_online = message.is_online;
}

bool DropTally::count(const Subject& subject, const Message& message) {
    const auto known = entries_.find(cut(subject));
    if (known == entries_.end()) return false;
    count(known->second, message);
    return true;
}

void DropTally::add(const Subject& subject, const Message& message) {
    if (entries_.size() < entries_max) {
        count(entries_[Key(cut(subject))], message);
        return;
    }
    const Subject others{subject.tenant, {}, {}, {}, subject.cause};
    const auto known = others_.find(others);
    ++(known != others_.end() ? known->second : others_[Key(others)]);
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
            told.push_back({.tenant = key.tenant,
                            .client_id = key.client_id,
                            .principal_id = key.principal_id,
                            .source_ip = key.source_ip,
                            .cause = key.cause,
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
        told.push_back({.tenant = key.tenant, .cause = key.cause, .count = count});
    }
    return told;
}

}  // namespace gatehouse::gateway
