// Which names an authority's certificate lets it sign for.
//
// Source: RFC 5280 section 4.2.1.10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct x509_st;

namespace gatehouse::certificates {

class PermittedNames {
public:
    // Reads the name constraints of a PEM certificate; without any, everything is permitted.
    static Result<PermittedNames> of_certificate(std::string_view pem);
    static Result<PermittedNames> of_certificate(const x509_st& certificate);

    // A DNS name (a leading "*." is looked through) or an IP address.
    bool permits(const std::string& name) const;
    // "localhost, device.example; 127.0.0.0/8"
    std::string describe() const;

private:
    bool constrained_ = false;
    std::vector<std::string> dns_;  // without a leading dot
    std::vector<Bytes> networks_;   // address, then mask
};

// As certificates hold it: 4 or 16 bytes; empty when the text is no address.
Bytes address_bytes(const std::string& text);
// Whether the text is an IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);
// Whether the text is a host name as certificates hold it: at most 253 characters, labels of
// 1-63 letters, digits, '-' and '_', not beginning or ending with '-'.
bool is_dns_name(std::string_view text);

}  // namespace gatehouse::certificates
