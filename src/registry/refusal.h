// Why the registry refuses, in the words of AWS IoT's API.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::registry {

// Each is one exception of the AWS IoT API (API Reference, "Common errors" of each operation).
enum class Refusal : std::uint8_t {
    InvalidRequest,
    ResourceNotFound,
    ResourceAlreadyExists,  // also: this one is the default already
    DeleteConflict,         // not in a state to be deleted
    MalformedPolicy,
    VersionsLimitExceeded,  // of a policy
    CertificateState,       // the certificate's status forbids it
    CertificateValidation,
    CertificateConflict,         // more than one CA may have signed it
    RegistrationCodeValidation,  // of a verification certificate
    TransferConflict,            // something is attached to the certificate
    TransferAlreadyCompleted,
    LimitExceeded,
    NotConfigured,
    VersionConflict,              // changed by somebody else again and again meanwhile
    ResourceRegistrationFailure,  // what a provisioning template asks for cannot be made
    ConflictingResourceUpdate,    // VersionConflict while one is followed
    InvalidQuery,                 // of the fleet index
    InvalidAggregation,           // of what it finds
    IndexNotReady,
    SqlParse,      // of a topic rule
    Unauthorized,  // also where AWS does not say that something is not there
    ServiceUnavailable,
    InternalFailure,
};

// "ResourceNotFoundException" and the like.
std::string_view exception_name(Refusal refusal);

struct Refused {
    Refusal refusal = Refusal::InternalFailure;
    std::string message;
    std::string field;  // of the request, in the API's spelling; may be empty
    // With ResourceAlreadyExists: what exists.
    std::string resource_id;
    std::string resource_arn;

    // For callers that answer Result: a kind, the same message, the field as place.
    Error as_error() const;
    bool operator==(const Refused&) const = default;
};

template <class T>
using Outcome = std::expected<T, Refused>;

[[nodiscard]] std::unexpected<Refused> refuse(Refusal refusal, std::string message,
                                              std::string field = "");
[[nodiscard]] std::unexpected<Refused> refuse(Refused refused);
// InvalidRequest: "FIELD: WHY".
[[nodiscard]] std::unexpected<Refused> refuse_field(std::string_view field, std::string_view why);

// A failure below the registry as a refusal; `on_conflict` is what ErrorKind::Conflict means in
// the operation at hand.
Refused refused_by(const Error& error, Refusal on_conflict = Refusal::VersionConflict);

}  // namespace gatehouse::registry
