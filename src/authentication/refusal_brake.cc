#include "authentication/refusal_brake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "authentication/basic_credentials.h"
#include "authentication/user_name.h"
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
    std::string folded(without_blanks(user));
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

std::string user_subject(std::string_view authorizer, std::string_view user) {
    return fmt::format("{} user {}", authorizer, folded(user));
}

std::vector<std::string> brake_subjects(std::string_view authorizer, std::string_view user,
                                        const Credentials& credentials,
                                        std::optional<std::string_view> token) {
    std::vector<std::string> subjects;
    if (!folded(user).empty()) subjects.push_back(user_subject(authorizer, user));
    const auto shown = basic_credentials(credentials, Scheme::Any);
    if (shown && !folded(shown->user).empty()) {
        std::string other = user_subject(authorizer, shown->user);
        if (subjects.empty() || subjects.front() != other) subjects.push_back(std::move(other));
    }
    if (may_hide_user(credentials)) {
        subjects.push_back(fmt::format("{} unreadable", authorizer));
    }
    if (!subjects.empty()) return subjects;
    if (token) return {fmt::format("{} token {}", authorizer, *token)};
    if (credentials.mqtt && (credentials.mqtt->user_name || credentials.mqtt->password)) {
        return {fmt::format("{} client {}", authorizer, credentials.mqtt->client_id)};
    }
    const std::string rest = credentials.http ? shown_by(*credentials.http) : std::string();
    if (!rest.empty()) subjects.push_back(fmt::format("{} shows {}", authorizer, rest));
    return subjects;
}

RefusalBrake::RefusalBrake(async::EventLoop& loop, Random& random, Settings settings)
    : secret_(random_secret(random)), gates_(loop, settings) {}

// The subject goes in with its length, so that no part of it can pass for an address.
GateKey RefusalBrake::key_of(std::string_view subject, std::string_view address) const {
    const signature::Digest digest =
        signature::hmac_sha256(secret_, fmt::format("{} {}{}", subject.size(), subject, address));
    GateKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

// One after the other in one order for all, so that no two wait for each other.
async::Task<Result<RefusalBrake::Pass>> RefusalBrake::enter(std::vector<GateKey> keys,
                                                            Deadline deadline,
                                                            std::vector<GateKey> not_waited) {
    std::ranges::sort(keys);
    Pass pass(gates_, std::move(not_waited));
    for (const GateKey& key : keys) {
        auto gate = co_await gates_.enter(key, deadline);
        if (!gate) co_return fail(std::move(gate.error()));
        pass.gates_.push_back(std::move(*gate));
    }
    co_return pass;
}

void RefusalBrake::Pass::refused() {
    for (AttemptGates::Pass& gate : gates_) gate.refused();
    for (const GateKey& key : not_waited_) all_->note_refusal(key);
}

void RefusalBrake::Pass::accepted() {
    if (gates_.size() == 1) gates_.front().accepted();
}

std::chrono::milliseconds RefusalBrake::Pass::held_back() const {
    std::chrono::milliseconds sum(0);
    for (const AttemptGates::Pass& gate : gates_) sum += gate.held_back();
    return sum;
}

}  // namespace gatehouse::authentication
