#include "certificates/permitted_names.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/release.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

bool contains(const Bytes& network, const Bytes& address) {
    if (network.size() != 2 * address.size()) return false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        if ((address[i] & network[address.size() + i]) != network[i]) return false;
    }
    return true;
}

std::string network_text(const Bytes& network) {
    const std::size_t size = network.size() / 2;
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(size == 4 ? AF_INET : AF_INET6, network.data(), text.data(), text.size());
    int bits = 0;
    for (std::size_t i = size; i < network.size(); ++i) bits += std::popcount(network[i]);
    return fmt::format("{}/{}", text.data(), bits);
}

}  // namespace

Bytes address_bytes(const std::string& text) {
    Bytes bytes(16);
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        bytes.resize(4);
    } else if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
        bytes.clear();
    }
    return bytes;
}

bool is_ip_address(const std::string& text) {
    return !address_bytes(text).empty();
}

bool is_dns_name(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    while (true) {
        const std::string_view label = text.substr(0, text.find('.'));
        const auto allowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_';
        };
        if (label.empty() || label.size() > 63 || !std::ranges::all_of(label, allowed))
            return false;
        if (label.front() == '-' || label.back() == '-') return false;
        if (label.size() == text.size()) return true;
        text.remove_prefix(label.size() + 1);
    }
}

Result<PermittedNames> PermittedNames::of_certificate(std::string_view pem) {
    const auto certificate = openssl::read_certificate(pem);
    if (!certificate) return fail(certificate.error());
    return of_certificate(**certificate);
}

Result<PermittedNames> PermittedNames::of_certificate(const X509& certificate) {
    PermittedNames out;
    int critical = 0;
    const std::unique_ptr<NAME_CONSTRAINTS, Release<NAME_CONSTRAINTS_free>> constraints(
        static_cast<NAME_CONSTRAINTS*>(
            X509_get_ext_d2i(&certificate, NID_name_constraints, &critical, nullptr)));
    constexpr int no_such_extension = -1;
    if (constraints == nullptr && critical != no_such_extension) {
        return openssl::failed(ErrorKind::Corrupt, "the name constraints are malformed");
    }
    if (constraints == nullptr) return out;
    out.constrained_ = true;
    const auto* trees = constraints->permittedSubtrees;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); ++i) {
        int type = 0;
        const auto* value = static_cast<const ASN1_STRING*>(
            GENERAL_NAME_get0_value(sk_GENERAL_SUBTREE_value(trees, i)->base, &type));
        if (type != GEN_DNS && type != GEN_IPADD) continue;
        const unsigned char* data = ASN1_STRING_get0_data(value);
        const Bytes bytes(data, data + ASN1_STRING_length(value));
        if (type == GEN_DNS) {
            out.dns_.emplace_back(text_of(bytes));
        } else if (bytes.size() == 8 || bytes.size() == 32) {
            out.networks_.push_back(bytes);
        }
    }
    return out;
}

bool PermittedNames::permits(const std::string& name) const {
    if (!constrained_) return true;
    if (const Bytes address = address_bytes(name); !address.empty()) {
        return std::ranges::any_of(
            networks_, [&](const Bytes& network) { return contains(network, address); });
    }
    const std::string_view plain =
        name.starts_with("*.") ? std::string_view(name).substr(2) : std::string_view(name);
    return std::ranges::any_of(dns_, [&](const std::string& permitted) {
        if (!plain.ends_with(permitted)) return false;
        return plain.size() == permitted.size() ||
               plain[plain.size() - permitted.size() - 1] == '.';
    });
}

std::string PermittedNames::describe() const {
    if (!constrained_) return "every name";
    std::vector<std::string> all = dns_;
    for (const Bytes& network : networks_) all.push_back(network_text(network));
    return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace gatehouse::certificates
