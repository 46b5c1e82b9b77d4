// Messages that rules see through over restarts ("at-least-once", topic_rule.h): each is on disk
// before its publisher is answered, until nobody works on it any more.
//
// Threads: any, but for what is said of start and end.
// Lifetimes: outlives every message that it has a hold on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "broker/publish_listener.h"
#include "rules/message.h"

namespace gatehouse::broker {
class Broker;
}

namespace gatehouse::rules {

// Of one tenant's messages.
struct PledgeBounds {
    std::size_t messages_max = 10'000;
    std::size_t bytes_max = 32UL * 1024 * 1024;
};

class Pledges : Pinned {
public:
    explicit Pledges(PledgeBounds bounds) : bounds_(bounds) {}

    // The broker must live until close().
    void serve(broker::Broker& broker);
    // What is not done by now stays on disk, for the next start.
    void close();

    // A hold on a message that is published on this event loop; nothing: its tenant has too many.
    std::optional<PledgeHold> make(const Message& message, std::size_t loop);
    // Part of PledgeHold: nobody works on it any more.
    void release(const PledgeHold::Facts& facts);

    // Before serve(). Corrupt: its context does not read back.
    Result<void> restore(const broker::PledgedMessage& pledged);
    // What was restored, one after the other; null: there is no more, or it is closed.
    MessagePtr take_restored();

private:
    struct Use {
        std::size_t messages = 0;
        std::size_t bytes = 0;
    };
    PledgeHold hold(const Message& message, std::size_t loop, std::uint64_t number);

    const PledgeBounds bounds_;
    std::mutex mutex_;  // of all that follows
    std::uint64_t last_number_ = 0;
    std::unordered_map<Tenant, Use> uses_;
    broker::Broker* broker_ = nullptr;
    std::deque<MessagePtr> restored_;
};

// What a message knows beside what was published: as it stands on disk.
Bytes encode_context(const Message& message);
// Corrupt. Into the message.
Result<void> decode_context(BytesView context, Message& message);

}  // namespace gatehouse::rules
