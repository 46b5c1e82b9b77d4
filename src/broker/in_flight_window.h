// The QoS > 0 messages that were sent to a client and not acknowledged to the end yet, by packet
// id.
//
// Packet ids go round 1..65535 in order, so the open ones lie close together: a ring in the order
// of sending, without hashing. Acknowledgements may come in any order. Those few whose
// acknowledgement does not come while very many others' do are set aside, so that the ring stays
// as large as what is open asks for; their ids are skipped when it is their turn again.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/kept_bytes.h"
#include "broker/share_groups.h"
#include "broker/stored_message.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// One sent message.
struct InFlight {
    // Kept for persistent sessions, to be sent again on resume, and for members of a group, to be
    // given to another; until PUBREC for QoS 2.
    MessageRef message;
    std::uint64_t record = 0;   // on disk (journal.h); 0: none
    std::uint32_t sent_at = 0;  // seconds of the steady clock, for the retry limit
    ShareNumber group = 0;      // that gave it to this session
    mqtt::Qos qos = mqtt::Qos::AtLeastOnce;
    Retain retain = Retain::No;
    bool is_open = false;
    bool is_received = false;  // QoS 2: PUBREC came, PUBREL was sent, PUBCOMP is awaited
    bool is_due = false;       // to be sent (again) on this connection
    bool is_unsent = false;    // QoS 2: its packet id must be on disk first
    bool is_direct = false;    // of its connection alone (Delivery::send_direct())
};

class InFlightWindow : Pinned {
public:
    // Counts the bytes of its messages there, too; null: nowhere. Outlives the window.
    explicit InFlightWindow(KeptBytes* all = nullptr) : all_(all) {}

    // Packet ids begin after this one (0: with 1). Requires: is_empty().
    void start_after(mqtt::PacketId last) { first_id_ = following(last); }
    // The id given last.
    mqtt::PacketId last_id() const {
        const mqtt::PacketId next = id_at(span_);
        return next == 1 ? mqtt::PacketId{id_count} : static_cast<mqtt::PacketId>(next - 1);
    }

    std::size_t size() const { return open_; }
    bool is_empty() const { return open_ == 0; }
    // Of the messages that are kept.
    std::size_t bytes() const { return bytes_; }
    // An id is free then: there are as many as the largest maximum.
    bool has_room(std::uint16_t receive_maximum) const { return open_ < receive_maximum; }

    // Takes the next packet id for a message. Requires: has_room().
    mqtt::PacketId open(InFlight sent) {
        if (span_ == ring_.size()) make_place();
        if (aside_ != nullptr) [[unlikely]]
            skip_ids_set_aside();
        return put(std::move(sent));
    }
    // Takes this very id, for a message that was sent before a restart. Requires: it follows those
    // that are open, in the order of sending.
    void open_again(mqtt::PacketId id, InFlight sent) {
        while (span_ != 0 && id_at(span_) != id) skip_id();
        if (span_ == 0) first_id_ = id;
        if (span_ == ring_.size()) make_place();
        put(std::move(sent));
    }
    // Null if the id is not open. Valid until the next open() or close().
    InFlight* find(mqtt::PacketId id) {
        const std::uint32_t place = place_of(id);
        if (place < span_ && at(place).is_open) return &at(place);
        return aside_ == nullptr ? nullptr : find_aside(id);
    }
    // Whether the id was open.
    bool close(mqtt::PacketId id) {
        const std::uint32_t place = place_of(id);
        if (place >= span_ || !at(place).is_open) return aside_ != nullptr && close_aside(id);
        if (at(place).message) [[unlikely]]
            take_message(at(place));
        at(place).is_open = false;
        --open_;
        begin_with_an_open_one();
        return true;
    }
    // Of an open one, which is open still. It is not kept any more; null if it was not.
    MessageRef take_message(InFlight& sent) {
        if (sent.message) note_taken(sent.message->bytes());
        return std::exchange(sent.message, {});
    }
    // visit(PacketId, InFlight&), oldest first; it must not open or close.
    template <class Visit>
    void for_each(Visit visit) {
        if (aside_ != nullptr) {
            for (Aside::Sent& each : aside_->sent) visit(each.id, each.message);
        }
        for (std::uint32_t place = 0; place != span_; ++place) {
            if (at(place).is_open) visit(id_at(place), at(place));
        }
    }
    std::size_t capacity() const { return ring_.size(); }

private:
    static constexpr std::uint32_t id_count = 65'535;
    // Older than all in the ring. Few, and mostly none.
    struct Aside {
        struct Sent {
            mqtt::PacketId id;
            InFlight message;
        };
        std::list<Sent> sent;  // oldest first
        std::unordered_map<mqtt::PacketId, std::list<Sent>::iterator> by_id;
    };

    static mqtt::PacketId following(mqtt::PacketId id) {
        return id == id_count ? mqtt::PacketId{1} : static_cast<mqtt::PacketId>(id + 1);
    }

    InFlight& at(std::uint32_t place) { return ring_[(begin_ + place) & (ring_.size() - 1)]; }
    mqtt::PacketId id_at(std::uint32_t place) const {
        const std::uint32_t id = first_id_ + place;
        return static_cast<mqtt::PacketId>(id > id_count ? id - id_count : id);
    }
    // At least span_ if the id is not among those handed out.
    std::uint32_t place_of(mqtt::PacketId id) const {
        if (id == 0) return span_;
        return id >= first_id_ ? id - first_id_ : id + id_count - first_id_;
    }
    // Requires: the place at span_ is there, and its id free.
    mqtt::PacketId put(InFlight sent) {
        if (sent.message) [[unlikely]]
            note_kept(sent.message->bytes());
        InFlight& slot = at(span_);
        slot = std::move(sent);
        slot.is_open = true;
        ++open_;
        return id_at(span_++);
    }
    void begin_with_an_open_one() {
        while (span_ != 0 && !at(0).is_open) {
            ++begin_;
            --span_;
            first_id_ = following(first_id_);
        }
    }
    void note_kept(std::size_t bytes) {
        bytes_ += bytes;
        if (all_ != nullptr) all_->add_in_flight(bytes);
    }
    void note_taken(std::size_t bytes) {
        bytes_ -= bytes;
        if (all_ != nullptr) all_->remove_in_flight(bytes);
    }
    void make_place();
    void grow();
    void set_older_half_aside();
    void skip_id();
    void skip_ids_set_aside();
    InFlight* find_aside(mqtt::PacketId id);
    bool close_aside(mqtt::PacketId id);

    std::vector<InFlight> ring_;   // capacity a power of two
    std::uint32_t begin_ = 0;      // where the oldest is; wraps
    std::uint32_t span_ = 0;       // from the oldest open one there to the newest
    std::uint32_t open_ = 0;       // those set aside, too
    mqtt::PacketId first_id_ = 1;  // of the oldest in the ring
    std::unique_ptr<Aside> aside_;
    std::size_t bytes_ = 0;
    KeptBytes* const all_;
};

}  // namespace gatehouse::broker
