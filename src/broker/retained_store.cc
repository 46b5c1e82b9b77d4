#include "broker/retained_store.h"

#include <algorithm>
#include <chrono>

#include "mqtt/topic.h"

namespace gatehouse::broker {

Publication RetainedMessage::publication(SteadyTime now) const {
    Publication publication{
        .payload = payload, .properties = properties, .qos = qos, .retain = Retain::Yes};
    if (expires_at != SteadyTime::max()) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(expires_at - now).count();
        publication.expiry_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
        publication.expiry_at = expiry_at;
    }
    return publication;
}

RetainedStore::Put RetainedStore::put(std::string_view topic, const Publication& publication,
                                      Moment at, RetainedSize most) {
    const std::lock_guard lock(mutex_);
    const auto existing = messages_.find(topic);
    if (publication.payload.empty()) {
        if (existing == messages_.end()) return {Outcome::Nothing};
        RetainedRef before = existing->second;
        erase(existing);
        return {Outcome::Removed, ++version_, std::move(before)};
    }
    auto message = std::make_shared<RetainedMessage>();
    message->topic = topic;
    message->payload.assign(publication.payload.begin(), publication.payload.end());
    message->properties.assign(publication.properties.begin(), publication.properties.end());
    message->qos = publication.qos;
    if (!has_room(topic, message->bytes(), existing, most)) return {Outcome::Full};
    message->retained_at = at.wall_ms;
    message->version = message->first_version = ++version_;
    if (publication.expiry_seconds != never_expires) {
        message->expires_at = at.now + std::chrono::seconds(publication.expiry_seconds);
        message->expiry_at = publication.expiry_at;
    }
    RetainedRef before = existing == messages_.end() ? nullptr : existing->second;
    insert(message);
    return {Outcome::Stored, version_, std::move(before), std::move(message)};
}

bool RetainedStore::has_room(std::string_view topic, const Publication& publication,
                             RetainedSize most) const {
    if (publication.payload.empty()) return true;
    const std::lock_guard lock(mutex_);
    return has_room(topic, RetainedMessage::bytes_of(topic, publication), messages_.find(topic),
                    most);
}

std::uint64_t RetainedStore::take_back(const Put& put) {
    const std::lock_guard lock(mutex_);
    const auto now = messages_.find(put.stored == nullptr ? put.before->topic : put.stored->topic);
    const bool is_there = now != messages_.end();
    if (is_there != (put.stored != nullptr)) return 0;
    if (is_there && now->second->first_version != put.stored->first_version) return 0;
    ++version_;
    if (put.before == nullptr) {
        erase(now);
        return version_;
    }
    auto again = std::make_shared<RetainedMessage>(*put.before);
    again->version = version_;
    insert(std::move(again));
    return version_;
}

void RetainedStore::restore(RetainedMessage message) {
    const std::lock_guard lock(mutex_);
    insert(std::make_shared<RetainedMessage>(std::move(message)));
}

std::vector<RetainedStore::Removed> RetainedStore::take_expired(SteadyTime now, std::size_t limit) {
    std::vector<Removed> removed;
    if (now < next_expiry_.load(std::memory_order_relaxed)) return removed;
    const std::lock_guard lock(mutex_);
    while (!expiries_.empty() && expiries_.begin()->first <= now && removed.size() < limit) {
        removed.push_back({std::string(expiries_.begin()->second), ++version_});
        erase(messages_.find(expiries_.begin()->second));
    }
    return removed;
}

// Requires of these: mutex_ is held.
bool RetainedStore::has_room(std::string_view topic, std::size_t bytes_of_new,
                             Messages::const_iterator existing, RetainedSize most) const {
    if (is_of_server(topic)) return true;
    const bool is_new = existing == messages_.end();
    if (is_new && messages_.size() - of_server_ >= most.messages) return false;
    const std::size_t before = is_new ? 0 : existing->second->bytes();
    // Over a bound that was lowered, a topic may still have a smaller one.
    return bytes_of_new <= before || bytes() - before + bytes_of_new <= most.bytes;
}

void RetainedStore::insert(RetainedRef message) {
    const auto [place, is_new] = messages_.try_emplace(message->topic);
    if (!is_new) {
        expiries_.erase({place->second->expires_at, place->first});
        count_bytes(*place->second, Counted::Removed);
    }
    count_bytes(*message, Counted::Added);
    if (message->expires_at != SteadyTime::max()) {
        expiries_.emplace(message->expires_at, place->first);
    }
    if (is_new && is_of_server(place->first)) ++of_server_;
    place->second = std::move(message);
    note_size();
}

void RetainedStore::erase(Messages::iterator place) {
    expiries_.erase({place->second->expires_at, place->first});
    count_bytes(*place->second, Counted::Removed);
    if (is_of_server(place->first)) --of_server_;
    messages_.erase(place);
    note_size();
}

void RetainedStore::count_bytes(const RetainedMessage& message, Counted counted) {
    if (is_of_server(message.topic)) return;
    const std::size_t now = bytes();
    bytes_.store(counted == Counted::Added ? now + message.bytes() : now - message.bytes(),
                 std::memory_order_relaxed);
}

void RetainedStore::note_size() {
    count_.store(messages_.size(), std::memory_order_relaxed);
    next_expiry_.store(expiries_.empty() ? SteadyTime::max() : expiries_.begin()->first,
                       std::memory_order_relaxed);
}

std::uint64_t RetainedStore::version() const {
    const std::lock_guard lock(mutex_);
    return version_;
}

std::optional<std::uint64_t> RetainedStore::version_if_any() const {
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) return std::nullopt;
    return version_;
}

void RetainedStore::begin_after(std::uint64_t version) {
    const std::lock_guard lock(mutex_);
    version_ = version;
}

RetainedRef RetainedStore::find(std::string_view topic, SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    const auto found = messages_.find(topic);
    if (found == messages_.end() || found->second->is_expired(now)) return nullptr;
    return found->second;
}

RetainedStore::Matching RetainedStore::match(std::string_view filter, ParentMatch parent_match,
                                             SteadyTime now, std::string_view from,
                                             std::size_t looked_at_max) const {
    const auto multi_level = parent_match == ParentMatch::Yes ? mqtt::MultiLevel::IncludesParent
                                                              : mqtt::MultiLevel::ChildrenOnly;
    // Every matching topic begins with what comes before the first wildcard (of `a/#`, for the
    // sake of the topic `a`, without the slash).
    std::string_view beginning = filter.substr(0, filter.find_first_of("+#"));
    if (beginning.ends_with('/')) beginning.remove_suffix(1);
    Matching matching;
    const std::lock_guard lock(mutex_);
    for (auto it = messages_.lower_bound(std::max(beginning, from));
         it != messages_.end() && it->first.starts_with(beginning); ++it) {
        if (matching.looked_at == looked_at_max) {
            matching.next = it->first;
            break;
        }
        ++matching.looked_at;
        if (mqtt::matches(filter, it->first, multi_level) && !it->second->is_expired(now)) {
            matching.messages.push_back(it->second);
        }
    }
    return matching;
}

std::vector<RetainedRef> RetainedStore::page(std::string_view after, std::size_t limit,
                                             SteadyTime now) const {
    std::vector<RetainedRef> found;
    const std::lock_guard lock(mutex_);
    for (auto it = messages_.upper_bound(after); it != messages_.end() && found.size() < limit;
         ++it) {
        if (!it->second->is_expired(now)) found.push_back(it->second);
    }
    return found;
}

}  // namespace gatehouse::broker
