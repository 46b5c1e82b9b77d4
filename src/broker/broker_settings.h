// What a broker is told when it is made.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/profile.h"

namespace gatehouse::broker {

struct BrokerSettings {
    Limits limits;
    ParentMatch parent_match = ParentMatch::No;
    RetainedOnSubscribe retained_on_subscribe = RetainedOnSubscribe::ExactFilters;
    Rates rates = Rates::Counted;
    CrossVersionResume cross_version_resume = CrossVersionResume::No;
    // How much may wait from one loop to another before publishers are told of congestion.
    std::size_t mailbox_bytes_max = 16 * 1024 * 1024;
    // Random and secret: keeps clients from choosing colliding names. Also finds each session its
    // loop, which must be the same after a restart: storage::MessageStore::seed().
    std::uint64_t seed = 0;
    // Grows when it may have changed whose deliveries are wanted (Lease::observe_deliveries).
    // Outlives the broker; null: it never does.
    const std::atomic<std::uint32_t>* observation = nullptr;
};
// The values of a profile.
BrokerSettings broker_settings(const Profile& profile, std::uint64_t seed);

}  // namespace gatehouse::broker
