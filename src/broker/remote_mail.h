// Messages from one loop to the sessions of another.
//
// What a loop has for another is collected during a turn in one run of bytes and handed over at
// the turn's end, with one wake-up. A route is described once (its topic, under a number) and
// only named after that; the receiving loop keeps a route of its own for it, so that a message
// needs no look-up there either.
//
// First in, first out for each pair of loops. Bounded: over the bound the sender is told of
// congestion; what it had read already is still taken.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/pinned.h"
#include "broker/loop_port.h"
#include "broker/publication.h"
#include "broker/route.h"
#include "broker/trail.h"

namespace gatehouse::broker {

class Journal;
struct TenantState;

// Where the mail of all loops waits. Threads: any.
class PostOffice : Pinned {
public:
    PostOffice(std::size_t loops, std::size_t lane_bytes_max);

    // Before the loops run.
    void connect(std::size_t loop, LoopPort& port) { desks_[loop].port = &port; }
    std::size_t loops() const { return desks_.size(); }

    // Hands over a batch; leaves `batch` empty, with memory to be used again if there is some.
    void hand_over(std::size_t from, std::size_t to, Bytes& batch);
    // Takes everything for `to` that came from `from`, oldest first, appended to `batches`.
    void take(std::size_t from, std::size_t to, std::vector<Bytes>& batches);
    // Gives the memory of taken batches back to the lane and reports them as done with.
    void give_back(std::size_t from, std::size_t to, std::vector<Bytes>& batches);
    // Has the loop take its mail soon.
    void wake(std::size_t loop);
    // Allows the next wake-up; call before taking.
    void open(std::size_t to) { desks_[to].is_woken.exchange(false, std::memory_order_acq_rel); }

    bool is_congested(std::size_t from, std::size_t to, std::size_t not_handed_over) const {
        return lane(from, to).waiting.load(std::memory_order_relaxed) + not_handed_over >
               lane_bytes_max_;
    }
    // Has `from` woken when the lane has emptied to half its bound.
    void want_relief(std::size_t from, std::size_t to) {
        lane(from, to).is_relief_wanted.store(true, std::memory_order_seq_cst);
    }
    // The receiver has on disk what came with the first `batches` of the lane.
    void settle(std::size_t from, std::size_t to, std::uint64_t batches);
    // How many batches are settled; `from` is woken once when that changes.
    std::uint64_t settled(std::size_t from, std::size_t to) {
        lane(from, to).is_settlement_wanted.store(true, std::memory_order_seq_cst);
        return lane(from, to).settled.load(std::memory_order_seq_cst);
    }
    // Whether the lane is at half its bound or below.
    bool is_relieved(std::size_t from, std::size_t to) const {
        return lane(from, to).waiting.load(std::memory_order_seq_cst) <= lane_bytes_max_ / 2;
    }

private:
    struct alignas(64) Lane {
        std::mutex mutex;
        std::vector<Bytes> batches;           // guarded by mutex
        std::vector<Bytes> spare;             // guarded by mutex
        std::atomic<std::size_t> waiting{0};  // bytes handed over and not done with
        std::atomic<bool> is_relief_wanted{false};
        std::atomic<std::uint64_t> settled{0};  // batches
        std::atomic<bool> is_settlement_wanted{false};
    };
    struct alignas(64) Desk {
        LoopPort* port = nullptr;
        std::atomic<bool> is_woken{false};
    };

    Lane& lane(std::size_t from, std::size_t to) { return lanes_[from * desks_.size() + to]; }
    const Lane& lane(std::size_t from, std::size_t to) const {
        return lanes_[from * desks_.size() + to];
    }
    const std::size_t lane_bytes_max_;
    std::vector<Desk> desks_;
    std::vector<Lane> lanes_;
};

// Whether somebody waits until the receivers of a message have it on disk.
enum class Durable : std::uint8_t { No, Yes };

// Whether a message for a member that has no room for it may go on to another: to any, or only to
// one that is away.
enum class Onward : std::uint32_t { Allowed, ToAbsent, Ended };

// How much of what waits for members that are away: everything, or as much as a member that had no
// room for a while can be expected to take.
enum class Reclaim : std::uint8_t { All, Some };

// The member of a group that a message is for; group 0: for everybody.
struct ShareTarget {
    ShareNumber group = 0;
    std::uint32_t slot = 0;
    Onward onward = Onward::Allowed;
};

// One loop's end: what it sends, and the routes it was told about. Threads: one loop.
class RemoteMail : Pinned {
public:
    RemoteMail(PostOffice& post_office, std::size_t loop, Journal& journal);

    // --- sending
    // Puts the message into the batch for `to`, describing the route first if `to` does not know
    // it. Whether the lane is congested now.
    // With Durable::Yes the message counts as waiting until `to` has it on disk or does without;
    // with No it goes without the packet id that is held, which nobody would wait for there.
    bool send(std::size_t to, TenantState& tenant, Route& route, const Publication& publication,
              Durable durable, ShareTarget target = {});
    // What is sent in between is of one publish, which may have to be taken back.
    // end_publication(): its number, or 0 if nothing of it has to be kept elsewhere.
    void begin_publication() {
        publication_ = ++last_publication_;
        is_publication_sent_ = false;
    }
    std::uint64_t end_publication() {
        const std::uint64_t number = publication_;
        publication_ = 0;
        return is_publication_sent_ ? number : 0;
    }
    // Has the other loops take it from those of their sessions that were not sent it, unless it is
    // on disk for them.
    void recall(std::uint64_t publication);
    // Asks those of the other loops whose bit is set to give back what their offline members of the
    // group have waiting.
    void reclaim(TenantState& tenant, ShareNumber group, Reclaim how_much, std::uint64_t loops);
    // Tells the other loops that the route is gone.
    void forget(Route& route);
    // Whether there is something to hand over.
    bool has_outgoing() const { return outgoing_loops_ != 0; }
    void hand_over();
    // Notes that a ticket waits for the durable messages sent so far. Tickets grow.
    void wait_with(std::uint64_t ticket);
    // Whether none of the lanes has something that the ticket waits for.
    bool is_settled(std::uint64_t ticket);
    // Whether no lane from here is more than half full; if one is, the loop is woken when it is
    // not any more.
    bool is_relieved();

    // --- receiving
    struct Arrival {
        TenantState* tenant = nullptr;
        Route* route = nullptr;  // of a message
        ShareTarget target;      // without a route: what is to be given back,
        Reclaim how_much = Reclaim::All;
        Publication publication;
        std::uint64_t publication_number = 0;  // 0: it cannot be recalled
        bool is_recall = false;                // of that number
    };
    // Calls visit(const Arrival&) for each message and request that arrived.
    template <class Visit>
    void receive(Visit visit) {
        post_office_.open(loop_);
        for (std::size_t from = 0; from < post_office_.loops(); ++from) {
            if (from == loop_) continue;
            post_office_.take(from, loop_, batches_);
            for (const Bytes& batch : batches_) {
                for (BytesView left = batch; !left.empty();) {
                    const Arrival arrival = read(from, left);
                    if (arrival.is_recall) [[unlikely]]
                        note_recalled(from, arrival.publication_number);
                    const std::uint64_t before = last_record();
                    if (arrival.tenant != nullptr) visit(arrival);
                    if (arrival.publication_number != 0 && last_record() != before) {
                        received_[from].recallable.push_back(
                            {arrival.publication_number, {before, last_record()}});
                    }
                }
                note_received(from);
            }
            if (!batches_.empty()) post_office_.give_back(from, loop_, batches_);
        }
    }

    // What the messages left that were recalled since the last call.
    std::vector<RecordSpan> take_recalled() { return std::exchange(recalled_, {}); }

    // Tells the other loops which of their batches are settled, now that the journal is this far.
    void settle_received();

private:
    // Tickets that wait for a batch: the first of them stands for all later ones.
    struct Mark {
        std::uint64_t ticket;
        std::uint64_t batch;
    };
    struct Sent {
        std::uint64_t handed_over = 0;  // batches
        std::uint64_t durable = 0;      // the last batch with a durable message
        std::deque<Mark> marks;
    };
    struct Unsettled {
        std::uint64_t batch;
        std::uint64_t journal;  // number to be settled first
    };
    struct Recallable {
        std::uint64_t publication;
        RecordSpan records;
    };
    struct Received {
        std::uint64_t batches = 0;
        std::deque<Unsettled> unsettled;
        std::deque<Recallable> recallable;  // what is not on disk yet
    };
    std::uint64_t last_record() const;
    void note_recalled(std::size_t from, std::uint64_t publication);
    void note_received(std::size_t from);

    enum class Kind : std::uint8_t {
        Topic,
        Message,
        SharedMessage,
        Forget,
        Reclaim,
        ReclaimSome,
        Recall
    };
    // Followed by topic, properties and payload; of a SharedMessage also by a ShareTarget; of a
    // message that is held by a HeldId; of one that has a number, and of a Recall, by that.
    struct Header {
        TenantState* tenant;         // of Topic, Reclaim and ReclaimSome
        std::uint32_t route_number;  // of the latter two: the group
        std::uint32_t topic_size;
        std::uint32_t properties_size;
        std::uint32_t payload_size;
        std::uint32_t expiry_seconds;
        std::uint32_t expiry_at;
        Kind kind;
        mqtt::Qos qos;
        Retain retain;
        bool is_held;
        bool has_number;
        bool was_stored;
    };
    struct Known {
        TenantState* tenant = nullptr;
        Route route;
    };

    void append(std::size_t to, const Header& header, std::string_view topic,
                const Publication& publication);
    // Reads one entry and moves `left` behind it.
    Arrival read(std::size_t from, BytesView& left);

    PostOffice& post_office_;
    const std::size_t loop_;
    std::uint64_t outgoing_loops_ = 0;  // bit n: outgoing_[n] has something
    std::vector<Bytes> outgoing_;       // by loop
    std::vector<std::uint32_t> free_numbers_;
    std::uint32_t next_number_ = 1;
    std::vector<std::vector<std::unique_ptr<Known>>> known_;  // by loop, by route number
    std::vector<Bytes> batches_;
    Journal& journal_;
    std::vector<Sent> sent_;          // by loop
    std::vector<Received> received_;  // by loop
    std::vector<RecordSpan> recalled_;
    std::uint64_t last_publication_ = 0;
    std::uint64_t publication_ = 0;  // 0: none, or it cannot be recalled
    bool is_publication_sent_ = false;
};

}  // namespace gatehouse::broker
