// The packet ids of QoS 2 messages that came from a client and were passed on, until the client
// releases them: a PUBLISH with one of them is a repetition [MQTT-4.3.3-2].
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <vector>

#include "mqtt/protocol.h"

namespace gatehouse::broker {

class UnreleasedIds {
public:
    bool is_empty() const { return ids_.empty(); }
    std::size_t size() const { return ids_.size(); }
    bool contains(mqtt::PacketId id) const { return std::ranges::binary_search(ids_, id); }

    // Requires: not there yet.
    void add(mqtt::PacketId id) { ids_.insert(std::ranges::lower_bound(ids_, id), id); }
    // Whether it was there.
    bool remove(mqtt::PacketId id) {
        const auto found = std::ranges::lower_bound(ids_, id);
        if (found == ids_.end() || *found != id) return false;
        ids_.erase(found);
        return true;
    }

    template <class Visit>
    void for_each(Visit visit) const {
        for (const mqtt::PacketId id : ids_) visit(id);
    }

private:
    std::vector<mqtt::PacketId> ids_;  // ascending; clients number upwards, so additions are cheap
};

}  // namespace gatehouse::broker
