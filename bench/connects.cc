#include <fmt/format.h>

#include <memory>
#include <vector>

#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

class Visitor;

// All visitors together: how many are still to come, how they fared.
struct Visits {
    std::size_t left = 0;
    std::size_t under_way = 0;
    std::size_t served = 0;
    std::size_t refused = 0;
};

class Visitor final : public Client {
public:
    Visitor(async::EventLoop& loop, const Load& load, Visits& visits, std::string client_id)
        : Client(loop, load.target, std::move(client_id)),
          visits_(visits),
          handshake_only_(load.handshake_only) {
        ++visits_.under_way;
    }
    bool is_done() const { return done_; }

private:
    void on_stream() override {
        if (!handshake_only_) return;
        close();
        finish(visits_.served);
    }
    void on_connack(int code) override {
        leave();
        finish(code == 0 ? visits_.served : visits_.refused);
    }
    void on_packet(const mqtt::Frame&) override {}
    void on_gone() override { finish(visits_.refused); }
    void finish(std::size_t& count) {
        if (done_) return;
        done_ = true;
        ++count;
        --visits_.under_way;
    }

    Visits& visits_;
    bool handshake_only_;
    bool done_ = false;
};

// Until all visits are made. Visitors die here, between turns, never in their own callbacks.
void make_visits(async::EventLoop& loop, const Load& load, Visits& visits) {
    std::vector<std::unique_ptr<Visitor>> visitors(load.parallel);
    while (visits.left > 0 || visits.under_way > 0) {
        for (auto& visitor : visitors) {
            if (visitor && visitor->is_done()) visitor.reset();
            if (visitor || visits.left == 0) continue;
            visitor = std::make_unique<Visitor>(loop, load, visits,
                                                fmt::format("visitor-{}", visits.left--));
        }
        loop.run_once(std::chrono::milliseconds(100));
    }
}

}  // namespace

int run_connects(async::EventLoop& loop, const Load& load) {
    Visits warm_up{.left = load.parallel * 2};
    make_visits(loop, load, warm_up);

    Visits visits{.left = load.count};
    const auto before = usage_of(load.server);
    const auto start = std::chrono::steady_clock::now();
    make_visits(loop, load, visits);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const std::chrono::duration<double, std::micro> cpu = usage_of(load.server).cpu - before.cpu;
    const auto made = static_cast<double>(load.count);
    fmt::print("{{\"served\": {}, \"refused\": {}, \"per_second\": {:.1f}, \"cpu_us\": {:.1f}}}\n",
               visits.served, visits.refused, made / seconds.count(), cpu.count() / made);
    return visits.refused == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
