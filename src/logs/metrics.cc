#include "logs/metrics.h"

namespace gatehouse::logs {
namespace {

constexpr std::array<std::string_view, metric_count> metric_names = {
    "Connect.Success",          "Connect.AuthError",
    "Connect.ClientError",      "Connect.ClientIDThrottle",
    "Connect.ServerError",      "Connect.Throttle",
    "Connection.AuthNError",    "Ping.Success",
    "PublishIn.Success",        "PublishIn.AuthError",
    "PublishIn.ClientError",    "PublishIn.ServerError",
    "PublishIn.Throttle",       "PublishOut.AuthError",
    "PublishOut.ClientError",   "PublishRetained.AuthError",
    "PublishRetained.Throttle", "Subscribe.Success",
    "Subscribe.AuthError",      "Subscribe.ClientError",
    "Unsubscribe.Success",      "Unsubscribe.ClientError",
    "Authorizer.Invocations",   "Authorizer.Errors",
    "Authorizer.Refusals",      "Authorizer.Throttle",
    "Authorizer.Refreshes",     "Function.ColdStarts",
};
static_assert(!metric_names.back().empty(), "one name a metric");

}  // namespace

std::string_view name_of(Metric metric) {
    return metric_names[static_cast<std::size_t>(metric)];
}

std::string_view name_of(MetricProtocol protocol) {
    return protocol == MetricProtocol::Mqtt ? "MQTT" : "HTTP";
}

MetricSet& Metrics::make_set() {
    const std::scoped_lock lock(mutex_);
    return *sets_.emplace_back(std::make_unique<MetricSet>());
}

MetricTotals Metrics::totals() const {
    const std::scoped_lock lock(mutex_);
    MetricTotals totals;
    for (const auto& set : sets_) {
        for (std::size_t protocol = 0; protocol < metric_protocol_count; ++protocol) {
            for (std::size_t metric = 0; metric < metric_count; ++metric) {
                totals.counts[protocol][metric] +=
                    set->value(static_cast<Metric>(metric), static_cast<MetricProtocol>(protocol));
            }
        }
    }
    return totals;
}

}  // namespace gatehouse::logs
