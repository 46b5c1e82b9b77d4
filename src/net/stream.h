// A transport as a task sees it: reads and writes that wait, each with a deadline. For
// conversations that are told top to bottom (handshakes, CONNECT, HTTP); the packet path uses
// the transport directly.
//
// Threads: one loop. One read and one write may wait at the same time.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/wake.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/transport.h"

namespace gatehouse::net {

class Stream final : async::ReadinessHandler, Pinned {
public:
    Stream(async::EventLoop& loop, std::unique_ptr<Transport> transport, PeerFacts facts);
    // Closes the connection unless the transport was released.
    ~Stream();

    // At least one byte, or 0 at the end of the stream. Timeout, or Unavailable when it broke. Who
    // always has more to say does not keep the loop to itself: after some reads in a turn of the
    // loop the others have theirs.
    async::Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into, Deadline deadline);
    // Drops what comes until the peer closes, or this long of the machine's time: closing with
    // unread input would reset the connection, which may take from the peer what it was told last.
    async::Task<void> drop_input(SteadyTime::duration at_most);
    // Everything or an error.
    async::Task<Result<void>> write_all(BytesView bytes, Deadline deadline);
    async::Task<Result<void>> write_all(std::span<const iovec> pieces, Deadline deadline);

    // Until the socket is ready for what an outcome of the transport waits for. As for reads and
    // writes, of which none may wait at the same time.
    async::Task<Result<void>> wait_for(IoOutcome::Status status, Deadline deadline);

    // Makes a waiting read or write fail with Cancelled, and all later ones.
    void cancel();
    // The same for reads alone: what is being answered still gets its answer.
    void cancel_reads();
    // Gives the transport away (to another loop or to the packet path). The stream is done then.
    std::unique_ptr<Transport> release();

    const PeerFacts& facts() const { return facts_; }
    // Once the handshake told more of them.
    void learn(PeerFacts facts) { facts_ = std::move(facts); }
    async::EventLoop& loop() { return loop_; }
    Transport& transport() { return *transport_; }

private:
    void on_ready(std::uint32_t events) override;
    void want(std::uint32_t events);
    bool has_had_its_turn();

    async::EventLoop& loop_;
    std::unique_ptr<Transport> transport_;
    PeerFacts facts_;
    async::Wake readable_;
    async::Wake writable_;
    std::uint32_t interest_ = 0;
    std::uint32_t reads_this_turn_ = 0;
    std::uint64_t turn_ = 0;  // of the loop, as reads_this_turn_
    bool at_end_ = false;     // the next read tells it
    bool watched_ = false;
    bool reading_ = false;
    bool cancelled_ = false;
    bool reads_cancelled_ = false;
};

}  // namespace gatehouse::net
