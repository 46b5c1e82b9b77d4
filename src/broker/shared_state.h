// What the shards of one broker share. Part of the broker.
//
// Threads: any, as each member says.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/broker_settings.h"
#include "broker/journal_writer.h"
#include "broker/kept_bytes.h"
#include "broker/persistence.h"
#include "broker/publish_listener.h"
#include "broker/quiescence.h"
#include "broker/remote_mail.h"
#include "broker/retained_store.h"
#include "broker/session_observer.h"
#include "broker/share_groups.h"
#include "broker/topic_tree.h"

namespace gatehouse::broker {

// Names and topics are hashed with a seed of the tenant's own.
inline std::uint64_t tenant_seed(const BrokerSettings& settings, const Tenant& tenant) {
    return settings.seed ^ std::hash<Tenant>{}(tenant);
}

// One account and region. Made when first needed, kept as long as the broker.
struct TenantState : Pinned {
    TenantState(const Tenant& name, Quiescence& quiescence, const BrokerSettings& settings)
        : name(name),
          seed(tenant_seed(settings, name)),
          tree(quiescence, settings.parent_match, seed) {}

    const Tenant name;
    const std::uint64_t seed;
    TopicTree tree;
    ShareGroups shares{tree};
    RetainedStore retained;
};

struct SharedState : Pinned {
    SharedState(const BrokerSettings& settings, std::size_t loops, PublishListener* listener,
                SessionObserver* observer, Persistence persistence)
        : settings(settings),
          listener(listener),
          observer(observer),
          kept_bytes(settings.limits.queues_bytes_max, loops),
          post_office(loops, settings.mailbox_bytes_max),
          clock(persistence.clock) {
        if (persistence.store == nullptr) return;
        writer = std::make_unique<JournalWriter>(*persistence.store, post_office, loops,
                                                 std::move(persistence.report));
    }

    TenantState& tenant(const Tenant& name) {
        const std::lock_guard lock(tenants_mutex_);
        auto& state = tenants_[name];
        if (state == nullptr) {
            state = std::make_unique<TenantState>(name, quiescence, settings);
            state->retained.begin_after(retained_after_);
        }
        return *state;
    }

    // Versions of retained messages go on above, in every tenant.
    void begin_retained_after(std::uint64_t version) {
        const std::lock_guard lock(tenants_mutex_);
        retained_after_ = version;
        for (const auto& [name, state] : tenants_) state->retained.begin_after(version);
    }

    // Of all tenants together.
    RetainedSize retained() {
        const std::lock_guard lock(tenants_mutex_);
        RetainedSize all;
        for (const auto& [name, state] : tenants_) {
            all.messages += state->retained.size();
            all.bytes += state->retained.bytes();
        }
        return all;
    }

    const BrokerSettings settings;
    PublishListener* const listener;  // may be null
    SessionObserver* const observer;  // may be null
    Quiescence quiescence;            // before the trees, which use it until their end
    SharedBytes kept_bytes;           // of all sessions
    PostOffice post_office;
    const Clock* const clock;               // null: nothing is kept
    std::unique_ptr<JournalWriter> writer;  // likewise; after the post office, which it uses

private:
    std::mutex tenants_mutex_;
    std::unordered_map<Tenant, std::unique_ptr<TenantState>> tenants_;
    std::uint64_t retained_after_ = 0;
};

}  // namespace gatehouse::broker
