// The text that is hashed and signed: one form for every spelling of the same request.
// Source: IAM User Guide, "Create a signed AWS API request", steps 1 and 2.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signature/request_view.h"
#include "signature/scope.h"

namespace gatehouse::signature {

// Whether the path is normalised and encoded a second time (every service but S3), or taken as
// sent (what some clients sign by mistake).
enum class PathRule : std::uint8_t { EncodedAgain, AsSent };

std::string canonical_path(std::string_view path, PathRule rule = PathRule::EncodedAgain);
// Decodes and encodes each name and value once, sorts, and leaves out the names in `without`.
std::string canonical_query(std::string_view query, std::span<const std::string_view> without = {});
// Trimmed, inner runs of blanks as one, several fields of one name joined by ','.
std::string canonical_header_value(const RequestView& request, std::string_view name);

// The parts of a canonical request, each canonical already.
struct CanonicalRequest {
    std::string method;
    std::string path;
    std::string query;
    std::vector<std::pair<std::string, std::string>> headers;  // the signed ones
    std::string payload_hash;

    std::string text() const;
};

// The second text: "AWS4-HMAC-SHA256", time, scope and the hash of the first, a line each.
std::string string_to_sign(std::string_view amz_date, const Scope& scope,
                           std::string_view canonical_request);

}  // namespace gatehouse::signature
