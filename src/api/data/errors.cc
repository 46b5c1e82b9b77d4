#include "api/data/errors.h"

#include "api/shapes/data/errors.h"

namespace gatehouse::api::data {
namespace {

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::Unsupported: return errors::invalid_request_exception;
        case ErrorKind::TooLarge: return errors::request_entity_too_large_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::conflict_exception;
        case ErrorKind::NotAllowed: return errors::forbidden_exception;
        case ErrorKind::Unauthorized: return errors::unauthorized_exception;
        case ErrorKind::LimitExceeded:
        case ErrorKind::Throttled: return errors::throttling_exception;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled: return errors::service_unavailable_exception;
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::internal_failure_exception;
    }
    return errors::internal_failure_exception;
}

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::invalid_request_exception,
                                      &errors::invalid_request_exception, &error_of};
    return table;
}

}  // namespace gatehouse::api::data
