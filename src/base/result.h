// Expected failures as values.
//
// Result<T> is std::expected<T, Error>. A function that can fail because of what somebody else
// sent, stored or answered returns one; a broken promise of our own code is an assertion.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

// What a caller may decide on. Each door (MQTT, HTTP, command line) maps a kind to its own codes
// in exactly one place.
enum class ErrorKind : std::uint8_t {
    InvalidInput,   // the caller's data is wrong; retrying the same changes nothing
    NotFound,       // the named thing does not exist
    Conflict,       // it exists already, is in use, or changed meanwhile
    NotAllowed,     // known caller, not permitted
    Unauthorized,   // unknown or unproven caller
    LimitExceeded,  // a count or size limit of the service
    Throttled,      // too fast; retry later
    TooLarge,       // a payload over its bound
    Timeout,        // a deadline passed
    Unavailable,    // a part that is needed does not answer now
    Cancelled,      // the work was stopped because its owner is going away
    Corrupt,        // stored data does not read back as what was written
    Unsupported,    // understood, and not done here
    Internal,       // our fault; reported, never hidden
};

// The lower-case name of a kind ("not-found"), for logs.
std::string_view name_of(ErrorKind kind);

// Where in a text something is wrong. Lines and columns start at 1; 0 means unknown.
struct Place {
    std::string field;  // a path such as "Statement[0].Effect", or a file name
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    bool operator==(const Place&) const = default;
};

// One failure: a kind for the program, a sentence for the person, the place if there is one.
// The sentence says what was attempted, on which object, why it failed and, where it can, what
// to do. It never holds a secret.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string message;
    Place place;

    // "field:line:column: message", leaving out what is unknown.
    std::string describe() const;
    bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

// Builds the failing side of any Result: `return fail(ErrorKind::NotFound, "no such thing 'x'");`
[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, std::string message);
[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, std::string message, Place place);
// Passes a failure on: `if (!r) return fail(std::move(r.error()));`
[[nodiscard]] std::unexpected<Error> fail(Error error);

}  // namespace gatehouse
