#include "gateway/connect_rates.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace gatehouse::gateway {
namespace {

constexpr std::uint64_t count_bits = 0xFF;

std::uint64_t hash_of(const Tenant& tenant, std::string_view client_id) {
    return std::hash<Tenant>{}(tenant) * 0x9e37'79b9'7f4a'7c15 ^
           std::hash<std::string_view>{}(client_id);
}

// All of a slot but its count.
std::uint64_t who_and_when(std::uint64_t hash, SteadyTime now) {
    const auto second = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    return (hash >> 32 << 32) | (second & 0xFF'FFFF) << 8;
}

std::uint64_t count_in(std::uint64_t slot, std::uint64_t who_and_when) {
    return (slot & ~count_bits) == who_and_when ? slot & count_bits : 0;
}

}  // namespace

std::uint32_t ConnectRates::note(const Tenant& tenant, std::string_view client_id, SteadyTime now) {
    const std::uint64_t hash = hash_of(tenant, client_id);
    const std::uint64_t whose = who_and_when(hash, now);
    std::atomic<std::uint64_t>& slot = slots_[hash % slot_count];
    std::uint64_t before = slot.load(std::memory_order_relaxed);
    std::uint64_t count = 0;
    do {
        count = std::min(count_in(before, whose) + 1, count_bits);
    } while (!slot.compare_exchange_weak(before, whose | count, std::memory_order_relaxed));
    return static_cast<std::uint32_t>(count);
}

std::uint32_t ConnectRates::count(const Tenant& tenant, std::string_view client_id,
                                  SteadyTime now) const {
    const std::uint64_t hash = hash_of(tenant, client_id);
    const std::uint64_t slot = slots_[hash % slot_count].load(std::memory_order_relaxed);
    return static_cast<std::uint32_t>(count_in(slot, who_and_when(hash, now)));
}

}  // namespace gatehouse::gateway
