#include "gateway/identity_reviews.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {
namespace {

// After an attempt at which the registry could not be read. Until then the policies stay.
constexpr std::chrono::seconds retry_wait{5};

template <class Map, class Key>
void erase_of(Map& map, const Key& key, const DeviceConnection& connection) {
    const auto [first, last] = map.equal_range(key);
    const auto found = std::find_if(
        first, last, [&](const auto& at) { return at.second->connection == &connection; });
    if (found != last) map.erase(found);
}

}  // namespace

IdentityReviews::~IdentityReviews() {
    *self_ = nullptr;
}

void IdentityReviews::add(DeviceConnection& connection) {
    const authentication::Identity& identity = *connection.identity();
    if (!identity.is_of_registry() && !identity.is_of_iam()) return;
    auto entry = std::make_shared<Entry>(Entry{&connection, identity.principal_id});
    if (identity.is_of_iam()) {
        signed_.emplace(&connection, entry);
    } else {
        by_client_id_.emplace(connection.facts().client_id, entry);
        by_certificate_.emplace(identity.principal_id, entry);
    }
    // It changed while the client was on its way in.
    if (gateway_.parts().authenticator.is_outdated(identity, connection.facts().tenant(),
                                                   connection.facts().client_id)) {
        queue(entry);
        start_queued();
    }
}

void IdentityReviews::remove(DeviceConnection& connection) {
    if (const auto of_iam = signed_.find(&connection); of_iam != signed_.end()) {
        of_iam->second->connection = nullptr;
        signed_.erase(of_iam);
        return;
    }
    const auto [first, last] = by_client_id_.equal_range(connection.facts().client_id);
    const auto found = std::find_if(
        first, last, [&](const auto& at) { return at.second->connection == &connection; });
    if (found == last) return;
    const EntryPtr entry = found->second;
    by_client_id_.erase(found);
    erase_of(by_certificate_, entry->certificate_id, connection);
    entry->connection = nullptr;
}

void IdentityReviews::review(const registry::AffectedClients& affected) {
    const auto queue_those = [&](auto range) {
        for (auto [at, last] = range; at != last; ++at) {
            if (affected.is_every_tenant ||
                at->second->connection->facts().tenant() == affected.tenant) {
                queue(at->second);
            }
        }
    };
    if (affected.is_everyone) {
        queue_those(std::pair(by_client_id_.begin(), by_client_id_.end()));
    } else {
        for (const auto& id : affected.certificates) {
            queue_those(by_certificate_.equal_range(id.value()));
        }
        for (const auto& id : affected.client_ids) queue_those(by_client_id_.equal_range(id));
    }
    start_queued();
}

void IdentityReviews::review_signed(const AccountId& account) {
    for (const auto& [connection, entry] : signed_) {
        if (connection->facts().tenant().account == account) queue(entry);
    }
    start_queued();
}

// One that is being looked at is looked at again afterwards: what was read may be older than the
// change. Two at once could end in the wrong order.
void IdentityReviews::queue(const EntryPtr& entry) {
    if (std::exchange(entry->is_queued, true)) return;
    if (!entry->is_running) queue_.push_back(entry);
}

void IdentityReviews::start_queued() {
    while (running_ < running_max && !queue_.empty()) {
        EntryPtr entry = std::move(queue_.front());
        queue_.pop_front();
        entry->is_queued = false;
        if (entry->connection == nullptr) continue;
        entry->is_running = true;
        ++running_;
        gateway_.start_refresh(look_again(std::move(entry)));
    }
}

async::Task<void> IdentityReviews::look_again(EntryPtr entry) {
    const auto self = self_;
    if (entry->connection != nullptr) {
        const DeviceConnection& connection = *entry->connection;
        const GatewayParts& parts = gateway_.parts();
        auto result = co_await parts.authenticator.refresh(
            connection.facts().credentials, connection.identity(), connection.facts().trace,
            Deadline::after(parts.clock, gateway_.settings().authenticate_wait));
        if (*self == nullptr) co_return;
        if (entry->connection != nullptr) take(entry, std::move(result));
    }
    --running_;
    entry->is_running = false;
    if (entry->is_queued) queue_.push_back(entry);
    start_queued();
}

void IdentityReviews::take(const EntryPtr& entry, authentication::AuthenticationResult result) {
    DeviceConnection& connection = *entry->connection;
    if (result) return connection.adopt_identity(std::move(*result));
    if (result.error().kind == authentication::Refusal::Kind::Unavailable) {
        waiting_.push_back(entry);
        if (!is_set()) gateway_.loop().timers().set(*this, gateway_.loop().now() + retry_wait);
        return;
    }
    connection.end({.reason = DisconnectReason::AuthError,
                    .tell = mqtt::ReasonCode::NotAuthorized,
                    .details = result.error().sentence,
                    .told = told_to_client("DISCONNECT", connection.facts().trace_id)});
}

void IdentityReviews::expired() {
    for (const EntryPtr& entry : std::exchange(waiting_, {})) queue(entry);
    start_queued();
}

}  // namespace gatehouse::gateway
