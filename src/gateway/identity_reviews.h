// Looks again at who the clients of one loop are, when the registry, or IAM, says that something it
// holds of them changed: what they may do becomes something else, or they are thrown out.
//
// Of clients that the registry identified, those with a certificate, and of those that signed with
// an access key; an authorizer is asked again in its own time (identity_keeper.h).
//
// Threads: its loop's.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/authenticator.h"
#include "registry/affected_clients.h"

namespace gatehouse::gateway {

class DeviceConnection;
class LoopGateway;

class IdentityReviews final : async::Timer {
public:
    explicit IdentityReviews(LoopGateway& gateway) : gateway_(gateway) {}
    ~IdentityReviews();

    // From before its start until it ends (not until it is closed: a session it has no more);
    // others than those the registry or IAM identified are left out.
    void add(DeviceConnection& connection);
    void remove(DeviceConnection& connection);
    void review(const registry::AffectedClients& affected);
    // Those that signed with a key of this account.
    void review_signed(const AccountId& account);

private:
    struct Entry {
        DeviceConnection* connection = nullptr;  // null: it has ended
        std::string certificate_id;
        bool is_queued = false;  // for the first time, or again once it has been looked at
        bool is_running = false;
    };
    using EntryPtr = std::shared_ptr<Entry>;

    // At once, of one loop: reading blocks one of few workers.
    static constexpr std::size_t running_max = 4;

    void queue(const EntryPtr& entry);
    void start_queued();
    async::Task<void> look_again(EntryPtr entry);
    void take(const EntryPtr& entry, authentication::AuthenticationResult result);
    void expired() override;

    LoopGateway& gateway_;
    std::unordered_multimap<std::string_view, EntryPtr> by_client_id_;  // of the facts
    std::unordered_multimap<std::string, EntryPtr> by_certificate_;
    std::unordered_map<const DeviceConnection*, EntryPtr> signed_;  // with access keys; in no other
    std::deque<EntryPtr> queue_;
    std::vector<EntryPtr> waiting_;  // for another attempt
    std::size_t running_ = 0;
    // What a review under way holds; null once this is gone.
    std::shared_ptr<IdentityReviews*> self_ = std::make_shared<IdentityReviews*>(this);
};

}  // namespace gatehouse::gateway
