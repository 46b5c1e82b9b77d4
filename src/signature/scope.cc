#include "signature/scope.h"

#include <array>

namespace gatehouse::signature {
namespace {

constexpr std::string_view terminator = "aws4_request";

bool is_date(std::string_view text) {
    return text.size() == 8 && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

std::string Scope::text() const {
    return date + "/" + region.value() + "/" + service + "/" + std::string(terminator);
}

std::optional<Credential> Credential::parse(std::string_view text) {
    // The last four parts are the scope; an access key id holds no slash.
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto slash = text.find('/');
        const bool last = i + 1 == parts.size();
        if (last != (slash == text.npos)) return std::nullopt;
        parts[i] = text.substr(0, slash);
        if (parts[i].empty()) return std::nullopt;
        if (!last) text.remove_prefix(slash + 1);
    }
    if (!is_date(parts[1]) || parts[4] != terminator) return std::nullopt;
    return Credential{AccessKeyId(parts[0]),
                      Scope{std::string(parts[1]), Region(parts[2]), std::string(parts[3])}};
}

std::string Credential::text() const {
    return access_key_id.value() + "/" + scope.text();
}

Digest signing_key(std::string_view secret, const Scope& scope) {
    const Digest of_date = hmac_sha256("AWS4" + std::string(secret), scope.date);
    const Digest of_region = hmac_sha256(view_of(of_date), scope.region.view());
    const Digest of_service = hmac_sha256(view_of(of_region), scope.service);
    return hmac_sha256(view_of(of_service), terminator);
}

}  // namespace gatehouse::signature
