// The clusters of Apache Kafka that actions send to. Like HTTP targets they are in the public
// Internet and spoken to over TLS, and where the operator says (net::Reach): that is judged by the
// address of each connection, those of brokers that a cluster names included.
//
// Threads: its loop; check() and may_reach() any.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "net/address_range.h"
#include "net/reach.h"
#include "rules/targets/kafka_door.h"
#include "rules/targets/kafka_thread.h"

namespace gatehouse::rules {

class KafkaTargets final : public KafkaDoor, Pinned {
public:
    struct Settings {
        std::vector<net::AddressRange> ranges;  // beside the public Internet
        KafkaThread::Settings thread = {};
        std::size_t records_max = 10'000;  // on their way
        std::size_t bytes_max = 64UL * 1024 * 1024;
    };
    // The loop outlives it.
    KafkaTargets(async::EventLoop& loop, Settings settings);
    ~KafkaTargets() override;

    Result<void> check() override;
    Result<void> may_reach(std::string_view host, bool is_encrypted) const override;
    async::Task<Result<void>> send(KafkaTermsPtr terms, KafkaRecord record,
                                   Deadline deadline) override;
    // What is under way fails with Cancelled, and whatever is sent later.
    void close();
    // Of clusters to which there are connections.
    std::size_t producers() const { return thread_ ? thread_->producers() : 0; }

private:
    struct Ticket;

    async::EventLoop& loop_;
    const Settings settings_;
    const net::Reach reach_;
    std::mutex loading_;
    std::optional<Result<KafkaLibrary>> library_;  // under the mutex; never changed once there
    std::unique_ptr<KafkaThread> thread_;
    std::unordered_set<Ticket*> waiting_;
    std::size_t bytes_ = 0;
    bool is_closed_ = false;
};

}  // namespace gatehouse::rules
