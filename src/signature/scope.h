// The credential scope of a signature: for which day, region and service its key was derived.
// Source: IAM User Guide, "Create a signed AWS API request".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/named.h"
#include "base/tenant.h"
#include "signature/digest.h"

namespace gatehouse::signature {

using AccessKeyId = Named<std::string, struct AccessKeyIdTag>;

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

struct Scope {
    std::string date;  // "20150830"
    Region region;
    std::string service;  // the signing name: "iot", "lambda", ...

    // "20150830/us-east-1/iam/aws4_request".
    std::string text() const;
    bool operator==(const Scope&) const = default;
};

// A credential: an access key id with the scope its signature is made for.
struct Credential {
    AccessKeyId access_key_id;
    Scope scope;

    // "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request". Empty when the text has another form.
    static std::optional<Credential> parse(std::string_view text);
    std::string text() const;
    bool operator==(const Credential&) const = default;
};

// The key that signs: derived from the secret for one scope.
Digest signing_key(std::string_view secret, const Scope& scope);

}  // namespace gatehouse::signature
