#include "api/iam/errors.h"

#include "api/shapes/iam/errors.h"
#include "iam/identity_records.h"

namespace gatehouse::api::iam {
namespace {

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported: return errors::validation_error_exception;
        case ErrorKind::NotFound: return errors::no_such_entity_exception;
        case ErrorKind::Conflict: return errors::entity_already_exists_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::delete_conflict_exception;
        case ErrorKind::LimitExceeded:
        case ErrorKind::Throttled: return errors::limit_exceeded_exception;
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

std::unexpected<wire::Failure> failure_of(const Error& error) {
    if (error.place.field == ::gatehouse::iam::document_field) {
        return wire::fail_as(errors::malformed_policy_document_exception, error.message);
    }
    if (error.place.field == ::gatehouse::iam::overtaken_field) {
        return wire::fail_as(errors::concurrent_modification_exception, error.message);
    }
    return std::unexpected(wire::Failure(error));
}

}  // namespace gatehouse::api::iam
