#include "rules/republisher.h"

#include "async/wake.h"
#include "broker/shard.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t publishers_max = 256;

struct KeptAnswer {
    explicit KeptAnswer(async::EventLoop& loop) : came(loop) {}
    async::Wake came;
    bool is_kept = false;
};

}  // namespace

void Republisher::stop() {
    publishers_.clear();
    broker_ = nullptr;
}

broker::Publisher& Republisher::publisher_of(const Tenant& tenant) {
    auto found = publishers_.find(tenant);
    if (found == publishers_.end()) {
        if (publishers_.size() >= publishers_max) publishers_.clear();
        found = publishers_
                    .emplace(tenant, std::make_unique<broker::Publisher>(broker_->shard(0), tenant))
                    .first;
    }
    return *found->second;
}

async::Task<Result<void>> Republisher::publish(Republication message, Deadline deadline) {
    if (broker_ == nullptr) co_return fail(ErrorKind::Unavailable, "the broker is not there");
    broker::Publisher& publisher = publisher_of(message.tenant);
    const broker::PublishedBy by{
        .principal = {}, .source_ip = {}, .trace_id = message.trace_id, .hops = message.hops};
    broker::Publication publication{.payload = bytes_of(message.payload),
                                    .properties = message.properties,
                                    .qos = message.qos,
                                    .by = &by};
    if (message.expiry_seconds != 0) {
        publication.expiry_seconds = message.expiry_seconds;
        publication.expiry_at = message.expiry_at;
    }
    const auto outcome = publisher.publish(publisher.route_for(message.topic), publication);
    if (outcome.kept == broker::Kept::No) {
        co_return fail(ErrorKind::Unavailable,
                       "the message cannot be kept: the disk takes nothing now, "
                       "or too much waits for a rule with at-least-once delivery");
    }
    if (outcome.kept != broker::Kept::OnItsWay) co_return Result<void>();
    // Shared: the disk may answer when nobody waits any more.
    const auto answer = std::make_shared<KeptAnswer>(loop_);
    broker_->shard(0).when_kept([answer](bool kept) {
        answer->is_kept = kept;
        answer->came.notify();
    });
    // Tried again, it would be delivered twice to those who have it already.
    if (co_await answer->came.wait(deadline) && answer->is_kept) co_return Result<void>();
    co_return fail(ErrorKind::Internal, "the message was passed on, and may not be on disk");
}

}  // namespace gatehouse::rules
