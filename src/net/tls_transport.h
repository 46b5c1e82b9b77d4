// A TLS stream on a non-blocking socket. Internal to net.
#pragma once

#include <memory>

#include "net/transport.h"

struct ssl_st;

namespace gatehouse::net {

class TlsTransport final : public Transport {
public:
    // Takes the socket and the SSL object, which is not yet bound to it.
    TlsTransport(int descriptor, ssl_st* ssl);
    ~TlsTransport() override;

    // One step of the handshake, as client or server (SSL_set_connect_state/_accept_state).
    IoOutcome shake_hands();
    ssl_st* native() const { return ssl_; }

    int descriptor() const override { return descriptor_; }
    IoOutcome read(std::span<std::uint8_t> into) override;
    IoOutcome write(std::span<const iovec> pieces) override;
    void shut_down() override;
    bool has_buffered_input() const override;
    bool owes_goodbye() const override;
    std::string error_text() const override { return error_; }

private:
    IoOutcome outcome_of(int result);
    void acknowledge_now();

    int descriptor_;
    ssl_st* ssl_;
    std::string error_;
    IoOutcome::Status end_ = IoOutcome::Status::Done;  // once broken
    bool broken_ = false;
    bool awaits_first_bytes_ = false;  // of a client that is through with its handshake
};

}  // namespace gatehouse::net
