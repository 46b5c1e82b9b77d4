// One loop's record of what has to survive a restart, on its way to the disk.
//
// A message for a persistent session gets a record when it is queued or sent. Records wait here
// until the writer is free; one whose message was acknowledged before is never written. All that is
// put here is numbered, and settled() says up to which number everything is on disk or not needed
// any more: the broker holds acknowledgements back until then.
//
// Without a writer nothing is kept and everything is settled.
//
// Threads: its loop's only (before the loop runs, any one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "broker/attach.h"
#include "broker/expiries.h"
#include "broker/journal_writer.h"
#include "broker/loop_port.h"
#include "broker/publish_listener.h"
#include "broker/share_groups.h"
#include "broker/stored_message.h"
#include "storage/message_batch.h"

namespace gatehouse::broker {

class Session;
struct TenantState;

class Journal : Pinned {
public:
    // The writer may be null: nothing is kept; and then the clock, too: it is always 1970.
    Journal(JournalWriter* writer, const Clock* clock, LoopPort& port, const Expiries& expiries,
            std::size_t loop, std::size_t loops)
        : writer_(writer),
          clock_(clock),
          port_(port),
          expiries_(expiries),
          loop_(loop),
          loops_(loops) {}

    // Numbers go on above these. Before anything else, and before the loop runs.
    void begin_after(const storage::MessageNumbers& used);

    bool is_kept() const { return writer_ != nullptr; }
    bool is_failing() const { return writer_ != nullptr && writer_->is_failing(); }
    // So much waits for a disk that is slow or fails that changes of sessions are not collected one
    // by one any more: each session that changes is written anew, whole, when the disk takes it.
    bool is_overfull() const;
    std::size_t waiting_bytes() const;

    // A message that a session is given.
    struct Given {
        MessageRef message;
        mqtt::PacketId packet_id = 0;  // 0: not sent yet
        mqtt::Qos qos = mqtt::Qos::AtLeastOnce;
        Retain retain = Retain::No;
        ShareNumber group = 0;
    };

    // --- sessions; the session must have a record of its own (Session::record_)
    std::uint64_t new_session();
    // `disconnected_at` 0: it is connected.
    void put_session(const Session& session, std::int64_t disconnected_at);
    void remove_session(const Session& session);
    // The session has no will any more.
    void remove_will(const Session& session);

    // --- sessions without a name, which keep what left its session until it is elsewhere on disk;
    // after a restart they end at once, which publishes their wills and hands on what they have.
    // The session ended, but what groups gave it is not with others yet.
    void rename_ended(const Session& session);
    // A will that is being published. The session's number.
    std::uint64_t put_will(const TenantState& tenant, std::string_view client_id, const Will& will);
    // A message for a member of the group, which is on its way to another session. The number of
    // the one without a name, and that of its record.
    std::pair<std::uint64_t, RecordNumber> put_wandering(const TenantState& tenant, Given given,
                                                         const HeldId& held);
    // What groups give a session that is not kept itself, while others of their members are: what
    // it has not acknowledged goes to them after a restart. The number of the one without a name.
    std::uint64_t put_shared(const Session& session);
    void remove_nameless(std::uint64_t session);
    void put_subscription(const Session& session, std::string_view filter,
                          const SubscriptionOptions& options);
    void remove_subscription(const Session& session, std::string_view filter);
    // QoS 2 from a client: the session `holder`, perhaps of another loop, holds the packet id, and
    // this loop's sessions, or with `group` one of its members, have the message: on disk together
    // with what was put for them since begin_hold().
    void begin_hold();
    void hold_id(const HeldId& held, const TenantState& tenant, ShareNumber group = 0);
    // Not of later uses of the packet id than `use`.
    void release_id(std::uint64_t holder, mqtt::PacketId id, std::uint64_t use = any_use);
    static constexpr std::uint64_t any_use = ~std::uint64_t{0} >> 1;

    // --- messages of sessions that are on disk, or of which groups' messages are
    // Whether a message takes its packet id before others of the session that have waited longer.
    // Without one that does, all before the last with a packet id were sent.
    enum class Passes : std::uint8_t { No, Yes };
    RecordNumber put(const Session& session, Given given, Passes passes = Passes::No);
    // The number to wait for before the packet may be sent.
    std::uint64_t number(const Session& session, RecordNumber record, mqtt::PacketId id,
                         Passes passes);
    // QoS 2, PUBREC: only the packet id is still needed.
    void note_received(const Session& session, RecordNumber record, const MessageRef& message);
    // `message`: as given; null after note_received().
    void remove(const Session& session, RecordNumber record, const MessageRef& message);
    // The message goes to another session, whose record will stand for it: this one must not go
    // before. What was put up to it is on disk with what is put next. remove_later() is the
    // removal, to be called once the other record is on disk.
    void write_out(RecordNumber record);
    void remove_later(std::uint64_t session, RecordNumber record, const MessageRef& message);
    // The record is for this copy of its message from now on.
    void replace_message(std::uint64_t session, RecordNumber record, const MessageRef& copy);

    // --- retained messages
    void put_retained(const storage::RetainedRow& row);

    // --- what the listener pledged; by itself, since nobody's queue has it
    void put_pledge(const Pledge& pledge, const TenantState& tenant, std::string_view topic,
                    const Publication& publication);
    void remove_pledge(std::uint64_t number);

    // --- to the disk
    // Hands over what is to be written if the writer is free. Call at the end of a turn (asked for
    // as needed), when the writer woke the loop, and at due().
    void hand_over();
    // When something will have waited for its acknowledgement long enough; max(): nothing waits.
    SteadyTime due() const { return due_; }
    // Waits for the disk, a bounded time, and hands over what is left. After the loop has run.
    void finish();
    // How many messages sessions were given.
    std::uint64_t given() const { return given_; }
    // The number of what was put last.
    std::uint64_t last() const { return first_pending_ + pending_.size() - begin_ - 1; }
    // Grows up to last().
    std::uint64_t settled();

    std::int64_t wall_of(SteadyTime time) const;
    std::int64_t wall_now() const;

private:
    struct Entry {
        const Session* session = nullptr;  // null: in batch_ already, or not needed any more
        Given given;
        SteadyTime sent_at = SteadyTime::min();  // to a client that may acknowledge it any moment
        bool is_received = false;
        bool is_needless = false;
        Passes passes = Passes::No;
        bool is_of_held = false;   // the next of held_
        bool begins_hold = false;  // what follows goes to the disk with the next of held_
    };
    struct Held {
        HeldId id;
        const TenantState* tenant;  // null: released
        ShareNumber group;
    };

    // A session whose rows on disk, and in batch_, are not as it is.
    struct Stale {
        std::int64_t disconnected_at = 0;
        bool is_new = false;  // it has no rows yet
    };
    // Whether the session is, or becomes, one of these: its change needs no place in batch_.
    bool note_stale(const Session& session);
    void write_stale();
    // Whether there are rows to remove.
    bool forget_stale(const Session& session);

    Entry& entry(RecordNumber record) { return pending_[begin_ + record - first_pending_]; }
    void drop(std::size_t entries);
    void hand_over(bool is_last);
    std::size_t due_entries(bool is_last);
    void encode_pending(std::size_t count);
    void want_turn_end();
    // Something was added to batch_ for which somebody may wait.
    std::uint64_t count_one();
    void put_row(const Session& session, std::int64_t disconnected_at);
    void put_nameless(std::uint64_t session, const TenantState& tenant, std::string_view client_id,
                      BytesView will);
    void put_given(std::uint64_t session, const TenantState& tenant, const Given& given,
                   RecordNumber record, bool is_received, Passes passes);
    void encode(const Entry& entry, RecordNumber record);
    void encode(const Held& held);
    std::uint64_t keep(const MessageRef& message);
    void forget(const MessageRef& message);

    JournalWriter* const writer_;
    const Clock* const clock_;
    LoopPort& port_;
    const Expiries& expiries_;  // for which the loop looks at the time, too
    const std::size_t loop_;
    const std::size_t loops_;
    bool is_turn_end_wanted_ = false;
    storage::MessageBatch batch_;
    std::vector<Entry> pending_;  // from begin_ on
    std::deque<Held> held_;
    std::size_t begin_ = 0;
    std::uint64_t first_pending_ = 1;  // the number of pending_[begin_]
    std::size_t needless_ = 0;         // of pending_, from begin_ on
    std::uint64_t given_ = 0;
    SteadyTime due_ = SteadyTime::max();
    std::uint64_t next_session_ = 1;
    std::uint64_t next_message_ = 1;
    std::uint64_t newest_session_ = 0;  // its first row was not put yet
    std::unordered_map<const Session*, Stale> stale_;
};

}  // namespace gatehouse::broker
