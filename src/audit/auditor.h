// Makes audits: goes through the checks of tasks that have been started, one after the other, and
// starts scheduled ones when they are due. What runs is written in the store, so that it is gone on
// with after a restart; a check that was under way is made again from its start.
//
// Threads: the loop; wake() from any.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/task_group.h"
#include "audit/examination.h"
#include "audit/suppression.h"
#include "audit/task_records.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "storage/async_resource_store.h"

namespace gatehouse::audit {

class Auditor : Pinned {
public:
    // How often it looks for audits that are due.
    static constexpr std::chrono::seconds looks_every{60};

    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        storage::AsyncResourceStore& store;
        const Clock& clock;
        Random& random;
        // Is told what went wrong with audits as a whole, in a sentence. On the loop.
        std::function<void(const std::string&)> report;
    };
    explicit Auditor(Parts parts);

    // Goes on with what there is, and looks for what is due from now on. On the loop, or before it
    // runs.
    void start();
    // A task was started: it is made.
    void wake();
    // Ends; the page that is being looked at is waited for.
    async::Task<void> stop();

private:
    using NameInTenant = std::pair<Tenant, std::string>;

    void begin();
    void look_later();
    async::Task<void> work();
    async::Task<void> start_due();
    // What the tenant need not keep any longer.
    async::Task<void> forget_old(Tenant tenant);
    async::Task<void> make(Tenant tenant, AuditTaskId id);
    async::Task<void> make_checks(Tenant tenant, AuditTaskId id);
    // False: the task was canceled, or the program ends.
    async::Task<bool> make_check(const AuditTask& task, const AuditConfiguration& configuration,
                                 Check check);
    // The names of all records of a kind.
    async::Task<Result<std::vector<NameInTenant>>> all_of(storage::Kind kind);
    AuditTaskRecords::Parts task_parts() const { return {parts_.clock, parts_.random}; }

    const Parts parts_;
    async::TaskGroup tasks_;
    async::FunctionTimer timer_;
    std::atomic<bool> is_posted_ = false;
    bool is_woken_ = false;
    bool is_due_ = false;  // to look for scheduled audits
    bool is_stopping_ = false;
};

}  // namespace gatehouse::audit
