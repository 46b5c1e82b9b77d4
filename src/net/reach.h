// Where requests may go whose address a user chose: into the public Internet, and where the
// operator says. Without it, whoever may name a URL could have this server ask its neighbours, and
// itself.
//
// What counts is the address that is connected to, not its name, which may lead elsewhere a moment
// later.
//
// Threads: immutable; any.
#pragma once

#include <utility>
#include <vector>

#include "net/address.h"
#include "net/address_range.h"

namespace gatehouse::net {

// Whether the address is of the public Internet, and no special one.
// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
bool is_public(const Address& address);

class Reach {
public:
    explicit Reach(std::vector<AddressRange> besides) : besides_(std::move(besides)) {}

    // Public addresses with TLS; those of the ranges without, too.
    bool allows(const Address& address, bool is_encrypted) const;

private:
    const std::vector<AddressRange> besides_;
};

}  // namespace gatehouse::net
