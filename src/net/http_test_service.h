// A server of HTTP on a free port of loopback, for tests of what asks one.
//
// Threads: its loop's.
#pragma once

#include <memory>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/stream.h"

namespace gatehouse::net {

class HttpTestService : Pinned {
public:
    // All must outlive it; its connections are tasks of the group.
    HttpTestService(async::EventLoop& loop, async::TaskGroup& tasks, Routes& routes)
        : loop_(loop), tasks_(tasks), routes_(routes) {
        listener_ = Listener::open(
                        loop, Address::parse("127.0.0.1", 0).value(), limits_,
                        [this](AcceptedSocket socket) {
                            ++connections_;
                            tasks_.start(serve(socket.descriptor));
                        },
                        [](std::size_t, const Error&) {})
                        .value();
        port_ = listener_->address().port();
    }

    std::uint16_t port() const { return port_; }
    int connections() const { return connections_; }  // so far
    // Nobody listens any more.
    void stop_listening() { listener_.reset(); }
    // The connections that are open end.
    void cut() {
        for (Stream* const stream : open_) stream->cancel();
    }

private:
    async::Task<void> serve(int descriptor) {
        Stream stream(loop_, make_plain_transport(descriptor), {});
        open_.push_back(&stream);
        co_await serve_http(stream, "", routes_, settings_);
        std::erase(open_, &stream);
    }

    async::EventLoop& loop_;
    async::TaskGroup& tasks_;
    Routes& routes_;
    ConnectionLimits limits_{{}};
    HttpServerSettings settings_;
    std::unique_ptr<Listener> listener_;
    std::uint16_t port_ = 0;
    int connections_ = 0;
    std::vector<Stream*> open_;
};

}  // namespace gatehouse::net
