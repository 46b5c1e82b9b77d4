#include "server/serve/sys_topics.h"

#include <fmt/format.h>

#include "gateway/loop_gateway.h"
#include "server/serve/broker_reading.h"
#include "server/version.h"

namespace gatehouse::server {

SysTopics::SysTopics(async::EventLoop& loop, gateway::Gateway& gateway, const Tenant& tenant,
                     std::chrono::seconds interval)
    : loop_(loop),
      gateway_(gateway),
      interval_(interval),
      began_(loop.clock().steady_now()),
      publisher_(gateway.on_loop(0).shard(), tenant),
      tasks_(loop, "$SYS"),
      timer_([this] { plan(); }) {}

void SysTopics::start() {
    loop_.post([this] { plan(); });
}

void SysTopics::stop() {
    timer_.cancel();
}

void SysTopics::plan() {
    // A round that is still under way, since a loop does not answer, is not joined by another.
    if (tasks_.running() == 0) tasks_.start(publish_all());
    loop_.timers().set(timer_, loop_.now() + interval_);
}

async::Task<void> SysTopics::publish_all() {
    using broker::Counters;
    const BrokerReading held = co_await read_broker(gateway_);
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(loop_.clock().steady_now() - began_);
    const std::uint64_t connected = open_connections(gateway_);
    const auto sum = [this](auto pick) { return sum_of(gateway_, pick); };
    const auto of_all_qos = [&](broker::CounterByQos Counters::* counters) {
        std::uint64_t all = 0;
        for (std::size_t qos = 0; qos < 3; ++qos) {
            all += sum([&](const Counters& c) -> const auto& { return (c.*counters)[qos]; });
        }
        return all;
    };
    std::uint64_t dropped = 0;
    for (std::size_t cause = 0; cause < broker::drop_cause_count; ++cause) {
        dropped += sum([cause](const Counters& c) -> const auto& { return c.dropped[cause]; });
    }
    const std::pair<std::string_view, std::uint64_t> numbers[] = {
        {"clients/connected", connected},
        {"clients/disconnected", held.sessions > connected ? held.sessions - connected : 0},
        {"clients/total", held.sessions},
        {"publish/messages/received", of_all_qos(&Counters::published)},
        {"publish/messages/sent", of_all_qos(&Counters::delivered)},
        {"publish/messages/dropped", dropped},
        {"publish/bytes/received", of_all_qos(&Counters::published_bytes)},
        {"publish/bytes/sent", of_all_qos(&Counters::delivered_bytes)},
        {"subscriptions/count", subscriptions(gateway_)},
        {"retained messages/count", gateway_.parts().broker.retained().messages},
        {"store/messages/bytes", held.queued_bytes + held.in_flight_bytes},
    };
    publish("version", fmt::format("gatehouse version {}", program_version()));
    publish("uptime", fmt::format("{} seconds", seconds.count()));
    for (const auto& [topic, number] : numbers) publish(topic, std::to_string(number));
}

void SysTopics::publish(std::string_view topic, std::string_view payload) {
    publisher_.publish(publisher_.route_for(fmt::format("$SYS/broker/{}", topic)),
                       {.payload = bytes_of(payload), .retain = broker::Retain::Yes});
}

}  // namespace gatehouse::server
