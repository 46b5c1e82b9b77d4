#include "load/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "load/pacer.h"
#include "load/topic_pattern.h"

namespace gatehouse::load {
namespace {

using namespace std::chrono_literals;

// When nothing came for so long, what is missing is lost.
constexpr auto silence_max = 3s;
// The same while sockets are full: the system holds megabytes for a server that reads slowly, and
// takes more only when much of that is gone.
constexpr auto full_socket_max = 15s;
constexpr auto look_interval = 100ms;
constexpr int looks_until_loss = 10;

}  // namespace

Traffic::Traffic(async::EventLoop& loop, TrafficPlan plan, GoesOn goes_on)
    : loop_(loop),
      plan_(std::move(plan)),
      goes_on_(std::move(goes_on)),
      parts_{loop_, plan_.target, arrivals_, tally_} {}

std::size_t Traffic::subscriber_count() const {
    switch (plan_.role) {
        case Role::Publish: return 0;
        case Role::FanIn: return 1;
        default: return plan_.clients;
    }
}

std::size_t Traffic::publisher_count() const {
    switch (plan_.role) {
        case Role::Subscribe: return 0;
        case Role::FanOut: return 1;
        default: return plan_.clients;
    }
}

std::string Traffic::client_id(std::size_t number, std::string_view suffix) const {
    return fmt::format("{}-{}{}", plan_.prefix, number, suffix);
}

Subscriber* Traffic::add_subscriber(std::size_t index) {
    const bool shared = plan_.topic.starts_with("$share/");
    if (streams_.empty() || !shared) {
        streams_.emplace_back(has_both() ? Streams::Of::Expected : Streams::Of::Anybody);
    }
    const std::size_t number = index + 1;
    Incoming incoming{.filter = fill_in(plan_.topic, number, client_id(number, "")),
                      .qos = plan_.qos,
                      .session = plan_.subscriber_session};
    subscribers_.push_back(std::make_unique<Subscriber>(
        parts_, client_id(number, has_both() ? "-sub" : ""), std::move(incoming), streams_.back()));
    return subscribers_.back().get();
}

Listeners Traffic::listeners_of(std::size_t publisher, std::uint64_t stream) {
    Listeners listeners;
    for (std::size_t index = 0; index < subscribers_.size(); ++index) {
        if (plan_.role == Role::Pairs && index != publisher) continue;
        if (subscribers_[index]->is_in()) listeners.add(streams_[index].expect(stream));
    }
    return listeners;
}

// Null for one who would publish for nobody, because its subscribers failed.
Publisher* Traffic::add_publisher(std::size_t index) {
    const std::size_t number = index + 1;
    Outgoing outgoing{.topic = fill_in(plan_.topic, number, client_id(number, "")),
                      .payload_bytes = plan_.payload_bytes,
                      .qos = plan_.qos,
                      .retain = plan_.retain,
                      .in_flight_max = plan_.in_flight_max,
                      .first = {.run = plan_.run, .publisher = static_cast<std::uint32_t>(index)}};
    if (plan_.messages > 0) {
        const std::size_t all = publisher_count();
        outgoing.messages_max = plan_.messages / all + (index < plan_.messages % all ? 1 : 0);
    }
    Listeners listeners;
    if (has_both() && plan_.subscribers_offline == Offline::No) {
        listeners = listeners_of(index, outgoing.first.stream());
        if (listeners.empty()) return nullptr;
    }
    publishers_.push_back(std::make_unique<Publisher>(
        parts_, client_id(number, has_both() ? "-pub" : ""), outgoing, std::move(listeners)));
    return publishers_.back().get();
}

void Traffic::open(std::size_t count, const std::function<Client*(std::size_t)>& add) {
    std::size_t added = 0;
    while ((added < count || arrivals_.under_way > 0) && goes_on_(Phase::Connecting)) {
        while (added < count && plan_.pace.allows_one_more(arrivals_, now())) {
            if (Client* const client = add(added++)) client->begin();
        }
        loop_.run_once(plan_.pace.wait());
    }
}

void Traffic::connect() {
    open(subscriber_count(), [&](std::size_t index) { return add_subscriber(index); });
    if (plan_.subscribers_offline == Offline::Yes) {
        for (auto& subscriber : subscribers_) subscriber->leave();
    }
    open(publisher_count(), [&](std::size_t index) { return add_publisher(index); });
}

void Traffic::run_for(std::chrono::nanoseconds duration) {
    const SteadyTime start = now();
    const SteadyTime end =
        duration < SteadyTime::max() - start ? start + duration : SteadyTime::max();
    next_look_ = {};
    if (plan_.role != Role::Subscribe && plan_.rate == 0) return publish_closed_loop(end);
    std::optional<Pacer> pacer;
    if (plan_.role != Role::Subscribe) {
        pacer.emplace(loop_, plan_.rate, [this](SteadyTime due) { return publish_next(due); });
    }
    run_until(end);
}

bool Traffic::may_run(SteadyTime end) {
    const SteadyTime time = now();
    if (time >= end || !goes_on_(Phase::Running)) return false;
    if (time < next_look_) return true;
    next_look_ = time + look_interval;
    if (++looks_ % looks_until_loss == 0) {
        for (auto& publisher : publishers_) publisher->look_for_losses();
    }
    return !is_finished();
}

void Traffic::run_until(SteadyTime end) {
    while (may_run(end)) loop_.run_once(10ms);
}

void Traffic::publish_closed_loop(SteadyTime end) {
    while (may_run(end)) {
        for (auto& publisher : publishers_) {
            if (!publisher->can_send()) continue;
            const std::chrono::nanoseconds time = stamp_time();
            do {
                publisher->send_one(time);
            } while (publisher->can_send());
        }
        loop_.run_once(10ms);
    }
}

// The next in turn that can; what nobody can take now stays due.
bool Traffic::publish_next(SteadyTime due) {
    const std::chrono::nanoseconds late = now() - due;
    for (std::size_t tried = 0; tried < publishers_.size(); ++tried) {
        Publisher& publisher = *publishers_[next_publisher_++ % publishers_.size()];
        if (!publisher.can_send()) continue;
        publisher.send_one(stamp_time() - late);
        return true;
    }
    return false;
}

bool Traffic::is_finished() const {
    if (arrivals_.open == 0) return true;
    if (plan_.role == Role::Subscribe) {
        return plan_.messages > 0 && tally_.received >= plan_.messages;
    }
    return std::ranges::all_of(publishers_, [](const auto& publisher) {
        return publisher->is_out() || publisher->has_sent_all();
    });
}

bool Traffic::is_drained() const {
    if (arrivals_.open == 0) return true;
    return std::ranges::all_of(publishers_, [](const auto& publisher) {
        if (publisher->is_watched() && !publisher->is_all_heard()) return false;
        return publisher->is_out() ||
               (publisher->unanswered() == 0 && publisher->unsent_bytes() == 0);
    });
}

std::uint64_t Traffic::unsent_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& publisher : publishers_) {
        if (publisher->is_in()) sum += publisher->unsent_bytes();
    }
    return sum;
}

void Traffic::drain() {
    SteadyTime heard = now();
    const auto progress = [&] {
        return std::tuple(tally_.received, tally_.acknowledged, total(tally_.refused),
                          unsent_bytes());
    };
    for (auto last = progress(); !is_drained() && goes_on_(Phase::Draining);) {
        loop_.run_once(10ms);
        if (std::exchange(last, progress()) != last) heard = now();
        const bool full_sockets = std::get<3>(last) > 0;
        if (now() - heard > (full_sockets ? full_socket_max : silence_max)) return;
    }
}

std::uint64_t Traffic::missing() const {
    std::uint64_t sum = 0;
    for (const Streams& streams : streams_) sum += streams.lost();
    return sum;
}

Traffic::Totals Traffic::totals() const {
    Totals sum;
    for (const Streams& streams : streams_) {
        sum.duplicates += streams.duplicates();
        sum.out_of_order += streams.out_of_order();
    }
    sum.lost = missing();
    for (const auto& publisher : publishers_) {
        if (publisher->is_watched()) {
            sum.lost += publisher->unheard();
        } else if (plan_.qos == mqtt::Qos::AtMostOnce) {
            sum.lost += publisher->unsent();
        } else {
            sum.lost += publisher->unanswered();
        }
    }
    return sum;
}

}  // namespace gatehouse::load
