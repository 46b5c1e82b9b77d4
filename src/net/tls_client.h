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

namespace gatehouse::net {

// Who the server has to be.
struct ServerTrust {
    std::string host;             // the name or address that its certificate must carry
    std::string authorities_pem;  // one or more CA certificates; nobody else is trusted
};

// Opens a TCP connection and performs the handshake (TLS 1.2 or 1.3). InvalidInput: the CA
// certificates cannot be read. Unauthorized: the server is not who it should be. Unavailable and
// Timeout as connect_tcp().
async::Task<Result<std::unique_ptr<Stream>>> connect_tls(async::EventLoop& loop, Address address,
                                                         ServerTrust trust, Deadline deadline);

}  // namespace gatehouse::net
