#include "api/sts/errors.h"

#include "api/shapes/sts/errors.h"

namespace gatehouse::api::sts {
namespace {

// One of those that all services may answer, which the model does not list.
// Source: STS API Reference, "Common error types".
constexpr wire::ErrorShape throttling{"Throttling", 400, "message", false};

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported:
        case ErrorKind::Conflict:
        case ErrorKind::NotFound: return errors::validation_error_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::access_denied_exception;
        case ErrorKind::LimitExceeded:
        case ErrorKind::Throttled: return throttling;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled:
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::service_failure_exception;
    }
    return errors::service_failure_exception;
}

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::validation_error_exception,
                                      &errors::validation_error_exception, &error_of};
    return table;
}

}  // namespace gatehouse::api::sts
