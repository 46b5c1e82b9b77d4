#include <fmt/format.h>

#include <utility>

#include "base/result.h"

namespace gatehouse {

std::string_view name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidInput: return "invalid-input";
        case ErrorKind::NotFound: return "not-found";
        case ErrorKind::Conflict: return "conflict";
        case ErrorKind::NotAllowed: return "not-allowed";
        case ErrorKind::Unauthorized: return "unauthorized";
        case ErrorKind::LimitExceeded: return "limit-exceeded";
        case ErrorKind::Throttled: return "throttled";
        case ErrorKind::TooLarge: return "too-large";
        case ErrorKind::Timeout: return "timeout";
        case ErrorKind::Unavailable: return "unavailable";
        case ErrorKind::Cancelled: return "cancelled";
        case ErrorKind::Corrupt: return "corrupt";
        case ErrorKind::Unsupported: return "unsupported";
        case ErrorKind::Internal: return "internal";
    }
    return "internal";
}

std::string Error::describe() const {
    std::string text = place.field;
    if (place.line != 0) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : ":", place.line, place.column);
    }
    return text.empty() ? message : text + ": " + message;
}

std::unexpected<Error> fail(ErrorKind kind, std::string message) {
    return std::unexpected(Error{kind, std::move(message), {}});
}

std::unexpected<Error> fail(ErrorKind kind, std::string message, Place place) {
    return std::unexpected(Error{kind, std::move(message), std::move(place)});
}

std::unexpected<Error> fail(Error error) {
    return std::unexpected(std::move(error));
}

}  // namespace gatehouse
