// The gates of all that is asked who clients are (custom authorizers, functions of domain
// configurations), an admission and a circuit each. They come with the first question, and those of
// what is gone are forgotten as others come.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/event_loop.h"
#include "authentication/admission.h"
#include "authentication/circuit.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::authentication {

// The gate of one that is asked; outlives what is asked of it, passes included.
struct Gate {
    Gate(async::EventLoop& loop, AdmissionSettings settings, Circuit::Settings circuit_settings)
        : admission(loop, settings), circuit(circuit_settings) {}
    Admission admission;
    Circuit circuit;
};

// A call that wants to go through a gate.
struct GateVisit {
    const Clock& clock;
    std::function<bool()> may_ask;  // what the circuit says of it
    std::function<Source()> source;
    std::string answerer;  // who is asked, for the sentence: "the function of authorizer 'x'"
    std::chrono::milliseconds wait_max{};
};
// Waits for its turn. The errors say in a sentence why nobody is asked: the circuit is open, the
// queue is full, no place came free, or too late for an answer in time.
async::Task<Result<Admission::Pass>> enter(Gate& gate, GateVisit visit, Deadline deadline);

// Keeps the pass until it is dropped, on whatever thread: the place of a call whose client has left
// stays taken as long as it takes an instance.
std::shared_ptr<const void> hold(async::EventLoop& home, std::shared_ptr<Gate> gate,
                                 Admission::Pass pass);

class Admissions : Pinned {
public:
    Admissions(async::EventLoop& loop, AdmissionSettings settings,
               Circuit::Settings circuit_settings = {})
        : loop_(loop), settings_(settings), circuit_settings_(circuit_settings) {}

    // Whether there still is one of this name.
    using IsThere = std::function<bool(const Tenant&, const std::string& name)>;
    std::shared_ptr<Gate> gate_of(const Tenant& tenant, const std::string& name,
                                  const IsThere& is_there);

    // The server is stopping: closes them, and those that come.
    void close();

    std::size_t size() const { return gates_.size(); }

private:
    // The fewest at which it looks for those that are gone.
    static constexpr std::size_t looked_at_min = 64;

    void forget_gone(const IsThere& is_there);

    async::EventLoop& loop_;
    const AdmissionSettings settings_;
    const Circuit::Settings circuit_settings_;
    std::map<std::pair<Tenant, std::string>, std::shared_ptr<Gate>> gates_;  // by tenant and name
    std::size_t look_at_ = looked_at_min;  // when there are as many
    bool closed_ = false;
};

}  // namespace gatehouse::authentication
