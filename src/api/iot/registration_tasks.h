// Bulk registrations: devices by a template, one for each line of a file.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include <functional>

#include "api/endpoint.h"
#include "api/iot/registration_reports.h"
#include "api/shapes/iot/describe_thing_registration_task.h"
#include "api/shapes/iot/list_thing_registration_task_reports.h"
#include "api/shapes/iot/list_thing_registration_tasks.h"
#include "api/shapes/iot/start_thing_registration_task.h"
#include "api/shapes/iot/stop_thing_registration_task.h"
#include "registry/registration_task_records.h"

namespace gatehouse::api::iot {

struct DescribeThingRegistrationTask {
    using Shape = DescribeThingRegistrationTaskShape;

    registry::RegistrationTasks& tasks;

    async::Task<wire::Outcome<DescribeThingRegistrationTaskResponse>> handle(
        const Caller& caller, DescribeThingRegistrationTaskRequest request) const;
};

struct ListThingRegistrationTaskReports {
    using Shape = ListThingRegistrationTaskReportsShape;

    registry::RegistrationTasks& tasks;
    const RegistrationReports& reports;

    async::Task<wire::Outcome<ListThingRegistrationTaskReportsResponse>> handle(
        const Caller& caller, ListThingRegistrationTaskReportsRequest request) const;
};

struct ListThingRegistrationTasks {
    using Shape = ListThingRegistrationTasksShape;

    registry::RegistrationTasks& tasks;

    async::Task<wire::Outcome<ListThingRegistrationTasksResponse>> handle(
        const Caller& caller, ListThingRegistrationTasksRequest request) const;
};

struct StartThingRegistrationTask {
    using Shape = StartThingRegistrationTaskShape;

    registry::RegistrationTasks& tasks;
    bool has_buckets = false;
    std::function<void()> wake;

    async::Task<wire::Outcome<StartThingRegistrationTaskResponse>> handle(
        const Caller& caller, StartThingRegistrationTaskRequest request) const;
};

struct StopThingRegistrationTask {
    using Shape = StopThingRegistrationTaskShape;

    registry::RegistrationTasks& tasks;

    async::Task<wire::Outcome<StopThingRegistrationTaskResponse>> handle(
        const Caller& caller, StopThingRegistrationTaskRequest request) const;
};

}  // namespace gatehouse::api::iot
