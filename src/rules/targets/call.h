// What an action asks of an HTTP service elsewhere.
#pragma once

#include <string>

#include "signature/signer.h"

namespace gatehouse::rules {

// One HTTP request, but for its host and its signature.
struct Call {
    std::string method = "POST";
    std::string path = "/";  // percent-encoded, as it is sent
    signature::HeaderFields headers;
    std::string body;

    bool operator==(const Call&) const = default;
};

}  // namespace gatehouse::rules
