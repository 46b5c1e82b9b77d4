#include "gateway/conversation/scripted_conversation.h"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "gateway/conversation/finding.h"
#include "gateway/conversation/fuzz_client.h"
#include "gateway/conversation/fuzz_script.h"
#include "gateway/conversation/fuzz_server.h"
#include "gateway/conversation/scripted_packets.h"
#include "mqtt/ack.h"

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;
using mqtt::PacketType;

constexpr std::string_view letters = "\ncpsut1234gdaohqbkexrfvz";
constexpr std::array client_ids = std::to_array<std::string_view>({"a", "b", "c"});
constexpr std::array waits =
    std::to_array<std::chrono::milliseconds>({1ms, 1s, 3s, 20s, 100s, 1000s, 4000s});
constexpr int rounds_max = 20'000;  // far over what any script needs to settle

// A profile in which every bound is met soon.
Profile narrow() {
    Profile profile = profile_named(ProfileName::Open);
    profile.limits.payload_bytes_max = 1000;
    profile.limits.filters_per_subscribe_max = 2;
    profile.limits.subscriptions_per_session_max = 3;
    profile.limits.in_flight_inbound_max = 2;
    profile.limits.in_flight_outbound_max = 3;
    profile.limits.topic_alias_max = 2;
    profile.limits.session_expiry_seconds_311 = 200;
    profile.limits.session_expiry_seconds_max = 200;
    profile.limits.retry_seconds_max = 50;
    profile.limits.session_queue_messages_max = 4;
    profile.limits.session_queue_bytes_max = 1500;
    profile.limits.queues_bytes_max = 4000;
    profile.limits.retained_messages_max = 2;
    return profile;
}

FuzzServer::Settings settings_from(Script& script) {
    FuzzServer::Settings settings;
    switch (script.below(4)) {
        case 0: settings.profile = profile_named(ProfileName::Open); break;
        case 1: settings.profile = profile_named(ProfileName::Aws); break;
        case 2: settings.profile = narrow(); break;
        default:
            settings.profile = profile_named(ProfileName::AwsStrict);
            settings.profile.limits.connection_publishes_per_second_max = 4;
    }
    const std::uint32_t machine = script.below(16);
    settings.loops = 1 + machine % 2;
    // Seldom, since it takes long: a letter from N on in a seed.
    if (machine >= 14) settings.disk = FuzzServer::Disk::Kept;
    if (script.flag()) {
        settings.output_bytes_max = 600;
        settings.mailbox_bytes_max = 2000;
    }
    return settings;
}

class Play {
public:
    explicit Play(Script script)
        : script_(script), packets_(script_), server_(settings_from(script_)) {}

    void run() {
        while (!script_.is_over()) act();
        for (const auto& client : clients_) {
            if (client) client->reads = true;
        }
        settle();
        leave();
    }

private:
    void act() {
        const auto given = static_cast<char>(script_.byte());
        const bool is_letter = letters.contains(given);
        const char letter =
            is_letter ? given : letters[static_cast<std::uint8_t>(given) % letters.size()];
        if (letter == '\n') return settle();
        if (letter == 't') return wait();
        if (letter == 'f' || letter == 'v') return administrate(letter);
        if (letter == 'z') return restart();
        std::unique_ptr<FuzzClient>& client = clients_[script_.below(clients_.size())];
        if (letter == 'c' || letter == 'o') return open(client, letter);
        if (!client) return;
        switch (letter) {
            case 'h': client->hold_after(script_.byte()); return;
            case 'q': client->reads = !client->reads; return;
            case 'a': client->acknowledges = !client->acknowledges; return;
            case 'k': client.reset(); return;
            case 'e': client->end_half(); return;
            case 'b': return repeat(*client);
            case 'r': client->queue(script_.bytes(script_.below(64))); return;
            default: client->queue(packet(letter, client->model.version()));
        }
    }

    Bytes packet(char letter, mqtt::ProtocolVersion version) {
        switch (letter) {
            case 'p': return packets_.publish(version);
            case 's': return packets_.subscribe(version);
            case 'u': return packets_.unsubscribe(version);
            case '1': return packets_.ack(PacketType::Puback, version);
            case '2': return packets_.ack(PacketType::Pubrec, version);
            case '3': return packets_.ack(PacketType::Pubrel, version);
            case '4': return packets_.ack(PacketType::Pubcomp, version);
            case 'd': return packets_.disconnect(version);
            case 'x': return packets_.out_of_place(version);
            default: return {mqtt::pingreq_packet.begin(), mqtt::pingreq_packet.end()};
        }
    }

    void open(std::unique_ptr<FuzzClient>& client, char letter) {
        std::array<int, 2> ends{};
        expect(
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0,
            "no more sockets");
        const int little = 1;  // the kernel raises it to its least
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
        server_.accept(ends[0], opened_++);
        client = std::make_unique<FuzzClient>(ends[1], ledger_, server_.profile(), opened_);
        if (letter == 'c') client->queue(packets_.connect());
    }

    static void repeat(FuzzClient& client) {
        Bytes packet = client.model.last_exactly_once();
        if (packet.empty()) return;
        mqtt::patch_dup(packet.data());
        client.queue(packet);
    }

    void wait() {
        const std::chrono::milliseconds wait = script_.one_of(waits);
        // What is not acknowledged for that long may be dropped.
        if (wait.count() / 1000 >= server_.profile().limits.retry_seconds_max / 4) {
            ledger_.promises().forget_all();
        }
        server_.advance(wait);
    }

    void administrate(char letter) {
        const std::string_view client_id = script_.one_of(client_ids);
        const std::uint32_t choice = script_.below(4);
        if (letter == 'v') {
            return server_.send_direct(client_id, direct_topic, static_cast<mqtt::Qos>(choice % 2));
        }
        server_.disconnect(client_id,
                           choice % 2 == 0 ? broker::WillFate::Publish : broker::WillFate::Discard,
                           choice / 2 == 0 ? broker::SessionFate::Keep : broker::SessionFate::End);
    }

    // Where sessions end at all, nothing may be left of any.
    void leave() {
        for (auto& client : clients_) client.reset();
        settle();
        const std::uint32_t longest = server_.profile().limits.session_expiry_seconds_max;
        if (longest == no_limit) return;
        // Authentication may end, and make a session, after its client left.
        for (int i = 0; i < 2; ++i) {
            server_.advance(std::chrono::seconds(longest + 10));
            settle();
        }
        server_.check_is_empty();
    }

    void restart() {
        const bool is_crash = script_.flag();
        if (is_crash) server_.remember_disk();
        for (auto& client : clients_) client.reset();
        if (!is_crash) settle();
        server_.restart();
        ledger_.note_restart();
    }

    bool exchange() {
        bool has_moved = false;
        for (const auto& client : clients_) {
            if (client) has_moved |= client->exchange();
        }
        return has_moved;
    }

    // Until clients and server have nothing left to do, and what they owe each other is said.
    void settle() {
        int quiet = 0;
        for (int round = 0; quiet < 4; ++round) {
            expect(round < rounds_max, "the server does not come to rest");
            quiet = exchange() || server_.turn() ? 0 : quiet + 1;
            if (quiet == 2) server_.wait_for_disk();
        }
        server_.check_bounds();
        const bool throttles = server_.profile().behaviour.rates == Rates::Throttled;
        for (const auto& client : clients_) {
            if (!client || !client->reads || throttles) continue;
            client->model.expect_answered();
            if (client->acknowledges) client->model.expect_delivered();
        }
    }

    Script script_;
    ScriptedPackets packets_;
    FuzzServer server_;
    MessageLedger ledger_{server_.profile()};
    std::array<std::unique_ptr<FuzzClient>, 4> clients_;
    std::uint64_t opened_ = 0;
};

}  // namespace

void play(BytesView script) {
    Play(Script(script)).run();
}

}  // namespace gatehouse::gateway
