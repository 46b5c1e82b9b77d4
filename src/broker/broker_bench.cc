// What a message costs inside the broker, without sockets, and what subscriptions cost.
//
// Times are per message, subscription or match as named; `allocations` is counted per item.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <string>
#include <vector>

#include "base/allocation_count.h"
#include "broker/broker.h"
#include "broker/topic_tree.h"

namespace gatehouse::broker {
namespace {

// What the allocator holds for this program, large pieces included.
std::size_t allocated_bytes() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

class StillPort final : public LoopPort {
public:
    StillPort() : LoopPort(now_) {}
    void wake() override {}
    void request_turn_end() override {}
    void look_at(SteadyTime) override {}

private:
    const SteadyTime now_ = ManualClock().steady_now();
};

// Takes bytes like a connection that is flushed whenever 64 KiB have come together.
class Sink final : public Outbound {
public:
    Sink() : buffer_(64 * 1024) {}
    std::uint8_t* extend(std::size_t bytes) override {
        if (used_ + bytes > buffer_.size()) used_ = 0;
        std::uint8_t* place = buffer_.data() + used_;
        used_ += bytes;
        return place;
    }
    void end(EndReason) override {}
    void send(BytesView) override {}
    void on_kept(mqtt::PacketType, mqtt::PacketId) override {}
    void on_not_kept(mqtt::PacketType, mqtt::PacketId) override {}

private:
    std::vector<std::uint8_t> buffer_;
    std::size_t used_ = 0;
};

class AllowAll final : public DeliveryGuard {
public:
    GuardAnswer may_receive(std::string_view) override { return {Permission::Allowed, 0}; }
};

struct Bench {
    Bench()
        : broker(broker_settings(profile_named(ProfileName::Open), 0x5EED),
                 std::vector<LoopPort*>{&port}) {}
    Lease attach(const std::string& client_id, std::uint32_t expiry = 0) {
        AttachRequest request;
        request.client_id = ClientId(client_id);
        request.session_expiry_seconds = expiry;
        request.outbound = &sink;
        request.guard = &guard;
        Lease lease = broker.shard(0).attach(std::move(request));
        lease.start_delivery();
        return lease;
    }

    StillPort port;
    Sink sink;
    AllowAll guard;
    Broker broker;
};

void report(benchmark::State& state, std::int64_t items_each, std::uint64_t allocations_before) {
    const auto items = static_cast<double>(state.iterations() * items_each);
    state.SetItemsProcessed(static_cast<std::int64_t>(items));
    state.counters["allocations"] =
        static_cast<double>(allocation_count() - allocations_before) / items;
}

// As fleets subscribe: a third has a wildcard.
std::string filter_of(int i) {
    const std::string id = std::to_string(i);
    return i % 3 == 0 ? "d/" + id + "/cmd/+" : "d/" + id + "/state";
}

// One hundred publishers, each to a subscriber of its own, in bursts of 100 messages as they come
// out of a read buffer; with QoS 1 acknowledgements follow each burst. Arguments: QoS, payload
// bytes, session expiry of the subscriber.
void publish_pairs(benchmark::State& state) {
    const auto qos = static_cast<mqtt::Qos>(state.range(0));
    const std::string payload(static_cast<std::size_t>(state.range(1)), 'x');
    constexpr int pairs = 100;
    constexpr int burst = 100;
    Bench bench;
    std::vector<Lease> publishers;
    std::vector<Lease> subscribers;
    std::vector<std::string> topics;
    for (int i = 0; i < pairs; ++i) {
        topics.push_back("bench/pair/" + std::to_string(i));
        publishers.push_back(bench.attach("p" + std::to_string(i)));
        subscribers.push_back(
            bench.attach("s" + std::to_string(i), static_cast<std::uint32_t>(state.range(2))));
        subscribers.back().subscribe(topics.back(), {.qos = qos}).value();
    }
    const Publication publication{.payload = bytes_of(payload), .qos = qos};
    mqtt::PacketId acknowledged = 0;
    const std::uint64_t before = allocation_count();
    for (auto _ : state) {
        for (int pair = 0; pair < pairs; ++pair) {
            Publisher& publisher = publishers[static_cast<std::size_t>(pair)].publisher();
            const std::string& topic = topics[static_cast<std::size_t>(pair)];
            for (int i = 0; i < burst; ++i) {
                publisher.publish(publisher.route_for(topic), publication);
            }
        }
        if (qos == mqtt::Qos::AtMostOnce) continue;
        mqtt::PacketId id = acknowledged;
        for (Lease& subscriber : subscribers) {
            id = acknowledged;
            for (int i = 0; i < burst; ++i) {
                id = static_cast<mqtt::PacketId>(id == 65'535 ? 1 : id + 1);
                if (!subscriber.acknowledge(id)) state.SkipWithError("not in flight");
            }
        }
        acknowledged = id;
    }
    report(state, pairs * burst, before);
}
BENCHMARK(publish_pairs)
    ->ArgNames({"qos", "bytes", "expiry"})
    ->Args({0, 64, 0})
    ->Args({1, 64, 0})
    ->Args({1, 64, 3600})
    ->Args({0, 1024, 0});

// One publisher, many subscribers of the topic; per delivered message.
void publish_fan_out(benchmark::State& state) {
    const auto count = state.range(0);
    const std::string payload(64, 'x');
    Bench bench;
    std::vector<Lease> subscribers;
    for (int i = 0; i < count; ++i) {
        subscribers.push_back(bench.attach("s" + std::to_string(i)));
        subscribers.back().subscribe("news/#", {}).value();
    }
    Lease lease = bench.attach("publisher");
    Publisher& publisher = lease.publisher();
    const Publication publication{.payload = bytes_of(payload)};
    const std::uint64_t before = allocation_count();
    for (auto _ : state) publisher.publish(publisher.route_for("news/all"), publication);
    report(state, count, before);
}
BENCHMARK(publish_fan_out)->Arg(1)->Arg(500);

// A message on a topic that is not in the publisher's cache: a match each time, among so many
// subscriptions that do not match.
void publish_uncached(benchmark::State& state) {
    Bench bench;
    Lease other = bench.attach("other");
    for (int i = 0; i < state.range(0); ++i) other.subscribe(filter_of(i), {}).value();
    Lease subscriber = bench.attach("s");
    subscriber.subscribe("d/+/alarm", {}).value();
    Lease lease = bench.attach("p");
    Publisher& publisher = lease.publisher();
    std::vector<std::string> topics;
    for (int i = 0; i < 1000; ++i) topics.push_back("d/" + std::to_string(i) + "/alarm");
    std::size_t next = 0;
    const std::uint64_t before = allocation_count();
    for (auto _ : state) {
        publisher.publish(publisher.route_for(topics[next]), {});
        next = (next + 1) % topics.size();
    }
    report(state, 1, before);
}
BENCHMARK(publish_uncached)->Arg(1)->Arg(100'000);

// --- the tree --------------------------------------------------------------------------------

struct FilledTree {
    explicit FilledTree(int filters) : tree(quiescence, ParentMatch::No, 0x5EED) {
        handles.reserve(static_cast<std::size_t>(filters));
        const std::size_t before = allocated_bytes();
        for (int i = 0; i < filters; ++i) {
            handles.push_back(
                tree.subscribe(filter_of(i), Subscriber({0, static_cast<std::uint32_t>(i)}, {}))
                    .value());
        }
        quiescence.reclaim();
        bytes = allocated_bytes() - before;
    }
    Quiescence quiescence;
    TopicTree tree;
    std::vector<FilterHandle> handles;
    std::size_t bytes = 0;
};

// Random topics that one filter each matches, among so many.
void tree_match(benchmark::State& state) {
    const int filters = static_cast<int>(state.range(0));
    FilledTree filled(filters);
    Quiescence::Reader reader(filled.quiescence);
    std::vector<std::string> topics;
    std::uint32_t random = 1;
    for (int i = 0; i < 65'536; ++i) {
        random = random * 1'664'525 + 1'013'904'223;
        const int n = static_cast<int>(random % static_cast<std::uint32_t>(filters));
        topics.push_back(n % 3 == 0 ? "d/" + std::to_string(n) + "/cmd/reboot" : filter_of(n));
    }
    std::vector<Subscriber> found;
    MatchStamp stamp;
    std::size_t next = 0;
    AllocationsEach counted(state);
    for (auto _ : state) {
        found.clear();
        filled.tree.match(reader, topics[next++ & 65'535], stamp, found);
        if (found.size() != 1) state.SkipWithError("not found");
    }
    state.counters["bytes_per_filter"] = static_cast<double>(filled.bytes) / filters;
}
BENCHMARK(tree_match)->Arg(1)->Arg(100'000)->Arg(1'000'000);

void tree_subscribe_unsubscribe(benchmark::State& state) {
    const int filters = static_cast<int>(state.range(0));
    FilledTree filled(filters);
    int next = 0;
    for (auto _ : state) {
        const SessionPlace place{0, 0xFFFF};
        const auto handle =
            filled.tree.subscribe(filter_of(filters + next), Subscriber(place, {})).value();
        filled.tree.unsubscribe(handle, place);
        next = (next + 1) % 100'000;
    }
}
BENCHMARK(tree_subscribe_unsubscribe)->Arg(1)->Arg(1'000'000);

// Whole sessions with one subscription each: attach, subscribe, and their memory.
void attach_idle_sessions(benchmark::State& state) {
    const int count = static_cast<int>(state.range(0));
    for (auto _ : state) {
        Bench bench;
        std::vector<Lease> leases;
        leases.reserve(static_cast<std::size_t>(count));
        const std::size_t before = allocated_bytes();
        for (int i = 0; i < count; ++i) {
            leases.push_back(bench.attach("device-" + std::to_string(i)));
            leases.back().subscribe(filter_of(i), {}).value();
        }
        state.counters["bytes_per_session"] =
            static_cast<double>(allocated_bytes() - before) / count;
    }
    state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(attach_idle_sessions)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gatehouse::broker

BENCHMARK_MAIN();
