#include "bystanders.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "mqtt/subscribe.h"

namespace gatehouse::bench {
namespace {

constexpr std::size_t filters_per_client = 1000;
constexpr std::size_t filters_per_packet = 100;

load::Target without_credentials(load::Target target) {
    target.user_name.reset();
    target.password.reset();
    return target;
}

// As fleets subscribe: a third has a wildcard. They lie beside the topics of the messages.
std::string filter_of(std::size_t number) {
    return number % 3 == 0 ? fmt::format("bench/d{}/cmd/+", number)
                           : fmt::format("bench/d{}/state", number);
}

}  // namespace

class Bystanders::Bystander final : public load::Client {
public:
    // Subscribes to the filters from `first` to before `end`.
    Bystander(async::EventLoop& loop, const load::Target& target, load::Arrivals& arrivals,
              std::string client_id, std::size_t first, std::size_t end)
        : Client(loop, target, arrivals, std::move(client_id)), next_(first), end_(end) {}

private:
    void on_connected(const mqtt::Connack&) override { subscribe_next(); }
    void on_packet(const mqtt::Frame& frame) override {
        if (frame.type() != mqtt::PacketType::Suback) return;
        const auto suback = mqtt::decode_suback(frame, target().version);
        if (!suback || std::ranges::any_of(suback->reasons, mqtt::is_failure)) {
            return refuse("a subscription that matches nothing was refused");
        }
        subscribe_next();
    }

    void subscribe_next() {
        if (next_ == end_) return settle();
        std::vector<std::string> filters;
        while (next_ < end_ && filters.size() < filters_per_packet) {
            filters.push_back(filter_of(next_++));
        }
        mqtt::Subscribe subscribe{.packet_id = 1};
        for (const std::string& filter : filters) {
            subscribe.subscriptions.push_back({.filter = filter});
        }
        Bytes packet;
        mqtt::encode(subscribe, target().version, packet);
        send(packet);
    }

    std::size_t next_;
    const std::size_t end_;
};

Bystanders::Bystanders(async::EventLoop& loop, const load::Target& target, Others wanted)
    : loop_(loop), target_(without_credentials(target)), wanted_(wanted) {}

Bystanders::~Bystanders() = default;

void Bystanders::connect() {
    const std::size_t subscribers = (wanted_.filters + filters_per_client - 1) / filters_per_client;
    const std::size_t count = std::max(wanted_.connections, subscribers);
    const load::ConnectPace pace;
    while ((all_.size() < count || arrivals_.under_way > 0) && arrivals_.failed.empty()) {
        while (all_.size() < count && pace.allows_one_more(arrivals_, loop_.clock().steady_now())) {
            const std::size_t first = std::min(all_.size() * filters_per_client, wanted_.filters);
            const std::size_t end = std::min(first + filters_per_client, wanted_.filters);
            all_.push_back(std::make_unique<Bystander>(
                loop_, target_, arrivals_, fmt::format("bystander-{}", all_.size()), first, end));
            all_.back()->begin();
        }
        loop_.run_once(pace.wait());
    }
}

}  // namespace gatehouse::bench
