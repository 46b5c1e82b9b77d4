#include "api/gatehouse/gatehouse_service.h"

#include "api/gatehouse/advance_clock.h"
#include "api/gatehouse/connect_device.h"
#include "api/gatehouse/explain.h"
#include "api/gatehouse/follow_traces.h"
#include "api/gatehouse/get_status.h"
#include "api/gatehouse/get_trace.h"
#include "api/gatehouse/list_traces.h"
#include "api/gatehouse/permissions.h"
#include "api/gatehouse/test_topic_rule.h"
#include "api/shapes/gatehouse/errors.h"
#include "api/shapes/gatehouse/model.h"

namespace gatehouse::api {
namespace {

namespace errors = api::gatehouse::errors;

// Requests of this service are small.
constexpr std::size_t gatehouse_body_bytes_max = 1024 * 1024;

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported: return errors::invalid_request_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::conflict_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::access_denied_exception;
        case ErrorKind::LimitExceeded:
        case ErrorKind::Throttled: return errors::limit_exceeded_exception;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled: return errors::service_unavailable_exception;
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::internal_failure_exception;
    }
    return errors::internal_failure_exception;
}

constexpr ErrorTable error_table{&errors::invalid_request_exception,
                                 &errors::invalid_request_exception, &error_of};

}  // namespace

Service make_gatehouse_service(const GatehouseParts& parts) {
    Service service(api::gatehouse::model(), error_table, gatehouse_body_bytes_max);
    service.needs(&gatehouse::permission_of);
    service.handle(gatehouse::AdvanceClock{parts.manual_clock, parts.wake_loops});
    service.handle(gatehouse::ConnectDevice{parts.devices, parts.workers});
    const gatehouse::TraceCursor cursor(parts.clock.wall_now());
    service.handle(gatehouse::Explain{parts.traces, parts.log, parts.workers});
    service.handle(gatehouse::FollowTraces{parts.traces, parts.clock, cursor});
    service.handle(gatehouse::GetTrace{parts.traces});
    service.handle(gatehouse::ListTraces{parts.traces, cursor});
    service.handle(gatehouse::TestTopicRule{parts.clock, parts.rule_test_workers});
    service.handle(gatehouse::GetStatus{parts.facts, parts.clock, parts.clock.steady_now()});
    return service;
}

}  // namespace gatehouse::api
