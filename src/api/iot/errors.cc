#include "api/iot/errors.h"

#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

const wire::ErrorShape& shape_of(registry::Refusal refusal) {
    using registry::Refusal;
    switch (refusal) {
        case Refusal::InvalidRequest: return errors::invalid_request_exception;
        case Refusal::ResourceNotFound: return errors::resource_not_found_exception;
        case Refusal::ResourceAlreadyExists: return errors::resource_already_exists_exception;
        case Refusal::DeleteConflict: return errors::delete_conflict_exception;
        case Refusal::MalformedPolicy: return errors::malformed_policy_exception;
        case Refusal::VersionsLimitExceeded: return errors::versions_limit_exceeded_exception;
        case Refusal::CertificateState: return errors::certificate_state_exception;
        case Refusal::CertificateValidation: return errors::certificate_validation_exception;
        case Refusal::CertificateConflict: return errors::certificate_conflict_exception;
        case Refusal::RegistrationCodeValidation:
            return errors::registration_code_validation_exception;
        case Refusal::TransferConflict: return errors::transfer_conflict_exception;
        case Refusal::TransferAlreadyCompleted: return errors::transfer_already_completed_exception;
        case Refusal::LimitExceeded: return errors::limit_exceeded_exception;
        case Refusal::NotConfigured: return errors::not_configured_exception;
        case Refusal::VersionConflict: return errors::version_conflict_exception;
        case Refusal::ResourceRegistrationFailure:
            return errors::resource_registration_failure_exception;
        case Refusal::ConflictingResourceUpdate:
            return errors::conflicting_resource_update_exception;
        case Refusal::InvalidQuery: return errors::invalid_query_exception;
        case Refusal::InvalidAggregation: return errors::invalid_aggregation_exception;
        case Refusal::IndexNotReady: return errors::index_not_ready_exception;
        case Refusal::SqlParse: return errors::sql_parse_exception;
        case Refusal::Unauthorized: return errors::unauthorized_exception;
        case Refusal::ServiceUnavailable: return errors::service_unavailable_exception;
        case Refusal::InternalFailure: return errors::internal_failure_exception;
    }
    return errors::internal_failure_exception;
}

const wire::ErrorShape& error_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge:
        case ErrorKind::Unsupported: return errors::invalid_request_exception;
        case ErrorKind::NotFound: return errors::resource_not_found_exception;
        case ErrorKind::Conflict: return errors::conflicting_resource_update_exception;
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return errors::unauthorized_exception;
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

}  // namespace

const ErrorTable& error_table() {
    static constexpr ErrorTable table{&errors::invalid_request_exception,
                                      &errors::invalid_request_exception, &error_of};
    return table;
}

std::unexpected<wire::Failure> failure_of(const registry::Refused& refused) {
    wire::Fields members;
    if (!refused.resource_id.empty()) members.emplace_back("resourceId", refused.resource_id);
    if (!refused.resource_arn.empty()) members.emplace_back("resourceArn", refused.resource_arn);
    return wire::fail_as(shape_of(refused.refusal), refused.message, std::move(members));
}

}  // namespace gatehouse::api::iot
