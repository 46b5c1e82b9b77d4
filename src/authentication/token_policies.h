// What a token's bearer may do: policy documents in which `${jwt:NAME}` stands for the token's
// claim of that name, beside the variables that AWS IoT knows.
//
// A claim's value is written percent-encoded: every byte but letters, digits and `-._~@=,` becomes
// %XX (upper-case hexadecimal). So no value can be a wildcard (`*`, `?`, `+`, `#`), a level more
// (`/`), another part of an ARN (`:`), a variable (`$`) or the end of a JSON text, and two values
// never look the same. Texts, whole numbers and true or false are values, of 1 to 256 bytes.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace gatehouse::authentication {

inline constexpr std::size_t claim_bytes_max = 256;

class TokenPolicies {
public:
    // InvalidInput: a document that is no policy, whatever stands in its variables, or a variable
    // that does not end.
    static Result<TokenPolicies> make(std::vector<std::string> documents);

    // Unauthorized, naming the claim: one that a document wants is missing or no value.
    Result<std::vector<std::string>> documents_for(const json::object& claims) const;

private:
    explicit TokenPolicies(std::vector<std::string> documents) : documents_(std::move(documents)) {}

    std::vector<std::string> documents_;
};

// A claim as text, before it is encoded; Unauthorized as above.
Result<std::string> claim_text(const json::object& claims, std::string_view name);

}  // namespace gatehouse::authentication
