// Whether a session may receive a topic: the broker asks, whoever knows policies answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/tenant.h"

namespace gatehouse::broker {

struct Will;

enum class Permission : std::uint8_t { Denied, Allowed };

// For how long an answer holds: until policies change, or for this one message.
enum class Lasting : std::uint8_t { No, Yes };

// An answer. `explanation` means something to the guard alone; it is handed to
// SessionObserver::on_dropped() with each message that the answer kept back.
struct GuardAnswer {
    Permission permission = Permission::Denied;
    std::uint32_t explanation = 0;
    Lasting lasting = Lasting::Yes;
};

// One per attached session, implemented in the gateway (action iot:Receive). Called on the
// session's home loop. Lasting answers are kept by the caller for as long as they are for the same
// topic and Lease::policies_changed() was not called, so the guard is not asked for every message.
class DeliveryGuard {
public:
    virtual GuardAnswer may_receive(std::string_view topic) = 0;

protected:
    ~DeliveryGuard() = default;
};

// Whether a will may still be published at the moment it is due. Owned by the will, because that
// moment can be after the connection and its guard are gone.
class WillPermit {
public:
    virtual ~WillPermit() = default;
    // By what is known at once; nothing: only ask() tells.
    virtual std::optional<GuardAnswer> may_publish(const Will& will) = 0;
    // Finds out what that does not know. Calls `answer` once, on this loop, not before it returned;
    // not at all if the loop ends before. The will lives until `answer` is gone.
    virtual void ask(const Will& will, std::function<void(GuardAnswer)> answer) = 0;
};

// Makes the permits of wills that were kept over a restart. One a loop, implemented in the gateway.
class WillJudge {
public:
    // `author`: Will::author. Null: nobody can be asked about this one any more.
    virtual std::unique_ptr<WillPermit> permit_of(const Tenant& tenant, std::string_view client_id,
                                                  std::string_view author) = 0;

protected:
    ~WillJudge() = default;
};

}  // namespace gatehouse::broker
