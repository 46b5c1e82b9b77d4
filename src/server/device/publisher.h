// Publishes a message every interval, a number of times or for ever, and waits for the answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "server/device/conversation.h"
#include "server/device/message_template.h"

namespace gatehouse::server::device {

struct PublishPlan {
    std::string topic;
    // What each message says: filled in for each, or sent as it is.
    std::optional<MessageTemplate> message;
    std::string payload;
    Qos qos = Qos::AtLeastOnce;
    Retain retain = Retain::No;
    std::optional<std::uint64_t> count;  // nothing: until stopped
    std::chrono::milliseconds interval{1000};
};

class Publisher final : public Errand, Pinned {
public:
    // `clock` and `out` (a line a message that arrived) must outlive it.
    Publisher(PublishPlan plan, const ConnectPlan& connect, bool named_authorizer,
              const Clock& clock, Narration narration);

    void on_connected(MqttClient& client) override;
    void on_time(MqttClient& client, SteadyTime now) override;
    SteadyTime due() const override;
    void on_published(int packet_id, const Answer& answer) override;
    bool finished() const override;
    Exit exit() const override;
    bool take_success() override;
    std::string topic() const override { return plan_.topic; }
    std::string summary() const override;

private:
    struct Sent {
        std::uint64_t number;
        std::string payload;
    };
    void arrived(const Sent& sent);
    bool all_sent() const { return plan_.count && sent_ >= *plan_.count; }

    const PublishPlan plan_;
    const ConnectPlan& connect_;
    const bool named_authorizer_;
    const Clock& clock_;
    const Narration narration_;
    SteadyTime due_;
    std::map<int, Sent> unanswered_;
    std::uint64_t sent_ = 0;
    std::uint64_t arrived_ = 0;
    std::uint64_t refused_ = 0;
    std::optional<Error> failure_;  // a message that cannot be sent at all
    bool success_ = false;
};

}  // namespace gatehouse::server::device
