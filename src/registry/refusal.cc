#include "registry/refusal.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::registry {
namespace {

ErrorKind kind_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::InvalidRequest:
        case Refusal::MalformedPolicy:
        case Refusal::CertificateValidation:
        case Refusal::InvalidQuery:
        case Refusal::InvalidAggregation:
        case Refusal::SqlParse:
        case Refusal::ResourceRegistrationFailure:
        case Refusal::RegistrationCodeValidation: return ErrorKind::InvalidInput;
        case Refusal::ResourceNotFound:
        case Refusal::NotConfigured: return ErrorKind::NotFound;
        case Refusal::ResourceAlreadyExists:
        case Refusal::DeleteConflict:
        case Refusal::CertificateState:
        case Refusal::CertificateConflict:
        case Refusal::TransferConflict:
        case Refusal::TransferAlreadyCompleted:
        case Refusal::ConflictingResourceUpdate:
        case Refusal::VersionConflict: return ErrorKind::Conflict;
        case Refusal::VersionsLimitExceeded:
        case Refusal::LimitExceeded: return ErrorKind::LimitExceeded;
        case Refusal::Unauthorized: return ErrorKind::NotAllowed;
        case Refusal::IndexNotReady:
        case Refusal::ServiceUnavailable: return ErrorKind::Unavailable;
        case Refusal::InternalFailure: return ErrorKind::Internal;
    }
    return ErrorKind::Internal;
}

Refusal refusal_of(ErrorKind kind, Refusal on_conflict) {
    switch (kind) {
        case ErrorKind::InvalidInput:
        case ErrorKind::TooLarge: return Refusal::InvalidRequest;
        case ErrorKind::NotFound: return Refusal::ResourceNotFound;
        case ErrorKind::Conflict: return on_conflict;
        case ErrorKind::LimitExceeded: return Refusal::LimitExceeded;
        case ErrorKind::Unavailable:
        case ErrorKind::Timeout:
        case ErrorKind::Cancelled:
        case ErrorKind::Throttled: return Refusal::ServiceUnavailable;
        default: return Refusal::InternalFailure;
    }
}

}  // namespace

std::string_view exception_name(Refusal refusal) {
    switch (refusal) {
        case Refusal::InvalidRequest: return "InvalidRequestException";
        case Refusal::ResourceNotFound: return "ResourceNotFoundException";
        case Refusal::ResourceAlreadyExists: return "ResourceAlreadyExistsException";
        case Refusal::DeleteConflict: return "DeleteConflictException";
        case Refusal::MalformedPolicy: return "MalformedPolicyException";
        case Refusal::VersionsLimitExceeded: return "VersionsLimitExceededException";
        case Refusal::CertificateState: return "CertificateStateException";
        case Refusal::CertificateValidation: return "CertificateValidationException";
        case Refusal::CertificateConflict: return "CertificateConflictException";
        case Refusal::RegistrationCodeValidation: return "RegistrationCodeValidationException";
        case Refusal::TransferConflict: return "TransferConflictException";
        case Refusal::TransferAlreadyCompleted: return "TransferAlreadyCompletedException";
        case Refusal::LimitExceeded: return "LimitExceededException";
        case Refusal::NotConfigured: return "NotConfiguredException";
        case Refusal::VersionConflict: return "VersionConflictException";
        case Refusal::ResourceRegistrationFailure: return "ResourceRegistrationFailureException";
        case Refusal::ConflictingResourceUpdate: return "ConflictingResourceUpdateException";
        case Refusal::InvalidQuery: return "InvalidQueryException";
        case Refusal::InvalidAggregation: return "InvalidAggregationException";
        case Refusal::IndexNotReady: return "IndexNotReadyException";
        case Refusal::SqlParse: return "SqlParseException";
        case Refusal::Unauthorized: return "UnauthorizedException";
        case Refusal::ServiceUnavailable: return "ServiceUnavailableException";
        case Refusal::InternalFailure: return "InternalFailureException";
    }
    return "InternalFailureException";
}

Error Refused::as_error() const {
    return {kind_of(refusal), message, {field, 0, 0}};
}

std::unexpected<Refused> refuse(Refusal refusal, std::string message, std::string field) {
    return std::unexpected(Refused{refusal, std::move(message), std::move(field), {}, {}});
}

std::unexpected<Refused> refuse(Refused refused) {
    return std::unexpected(std::move(refused));
}

std::unexpected<Refused> refuse_field(std::string_view field, std::string_view why) {
    return refuse(Refusal::InvalidRequest, fmt::format("{}: {}", field, why), std::string(field));
}

Refused refused_by(const Error& error, Refusal on_conflict) {
    return {refusal_of(error.kind, on_conflict), error.message, error.place.field, {}, {}};
}

}  // namespace gatehouse::registry
