#include "api/logs/errors.h"

#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {
namespace {

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported: return errors::invalid_parameter_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::resource_already_exists_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::access_denied_exception;
        case ErrorKind::LimitExceeded: return errors::limit_exceeded_exception;
        case ErrorKind::Throttled: return errors::throttling_exception;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled:
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::service_unavailable_exception;
    }
    return errors::service_unavailable_exception;
}

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::serialization_exception,
                                      &errors::invalid_parameter_exception, &error_of};
    return table;
}

std::unexpected<wire::Failure> failure_of(const Error& error) {
    if (error.kind == ErrorKind::InvalidInput && error.place.field == "validation") {
        return wire::fail_as(errors::validation_exception, error.message);
    }
    return std::unexpected(wire::Failure(error));
}

}  // namespace gatehouse::api::logs
