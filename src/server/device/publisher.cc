#include "server/device/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gatehouse::server::device {
namespace {

constexpr std::size_t shown_max = 120;

// The message as one line of a terminal.
std::string shown(std::string_view payload) {
    std::string line(payload.substr(0, shown_max));
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    return payload.size() > shown_max ? line + "…" : line;
}

}  // namespace

Publisher::Publisher(PublishPlan plan, const ConnectPlan& connect, bool named_authorizer,
                     const Clock& clock, Narration narration)
    : plan_(std::move(plan)),
      connect_(connect),
      named_authorizer_(named_authorizer),
      clock_(clock),
      narration_(narration),
      due_(clock.steady_now()) {}

void Publisher::on_connected(MqttClient&) {
    // What was missed while there was no connection is not made up for.
    due_ = std::max(due_, clock_.steady_now());
}

SteadyTime Publisher::due() const {
    return all_sent() || failure_ ? SteadyTime::max() : due_;
}

void Publisher::on_time(MqttClient& client, SteadyTime now) {
    Sent sent{sent_ + 1, plan_.payload};
    if (plan_.message) {
        sent.payload = plan_.message->render({clock_.wall_now(), sent.number, connect_.client_id});
    }
    due_ = std::max(due_ + plan_.interval, now);
    const auto id = client.publish(plan_.topic, sent.payload, plan_.qos, plan_.retain);
    if (!id && id.error().kind == ErrorKind::Unavailable) return;
    if (!id) {
        failure_ = id.error();
        print(narration_.file, fmt::format("{}\n", failure_->message));
        return;
    }
    sent_ = sent.number;
    if (plan_.qos == Qos::AtMostOnce) {
        arrived(sent);
    } else {
        unanswered_.insert_or_assign(*id, std::move(sent));
    }
}

void Publisher::arrived(const Sent& sent) {
    ++arrived_;
    success_ = plan_.qos != Qos::AtMostOnce;
    if (!narration_.verbose) return;
    print(narration_.file,
          fmt::format("published #{} to {}: {}\n", sent.number, plan_.topic, shown(sent.payload)));
}

void Publisher::on_published(int packet_id, const Answer& answer) {
    const auto found = unanswered_.find(packet_id);
    if (found == unanswered_.end()) return;  // QoS 0: the library only says that it is written
    const Sent sent = std::move(found->second);
    unanswered_.erase(found);
    if (answer.accepted) return arrived(sent);
    success_ = true;  // the connection is fine
    const std::string what = fmt::format("PUBLISH of #{} to {}", sent.number, plan_.topic);
    if (++refused_ == 1) {
        print(narration_.file,
              explain_refusal(what, answer, {connect_, named_authorizer_, plan_.topic}));
    } else {
        print(narration_.file, fmt::format("{} refused by the server: {}\n", what, answer.code));
    }
}

bool Publisher::finished() const {
    return failure_.has_value() || (all_sent() && unanswered_.empty());
}

Exit Publisher::exit() const {
    if (failure_) return Exit::WrongUse;
    return refused_ > 0 ? Exit::Refused : Exit::Done;
}

bool Publisher::take_success() {
    return std::exchange(success_, false);
}

std::string Publisher::summary() const {
    std::string text =
        fmt::format("disconnected after {} message{}", arrived_, arrived_ == 1 ? "" : "s");
    if (refused_ > 0) text += fmt::format(", {} refused", refused_);
    if (!unanswered_.empty()) text += fmt::format(", {} without an answer", unanswered_.size());
    return text;
}

}  // namespace gatehouse::server::device
