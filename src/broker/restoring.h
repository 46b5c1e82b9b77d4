// Builds the broker's sessions, queues and retained messages from what messages.db holds. Used
// once, before the loops run.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "broker/broker.h"
#include "broker/session.h"
#include "broker/shared_state.h"
#include "broker/stored_message.h"
#include "storage/message_store.h"

namespace gatehouse::broker {

class Restoring final : public storage::MessageVisitor {
public:
    Restoring(Broker& broker, SharedState& shared) : broker_(broker), shared_(shared) {}

    Result<void> on_session(const storage::SessionRow& row) override;
    Result<void> on_subscription(const storage::SubscriptionRow& row) override;
    Result<void> on_message(const storage::MessageRow& row) override;
    Result<void> on_queued(const storage::QueuedRow& row) override;
    Result<void> on_held(const storage::HeldRow& row) override;
    Result<void> on_retained(const storage::RetainedRow& row) override;
    Result<void> on_pledge(const storage::PledgeRow& row) override;
    // After all rows: numbers go on, and what time has to do with begins. Corrupt: a message that
    // no queue has, since both go in one transaction.
    Result<void> finish(const storage::MessageNumbers& used);

private:
    struct Restored {
        Session* session = nullptr;
        std::int64_t disconnected_at = 0;
    };
    struct Message {
        MessageRef message;
        std::uint64_t id = 0;
        const Shard* home = nullptr;  // where it is used; on another loop it needs a copy
    };
    // A row of the session whose rows are being read.
    struct Queued {
        std::uint64_t place;
        Message* message;  // null: only the packet id is needed
        mqtt::PacketId packet_id;
        mqtt::Qos qos;
        Retain retain;
        bool has_passed;
        ShareNumber group;
    };
    struct Sent {
        mqtt::PacketId id;
        std::size_t row;  // of rows_
    };

    Restored* find(std::uint64_t id);
    void take_rows();
    std::size_t count_sent_in_order() const;
    std::vector<mqtt::PacketId> ids_of_sent(std::size_t count) const;
    std::vector<Sent> find_sent() const;
    MessageRef message_for(Session& session, const Queued& row);
    void begin_time(std::uint64_t id, const Restored& restored);
    std::uint32_t seconds_left(std::int64_t wall_time) const;
    std::uint32_t expiry_of(std::int64_t expires_at) const;
    SteadyTime steady_of(std::int64_t wall_time) const;
    std::int64_t wall_now() const { return shared_.clock->wall_now().time_since_epoch().count(); }

    Broker& broker_;
    SharedState& shared_;
    std::unordered_map<std::uint64_t, Restored> sessions_;
    std::unordered_map<std::uint64_t, Message> messages_;
    std::uint64_t rows_of_ = 0;  // the session of rows_
    std::vector<Queued> rows_;
    // What a loop needs of a message that lives on another; to be written once numbers go on.
    struct Copy {
        Shard* shard;
        std::uint64_t session;
        std::uint64_t place;
        MessageRef message;
    };
    std::vector<Copy> copies_;
};

}  // namespace gatehouse::broker
