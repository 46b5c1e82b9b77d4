// The gates of all custom authorizers, an admission and a circuit each. They come with the first
// question to an authorizer, and those of authorizers that are gone are forgotten as others come.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/event_loop.h"
#include "authentication/admission.h"
#include "authentication/circuit.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "registry/authorizer.h"
#include "registry/authorizer_directory.h"

namespace gatehouse::authentication {

// The gate of one authorizer; outlives what is asked of it, passes included.
struct Gate {
    Gate(async::EventLoop& loop, AdmissionSettings settings, Circuit::Settings circuit_settings)
        : admission(loop, settings), circuit(circuit_settings) {}
    Admission admission;
    Circuit circuit;
};

class Admissions : Pinned {
public:
    Admissions(async::EventLoop& loop, AdmissionSettings settings,
               Circuit::Settings circuit_settings = {})
        : loop_(loop), settings_(settings), circuit_settings_(circuit_settings) {}

    // `directory` says which authorizers there are.
    std::shared_ptr<Gate> gate_of(const registry::Authorizer& authorizer,
                                  const registry::AuthorizerDirectory& directory);

    // The server is stopping: closes them, and those that come.
    void close();

    std::size_t size() const { return gates_.size(); }

private:
    // The fewest at which it looks for authorizers that are gone.
    static constexpr std::size_t looked_at_min = 64;

    void forget_gone(const registry::AuthorizerDirectory& directory);

    async::EventLoop& loop_;
    const AdmissionSettings settings_;
    const Circuit::Settings circuit_settings_;
    std::map<std::pair<Tenant, std::string>, std::shared_ptr<Gate>> gates_;  // by tenant and name
    std::size_t look_at_ = looked_at_min;  // when there are as many
    bool closed_ = false;
};

}  // namespace gatehouse::authentication
