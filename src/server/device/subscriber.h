// Subscribes and prints what comes.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/device/conversation.h"

namespace gatehouse::server::device {

struct SubscribePlan {
    std::vector<std::string> filters;  // at least one
    Qos qos = Qos::AtLeastOnce;
    std::optional<std::uint64_t> count;  // messages; nothing: until stopped
    bool payload_only = false;
    bool verbose = false;  // QoS and retained flag as well
};

// One message as it is printed, with its line end.
std::string format_received(const Received& received, const SubscribePlan& plan);

class Subscriber final : public Errand, Pinned {
public:
    Subscriber(SubscribePlan plan, const ConnectPlan& connect, bool named_authorizer,
               std::FILE* out, Narration narration);

    void on_connected(MqttClient& client) override;
    void on_time(MqttClient&, SteadyTime) override {}
    void on_subscribed(int packet_id, const Answer& answer) override;
    void on_received(const Received& received) override;
    bool finished() const override;
    Exit exit() const override;
    bool take_success() override;
    std::string topic() const override { return plan_.filters.front(); }
    std::string summary() const override;

private:
    const SubscribePlan plan_;
    const ConnectPlan& connect_;
    const bool named_authorizer_;
    std::FILE* const out_;
    const Narration narration_;
    std::vector<std::pair<int, std::string>> unanswered_;
    std::uint64_t received_ = 0;
    bool refused_ = false;
    bool cannot_ = false;
    bool success_ = false;
};

}  // namespace gatehouse::server::device
