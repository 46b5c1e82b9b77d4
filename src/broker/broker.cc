#include "broker/broker.h"

#include <cassert>

#include "broker/shared_state.h"
#include "broker/topic_levels.h"

namespace gatehouse::broker {

BrokerSettings broker_settings(const Profile& profile, std::uint64_t seed) {
    return {.limits = profile.limits,
            .parent_match = profile.behaviour.parent_match,
            .retained_on_subscribe = profile.behaviour.retained_on_subscribe,
            .rates = profile.behaviour.rates,
            .cross_version_resume = profile.behaviour.cross_version_resume,
            .seed = seed};
}

Broker::Broker(BrokerSettings settings, std::span<LoopPort* const> ports, PublishListener* listener,
               SessionObserver* observer, Persistence persistence)
    : store_(persistence.store),
      shared_(std::make_unique<SharedState>(settings, ports.size(), listener, observer,
                                            std::move(persistence))) {
    assert(!ports.empty() && ports.size() <= loops_max);
    for (LoopPort* port : ports) {
        const auto loop = static_cast<std::uint8_t>(shards_.size());
        shards_.push_back(std::make_unique<Shard>(*shared_, *port, loop));
    }
}

Broker::~Broker() = default;

std::size_t Broker::home_of(const Tenant& tenant, std::string_view client_id) const {
    // The high half: the low bits serve the session directories.
    const std::uint64_t seed = tenant_seed(shared_->settings, tenant);
    return (topic_hash::of_level(client_id, seed) >> 32) % shards_.size();
}

std::string_view name_of(DropCause cause) {
    switch (cause) {
        case DropCause::NotAllowed: return "not-allowed";
        case DropCause::OutboundFull: return "outbound-full";
        case DropCause::QueueFull: return "queue-full";
        case DropCause::Expired: return "expired";
        case DropCause::PacketTooLarge: return "packet-too-large";
        case DropCause::RateExceeded: return "rate-exceeded";
        case DropCause::RetryExceeded: return "retry-exceeded";
        case DropCause::SessionEnded: return "session-ended";
    }
    return "unknown";
}

const RetainedStore& Broker::retained(const Tenant& tenant) const {
    return shared_->tenant(tenant).retained;
}

RetainedSize Broker::retained() const {
    return shared_->retained();
}

Histogram::Reading Broker::commit_times() const {
    return shared_->writer == nullptr ? Histogram::Reading()
                                      : shared_->writer->commit_times().read();
}

Histogram::Reading Broker::queue_times() const {
    Histogram::Reading all;
    for (const auto& shard : shards_) all += shard->counters().queue_times.read();
    return all;
}

void Broker::release_pledge(std::size_t loop, std::uint64_t number) {
    shards_[loop]->release_pledge(number);
}

bool Broker::is_disk_failing() const {
    return shared_->writer != nullptr && shared_->writer->is_failing();
}

}  // namespace gatehouse::broker
