// TLS for the client's side: a connection to a server that is known by its name and by who signed
// its certificate.
#pragma once

#include <memory>
#include <string>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"
#include "net/stream.h"

struct ssl_ctx_st;

namespace gatehouse::net {

// Whose word counts about who a server is; read once, for all connections that go by it. Immutable.
class TlsTrust {
public:
    // One or more CA certificates; nobody else is trusted. InvalidInput: they cannot be read.
    static Result<std::shared_ptr<const TlsTrust>> of(const std::string& authorities_pem);
    // Those that the system trusts.
    static Result<std::shared_ptr<const TlsTrust>> of_system();

    ssl_ctx_st* context() const { return context_.get(); }

private:
    struct FreeContext {
        void operator()(ssl_ctx_st* context) const;
    };
    static Result<std::shared_ptr<TlsTrust>> make();

    std::unique_ptr<ssl_ctx_st, FreeContext> context_;
};

// Who the server has to be.
struct ServerTrust {
    std::string host;  // the name or address that its certificate must carry
    std::shared_ptr<const TlsTrust> authorities;
};

// Opens a TCP connection and performs the handshake (TLS 1.2 or 1.3). Unauthorized: the
// server is not who it should be. Unavailable and Timeout as connect_tcp().
async::Task<Result<std::unique_ptr<Stream>>> connect_tls(async::EventLoop& loop, Address address,
                                                         ServerTrust trust, Deadline deadline);

}  // namespace gatehouse::net
