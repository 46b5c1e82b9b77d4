// `/metrics`: what the server counts and holds, for Prometheus. docs/reference/metrics.md lists it.
//
// Threads: the main loop; what only a loop knows is asked there.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/origin_guard.h"
#include "gateway/gateway.h"
#include "net/http.h"
#include "rules/rule_engine.h"
#include "server/serve/foundation.h"
#include "server/serve/loops.h"
#include "server/serve/metrics_text.h"

namespace gatehouse::server {

// Calls of the API by how they ended. Threads: any.
class ApiCallCounts {
public:
    void note(const api::CallRecord& call);
    // 2 to 5: of status 2xx to 5xx.
    std::uint64_t count(std::size_t hundreds) const {
        return by_hundreds_[hundreds].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, 6> by_hundreds_{};
};

class MetricsPage final : public net::Routes {
public:
    // Each must outlive it.
    struct Parts {
        Foundation& foundation;
        Loops& loops;
        gateway::Gateway& gateway;
        const rules::RuleEngine& rules;
        const ApiCallCounts& api_calls;
        api::OriginGuard::Names host_names;  // by which it is asked, beside addresses
    };
    explicit MetricsPage(const Parts& parts) : parts_(parts), guard_(parts.host_names) {}

    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts& peer,
                                          Deadline deadline) override;

private:
    async::Task<std::string> text();

    void write_connections(MetricsText& text) const;
    void write_partial_packets(MetricsText& text) const;
    void write_messages(MetricsText& text) const;
    void write_cloudwatch(MetricsText& text) const;
    void write_brokers_events(MetricsText& text) const;
    void write_rules(MetricsText& text) const;
    void write_times(MetricsText& text) const;
    void write_process(MetricsText& text) const;

    const Parts parts_;
    const api::OriginGuard guard_;
};

}  // namespace gatehouse::server
