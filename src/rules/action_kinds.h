// The kinds of actions that there are, by their names in the API.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "async/event_loop.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/tenant.h"
#include "mqtt/topic.h"
#include "rules/action.h"
#include "rules/doors.h"
#include "rules/parameters.h"
#include "rules/targets/declared_doors.h"

namespace gatehouse::registry {
class TopicRuleDestinations;
}

namespace gatehouse::rules {

class AwsDoor;
class HttpDoor;
class KafkaDoor;

// What actions work with; all outlive them. A null door: this kind cannot be performed (tools that
// only look whether rules are right).
struct ActionParts {
    Tenant tenant;                     // of the rule
    async::EventLoop* loop = nullptr;  // of actions
    const Clock* clock = nullptr;
    Random* random = nullptr;
    FunctionDoor* functions = nullptr;
    BrokerDoor* broker = nullptr;
    LogDoor* logs = nullptr;
    RoleDoor* roles = nullptr;
    const AwsDoor* aws = nullptr;
    HttpDoor* http = nullptr;
    KafkaDoor* kafka = nullptr;
    DeclaredDoors declared;
    const registry::TopicRuleDestinations* destinations = nullptr;  // of http and kafka
    // Whether the rule is being made or replaced: what it names has to be there.
    bool is_new = false;
    // What a message may be that rules publish, as one of anybody else's.
    std::size_t payload_bytes_max = SIZE_MAX;
    mqtt::TopicBounds topic_bounds{};
};

// Reads an action as the API gives it: an object with one member, the kind. InvalidInput names the
// member that is wrong; Unsupported names a kind that AWS has and that is not done here, or one
// that nobody has. `path`: "actions[0]".
Result<ActionPtr> make_action(const json::value& action, const std::string& path,
                              ActionTexts& texts, const ActionParts& parts);

}  // namespace gatehouse::rules
