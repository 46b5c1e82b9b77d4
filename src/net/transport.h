// A connected byte stream, plain or TLS, as non-blocking calls. It owns the socket and nothing
// else: no buffer, no timer, no loop.
//
// Threads: one at a time; may be handed from one loop to another between calls.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "net/address.h"

namespace gatehouse::net {

// What one non-blocking call did.
struct IoOutcome {
    enum class Status : std::uint8_t {
        Done,       // `bytes` were moved (at least one)
        WaitRead,   // nothing now; try again when readable
        WaitWrite,  // nothing now; try again when writable (TLS may need it while reading)
        Closed,     // the peer ended the stream
        Failed,     // broken; see error_text()
    };
    Status status = Status::Done;
    std::size_t bytes = 0;
    // Reading: the end came with these bytes and is told at the next call, for which the socket
    // will not become readable.
    bool is_last = false;
    // Reading: there is more inside, decrypted or not, for which the socket will not become
    // readable either. Try again, whatever came now.
    bool has_more = false;
};

// Whether a client speaks TLS to a load balancer in front of this server.
enum class TlsBefore : std::uint8_t {
    No,       // or there is none
    Unknown,  // the balancer does not say
    Yes
};

// Facts about the stream that were learnt while it was set up; immutable afterwards.
struct PeerFacts {
    Address local;
    Address remote;
    TlsBefore tls_before = TlsBefore::No;
    bool is_balancer_here = false;     // there is one, on this machine
    bool is_tls = false;               // to this server
    std::string_view tls_version;      // "TLSv1.3", a constant of the library; empty without TLS
    bool is_tls_by_kernel = false;     // the kernel encrypts what is sent
    std::string server_name;           // SNI as sent; empty when absent
    std::string application_protocol;  // the ALPN protocol agreed on; empty when none
    Bytes client_certificate;          // DER; empty when none was sent
    // What the client sent behind it, in DER, where TlsSettings wants it kept; null: nothing.
    std::shared_ptr<const std::vector<Bytes>> client_chain;
};

class Transport {
public:
    virtual ~Transport() = default;

    virtual int descriptor() const = 0;
    virtual IoOutcome read(std::span<std::uint8_t> into) = 0;
    // Writes as much as the socket takes. Gathers: for TLS the pieces share records.
    virtual IoOutcome write(std::span<const iovec> pieces) = 0;
    // Whether the protocol underneath has something of its own (a Pong, a Close frame) that the
    // socket did not take yet: once it is writable, write() without pieces sends that on.
    virtual bool has_own_output() const { return false; }
    // Ends our side politely (TLS close_notify, FIN) without waiting, behind its own output.
    virtual void shut_down() = 0;
    // Whether decrypted bytes wait inside, so that the socket need not become readable again.
    virtual bool has_buffered_input() const = 0;
    // Whether the peer said that it would close, by means of the protocol underneath.
    virtual bool said_goodbye() const { return false; }
    // Whether the protocol underneath has a goodbye (TLS close_notify, a Close frame) that the peer
    // has yet to say, so that something comes even from one that has nothing more to say.
    virtual bool owes_goodbye() const { return false; }
    // Why the last call failed, in words.
    virtual std::string error_text() const = 0;
};

// A plain TCP (or Unix) socket; takes ownership of the descriptor, which must be non-blocking.
std::unique_ptr<Transport> make_plain_transport(int descriptor);

}  // namespace gatehouse::net
