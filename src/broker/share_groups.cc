#include "broker/share_groups.h"

#include <algorithm>
#include <cassert>

#include "mqtt/topic.h"

namespace gatehouse::broker {
namespace {

std::shared_ptr<ShareMembers> copy_of(const ShareMembers& members) {
    auto copy = std::make_shared<ShareMembers>();
    copy->group = members.group;
    copy->online = members.online;
    copy->kept = members.kept;
    copy->all = members.all;
    copy->waits_on = members.waits_on;
    copy->take_turn_of(members);
    return copy;
}

}  // namespace

std::size_t ShareMembers::pick(mqtt::Qos qos) const {
    const std::size_t offline = all.size() - online;
    const std::size_t first = turn_.fetch_add(1, std::memory_order_relaxed);
    if (online == 0) {
        return qos == mqtt::Qos::AtMostOnce || offline == 0 ? all.size() : first % offline;
    }
    for (std::size_t i = 0; i < online; ++i) {
        const std::size_t index = (first + i) % online;
        if (all[index].load->load(std::memory_order_relaxed) == Load::None) return index;
    }
    return first % online;
}

std::size_t ShareMembers::index_of(SessionPlace place) const {
    const auto found = std::ranges::find(all, place, &ShareMember::place);
    return static_cast<std::size_t>(found - all.begin());
}

Result<ShareNumber> ShareGroups::join(std::string_view shared_filter, ShareMember member) {
    const std::lock_guard lock(mutex_);
    const auto known = numbers_.find(std::string(shared_filter));
    const ShareNumber number = known != numbers_.end() ? known->second : next_;
    auto members = std::make_shared<ShareMembers>();
    if (known != numbers_.end()) members = copy_of(*groups_.at(number).members);
    assert(members->index_of(member.place) == members->all.size());
    members->group = number;
    if (member.is_kept) ++members->kept;
    members->all.insert(members->all.begin() + static_cast<std::ptrdiff_t>(members->online++),
                        std::move(member));
    if (known != numbers_.end()) {
        groups_.at(number).members = std::move(members);
        touch(number, groups_.at(number));
        return number;
    }
    // Before it is in the tree: whoever finds it there must find its members here.
    Group& group = groups_[number];
    group.name = shared_filter;
    group.members = std::move(members);
    const auto handle =
        tree_.subscribe(mqtt::split_filter(shared_filter).filter, group_subscriber(number));
    if (!handle) {
        groups_.erase(number);
        return fail(handle.error());
    }
    group.filter = *handle;
    numbers_.emplace(group.name, number);
    ++next_;
    return number;
}

void ShareGroups::leave(ShareNumber number, SessionPlace place) {
    const std::lock_guard lock(mutex_);
    Group& group = groups_.at(number);
    const std::size_t index = group.members->index_of(place);
    assert(index < group.members->all.size());
    if (group.members->all.size() == 1) {
        tree_.unsubscribe(group.filter, group_subscriber(number).place());
        numbers_.erase(group.name);
        groups_.erase(number);
        return;
    }
    auto members = copy_of(*group.members);
    if (members->all[index].is_kept) --members->kept;
    members->all.erase(members->all.begin() + static_cast<std::ptrdiff_t>(index));
    if (index < members->online) --members->online;
    group.members = std::move(members);
    touch(number, group);
}

void ShareGroups::set_presence(ShareNumber number, SessionPlace place, Presence presence) {
    const std::lock_guard lock(mutex_);
    Group& group = groups_.at(number);
    const std::size_t index = group.members->index_of(place);
    assert(index < group.members->all.size());
    const bool is_online = index < group.members->online;
    if (is_online == (presence == Presence::Online)) return;
    auto members = copy_of(*group.members);
    // Across the border between the two.
    if (is_online) {
        std::swap(members->all[index], members->all[--members->online]);
    } else {
        std::swap(members->all[index], members->all[members->online++]);
    }
    group.members = std::move(members);
    touch(number, group);
}

void ShareGroups::note_change(ShareNumber number) {
    const std::lock_guard lock(mutex_);
    touch(number, groups_.at(number));
}

// Ends what is kept of matches. Requires: mutex_ is held.
void ShareGroups::touch(ShareNumber number, const Group& group) {
    // Subscribed already; to subscribe again is a change.
    [[maybe_unused]] const auto again =
        tree_.subscribe(mqtt::split_filter(group.name).filter, group_subscriber(number));
    assert(again);
}

ShareNumber ShareGroups::find(std::string_view shared_filter) const {
    const std::lock_guard lock(mutex_);
    const auto found = numbers_.find(std::string(shared_filter));
    return found == numbers_.end() ? 0 : found->second;
}

std::shared_ptr<const ShareMembers> ShareGroups::members(ShareNumber group) const {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : found->second.members;
}

std::string ShareGroups::name_of(ShareNumber group) const {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    return found == groups_.end() ? std::string() : found->second.name;
}

}  // namespace gatehouse::broker
