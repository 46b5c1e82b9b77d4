// One instance's Runtime API on the network: its port, the connections on it, and the requests
// they carry, in and out of a RuntimeApi.
//
// Threads: one loop.
// Lifetimes: the owner outlives the endpoint. The endpoint may be destroyed from within any of
// the owner's methods except where said.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "async/event_loop.h"
#include "base/result.h"
#include "functions/runtime_api.h"

namespace gatehouse::functions {

class RuntimeEndpointOwner {
public:
    // A request changed the state. Must not destroy the endpoint.
    virtual void on_runtime_event(RuntimeApi::Outcome outcome) = 0;
    // Whether the peer of this new connection belongs to the instance.
    virtual bool may_connect(int connected_socket) = 0;

protected:
    ~RuntimeEndpointOwner() = default;
};

class RuntimeEndpoint final : async::ReadinessHandler, Pinned {
public:
    RuntimeEndpoint(async::EventLoop& loop, RuntimeEndpointOwner& owner);
    ~RuntimeEndpoint();

    // Listens on a free port of 127.0.0.1.
    Result<void> open();
    // Listens on a socket that was opened elsewhere (in the instance's own network).
    void adopt(int listening_socket);
    // Zero before open().
    std::uint16_t port() const { return port_; }

    RuntimeApi::State state() const { return api_.state(); }
    // Hands an event to the runtime. Requires: state() == Waiting.
    void give(const RuntimeApi::Invocation& invocation);

private:
    class Connection;
    friend class Connection;

    void on_ready(std::uint32_t events) override;
    void handle(Connection& connection, RuntimeRequest request);
    void drop(Connection& connection);
    void bury();

    async::EventLoop& loop_;
    RuntimeEndpointOwner& owner_;
    RuntimeApi api_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::list<std::unique_ptr<Connection>> connections_;
    // Dropped while their own code was running; destroyed at the next opportunity.
    std::list<std::unique_ptr<Connection>> dropped_;
    Connection* waiting_ = nullptr;
};

}  // namespace gatehouse::functions
