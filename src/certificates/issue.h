// Making certificates: an authority's own, and those it signs.
//
// Threads: any. RSA keys take tens of milliseconds and more; not on a loop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

struct evp_pkey_st;

namespace gatehouse::certificates {

enum class NewKey : std::uint8_t { EcP256, Rsa2048 };

struct Names {
    std::vector<std::string> dns;           // may begin with "*."
    std::vector<std::string> ip_addresses;  // "127.0.0.1", "::1"
};

struct Validity {
    WallTime not_before;
    WallTime not_after;
};

enum class Purpose : std::uint8_t { Server, Client };

// An authority's certificate and private key.
struct AuthorityPem {
    std::string certificate_pem;
    std::string private_key_pem;
};

struct IssuedPem {
    std::string certificate_pem;
    std::string private_key_pem;  // empty when the key was the requester's own
    std::string public_key_pem;
    WallTime not_after{};
};

struct AuthorityRequest {
    std::string common_name;
    Validity validity;
    Purpose purpose = Purpose::Server;  // the only one its certificates can serve
    // What it may sign for: each DNS name with everything under it, each network in CIDR form
    // ("127.0.0.0/8"). Both empty: no constraint.
    std::vector<std::string> permitted_dns;
    std::vector<std::string> permitted_networks;
};

// A self-signed EC P-256 authority (RFC 5280 section 4.2.1: critical basicConstraints, keyUsage
// and nameConstraints, path length 0).
Result<AuthorityPem> make_authority(const AuthorityRequest& request, Random& random);

struct LeafRequest {
    std::string common_name;
    Names names;
    Validity validity;
    Purpose purpose = Purpose::Server;
};

// A certificate with a new key.
Result<IssuedPem> issue(const AuthorityPem& authority, const LeafRequest& request, NewKey key,
                        Random& random);
// The same with a private key that was made before.
Result<IssuedPem> issue_with(evp_pkey_st& key, const AuthorityPem& authority,
                             const LeafRequest& request, Random& random);
// A certificate for the key of a signing request; the request's own subject is not taken over.
Result<IssuedPem> issue_for_request(const AuthorityPem& authority, const LeafRequest& request,
                                    std::string_view request_pem, Random& random);

}  // namespace gatehouse::certificates
