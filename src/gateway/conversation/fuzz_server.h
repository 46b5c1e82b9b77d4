// For the conversation fuzzer: the real gateway and broker in this process, on event loops that are
// turned by hand and with a clock that stands still until it is told otherwise.
//
// Who may come in is said by the user name: "full", "limited" (may neither publish nor subscribe to
// "denied", nor receive "t/u/v"), "slow" (after two seconds), "expiring" (refreshed every 300
// seconds, to something less each time, and cut off after 900), "refused", "unavailable".
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "async/event_loop.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "base/random.h"
#include "broker/broker.h"
#include "broker/event_loop_port.h"
#include "gateway/drop_reports.h"
#include "gateway/gateway.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "logs/metrics.h"
#include "logs/trace.h"
#include "storage/message_store.h"

namespace gatehouse::gateway {

class FuzzServer : Pinned {
public:
    enum class Disk : std::uint8_t { None, Kept };
    struct Settings {
        Profile profile;
        std::size_t loops = 1;
        Disk disk = Disk::None;
        std::size_t output_bytes_max = 1024 * 1024;
        std::size_t mailbox_bytes_max = 16 * 1024 * 1024;  // between loops
    };
    explicit FuzzServer(Settings settings);
    ~FuzzServer();

    // Takes over the server's end of a connection, on one of the loops.
    void accept(int descriptor, std::size_t loop);
    // One turn of every loop. Whether anything happened.
    bool turn();
    // Turns until everything that was to be written is on disk.
    void wait_for_disk();
    void advance(std::chrono::milliseconds by);

    // As an administrator does.
    void disconnect(std::string_view client_id, broker::WillFate will, broker::SessionFate fate);
    void send_direct(std::string_view client_id, std::string_view topic, mqtt::Qos qos);

    // What is on disk at this moment is what a server that dies now leaves.
    void remember_disk();
    // Ends every connection and the server, and begins anew with what is on disk, or was when it
    // was remembered.
    void restart();
    // The bounds of the profile on what is kept in memory.
    void check_bounds() const;
    // Nobody is connected, and every session had the time to expire.
    void check_is_empty() const;
    const Profile& profile() const { return settings_.profile; }

private:
    class Authenticator;

    void start();
    void stop();

    const Settings settings_;
    ManualClock clock_;
    SeededRandom random_{1};
    logs::NullSink events_;
    logs::FixedLevel levels_{logs::Level::Debug};
    std::filesystem::path folder_;  // empty: without disk
    Door door_;
    std::vector<std::unique_ptr<async::EventLoop>> loops_;

    // From start() to stop().
    std::unique_ptr<logs::TraceStore> traces_;
    async::Snapshot<Domains> domains_{std::make_shared<const Domains>()};
    std::unique_ptr<logs::Metrics> metrics_;
    std::unique_ptr<storage::MessageStore> store_;
    std::vector<std::unique_ptr<broker::EventLoopPort>> ports_;
    std::unique_ptr<DropReports> drop_reports_;
    std::unique_ptr<broker::Broker> broker_;
    std::unique_ptr<Authenticator> authenticator_;
    std::unique_ptr<Gateway> gateway_;
};

}  // namespace gatehouse::gateway
