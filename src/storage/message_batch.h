// Changes of messages.db in the order in which they are to happen, as one run of bytes, so that
// collecting them costs no allocation each.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "storage/message_rows.h"

namespace gatehouse::storage {

class MessageBatch {
public:
    bool is_empty() const { return bytes_.empty(); }
    std::size_t bytes() const { return bytes_.size(); }
    // Keeps its memory.
    void clear() { bytes_.clear(); }

    void put_session(const SessionRow& row);
    void remove_will(std::uint64_t session);
    // With its subscriptions and held ids; its queued messages are removed one by one before.
    void remove_session(std::uint64_t session);
    void remove_subscriptions(std::uint64_t session);
    void put_subscription(const SubscriptionRow& row);
    void remove_subscription(std::uint64_t session, std::string_view filter);
    void put_message(const MessageRow& row);
    void remove_message(std::uint64_t id);
    void put_queued(const QueuedRow& row);
    void remove_queued(std::uint64_t session, std::uint64_t place);
    // It is sent under this packet id; `has_passed`: QueuedRow::has_passed.
    void number_queued(std::uint64_t session, std::uint64_t place, std::uint16_t packet_id,
                       bool has_passed = false);
    // It stands for another message from now on.
    void replace_message(std::uint64_t session, std::uint64_t place, std::uint64_t message);
    // QoS 2: the client has it; only the packet id is still needed.
    void note_received(std::uint64_t session, std::uint64_t place);
    void hold_id(const HeldRow& row);
    // All rows of the packet id, of this use of it and those before.
    void release_id(std::uint64_t session, std::uint16_t packet_id, std::uint64_t use);
    void put_retained(const RetainedRow& row);
    void put_pledge(const PledgeRow& row);
    void remove_pledge(std::uint64_t number);

private:
    friend class MessageStore;
    friend class MessageWriting;

    enum class Kind : std::uint8_t {
        PutSession,
        RemoveWill,
        RemoveSession,
        RemoveSubscriptions,
        PutSubscription,
        RemoveSubscription,
        PutMessage,
        RemoveMessage,
        PutQueued,
        RemoveQueued,
        NumberQueued,
        ReplaceMessage,
        NoteReceived,
        HoldId,
        ReleaseId,
        PutRetained,
        PutPledge,
        RemovePledge,
    };
    static constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::RemovePledge) + 1;
    static constexpr std::size_t texts_max = 6;
    // Followed by the texts.
    struct Change {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        std::int64_t time = 0;
        std::uint32_t number = 0;
        std::uint32_t other_number = 0;
        std::uint32_t text_sizes[texts_max] = {};
        Kind kind{};
    };
    void add(Change change, std::initializer_list<std::string_view> texts = {});

    Bytes bytes_;
};

}  // namespace gatehouse::storage
