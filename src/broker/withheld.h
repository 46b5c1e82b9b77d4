// What waits until the disk has what was promised with it: acknowledgements of publishes, other
// packets, QoS 2 messages whose packet ids must be remembered first.
//
// First in, first out on each loop: each waits for all that the loop had put into its journal, and
// sent to other loops, when it was withheld.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/pinned.h"
#include "broker/journal.h"
#include "broker/remote_mail.h"
#include "broker/stored_message.h"
#include "broker/trail.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// Told whether the disk has it; once.
using WhenKept = std::function<void(bool is_kept)>;

// What can be removed from the disk by itself.
struct OnDisk {
    std::uint64_t session = 0;
    RecordNumber record = 0;  // 0: the session itself, or the packet id that it holds
    mqtt::PacketId packet_id = 0;
    std::uint64_t use = 0;  // of the packet id
    MessageRef message;
};

struct WithheldItem {
    enum class Kind : std::uint8_t {
        Acknowledgement,  // of a publish: `type` with `packet_id`
        Packet,
        Resume,   // send on: the packet ids of QoS 2 messages are remembered
        Call,     // somebody who has no session waits
        Removal,  // from the disk, of what is kept elsewhere now or not needed
    };

    Kind kind = Kind::Packet;
    mqtt::PacketType type{};
    mqtt::PacketId packet_id = 0;
    std::uint32_t slot = 0;
    std::uint32_t attachment = 0;  // of the session when it was withheld
    // Whether it is refused is decided once, when the disk begins to fail.
    enum class Fate : std::uint8_t { Undecided, Waits, Granted, Refused };
    Fate fate = Fate::Undecided;
    Trail trail;  // of an acknowledgement or a call
    // Acknowledgements are many and have none of these.
    std::unique_ptr<Bytes> packet;
    std::unique_ptr<OnDisk> removed;
    std::unique_ptr<WhenKept> call;

    // Set by Withheld.
    std::uint64_t ticket = 0;
    std::uint64_t journal = 0;
};

class Withheld : Pinned {
public:
    Withheld(Journal& journal, RemoteMail& mail) : journal_(journal), mail_(mail) {}

    bool is_empty() const { return items_.empty(); }
    void add(WithheldItem item) {
        item.ticket = next_ticket_++;
        item.journal = journal_.last();
        mail_.wait_with(item.ticket);
        refusable_ += is_refusable(item) ? 1 : 0;
        items_.push_back(std::move(item));
    }
    // The first one, if what it waited for is settled.
    std::optional<WithheldItem> take_settled() {
        if (items_.empty() || items_.front().journal > journal_.settled() ||
            !mail_.is_settled(items_.front().ticket)) {
            return std::nullopt;
        }
        WithheldItem item = std::move(items_.front());
        items_.pop_front();
        refusable_ -= is_refusable(item) ? 1 : 0;
        return item;
    }
    // All acknowledgements and calls whose fate was not decided yet, oldest first, to be decided
    // now. Valid until something is added or taken.
    std::vector<WithheldItem*> undecided();
    // Those that wait no more.
    std::vector<WithheldItem> take_decided();

private:
    static bool is_refusable(const WithheldItem& item) {
        return item.fate == WithheldItem::Fate::Undecided &&
               (item.kind == WithheldItem::Kind::Acknowledgement ||
                item.kind == WithheldItem::Kind::Call);
    }

    Journal& journal_;
    RemoteMail& mail_;
    std::deque<WithheldItem> items_;
    std::size_t refusable_ = 0;  // of items_, undecided
    std::uint64_t next_ticket_ = 1;
};

}  // namespace gatehouse::broker
