// Why a signed request is not accepted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::signature {

enum class Problem : std::uint8_t {
    MissingAuthenticationToken,  // the request carries no signature at all
    IncompleteSignature,         // it carries one with parts missing or malformed
    UnknownKey,                  // no such access key, or it is inactive
    TokenMismatch,               // the session token is missing or not the key's own
    ExpiredToken,                // a temporary key after its end
    ExpiredSignature,            // signed too long ago, or a presigned address after its time
    NotYetCurrent,               // signed in the future
    PayloadHashMismatch,         // the body is not the one whose hash was signed
    UnsupportedPayload,          // bodies signed chunk by chunk (aws-chunked), or not at all
    SignatureMismatch,           // everything is there, and the signature is another one
};

// "signature-mismatch", for logs.
std::string_view name_of(Problem problem);

struct Refusal {
    Problem problem = Problem::MissingAuthenticationToken;
    // For the caller: what is wrong and what to do. Never holds a secret.
    std::string message;
    // With SignatureMismatch: what we expected to be signed, and a variant of it that the
    // signature would have matched, in words, when one was found.
    std::string canonical_request;
    std::string string_to_sign;
    std::string likely_cause;
};

}  // namespace gatehouse::signature
