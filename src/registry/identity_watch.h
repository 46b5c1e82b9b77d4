// Watches the changes of the registry for those that concern clients which present a certificate:
// of a certificate, of a policy that is attached to it or to a group, of a thing and its groups.
//
// A change is noted at once, and told when it is known whom it concerns, soon after: on a worker,
// since a policy may be attached to groups of many things.
// Source: AWS IoT API Reference, UpdateCertificate: devices that use a certificate which is no
// longer ACTIVE are disconnected within minutes. Here it takes as long as reading whom it concerns.
//
// Threads: any.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "async/guarded.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "registry/affected_clients.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// What changed, as far as it can concern a client.
struct ChangedSubject {
    enum class Kind : std::uint8_t { Certificate, Policy, ThingGroup, Thing };
    Tenant tenant;
    Kind kind = Kind::Certificate;
    std::string name;  // of a certificate: its id

    auto operator<=>(const ChangedSubject&) const = default;
    bool operator==(const ChangedSubject&) const = default;
};

std::set<ChangedSubject> changed_subjects(const storage::Batch& batch);

// Whom the subjects, all of one tenant, concern by what the store holds now. Over 10,000 clients,
// and where the store cannot be read, everyone.
AffectedClients affected_by(storage::ResourceStore& store,
                            const std::set<ChangedSubject>& subjects);

class IdentityWatch : Pinned {
public:
    using Tell = std::function<void(const AffectedClients&)>;

    // Both must outlive it; and the workers' queue must have ended before it does.
    IdentityWatch(storage::ResourceStore& store, async::WorkerPool& workers)
        : store_(store), workers_(workers) {}

    // Called on a worker, one at a time; empty: nobody is told, nor is anything noted.
    void on_affected(Tell tell);
    // Of a batch that was applied.
    void note(const storage::Batch& batch);

private:
    void work_off();
    void tell(const std::set<ChangedSubject>& subjects);

    storage::ResourceStore& store_;
    async::WorkerPool& workers_;
    struct Pending {
        std::set<ChangedSubject> subjects;
        bool is_worked_on = false;
    };
    async::Guarded<Pending> pending_;
    async::Guarded<Tell> tell_;
    std::atomic<bool> has_listener_ = false;
};

}  // namespace gatehouse::registry
