#include "load/crowd.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::load {
namespace {

using namespace std::chrono_literals;

SteadyTime end_after(SteadyTime start, std::chrono::nanoseconds duration) {
    return duration < SteadyTime::max() - start ? start + duration : SteadyTime::max();
}

class Visitor final : public Client {
public:
    Visitor(async::EventLoop& loop, const VisitPlan& plan, Arrivals& arrivals,
            std::string client_id)
        : Client(loop, plan.target, arrivals, std::move(client_id)), up_to_(plan.up_to) {}

private:
    void on_stream() override {
        if (up_to_ != UpTo::Handshake) return;
        note_connect_time();
        settle();
        close();
    }
    void on_connected(const mqtt::Connack&) override {
        settle();
        leave();
    }

    const UpTo up_to_;
};

}  // namespace

Crowd::Crowd(async::EventLoop& loop, CrowdPlan plan, GoesOn goes_on)
    : loop_(loop), plan_(std::move(plan)), goes_on_(std::move(goes_on)) {}

void Crowd::grow_to(std::size_t clients) {
    while ((clients_.size() < clients || arrivals_.under_way > 0) && goes_on_(Phase::Connecting)) {
        while (clients_.size() < clients &&
               plan_.pace.allows_one_more(arrivals_, loop_.clock().steady_now())) {
            clients_.push_back(
                std::make_unique<Client>(loop_, plan_.target, arrivals_,
                                         fmt::format("{}-{}", plan_.prefix, clients_.size() + 1)));
            clients_.back()->begin();
        }
        loop_.run_once(plan_.pace.wait());
    }
}

void Crowd::stay_for(std::chrono::nanoseconds duration) {
    const SteadyTime end = end_after(loop_.clock().steady_now(), duration);
    while (arrivals_.open > 0 && loop_.clock().steady_now() < end && goes_on_(Phase::Running)) {
        loop_.run_once(10ms);
    }
}

void Crowd::leave() {
    for (auto& client : clients_) client->leave();
}

void make_visits(async::EventLoop& loop, const VisitPlan& plan, const GoesOn& goes_on,
                 Arrivals& arrivals) {
    const SteadyTime end = end_after(loop.clock().steady_now(), plan.duration);
    ConnectPace pace = plan.pace;
    pace.under_way_max = plan.at_once;
    std::vector<std::unique_ptr<Visitor>> visitors(plan.at_once);
    std::uint64_t made = 0;
    const auto more_to_come = [&] { return made < plan.visits && loop.clock().steady_now() < end; };
    while ((more_to_come() || arrivals.under_way > 0) && goes_on(Phase::Running)) {
        // Visitors die here, between turns, never in their own calls.
        for (auto& visitor : visitors) {
            if (visitor && visitor->is_out()) visitor.reset();
            if (visitor || !more_to_come()) continue;
            if (!pace.allows_one_more(arrivals, loop.clock().steady_now())) break;
            visitor = std::make_unique<Visitor>(loop, plan, arrivals,
                                                fmt::format("{}-{}", plan.prefix, ++made));
            visitor->begin();
        }
        loop.run_once(pace.wait());
    }
}

}  // namespace gatehouse::load
