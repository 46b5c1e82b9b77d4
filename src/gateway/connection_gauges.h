// Open connections by door and version of MQTT.
//
// Threads: add() and remove() by one loop; read() by any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "gateway/door.h"
#include "mqtt/protocol.h"

namespace gatehouse::gateway {

inline constexpr std::size_t door_count = 5;
inline constexpr std::array<mqtt::ProtocolVersion, 3> counted_versions = {
    mqtt::ProtocolVersion::V3_1, mqtt::ProtocolVersion::V3_1_1, mqtt::ProtocolVersion::V5};

class ConnectionGauges : Pinned {
public:
    void add(DoorKind door, mqtt::ProtocolVersion version) { change(door, version, 1); }
    void remove(DoorKind door, mqtt::ProtocolVersion version) { change(door, version, -1); }
    std::int64_t read(DoorKind door, mqtt::ProtocolVersion version) const {
        return cells_[index(door, version)].load(std::memory_order_relaxed);
    }
    std::int64_t all() const {
        std::int64_t open = 0;
        for (const auto& cell : cells_) open += cell.load(std::memory_order_relaxed);
        return open;
    }

private:
    static std::size_t index(DoorKind door, mqtt::ProtocolVersion version) {
        const std::size_t place = version == mqtt::ProtocolVersion::V3_1     ? 0
                                  : version == mqtt::ProtocolVersion::V3_1_1 ? 1
                                                                             : 2;
        return static_cast<std::size_t>(door) * counted_versions.size() + place;
    }
    void change(DoorKind door, mqtt::ProtocolVersion version, std::int64_t by) {
        auto& cell = cells_[index(door, version)];
        cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    std::array<std::atomic<std::int64_t>, door_count * counted_versions.size()> cells_{};
};

}  // namespace gatehouse::gateway
