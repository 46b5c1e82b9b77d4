// The brokers that mqtt actions publish to, each with one connection.
//
// Threads: its loop; may_use() any.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "net/name_lookups.h"
#include "rules/targets/declared_broker.h"
#include "rules/targets/mqtt_bridge.h"
#include "rules/targets/mqtt_door.h"

namespace gatehouse::rules {

class MqttTargets final : public MqttDoor, Pinned {
public:
    // The errors of files that a declaration names, and what they hold.
    static Result<std::unique_ptr<MqttTargets>> make(const MqttBridge::Parts& parts,
                                                     DeclaredMqttBrokers brokers);

    Result<void> may_use(const AccountId& account, std::string_view target) const override;
    async::Task<Result<void>> publish(std::string target, MqttMessage message,
                                      Deadline deadline) override;
    // What is under way fails with Cancelled, and whatever is published later.
    void close();
    // Once they are closed: waits for their tasks.
    async::Task<void> stop();

private:
    MqttTargets() = default;

    std::map<std::string, std::unique_ptr<MqttBridge>, std::less<>> bridges_;
};

}  // namespace gatehouse::rules
