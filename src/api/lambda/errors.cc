#include "api/lambda/errors.h"

#include "api/shapes/lambda/errors.h"

namespace gatehouse::api::lambda {
namespace {

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::Unsupported: return errors::invalid_parameter_value_exception;
        case ErrorKind::TooLarge: return errors::request_entity_too_large_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::resource_conflict_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::access_denied_exception;
        // The one count that functions themselves limit is their policy's length.
        case ErrorKind::LimitExceeded: return errors::policy_length_exceeded_exception;
        case ErrorKind::Throttled: return errors::too_many_requests_exception;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled:
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::service_exception;
    }
    return errors::service_exception;
}

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::invalid_request_content_exception,
                                      &errors::validation_exception, &error_of};
    return table;
}

std::unexpected<wire::Failure> failure_of(const Error& error) {
    wire::Failure failure(error);
    if (error.kind == ErrorKind::Conflict && error.place.field == "revisionId") {
        failure.shape = &errors::precondition_failed_exception;
    }
    // A value outside what the model allows, told with its member.
    if (error.kind == ErrorKind::InvalidInput && !error.place.field.empty()) {
        failure.shape = &errors::validation_exception;
    }
    if (error.kind == ErrorKind::Throttled) {
        failure.members.emplace_back("Reason", error.place.field);
        failure.headers.emplace_back("Retry-After", "1");
    }
    return std::unexpected(std::move(failure));
}

}  // namespace gatehouse::api::lambda
