// What the operations on bulk registrations work with.
#pragma once

#include <functional>

#include "api/iot/registration_reports.h"
#include "registry/registration_task_records.h"

namespace gatehouse::api {

// All must outlive the service.
struct RegistrationParts {
    registry::RegistrationTasks& tasks;
    const iot::RegistrationReports& reports;
    bool has_buckets = false;  // where input files could be
    // A task was started.
    std::function<void()> wake;
};

}  // namespace gatehouse::api
