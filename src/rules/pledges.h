// Messages that rules see through over restarts ("at-least-once", topic_rule.h): each is on disk
// before its publisher is answered, until nobody works on it any more.
//
// Threads: any, unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
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

// Of one tenant's messages; of all together there may be four times as much, and of messages that
// rules made of others twice as much, so that a chain of rules does not wait for itself.
struct PledgeBounds {
    std::size_t messages_max = 10'000;
    std::size_t bytes_max = 32UL * 1024 * 1024;
};

// Which messages are held. Lives as long as one is.
class PledgeLedger : Pinned {
public:
    explicit PledgeLedger(PledgeBounds bounds) : bounds_(bounds) {}

    void serve(broker::Broker* broker);
    // Nothing: there is no room.
    std::optional<std::uint64_t> add(const Message& message, std::size_t bytes);
    // One that is on disk already, whether there is room or not.
    void add_restored(const PledgeHold::Facts& facts);
    enum class OnDisk : std::uint8_t { Remove, Leave };
    void remove(const PledgeHold::Facts& facts, OnDisk on_disk);

private:
    struct Use {
        std::size_t messages = 0;
        std::size_t bytes = 0;
    };
    static bool has_room(const Use& use, std::size_t bytes, const PledgeBounds& bounds,
                         std::size_t times);
    void count(const Tenant& tenant, std::size_t bytes);

    const PledgeBounds bounds_;
    std::mutex mutex_;  // of all that follows
    std::uint64_t last_number_ = 0;
    Use all_;
    std::unordered_map<Tenant, Use> uses_;
    broker::Broker* broker_ = nullptr;
};

class Pledges : Pinned {
public:
    explicit Pledges(PledgeBounds bounds) : ledger_(std::make_shared<PledgeLedger>(bounds)) {}

    // The broker must live until close().
    void serve(broker::Broker& broker) { ledger_->serve(&broker); }
    // What is not done by now stays on disk, for the next start. Where the loops do not run, or on
    // the loop of actions.
    void close();

    // A hold on a message that is published on this event loop, for so many actions; nothing: there
    // is no room.
    std::optional<PledgeHold> make(const Message& message, std::size_t loop, std::size_t actions);

    // Before the loops run. Corrupt: its context does not read back.
    Result<void> restore(const broker::PledgedMessage& pledged);
    // What was restored, one after the other, on the loop of actions; null: there is no more, or it
    // is closed.
    std::shared_ptr<Message> take_restored();
    bool has_restored() const { return !restored_.empty(); }

private:
    const std::shared_ptr<PledgeLedger> ledger_;
    std::deque<std::shared_ptr<Message>> restored_;
};

// What a message knows beside what was published: as it stands on disk.
Bytes encode_context(const Message& message);
// Corrupt. Into the message.
Result<void> decode_context(BytesView context, Message& message);

}  // namespace gatehouse::rules
