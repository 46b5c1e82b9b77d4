// The log store as the operations of CloudWatch Logs use it: on a worker, since it reads the
// disk; groups by name or ARN.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/shapes/logs/types/log_group_class.h"
#include "api/wire/failure.h"
#include "async/event_loop.h"
#include "async/worker_pool.h"
#include "logs/log_requests.h"

namespace gatehouse::api::logs {

// The module of that name, seen from the namespace of that name.
namespace store = ::gatehouse::logs;

// Both outlive every operation.
struct LogAccess {
    store::LogStore& logs;
    async::WorkerPool& workers;

    // The work's Result, from a worker.
    template <class Work>
    auto run(Work work) const {
        return workers.run(*async::EventLoop::current(), std::move(work));
    }
};

// arn:aws:logs:REGION:ACCOUNT:log-group:NAME
std::string group_arn(const Tenant& tenant, const std::string& group);

// Between the API's names of log groups' classes and ours.
std::optional<store::GroupClass> class_of(const std::optional<LogGroupClass>& wanted);
LogGroupClass shape_of(store::GroupClass group_class);

// The group that a request means by one of two members; exactly one has to be there. The
// identifier is a name or an ARN without ":*", which must be one of this account and region.
wire::Outcome<std::string> group_of(const Tenant& tenant, const std::optional<std::string>& name,
                                    const std::optional<std::string>& identifier);

}  // namespace gatehouse::api::logs
