// Bulk registrations over the store: started, stopped, and written down line by line.
// Source: AWS IoT API Reference, StartThingRegistrationTask, StopThingRegistrationTask,
// DescribeThingRegistrationTask, ListThingRegistrationTasks, ListThingRegistrationTaskReports;
// Developer Guide, "Bulk registration": one at a time of an account; service quotas, "Bulk thing
// registration".
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/registration_task.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// AWS's: one that has not ended after that long is ended, and what has ended that long ago goes.
inline constexpr std::chrono::days registration_tasks_kept{30};
// Of a tenant, ended ones too; ours.
inline constexpr std::size_t registration_tasks_max = 1000;

class RegistrationTaskRecords {
public:
    struct Parts {
        Random& random;
    };
    // The store must outlive it.
    RegistrationTaskRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // InvalidRequest: the template does not read, no role's ARN, one runs already, or there are
    // registration_tasks_max.
    Outcome<RegistrationTask> start(const Tenant& tenant, const NewRegistrationTask& wanted);
    // ResourceNotFound.
    Outcome<RegistrationTask> describe(const Tenant& tenant, const RegistrationTaskId& id);
    // In no order that means anything.
    Outcome<Page<RegistrationTaskId>> list(const Tenant& tenant,
                                           std::optional<RegistrationStatus> status,
                                           const Listing& listing);
    // ResourceNotFound. InvalidRequest: it has ended.
    Outcome<void> stop(const Tenant& tenant, const RegistrationTaskId& id);

    // Adds to a batch what a line came to, on the condition that the task is as it was read.
    static void add_line(storage::Batch& batch, const Stored<RegistrationTask>& task,
                         const RegisteredLine& line);
    Outcome<Stored<RegistrationTask>> read(const Tenant& tenant, const RegistrationTaskId& id);
    // The same by itself.
    Outcome<void> note_line(const Stored<RegistrationTask>& task, const RegisteredLine& line);
    // Writes progress alone, on that condition, too; what has ended runs no longer.
    Outcome<void> note(const Stored<RegistrationTask>& task, const RegistrationProgress& progress);

    // A page of a report, from 0, as a file: an object a line. Empty behind the last one.
    // ResourceNotFound.
    Outcome<std::string> report(const Tenant& tenant, const RegistrationTaskId& id,
                                RegistrationReport which, std::uint64_t page);

    // All that run, of every tenant.
    Outcome<std::vector<std::pair<Tenant, RegistrationTaskId>>> running();
    // All that ended before then, of every tenant.
    Outcome<std::vector<std::pair<Tenant, RegistrationTaskId>>> ended_before(WallTime time);
    // Removes one that has ended, with its reports: some. False: there is more.
    Outcome<bool> forget(const Tenant& tenant, const RegistrationTaskId& id);

private:
    storage::ResourceStore& store_;
    const Parts parts_;
};

using RegistrationTasks = OnWorkers<RegistrationTaskRecords>;

}  // namespace gatehouse::registry
