#include "authentication/refusal_brake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "authentication/basic_credentials.h"
#include "signature/digest.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t secret_bytes = 32;

// Headers that tell nothing of who the client is.
constexpr std::array<std::string_view, 10> plain_headers = {"accept",
                                                            "accept-encoding",
                                                            "accept-language",
                                                            "connection",
                                                            "content-encoding",
                                                            "content-length",
                                                            "content-type",
                                                            "date",
                                                            "host",
                                                            "user-agent"};

std::string random_secret(Random& random) {
    std::array<std::uint8_t, secret_bytes> secret;
    random.fill(secret);
    return std::string(secret.begin(), secret.end());
}

// "Alice " and "alice" are one to many a handler, and so are guesses at them.
std::string folded(std::string_view user) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = user.find_first_not_of(blanks);
    if (first == user.npos) return {};
    user = user.substr(first, user.find_last_not_of(blanks) - first + 1);
    std::string folded(user);
    for (char& each : folded) {
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    }
    return folded;
}

std::string shown_by(const HttpCredentials& http) {
    std::string shown = http.query;
    for (const auto& [name, value] : http.headers.fields()) {
        const bool is_plain = std::ranges::any_of(plain_headers, [&](std::string_view plain) {
            return signature::equal_ignoring_case(plain, name);
        });
        if (!is_plain) shown += fmt::format("\n{}: {}", name, value);
    }
    return shown;
}

}  // namespace

std::string brake_subject(std::string_view authorizer, std::string_view user,
                          const Credentials& credentials, std::optional<std::string_view> token) {
    std::string name = folded(user);
    if (const auto basic = basic_credentials(credentials); name.empty() && basic) {
        name = folded(basic->user);
    }
    if (!name.empty()) return fmt::format("{} user {}", authorizer, name);
    if (token) return fmt::format("{} token {}", authorizer, *token);
    if (credentials.mqtt && (credentials.mqtt->user_name || credentials.mqtt->password)) {
        return fmt::format("{} client {}", authorizer, credentials.mqtt->client_id);
    }
    const std::string shown = credentials.http ? shown_by(*credentials.http) : std::string();
    return shown.empty() ? shown : fmt::format("{} shows {}", authorizer, shown);
}

RefusalBrake::RefusalBrake(async::EventLoop& loop, Random& random, Settings settings)
    : secret_(random_secret(random)), gates_(loop, settings) {}

// The subject goes in as its digest, so that no part of it can pass for an address.
GateKey RefusalBrake::key_of(std::string_view subject, std::string_view address) const {
    const signature::Digest of_subject = signature::hmac_sha256(secret_, subject);
    const signature::Digest digest = signature::hmac_sha256(
        secret_, fmt::format("{}{}", signature::view_of(of_subject), address));
    GateKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

async::Task<Result<AttemptGates::Pass>> RefusalBrake::enter(const GateKey& key, Deadline deadline) {
    return gates_.enter(key, deadline);
}

}  // namespace gatehouse::authentication
