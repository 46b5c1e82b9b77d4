// How long a message is kept for which its publisher asks.
// Source: MQTT 5 section 3.3.2.3.3; AWS IoT Developer Guide, "MQTT 5 message expiry".
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/profile.h"

namespace gatehouse::gateway {

inline std::uint32_t held_expiry(std::uint32_t asked_seconds, const Profile& profile) {
    const std::uint32_t least =
        profile.behaviour.zero_message_expiry == ZeroExpiry::OneSecond ? 1 : 0;
    return std::clamp<std::uint32_t>(asked_seconds, least,
                                     profile.limits.message_expiry_seconds_max);
}

}  // namespace gatehouse::gateway
