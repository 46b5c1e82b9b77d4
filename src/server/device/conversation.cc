#include "server/device/conversation.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "logs/masking.h"

namespace gatehouse::server::device {
namespace {

using namespace std::chrono_literals;

// A connection that lasted this long was of use, whatever ended it.
constexpr auto lasting = 30s;
// For what is under way when the errand is done or Ctrl-C comes.
constexpr auto leave_max = 2s;
// libmosquitto wants to look at its keep-alive that often.
constexpr auto turn_max = 1s;

std::string introduction(const ConnectPlan& plan) {
    std::string text =
        fmt::format("connecting to {} as client {}", plan.target.address(), plan.client_id);
    if (plan.user_name) {
        text += fmt::format(", user name {}", logs::masked_user_name(*plan.user_name));
    }
    text += plan.protocol == Protocol::V5 ? ", MQTT 5" : ", MQTT 3.1.1";
    if (!plan.target.tls) {
        text +=
            plan.password ? ", without TLS: the password can be read on the way" : ", without TLS";
    }
    return text;
}

std::string description(const Connected& connected, const std::string& offered_alpn) {
    if (connected.tls_version.empty()) return "over TCP";
    std::string alpn;
    if (!connected.alpn.empty()) {
        alpn = fmt::format(", ALPN {}", connected.alpn);
    } else if (!offered_alpn.empty()) {
        alpn = fmt::format("; the server did not take ALPN {}", offered_alpn);
    }
    std::string version = connected.tls_version;
    if (version.starts_with("TLSv")) version.replace(3, 1, " ");
    return fmt::format("over {}{}", version, alpn);
}

}  // namespace

Conversation::Conversation(const Parts& parts, Errand& errand, bool named_authorizer,
                           Patience patience, Narration narration)
    : parts_(parts),
      errand_(errand),
      named_authorizer_(named_authorizer),
      patience_(patience),
      narration_(narration),
      back_off_(parts.random) {}

Exit Conversation::run(ConnectPlan plan) {
    auto client = MqttClient::create(parts_.library, std::move(plan), *this);
    if (!client) {
        tell(client.error().describe() + "\n");
        return Exit::WrongUse;
    }
    client_ = std::move(*client);
    step(introduction(client_->plan()));
    while (true) {
        attempt();
        if (errand_.finished() || parts_.stop.came()) break;
        tell(explain(ending_, circumstances()));
        if (errand_.take_success() || lasted()) {
            back_off_.reset();
            attempts_ = 0;
        }
        if (is_hopeless() || ++attempts_ >= patience_.attempts_max) return give_up();
        const auto pause = back_off_.next();
        step(fmt::format("trying again in {:.1f} s (attempt {} of {})",
                         std::chrono::duration<double>(pause).count(), attempts_ + 1,
                         patience_.attempts_max));
        wait(parts_.clock.steady_now() + pause);
        if (parts_.stop.came()) break;
    }
    if (!ever_connected_) {
        step("stopped before there was a connection");
        return give_up();
    }
    if (const auto summary = errand_.summary(); !summary.empty()) step(summary);
    return errand_.exit();
}

void Conversation::attempt() {
    connected_at_ = SteadyTime::max();
    parts_.stop.during_blocking_work(patience_.answer_max, [this] { client_->connect(); });
    const SteadyTime answer_due = parts_.clock.steady_now() + patience_.answer_max;
    while (client_->active() && !client_->connected()) {
        wait(std::min(answer_due, parts_.clock.steady_now() + turn_max));
        client_->turn();
        if (parts_.stop.came()) return client_->abandon(EndKind::Done);
        if (client_->active() && !client_->connected() && parts_.clock.steady_now() >= answer_due) {
            client_->abandon(EndKind::Silent);
        }
    }
    if (client_->connected()) serve_connection();
}

void Conversation::serve_connection() {
    errand_.on_connected(*client_);
    while (client_->connected() && !errand_.finished() && !parts_.stop.came()) {
        if (const auto now = parts_.clock.steady_now(); now >= errand_.due()) {
            errand_.on_time(*client_, now);
        } else {
            wait(std::min(errand_.due(), now + turn_max));
        }
        client_->turn();
    }
    take_leave();
}

void Conversation::take_leave() {
    client_->disconnect();
    const SteadyTime until = parts_.clock.steady_now() + leave_max;
    while (client_->active() && parts_.clock.steady_now() < until) {
        client_->turn();
        if (client_->active()) wait(std::min(until, parts_.clock.steady_now() + 100ms));
    }
    client_->abandon(EndKind::Done);
}

void Conversation::wait(SteadyTime until) {
    std::array<pollfd, 2> waiting{{{parts_.stop.descriptor(), POLLIN, 0}, {-1, POLLIN, 0}}};
    if (client_->active()) {
        waiting[1].fd = client_->descriptor();
        if (client_->wants_write()) waiting[1].events |= POLLOUT;
    }
    const auto left = std::max(until - parts_.clock.steady_now(), SteadyTime::duration::zero());
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left);
    ::poll(waiting.data(), waiting.size(), static_cast<int>(milliseconds.count()));
}

void Conversation::on_connected(const Connected& connected) {
    connected_at_ = parts_.clock.steady_now();
    ever_connected_ = true;
    step(fmt::format("connected as {} {}", client_->plan().client_id,
                     description(connected, client_->plan().target.alpn)));
}

void Conversation::on_published(int packet_id, const Answer& answer) {
    errand_.on_published(packet_id, answer);
}

void Conversation::on_subscribed(int packet_id, const Answer& answer) {
    errand_.on_subscribed(packet_id, answer);
}

void Conversation::on_received(const Received& received) {
    errand_.on_received(received);
}

void Conversation::on_ended(const Ending& ending) {
    ending_ = ending;
}

bool Conversation::lasted() const {
    return connected_at_ != SteadyTime::max() &&
           parts_.clock.steady_now() - connected_at_ >= lasting;
}

// A refusal stays one, and trying a wrong password again only gets the device slowed down.
bool Conversation::is_hopeless() const {
    return ending_.kind == EndKind::Refused || ending_.kind == EndKind::HungUp ||
           ending_.kind == EndKind::Untrusted;
}

Exit Conversation::give_up() const {
    switch (ending_.kind) {
        case EndKind::Refused:
        case EndKind::HungUp:
        case EndKind::Disconnected:
        case EndKind::Lost: return Exit::Refused;
        default: return Exit::Unreachable;
    }
}

void Conversation::tell(std::string_view text) const {
    print(narration_.file, text);
}

void Conversation::step(std::string_view text) const {
    if (narration_.verbose) print(narration_.file, fmt::format("{}\n", text));
}

Circumstances Conversation::circumstances() const {
    return {client_->plan(), named_authorizer_, errand_.topic()};
}

}  // namespace gatehouse::server::device
