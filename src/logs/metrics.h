// Counters with the names of AWS IoT's CloudWatch metrics, kept whatever the log level is. What the
// broker counts itself (PublishOut.Success and the like) is not among them (server/serve/
// metrics_page.cc), nor what never happens here.
//
// Each event loop has a MetricSet of its own, on cache lines of its own, and adds to it without
// a lock; a reader sums them.
//
// Source: AWS IoT Core Developer Guide, "AWS IoT metrics and dimensions".
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "base/pinned.h"

namespace gatehouse::logs {

enum class Metric : std::uint8_t {
    ConnectSuccess,
    ConnectAuthError,
    ConnectClientError,
    ConnectClientIdThrottle,  // "Connect.ClientIDThrottle"
    ConnectServerError,
    ConnectThrottle,
    ConnectionAuthNError,  // "Connection.AuthNError"
    PingSuccess,
    PublishInSuccess,
    PublishInAuthError,
    PublishInClientError,
    PublishInServerError,
    PublishInThrottle,
    PublishOutAuthError,
    PublishOutClientError,
    PublishRetainedAuthError,
    PublishRetainedThrottle,
    SubscribeSuccess,
    SubscribeAuthError,
    SubscribeClientError,
    UnsubscribeSuccess,
    UnsubscribeClientError,

    // Our own.
    AuthorizerInvocations,  // "Authorizer.Invocations"
    AuthorizerErrors,       // failed, timed out, answered badly
    AuthorizerRefusals,     // answered no
    AuthorizerThrottle,     // over the bound on invocations, or the circuit was open
    AuthorizerRefreshes,
    FunctionColdStarts,
};
inline constexpr std::size_t metric_count =
    static_cast<std::size_t>(Metric::FunctionColdStarts) + 1;

// "Connect.Success".
std::string_view name_of(Metric metric);

// The dimension `Protocol`.
enum class MetricProtocol : std::uint8_t { Mqtt, Http };
inline constexpr std::size_t metric_protocol_count = 2;
std::string_view name_of(MetricProtocol protocol);  // "MQTT", "HTTP"

// One writer's counters. Threads: add() from the one thread that owns the set; value() from any.
class alignas(64) MetricSet : Pinned {
public:
    void add(Metric metric, MetricProtocol protocol = MetricProtocol::Mqtt,
             std::uint64_t count = 1) {
        auto& cell = cell_of(metric, protocol);
        // One writer: a plain add without a locked instruction.
        cell.store(cell.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    std::uint64_t value(Metric metric, MetricProtocol protocol) const {
        return cells_[index(metric, protocol)].load(std::memory_order_relaxed);
    }

private:
    static std::size_t index(Metric metric, MetricProtocol protocol) {
        return static_cast<std::size_t>(protocol) * metric_count + static_cast<std::size_t>(metric);
    }
    std::atomic<std::uint64_t>& cell_of(Metric metric, MetricProtocol protocol) {
        return cells_[index(metric, protocol)];
    }
    std::array<std::atomic<std::uint64_t>, metric_count * metric_protocol_count> cells_ = {};
};

// The sums at one moment.
struct MetricTotals {
    std::array<std::array<std::uint64_t, metric_count>, metric_protocol_count> counts = {};

    std::uint64_t of(Metric metric, MetricProtocol protocol = MetricProtocol::Mqtt) const {
        return counts[static_cast<std::size_t>(protocol)][static_cast<std::size_t>(metric)];
    }
};

// Owns every loop's set. Threads: any.
class Metrics : Pinned {
public:
    // A new set for a thread that counts; valid as long as the Metrics.
    MetricSet& make_set();
    MetricTotals totals() const;
    // Calls of authorizers' functions. Of the main loop alone.
    Histogram& authorizer_times() { return authorizer_times_; }
    const Histogram& authorizer_times() const { return authorizer_times_; }

private:
    Histogram authorizer_times_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<MetricSet>> sets_;
};

}  // namespace gatehouse::logs
