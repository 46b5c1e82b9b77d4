// Anything may stand in a request: reading and verifying it ends with an answer.

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "signature/amz_time.h"
#include "signature/signer.h"
#include "signature/token_verifier.h"
#include "signature/verifier.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::signature;

class AnyKey final : public KeyLookup {
public:
    std::optional<AccessKey> find(const AccessKeyId&) const override {
        return AccessKey{"secret", AccountId("000000000000"), "", "", {}};
    }
};

}  // namespace

// The input is split at zero bytes: method, path, query, body, then header names and values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> parts = {""};
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == 0) {
            parts.emplace_back();
        } else {
            parts.back() += static_cast<char>(data[i]);
        }
    }
    parts.resize(std::max<std::size_t>(parts.size(), 4));
    HeaderFields headers = {{"Host", "localhost"}};
    for (std::size_t i = 4; i + 1 < parts.size(); i += 2) {
        headers.emplace_back(parts[i], parts[i + 1]);
    }
    const WallTime now = *parse_amz_date("20260101T000000Z");
    const RequestView request{parts[0], parts[1], parts[2], headers, parts[3]};
    (void)verify_request(request, AnyKey(), now);

    // Whatever is signed here verifies here, as long as the request was not signed before.
    if (read_claim(request) || request.header("X-Amz-Content-Sha256") ||
        request.header("Content-Encoding") || request.header("X-Amz-Date") ||
        request.header("X-Amz-Security-Token") || request.header("Authorization")) {
        return 0;
    }
    if (parts[2].find('%') != std::string::npos) return 0;  // may spell X-Amz-Algorithm
    if (parts[2].find("X-Amz") != std::string::npos) return 0;
    for (auto& [name, value] : headers) {
        if (name.empty() || name.find_first_of(";, =\t:") != name.npos) return 0;
    }
    for (auto& field :
         sign_headers(request, {AccessKeyId("A"), "secret", ""}, Region("r"), "iot", now)) {
        headers.push_back(std::move(field));
    }
    const auto verified =
        verify_request({parts[0], parts[1], parts[2], headers, parts[3]}, AnyKey(), now);
    if (!verified) std::abort();
    return 0;
}
