// The packet ids of QoS 2 messages that came from a client and were passed on, until the client
// releases them: a PUBLISH with one of them is a repetition [MQTT-4.3.3-2].
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "mqtt/protocol.h"

namespace gatehouse::broker {

class UnreleasedIds {
public:
    bool is_empty() const { return ids_.empty(); }
    bool contains(mqtt::PacketId id) const {
        return std::ranges::binary_search(ids_, id, {}, &Unreleased::id);
    }
    // Those that came on this connection: its Receive Maximum counts no others (MQTT 5
    // section 4.9).
    std::size_t of_connection() const { return of_connection_; }
    // Those that are there came before it.
    void begin_connection() {
        for (Unreleased& each : ids_) each.is_of_connection = false;
        of_connection_ = 0;
    }

    // Requires: not there yet.
    void add(mqtt::PacketId id) {
        ids_.insert(std::ranges::lower_bound(ids_, id, {}, &Unreleased::id), {id, true});
        ++of_connection_;
    }
    // Whether it was there.
    bool remove(mqtt::PacketId id) {
        const auto found = std::ranges::lower_bound(ids_, id, {}, &Unreleased::id);
        if (found == ids_.end() || found->id != id) return false;
        if (found->is_of_connection) --of_connection_;
        ids_.erase(found);
        return true;
    }

private:
    struct Unreleased {
        mqtt::PacketId id;
        bool is_of_connection;
    };
    std::vector<Unreleased> ids_;  // ascending; clients number upwards, so additions are cheap
    std::size_t of_connection_ = 0;
};

}  // namespace gatehouse::broker
