#include "server/device/subscriber.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gatehouse::server::device {

std::string format_received(const Received& received, const SubscribePlan& plan) {
    std::string line;
    if (!plan.payload_only) line = fmt::format("{} ", received.topic);
    if (plan.verbose) {
        line += fmt::format("[QoS {}{}] ", static_cast<int>(received.qos),
                            received.retained == Retain::Yes ? ", retained" : "");
    }
    line += received.payload;
    return line + "\n";
}

Subscriber::Subscriber(SubscribePlan plan, const ConnectPlan& connect, bool named_authorizer,
                       std::FILE* out, Narration narration)
    : plan_(std::move(plan)),
      connect_(connect),
      named_authorizer_(named_authorizer),
      out_(out),
      narration_(narration) {}

void Subscriber::on_connected(MqttClient& client) {
    unanswered_.clear();
    for (const std::string& filter : plan_.filters) {
        const auto id = client.subscribe(filter, plan_.qos);
        if (id) {
            unanswered_.emplace_back(*id, filter);
        } else if (id.error().kind != ErrorKind::Unavailable) {
            print(narration_.file, fmt::format("{}\n", id.error().message));
            cannot_ = true;
        }
    }
}

void Subscriber::on_subscribed(int packet_id, const Answer& answer) {
    const auto found =
        std::ranges::find(unanswered_, packet_id, &std::pair<int, std::string>::first);
    if (found == unanswered_.end()) return;
    const std::string filter = std::move(found->second);
    unanswered_.erase(found);
    if (!answer.accepted) {
        refused_ = true;
        print(narration_.file, explain_refusal(fmt::format("SUBSCRIBE to {}", filter), answer,
                                               {connect_, named_authorizer_, filter}));
        return;
    }
    success_ = true;
    if (narration_.verbose) print(narration_.file, fmt::format("subscribed to {}\n", filter));
}

void Subscriber::on_received(const Received& received) {
    if (plan_.count && received_ == *plan_.count) return;
    ++received_;
    success_ = true;
    print(out_, format_received(received, plan_));
}

bool Subscriber::finished() const {
    return refused_ || cannot_ || (plan_.count && received_ >= *plan_.count);
}

Exit Subscriber::exit() const {
    if (cannot_) return Exit::WrongUse;
    return refused_ ? Exit::Refused : Exit::Done;
}

bool Subscriber::take_success() {
    return std::exchange(success_, false);
}

std::string Subscriber::summary() const {
    return fmt::format("disconnected after {} message{}", received_, received_ == 1 ? "" : "s");
}

}  // namespace gatehouse::server::device
