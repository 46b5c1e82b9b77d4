// Many clients that publish, subscribe, or do both in pairs, and what became of their messages.
//
//   Traffic traffic(loop, plan, goes_on);
//   traffic.connect();
//   traffic.run_for(10s);
//   traffic.drain();
//   … traffic.totals() …
//
// Threads: one loop, which it turns itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "load/arrivals.h"
#include "load/publisher.h"
#include "load/streams.h"
#include "load/subscriber.h"
#include "load/traffic_tally.h"

namespace gatehouse::load {

enum class Role : std::uint8_t {
    Publish,
    Subscribe,
    Pairs,   // each publisher has a subscriber to its topic
    FanOut,  // one publisher, to whom all subscribers listen: one topic for all
    FanIn,   // all publish to the topic of one subscriber
};

enum class Offline : bool { No, Yes };

struct TrafficPlan {
    Target target;
    Role role = Role::Pairs;
    std::size_t clients = 100;            // or pairs, or those on the side where there are many
    std::string prefix = "load";          // of client ids
    std::string topic = "bench/%i/data";  // see fill_in(); for subscribers a filter
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::size_t payload_bytes = 64;
    bool retain = false;
    std::size_t in_flight_max = 100;  // per publisher
    double rate = 0;                  // of all publishers together; 0: as fast as it goes
    std::uint64_t messages = 0;       // to be sent or received by all together; 0: no bound
    std::uint32_t run = 0;            // drawn by the caller, see Stamp
    Client::Session subscriber_session = Client::Session::Clean;
    // Pairs: subscribers are away while messages are published for their sessions.
    Offline subscribers_offline = Offline::No;
    ConnectPace pace;
};

enum class Phase : std::uint8_t { Connecting, Running, Draining };
// Asked at every turn of the loop, at least ten times a second; false ends the phase.
using GoesOn = std::function<bool(Phase)>;

class Traffic : Pinned {
public:
    Traffic(async::EventLoop& loop, TrafficPlan plan, GoesOn goes_on);

    // Until every client is in or has failed.
    void connect();
    // Publishes, or listens, for that long, or until all messages are sent or received, or until
    // nobody is left.
    void run_for(std::chrono::nanoseconds duration);
    // Until everything has arrived, or nothing comes any more.
    void drain();

    struct Totals {
        std::uint64_t lost = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t out_of_order = 0;
    };
    // Exact after drain(); before, what is on its way counts as lost.
    Totals totals() const;
    // The gaps that subscribers see now: what is on its way is no loss yet.
    std::uint64_t missing() const;

    const Arrivals& arrivals() const { return arrivals_; }
    TrafficTally& tally() { return tally_; }

private:
    bool has_both() const { return plan_.role != Role::Publish && plan_.role != Role::Subscribe; }
    std::size_t subscriber_count() const;
    std::size_t publisher_count() const;
    // Whom a publisher's messages have to reach.
    Listeners listeners_of(std::size_t publisher, std::uint64_t stream);
    std::string client_id(std::size_t number, std::string_view suffix) const;
    Publisher* add_publisher(std::size_t index);
    Subscriber* add_subscriber(std::size_t index);
    void open(std::size_t count, const std::function<Client*(std::size_t)>& add);
    void publish_closed_loop(SteadyTime end);
    void run_until(SteadyTime end);
    bool publish_next(SteadyTime due);
    bool may_run(SteadyTime end);
    bool is_finished() const;
    bool is_drained() const;
    std::uint64_t unsent_bytes() const;
    SteadyTime now() const { return loop_.clock().steady_now(); }

    async::EventLoop& loop_;
    const TrafficPlan plan_;
    const GoesOn goes_on_;
    Arrivals arrivals_;
    TrafficTally tally_;
    const TrafficParts parts_;
    std::deque<Streams> streams_;  // one a subscriber, or one for all that share a subscription
    std::vector<std::unique_ptr<Subscriber>> subscribers_;
    std::vector<std::unique_ptr<Publisher>> publishers_;
    std::size_t next_publisher_ = 0;
    SteadyTime next_look_{};  // when is_finished() and losses are to be looked at again
    int looks_ = 0;
};

}  // namespace gatehouse::load
