// Fuzzes the reading of JSON Web Tokens and of sets of keys.
#include <cstdint>
#include <string>
#include <string_view>

#include "signature/web_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::signature;
    const std::string text(reinterpret_cast<const char*>(data), size);
    static const JsonWebKeys keys =
        JsonWebKeys::parse(R"({"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})",
                           KeyOrigin::OwnFile)
            .value();
    static const WebTokenRules rules{
        .algorithms = {TokenAlgorithm::HS256}, .issuers = {"i"}, .audiences = {"a"}};
    if (const auto token = read_web_token(text)) {
        if (token->signed_text.size() >= text.size() || token->signature.empty()) __builtin_trap();
    }
    // Nobody here knows the secret.
    if (judge_web_token(text, keys.all(), rules, gatehouse::WallTime())) __builtin_trap();
    static_cast<void>(JsonWebKeys::parse(text, KeyOrigin::OwnFile));
    const auto fetched = JsonWebKeys::parse(text, KeyOrigin::Fetched);
    if (!fetched) return 0;
    for (const JsonWebKey& key : fetched->all()) {
        if (key.type() == JsonWebKey::Type::Secret) __builtin_trap();
    }
    return 0;
}
