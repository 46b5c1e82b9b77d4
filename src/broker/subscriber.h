// Who is subscribed, as the topic tree stores it: one 64-bit word, so that readers on other
// threads see it whole.
#pragma once

#include <cstdint>

#include "broker/attach.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// A session's place: the loop it lives on and its slot in that loop's session directory.
struct SessionPlace {
    std::uint8_t loop = 0;
    std::uint32_t slot = 0;

    bool operator==(const SessionPlace&) const = default;
};

// One subscription of one session to one filter. The lowest bit is always 1 (see SubscriberSet).
class Subscriber {
public:
    Subscriber() = default;
    enum class Persistent : std::uint8_t { No, Yes };
    Subscriber(SessionPlace place, const SubscriptionOptions& options,
               Persistent persistent = Persistent::No)
        : word_(1U | static_cast<std::uint64_t>(options.qos) << 1 |
                (options.no_local == NoLocal::Yes ? no_local_bit : 0U) |
                (options.retain_as_published == RetainAsPublished::Yes ? retain_bit : 0U) |
                (options.identifier != 0 ? identifier_bit : 0U) |
                (persistent == Persistent::Yes ? persistent_bit : 0U) |
                static_cast<std::uint64_t>(place.loop) << 8 |
                static_cast<std::uint64_t>(place.slot) << 32) {}

    static Subscriber from_word(std::uint64_t word) {
        Subscriber subscriber;
        subscriber.word_ = word;
        return subscriber;
    }
    std::uint64_t word() const { return word_; }

    SessionPlace place() const { return {loop(), slot()}; }
    std::uint8_t loop() const { return static_cast<std::uint8_t>(word_ >> 8); }
    std::uint32_t slot() const { return static_cast<std::uint32_t>(word_ >> 32); }
    mqtt::Qos qos() const { return static_cast<mqtt::Qos>(word_ >> 1 & 3U); }
    bool is_no_local() const { return (word_ & no_local_bit) != 0; }
    bool is_retain_as_published() const { return (word_ & retain_bit) != 0; }
    // Same session, whatever the options.
    bool is_same_session(Subscriber other) const {
        return (word_ & place_mask) == (other.word_ & place_mask);
    }
    // Whether the session gave it a Subscription Identifier.
    bool has_identifier() const { return (word_ & identifier_bit) != 0; }
    // Whether the session outlived its connection when it subscribed.
    bool is_persistent() const { return (word_ & persistent_bit) != 0; }
    // Bits 7 and 16-31 are free.

private:
    static constexpr std::uint64_t no_local_bit = 1U << 3;
    static constexpr std::uint64_t retain_bit = 1U << 4;
    static constexpr std::uint64_t identifier_bit = 1U << 5;
    static constexpr std::uint64_t persistent_bit = 1U << 6;
    static constexpr std::uint64_t place_mask = 0xFFFF'FFFF'0000'FF00;

    std::uint64_t word_ = 1;
};

}  // namespace gatehouse::broker
