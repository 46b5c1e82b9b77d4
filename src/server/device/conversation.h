// Keeps one client connected until its errand is done: connects, waits, backs off, tells what
// happens, and ends with DISCONNECT, at Ctrl-C too.
//
// Threads: one.
#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/pinned.h"
#include "server/command.h"
#include "server/device/advice.h"
#include "server/device/back_off.h"
#include "server/device/mqtt_client.h"
#include "server/device/stop_signal.h"

namespace gatehouse::server::device {

// What is done while connected. Called by the conversation alone.
class Errand {
public:
    virtual ~Errand() = default;

    virtual void on_connected(MqttClient& client) = 0;
    // At or after due(), while connected.
    virtual void on_time(MqttClient& client, SteadyTime now) = 0;
    virtual SteadyTime due() const { return SteadyTime::max(); }
    virtual void on_published(int, const Answer&) {}
    virtual void on_subscribed(int, const Answer&) {}
    virtual void on_received(const Received&) {}
    // True when there is nothing left to do or wait for.
    virtual bool finished() const = 0;
    // How the command ends once finished() or stopped.
    virtual Exit exit() const = 0;
    // Something went right since the last call: the next loss starts counting anew.
    virtual bool take_success() = 0;
    virtual std::string topic() const = 0;
    // The last line, printed at the end; may be empty.
    virtual std::string summary() const = 0;
};

struct Patience {
    int attempts_max = 10;                         // in a row without success; >= 1
    std::chrono::milliseconds answer_max{10'000};  // to reach an address, then to CONNACK
};

// What the person at the keyboard is told besides results.
struct Narration {
    std::FILE* file;
    bool verbose = true;  // each step; else problems alone
};

class Conversation final : MqttClient::Events, Pinned {
public:
    struct Parts {
        const MosquittoLibrary& library;
        const Clock& clock;
        Random& random;
        StopSignal& stop;
    };
    // `parts` and `errand` must outlive it.
    Conversation(const Parts& parts, Errand& errand, bool named_authorizer, Patience patience,
                 Narration narration);

    // Until the errand is finished, the signal comes, the server refuses, or patience is over.
    Exit run(ConnectPlan plan);

private:
    void on_connected(const Connected& connected) override;
    void on_published(int packet_id, const Answer& answer) override;
    void on_subscribed(int packet_id, const Answer& answer) override;
    void on_received(const Received& received) override;
    void on_ended(const Ending& ending) override;

    void attempt();
    void serve_connection();
    void take_leave();
    void wait(SteadyTime until);
    bool lasted() const;
    bool is_hopeless() const;
    Exit give_up() const;
    void tell(std::string_view text) const;
    void step(std::string_view text) const;
    Circumstances circumstances() const;

    const Parts parts_;
    Errand& errand_;
    const bool named_authorizer_;
    const Patience patience_;
    const Narration narration_;
    BackOff back_off_;
    std::unique_ptr<MqttClient> client_;
    Ending ending_;
    SteadyTime connected_at_ = SteadyTime::max();
    int attempts_ = 0;
    bool ever_connected_ = false;
};

}  // namespace gatehouse::server::device
