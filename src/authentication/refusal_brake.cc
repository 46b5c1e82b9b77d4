#include "authentication/refusal_brake.h"

#include <fmt/format.h>

#include <algorithm>

#include "authentication/basic_credentials.h"
#include "signature/digest.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t secret_bytes = 32;

std::string random_secret(Random& random) {
    std::array<std::uint8_t, secret_bytes> secret;
    random.fill(secret);
    return std::string(secret.begin(), secret.end());
}

}  // namespace

std::string brake_subject(std::string_view authorizer, std::string_view user,
                          const Credentials& credentials, std::optional<std::string_view> token) {
    if (!user.empty()) return fmt::format("{} user {}", authorizer, user);
    if (const auto basic = basic_credentials(credentials); basic && !basic->user.empty()) {
        return fmt::format("{} user {}", authorizer, basic->user);
    }
    if (token) return fmt::format("{} token {}", authorizer, *token);
    std::string shown;
    if (credentials.mqtt && credentials.mqtt->password) {
        shown += text_of(*credentials.mqtt->password);
    }
    if (credentials.http) {
        shown += credentials.http->headers.find("Authorization").value_or("");
        shown += credentials.http->query;
    }
    return shown.empty() ? shown : fmt::format("{} shows {}", authorizer, shown);
}

RefusalBrake::RefusalBrake(async::EventLoop& loop, Random& random, Settings settings)
    : settings_(settings),
      secret_(random_secret(random)),
      of_address_(loop, settings.of_address),
      of_user_(loop, settings.of_user) {}

// The subject goes in as its digest, so that no part of it can pass for an address.
GateKey RefusalBrake::key_of(std::string_view subject, std::string_view address) const {
    const signature::Digest of_subject = signature::hmac_sha256(secret_, subject);
    const signature::Digest digest = signature::hmac_sha256(
        secret_, fmt::format("{}{}", signature::view_of(of_subject), address));
    GateKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

async::Task<Result<RefusalBrake::Pass>> RefusalBrake::enter(std::string subject,
                                                            std::string address,
                                                            Deadline deadline) {
    Pass pass;
    if (subject.empty()) co_return pass;
    pass.brake_ = this;
    pass.of_address_key_ = key_of(subject, address);
    auto of_address = co_await of_address_.enter(pass.of_address_key_, deadline);
    if (!of_address) {
        co_return fail(of_address.error().kind,
                       "attempts of this kind from this address were refused again and again: " +
                           of_address.error().message);
    }
    pass.of_address_.emplace(std::move(*of_address));
    if (knows(pass.of_address_key_)) co_return pass;
    auto of_user = co_await of_user_.enter(key_of(subject, ""), deadline);
    if (!of_user) {
        co_return fail(of_user.error().kind,
                       "attempts of this kind were refused again and again, from many addresses: " +
                           of_user.error().message);
    }
    pass.of_user_.emplace(std::move(*of_user));
    co_return pass;
}

void RefusalBrake::Pass::refused() {
    if (of_address_) of_address_->refused();
    if (of_user_) of_user_->refused();
}

void RefusalBrake::Pass::accepted() {
    if (brake_ != nullptr) brake_->know(of_address_key_);
    if (of_address_) of_address_->accepted();
    if (of_user_) of_user_->accepted();
}

std::chrono::milliseconds RefusalBrake::Pass::held_back() const {
    const std::chrono::milliseconds none(0);
    return (of_address_ ? of_address_->held_back() : none) +
           (of_user_ ? of_user_->held_back() : none);
}

bool RefusalBrake::knows(const GateKey& key) const {
    return known_.contains(key) || known_before_.contains(key);
}

void RefusalBrake::know(const GateKey& key) {
    known_.insert(key);
    if (known_.size() < settings_.known_max / 2) return;
    known_before_ = std::exchange(known_, {});
}

void RefusalBrake::release() {
    of_address_.release();
    of_user_.release();
}

}  // namespace gatehouse::authentication
