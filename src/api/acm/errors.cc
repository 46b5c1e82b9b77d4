#include "api/acm/errors.h"

#include "api/shapes/acm/errors.h"

namespace gatehouse::api::acm {
namespace {

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported: return errors::validation_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::conflict_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::access_denied_exception;
        case ErrorKind::LimitExceeded: return errors::limit_exceeded_exception;
        case ErrorKind::Throttled: return errors::throttling_exception;
        case ErrorKind::Timeout:
        case ErrorKind::Unavailable:
        case ErrorKind::Cancelled: return errors::service_unavailable_exception;
        case ErrorKind::Corrupt:
        case ErrorKind::Internal: return errors::internal_failure_exception;
    }
    return errors::internal_failure_exception;
}

const wire::ErrorShape& shape_of(const registry::Refused& refused) {
    using registry::Refusal;
    const bool is_of_tags = refused.field == "Tags";
    switch (refused.refusal) {
        case Refusal::InvalidRequest:
            if (refused.field == "CertificateArn") return errors::invalid_arn_exception;
            return is_of_tags ? errors::invalid_tag_exception : errors::validation_exception;
        case Refusal::LimitExceeded:
            return is_of_tags ? errors::too_many_tags_exception : errors::limit_exceeded_exception;
        case Refusal::CertificateValidation: return errors::validation_exception;
        case Refusal::DeleteConflict: return errors::resource_in_use_exception;
        default: return error_of(refused.as_error().kind);
    }
}

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::serialization_exception,
                                      &errors::validation_exception, &error_of};
    return table;
}

std::unexpected<wire::Failure> failure_of(const registry::Refused& refused) {
    return wire::fail_as(shape_of(refused), refused.message);
}

}  // namespace gatehouse::api::acm
