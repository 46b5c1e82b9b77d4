// A message as rules hear of it: a copy of its own, since it is looked at after the publisher has
// gone on.
//
// Threads: any; never changed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::rules {

class PledgeLedger;

// Held by a message that is on disk for its rules (pledges.h): once the last who works on the
// message lets go of it, it is taken from there.
class PledgeHold {
public:
    struct Facts {
        std::size_t loop = 0;
        std::uint64_t number = 0;
        Tenant tenant;
        std::size_t bytes = 0;  // that it counts for
    };

    PledgeHold() = default;
    PledgeHold(std::shared_ptr<PledgeLedger> ledger, Facts facts)
        : ledger_(std::move(ledger)), held_(std::make_unique<Held>(std::move(facts))) {}
    PledgeHold(PledgeHold&& other) noexcept = default;
    PledgeHold& operator=(PledgeHold&& other) noexcept;
    ~PledgeHold();

    bool is_held() const { return held_ != nullptr; }
    // Requires: held.
    std::uint64_t number() const { return held_->facts.number; }
    // Holds it no longer, and leaves the disk as it is.
    void cancel();
    // Holds it, and leaves it on disk in the end, since something could not be done: the next start
    // begins anew. From any thread.
    void leave() const {
        if (held_ != nullptr) held_->stays_on_disk = true;
    }

private:
    struct Held {
        explicit Held(Facts facts) : facts(std::move(facts)) {}

        const Facts facts;
        std::atomic<bool> stays_on_disk = false;
    };

    std::shared_ptr<PledgeLedger> ledger_;
    std::unique_ptr<Held> held_;
};

struct Message {
    Tenant tenant;
    std::string topic;  // as it was published, "$aws/rules/NAME/" included
    std::string payload;
    Bytes properties;  // of MQTT 5, encoded (broker::Publication::properties)
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::string client_id;  // empty: it came otherwise than by MQTT
    std::string principal;  // empty: nobody's
    std::string source_ip;  // empty: not from a device's connection
    std::string trace_id;   // never empty
    // How many rules, one after the other, made this message of another.
    std::uint8_t hops = 0;
    PledgeHold hold = {};

    // Without "$aws/rules/NAME/".
    std::string_view ruled_topic() const;
    // About what it takes of memory.
    std::size_t bytes() const;
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace gatehouse::rules
