#include "gateway/connect_rates.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace gatehouse::gateway {

std::uint32_t ConnectRates::note(const Tenant& tenant, std::string_view client_id, SteadyTime now) {
    const std::uint64_t hash = std::hash<Tenant>{}(tenant) * 0x9e37'79b9'7f4a'7c15 ^
                               std::hash<std::string_view>{}(client_id);
    const auto second = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    const std::uint64_t who_and_when = (hash >> 32 << 32) | (second & 0xFF'FFFF) << 8;
    std::atomic<std::uint64_t>& slot = slots_[hash % slot_count];
    std::uint64_t before = slot.load(std::memory_order_relaxed);
    std::uint64_t count = 0;
    do {
        count = (before & ~std::uint64_t{0xFF}) == who_and_when
                    ? std::min<std::uint64_t>((before & 0xFF) + 1, 0xFF)
                    : 1;
    } while (!slot.compare_exchange_weak(before, who_and_when | count, std::memory_order_relaxed));
    return static_cast<std::uint32_t>(count);
}

}  // namespace gatehouse::gateway
