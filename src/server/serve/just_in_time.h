// Provisions devices just in time: while their first connection is refused, what the template of
// their CA asks for is made, off the loops.
//
// Source: AWS IoT Developer Guide, "Just-in-time provisioning". AWS says nothing of the first
// connection; here it is refused as any of a certificate that is not ACTIVE, and the device's next
// one gets in. What cannot be made is tried again when the device comes again.
//
// It is done in the name of the role that the CA's registrationConfig names, which has to be
// allowed all that the template comes to.
//
// Threads: begin() from any loop, stop() from a task on the main loop.
#pragma once

#include <set>
#include <utility>

#include "async/event_loop.h"
#include "async/guarded.h"
#include "async/task_group.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "registry/provisioning_records.h"

namespace gatehouse::server {

class JustInTime : Pinned {
public:
    struct Parts {
        async::EventLoop& loop;  // the main loop
        registry::Provisionings& provisionings;
        iam::RoleSessions& roles;
        logs::EventSink& events;
        const logs::LevelResolver& levels;
    };
    // All must outlive it.
    explicit JustInTime(const Parts& parts)
        : parts_(parts), tasks_(parts.loop, "just-in-time provisioning") {}

    // A device waits for it. Nothing while the same is worked on already, or too many are: it comes
    // again.
    void begin(const Tenant& tenant, const registry::CertificateId& certificate);
    // Ends; what is being made is waited for.
    async::Task<void> stop();

private:
    using Waiting = std::pair<Tenant, registry::CertificateId>;
    using Outcome = registry::Outcome<std::optional<registry::Provisioned>>;

    async::Task<void> provision(Waiting waiting);
    async::Task<Outcome> make(const Waiting& waiting);
    async::Task<registry::Outcome<void>> ask_role(const Waiting& waiting,
                                                  const registry::JustInTimePlan& plan);
    void report(const Waiting& waiting, const Outcome& made) const;

    const Parts parts_;
    async::TaskGroup tasks_;
    async::Guarded<std::set<Waiting>> waiting_;
    bool is_stopping_ = false;
};

}  // namespace gatehouse::server
