#include "server/serve/metrics_page.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/profile.h"
#include "gateway/loop_gateway.h"
#include "server/serve/broker_reading.h"
#include "server/version.h"

namespace gatehouse::server {
namespace {

using MetricKind = MetricsText::Kind;
using gateway::DoorKind;

constexpr std::array all_doors = {DoorKind::Mqtt, DoorKind::Mqtts, DoorKind::Https,
                                  DoorKind::HttpsMtls, DoorKind::Api};
constexpr std::array<std::string_view, 3> qos_names = {"0", "1", "2"};

std::uint64_t resident_bytes() {
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::size_t open_files() {
    std::error_code error;
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each :
         std::filesystem::directory_iterator("/proc/self/fd", error)) {
        ++count;
    }
    return count;
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void ApiCallCounts::note(const api::CallRecord& call) {
    const std::size_t hundreds = std::min<std::size_t>(call.status / 100, by_hundreds_.size() - 1);
    by_hundreds_[hundreds].fetch_add(1, std::memory_order_relaxed);
}

async::Task<net::HttpResponse> MetricsPage::handle(net::HttpRequest request, const net::PeerFacts&,
                                                   Deadline) {
    net::HttpResponse response{.status = 200};
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    if (const auto objection = guard_.objection(request)) {
        response.status = 403;
        response.body = *objection + "\n";
    } else if (request.path != "/metrics") {
        response.status = 404;
        response.body = "there is /metrics here, nothing else\n";
    } else if (request.method != "GET" && request.method != "HEAD") {
        response.status = 405;
        response.body = "/metrics is read with GET\n";
    } else {
        response.body = co_await text();
    }
    co_return response;
}

async::Task<std::string> MetricsPage::text() {
    const BrokerReading all = co_await read_broker(parts_.gateway);
    MetricsText text;
    write_connections(text);
    write_partial_packets(text);
    write_messages(text);
    text.family("gatehouse_sessions", MetricKind::Gauge, "Sessions, connected or not.");
    text.sample(static_cast<double>(all.sessions));
    text.family("gatehouse_queued_bytes", MetricKind::Gauge,
                "Bytes that wait in sessions' queues.");
    text.sample(static_cast<double>(all.queued_bytes));
    text.family("gatehouse_in_flight_bytes", MetricKind::Gauge,
                "Bytes of messages that sessions keep until their clients acknowledge them.");
    text.sample(static_cast<double>(all.in_flight_bytes));
    text.family("gatehouse_disk_waiting_bytes", MetricKind::Gauge,
                "Bytes of changes that wait for the disk.");
    text.sample(static_cast<double>(all.waiting_for_disk));
    write_cloudwatch(text);
    write_rules(text);
    write_times(text);
    write_process(text);
    co_return text.take();
}

void MetricsPage::write_connections(MetricsText& text) const {
    text.family("gatehouse_connections", MetricKind::Gauge,
                "Open connections of devices, by door and version of MQTT.");
    for (const DoorKind door : all_doors) {
        for (const mqtt::ProtocolVersion version : gateway::counted_versions) {
            std::int64_t open = 0;
            for (std::size_t i = 0; i < parts_.gateway.loop_count(); ++i) {
                open += parts_.gateway.on_loop(i).gauges().read(door, version);
            }
            text.sample({{"door", gateway::name_of(door)}, {"version", mqtt::name_of(version)}},
                        static_cast<double>(open));
        }
    }
}

void MetricsPage::write_partial_packets(MetricsText& text) const {
    using gateway::PartialInputs;
    const auto sum = [&](const broker::Counter& (PartialInputs::*counter)() const) {
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < parts_.gateway.loop_count(); ++i) {
            all += (parts_.gateway.on_loop(i).partial_inputs().*counter)().value();
        }
        return static_cast<double>(all);
    };
    text.family("gatehouse_partial_packet_waits_total", MetricKind::Counter,
                "Connections that waited because of partial-packet-bytes-max.");
    text.sample(sum(&PartialInputs::waits));
    text.family("gatehouse_partial_packets_cut_total", MetricKind::Counter,
                "Connections closed because their packet took too long while others waited.");
    text.sample(sum(&PartialInputs::cuts));
}

void MetricsPage::write_rules(MetricsText& text) const {
    const auto sets = parts_.rules.directory().sets().get();
    const auto for_each_rule = [&](const auto& visit) {
        for (const auto& [tenant, set] : *sets) {
            for (const auto& [name, member] : set->members()) {
                visit(tenant, name, *member.rule->counts);
            }
        }
    };
    text.family("gatehouse_rules_total", MetricKind::Counter,
                "What happened to topic rules, by CloudWatch's names.");
    for_each_rule(
        [&](const Tenant& tenant, const std::string& name, const rules::RuleCounts& counts) {
            const std::pair<std::string_view, const rules::Count&> all[] = {
                {"TopicMatch", counts.topic_match},
                {"RulesExecuted", counts.executed},
                {"ParseError", counts.parse_error},
                {"RuleMessageThrottled", counts.throttled}};
            for (const auto& [what, count] : all) {
                text.sample({{"account", tenant.account.view()},
                             {"region", tenant.region.view()},
                             {"rule", name},
                             {"name", what}},
                            static_cast<double>(count.value()));
            }
        });
    text.family("gatehouse_rule_actions_total", MetricKind::Counter,
                "What became of the actions of topic rules, by CloudWatch's names.");
    for_each_rule(
        [&](const Tenant& tenant, const std::string& name, const rules::RuleCounts& counts) {
            counts.for_each_action([&](const std::string& action, const rules::ActionCounts& of) {
                const std::pair<std::string_view, const rules::Count&> all[] = {
                    {"Success", of.success},
                    {"Failure", of.failure},
                    {"ErrorActionSuccess", of.error_action_success},
                    {"ErrorActionFailure", of.error_action_failure}};
                for (const auto& [what, count] : all) {
                    text.sample({{"account", tenant.account.view()},
                                 {"region", tenant.region.view()},
                                 {"rule", name},
                                 {"action", action},
                                 {"name", what}},
                                static_cast<double>(count.value()));
                }
            });
        });
    text.family("gatehouse_rules_not_found_total", MetricKind::Counter,
                "Messages of Basic Ingest for rules that there are not (RuleNotFound).");
    text.sample(static_cast<double>(parts_.rules.ingest_not_found()));
    text.family("gatehouse_rule_jobs", MetricKind::Gauge,
                "Results of topic rules that wait for an action, or are with one.");
    text.sample(static_cast<double>(parts_.rules.pending_jobs()));
}

void MetricsPage::write_messages(MetricsText& text) const {
    gateway::Gateway& gateway = parts_.gateway;
    using broker::Counters;
    const auto by_qos = [&](const auto& pick) {
        for (std::size_t qos = 0; qos < qos_names.size(); ++qos) {
            const std::uint64_t count =
                sum_of(gateway, [&](const Counters& counters) -> const broker::Counter& {
                    return pick(counters)[qos];
                });
            text.sample({{"qos", qos_names[qos]}}, static_cast<double>(count));
        }
    };
    const auto plain = [&](std::string_view name, MetricKind kind, std::string_view help,
                           auto pick) {
        text.family(name, kind, help);
        text.sample(static_cast<double>(sum_of(gateway, pick)));
    };
    text.family("gatehouse_messages_received_total", MetricKind::Counter,
                "Messages taken from publishers (PublishIn.Success of CloudWatch).");
    by_qos([](const Counters& c) -> const auto& { return c.published; });
    text.family("gatehouse_messages_sent_total", MetricKind::Counter,
                "Messages sent to subscribers, repeats included (PublishOut.Success).");
    by_qos([](const Counters& c) -> const auto& { return c.delivered; });
    text.family("gatehouse_received_bytes_total", MetricKind::Counter,
                "Payload bytes of messages received.");
    by_qos([](const Counters& c) -> const auto& { return c.published_bytes; });
    text.family("gatehouse_sent_bytes_total", MetricKind::Counter,
                "Bytes of PUBLISH packets sent.");
    by_qos([](const Counters& c) -> const auto& { return c.delivered_bytes; });
    plain("gatehouse_messages_queued_total", MetricKind::Counter,
          "Messages put into sessions' queues (Queued.Success).",
          [](const Counters& c) -> const auto& { return c.queued; });
    plain("gatehouse_messages_acknowledged_total", MetricKind::Counter,
          "Messages that subscribers acknowledged.",
          [](const Counters& c) -> const auto& { return c.acknowledged; });
    plain("gatehouse_messages_not_kept_total", MetricKind::Counter,
          "Messages refused because the disk took nothing.",
          [](const Counters& c) -> const auto& { return c.not_kept; });
    plain("gatehouse_retained_messages_refused_total", MetricKind::Counter,
          "Messages not retained because of limits.retained-messages-max or -bytes-max.",
          [](const Counters& c) -> const auto& { return c.retained_refused; });
    plain("gatehouse_messages_over_rate_total", MetricKind::Counter,
          "Messages over a connection's rate, throttled or not.",
          [](const Counters& c) -> const auto& { return c.over_rate; });
    plain("gatehouse_session_takeovers_total", MetricKind::Counter,
          "Connections ended because another came with the same client id.",
          [](const Counters& c) -> const auto& { return c.takeovers; });
    text.family("gatehouse_messages_dropped_total", MetricKind::Counter,
                "Messages that did not reach a session that was subscribed to them, by cause.");
    for (std::size_t cause = 0; cause < broker::drop_cause_count; ++cause) {
        const std::uint64_t count =
            sum_of(gateway, [cause](const Counters& c) -> const auto& { return c.dropped[cause]; });
        text.sample({{"cause", broker::name_of(static_cast<broker::DropCause>(cause))}},
                    static_cast<double>(count));
    }
    text.family("gatehouse_subscriptions", MetricKind::Gauge, "Subscriptions of all sessions.");
    text.sample(static_cast<double>(subscriptions(gateway)));
    text.family("gatehouse_retained_messages", MetricKind::Gauge,
                "Topics with a retained message.");
    text.sample(static_cast<double>(gateway.parts().broker.retained().messages));
    text.family("gatehouse_retained_bytes", MetricKind::Gauge, "Bytes of retained messages.");
    text.sample(static_cast<double>(gateway.parts().broker.retained().bytes));
}

void MetricsPage::write_cloudwatch(MetricsText& text) const {
    const logs::MetricTotals totals = parts_.foundation.metrics.totals();
    text.family("gatehouse_events_total", MetricKind::Counter,
                "What happened, by the names of AWS IoT's CloudWatch metrics and our own.");
    for (std::size_t i = 0; i < logs::metric_count; ++i) {
        const auto metric = static_cast<logs::Metric>(i);
        double count = 0;
        for (const auto protocol : {logs::MetricProtocol::Mqtt, logs::MetricProtocol::Http}) {
            count += static_cast<double>(totals.of(metric, protocol));
        }
        text.sample({{"name", logs::name_of(metric)}}, count);
    }
    write_brokers_events(text);
    text.family("gatehouse_api_calls_total", MetricKind::Counter, "Calls of the API, by status.");
    for (std::size_t hundreds = 2; hundreds < 6; ++hundreds) {
        text.sample({{"status", fmt::format("{}xx", hundreds)}},
                    static_cast<double>(parts_.api_calls.count(hundreds)));
    }
}

// What the broker counts for more detailed families, too.
void MetricsPage::write_brokers_events(MetricsText& text) const {
    using broker::Counters;
    using broker::DropCause;
    const auto event = [&](std::string_view name, auto pick) {
        text.sample({{"name", name}}, static_cast<double>(sum_of(parts_.gateway, pick)));
    };
    const auto sum = [&](std::size_t qos) {
        return sum_of(parts_.gateway,
                      [qos](const Counters& c) -> const auto& { return c.delivered[qos]; });
    };
    text.sample({{"name", "PublishOut.Success"}}, static_cast<double>(sum(0) + sum(1) + sum(2)));
    event("PublishOut.Throttle", [](const Counters& c) -> const auto& { return c.rate_dropped; });
    event("PublishRetained.Success", [](const Counters& c) -> const auto& { return c.retained; });
    event("Queued.Success", [](const Counters& c) -> const auto& { return c.queued; });
    event("Queued.Throttle", [](const Counters& c) -> const auto& {
        return c.dropped[static_cast<std::size_t>(DropCause::QueueFull)];
    });
}

void MetricsPage::write_times(MetricsText& text) const {
    text.family("gatehouse_authorizer_seconds", MetricKind::Histogram,
                "How long calls of authorizers' functions took.");
    const logs::Metrics& metrics = parts_.foundation.metrics;
    text.histogram({}, metrics.authorizer_times().read());
    const broker::Broker& broker = parts_.gateway.parts().broker;
    text.family("gatehouse_queue_seconds", MetricKind::Histogram,
                "How long messages waited in queues, of those put there while their client was "
                "connected: it acknowledges or reads too slowly.");
    text.histogram({}, broker.queue_times());
    text.family("gatehouse_disk_commit_seconds", MetricKind::Histogram,
                "How long transactions that keep sessions and messages took.");
    text.histogram({}, broker.commit_times());
    text.family("gatehouse_disk_failing", MetricKind::Gauge,
                "1 while messages cannot be kept on disk, else 0.");
    text.sample(broker.is_disk_failing() ? 1 : 0);
    text.family("gatehouse_loop_turn_seconds", MetricKind::Histogram,
                "How long turns of the event loops took; what comes meanwhile waits as long.");
    for (std::size_t i = 0; i < parts_.loops.size(); ++i) {
        text.histogram({{"loop", std::to_string(i)}}, parts_.loops.at(i).turn_times().read());
    }
}

void MetricsPage::write_process(MetricsText& text) const {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    text.family("gatehouse_build_info", MetricKind::Gauge, "1, with the version.");
    text.sample({{"version", program_version()}}, 1);
    text.family("process_cpu_seconds_total", MetricKind::Counter, "CPU time used.");
    text.sample(seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
    text.family("process_resident_memory_bytes", MetricKind::Gauge, "Resident memory.");
    text.sample(static_cast<double>(resident_bytes()));
    text.family("process_open_fds", MetricKind::Gauge, "Open file descriptors.");
    text.sample(static_cast<double>(open_files()));
}

}  // namespace gatehouse::server
