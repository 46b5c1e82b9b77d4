// Shared subscriptions: the sessions that share the messages of one filter, each message going to
// one of them.
//
// A group is a share name with a filter. In the topic tree it is one subscriber (see
// group_subscriber()), so that a topic's match finds it like any other; its members are kept here.
// Whoever publishes picks the member: the online ones in turn, those that can send at once before
// those that have messages waiting; with nobody online the persistent ones in turn, which queue.
// Who has no room for the message is passed over while another has. What had to wait for a member
// that is away goes to one that is online once that has room again.
//
// Threads: any.
//
// Source: MQTT 5 section 4.8.2; AWS IoT Core Developer Guide, "Shared Subscriptions".
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "broker/subscriber.h"
#include "broker/topic_tree.h"

namespace gatehouse::broker {

// Of a group, within its tenant; never used twice. 0: none.
using ShareNumber = std::uint32_t;

// What waits for a session at the moment. Full: there was no room for the last one, or is none.
enum class Load : std::uint8_t { None, Some, Full };
// Written by the session's home loop.
using MemberLoad = std::atomic<Load>;

struct ShareMember {
    SessionPlace place;
    std::shared_ptr<const MemberLoad> load;
    bool is_kept = false;  // it outlives its connection, and the server
};

// The members of a group at one moment, the online ones first.
struct ShareMembers : Pinned {
    ShareNumber group = 0;
    std::size_t online = 0;
    std::size_t kept = 0;  // how many of `all` are
    std::vector<ShareMember> all;
    // Bit n: on loop n messages wait for members that are away, although others are online. The
    // group's, whoever its members are at the moment.
    std::shared_ptr<std::atomic<std::uint64_t>> waits_on =
        std::make_shared<std::atomic<std::uint64_t>>(0);

    // Whose turn it is; an index of `all`, or all.size() if nobody can have the message. Offline
    // members queue, so they come into question for QoS > 0 only.
    std::size_t pick(mqtt::Qos qos) const;
    // The index of a member; all.size() if it is none.
    std::size_t index_of(SessionPlace place) const;

    // The turn goes on where the members as they were before left it.
    void take_turn_of(const ShareMembers& before) {
        turn_.store(before.turn_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }

private:
    mutable std::atomic<std::uint32_t> turn_{0};
};

enum class Presence : std::uint8_t { Offline, Online };

class ShareGroups : Pinned {
public:
    explicit ShareGroups(TopicTree& tree) : tree_(tree) {}

    // As the topic tree knows a group: a subscriber on no loop.
    static Subscriber group_subscriber(ShareNumber group) {
        return {SessionPlace{.loop = no_loop, .slot = group}, SubscriptionOptions{}};
    }
    static bool is_group(Subscriber subscriber) { return subscriber.loop() == no_loop; }

    // Makes the session an online member of the group "$share/NAME/FILTER", which comes into being
    // if need be. Requires: not a member. LimitExceeded: as TopicTree::subscribe().
    Result<ShareNumber> join(std::string_view shared_filter, ShareMember member);
    // Requires: a member.
    void leave(ShareNumber group, SessionPlace place);
    // Requires: a member.
    void set_presence(ShareNumber group, SessionPlace place, Presence presence);

    // The options of a member's subscription are others.
    void note_change(ShareNumber group);

    // 0: there is no such group.
    ShareNumber find(std::string_view shared_filter) const;
    // Null: there is no such group any more.
    std::shared_ptr<const ShareMembers> members(ShareNumber group) const;
    // "$share/NAME/FILTER"; empty: there is no such group any more.
    std::string name_of(ShareNumber group) const;

private:
    static constexpr std::uint8_t no_loop = 0xFF;  // loops are fewer, Broker::loops_max
    struct Group {
        std::string name;
        FilterHandle filter;
        std::shared_ptr<const ShareMembers> members;
    };

    void touch(ShareNumber number, const Group& group);

    TopicTree& tree_;
    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::unordered_map<ShareNumber, Group> groups_;
    std::unordered_map<std::string, ShareNumber> numbers_;  // by name
    ShareNumber next_ = 1;
};

}  // namespace gatehouse::broker
