// Where a broker is: a name becomes an address.
#pragma once

#include <string>

#include "base/result.h"
#include "net/address.h"

namespace gatehouse::server::bench {

// Of several addresses the first that takes a connection, or else the first. Blocks for a few
// seconds at most where a machine does not answer. Unavailable: the name is not known.
Result<net::Address> find_broker(const std::string& host, std::uint16_t port);

}  // namespace gatehouse::server::bench
