// Addresses of the reports of bulk registrations: what ListThingRegistrationTaskReports answers.
// Source: AWS IoT API Reference, ListThingRegistrationTaskReports.
//
// Threads: any; answer() on the API's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/expiring_links.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/http.h"
#include "registry/registration_task_records.h"

namespace gatehouse::api::iot {

class RegistrationReports {
public:
    // What comes before account, region, task, kind of report and page in the path.
    static constexpr std::string_view path_prefix = "/gatehouse/v1/registration-reports/";

    // Both must outlive it.
    RegistrationReports(registry::RegistrationTasks& tasks, const Clock& clock, Random& random)
        : tasks_(tasks),
          links_(clock, random, std::chrono::minutes(10), "ListThingRegistrationTaskReports") {}

    std::string link_to(std::string_view origin, const Tenant& tenant,
                        const registry::RegistrationTaskId& id, registry::RegistrationReport which,
                        std::uint64_t page) const;
    // A page of the report; 403 for an address that is over or was not made here.
    async::Task<net::HttpResponse> answer(net::HttpRequest request) const;

private:
    registry::RegistrationTasks& tasks_;
    const ExpiringLinks links_;
};

}  // namespace gatehouse::api::iot
