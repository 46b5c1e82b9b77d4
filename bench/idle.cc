#include <fmt/format.h>

#include <memory>
#include <vector>

#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

constexpr std::size_t connecting_max = 64;
// Fill what is bounded in number rather than by connection: pools, tables, the latest traces.
constexpr std::size_t warm_up_connections = 1500;

class Sleeper final : public Client {
public:
    Sleeper(async::EventLoop& loop, const Target& target, std::string client_id,
            std::size_t& connected, std::size_t& lost)
        : Client(loop, target, std::move(client_id)), connected_(connected), lost_(lost) {}

private:
    void on_connack(int code) override { ++(code == 0 ? connected_ : lost_); }
    void on_packet(const mqtt::Frame&) override {}
    void on_gone() override { ++lost_; }

    std::size_t& connected_;
    std::size_t& lost_;
};

// The server's memory when it has come to rest.
std::uint64_t settled_memory(async::EventLoop& loop, pid_t server) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (std::chrono::steady_clock::now() < end) loop.run_once(std::chrono::milliseconds(50));
    return usage_of(server).resident_bytes;
}

}  // namespace

int run_idle(async::EventLoop& loop, const Load& load) {
    std::vector<std::unique_ptr<Sleeper>> sleepers;
    std::size_t connected = 0;
    std::size_t lost = 0;
    const auto connect_up_to = [&](std::size_t count) {
        while (connected + lost < count) {
            while (sleepers.size() < count && sleepers.size() - connected - lost < connecting_max) {
                sleepers.push_back(std::make_unique<Sleeper>(
                    loop, load.target, fmt::format("sleeper-{:06}", sleepers.size()), connected,
                    lost));
            }
            loop.run_once(std::chrono::milliseconds(100));
        }
    };
    connect_up_to(warm_up_connections);
    const std::uint64_t before = settled_memory(loop, load.server);
    connect_up_to(warm_up_connections + load.count);
    const std::uint64_t after = settled_memory(loop, load.server);
    const double grown = static_cast<double>(after) - static_cast<double>(before);
    fmt::print("{{\"connections\": {}, \"lost\": {}, \"bytes\": {:.0f}, \"resident\": {}}}\n",
               connected, lost, grown / static_cast<double>(load.count), after);
    return lost == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
