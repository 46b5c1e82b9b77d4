#include "certificates/issue.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include <array>
#include <charconv>
#include <ctime>
#include <memory>

#include "base/bytes.h"
#include "base/release.h"
#include "certificates/openssl.h"
#include "certificates/permitted_names.h"

namespace gatehouse::certificates {
namespace {

std::unexpected<Error> broken(std::string_view what) {
    return openssl::failed(ErrorKind::Internal, what);
}

Result<openssl::Key> make_key(NewKey kind) {
    if (kind == NewKey::Rsa2048) return openssl::make_rsa_key();
    openssl::Key key(EVP_EC_gen("P-256"));
    if (key == nullptr) return broken("cannot make a key");
    return key;
}

Result<void> set_serial(X509& certificate, Random& random) {
    // 127 random bits: positive, unique without a register (RFC 5280 section 4.1.2.2).
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7f) | 0x40);
    BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
    const bool set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(&certificate)) != nullptr;
    BN_free(number);
    if (!set) return broken("cannot set a serial number");
    return {};
}

Result<void> set_validity(X509& certificate, const Validity& validity) {
    const auto set = [](ASN1_TIME* to, WallTime time) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
        return ASN1_TIME_adj(to, 0, 0, seconds.count()) != nullptr;
    };
    if (!set(X509_getm_notBefore(&certificate), validity.not_before) ||
        !set(X509_getm_notAfter(&certificate), validity.not_after)) {
        return broken("cannot set a validity");
    }
    return {};
}

Result<void> set_subject(X509& certificate, std::string_view common_name) {
    X509_NAME* name = X509_get_subject_name(&certificate);
    if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) != 1) {
        return openssl::failed(ErrorKind::InvalidInput,
                               fmt::format("'{}' cannot be a common name", common_name));
    }
    return {};
}

// Extensions in the text form of OpenSSL's configuration (x509v3_config(5)); for values that are
// ours alone, never for names from outside.
Result<void> add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    if (extension == nullptr || X509_add_ext(&certificate, extension.get(), -1) != 1) {
        return broken(fmt::format("cannot add the extension {}", OBJ_nid2sn(kind)));
    }
    return {};
}

using GeneralName = std::unique_ptr<GENERAL_NAME, Release<GENERAL_NAME_free>>;

GeneralName text_name(int type, BytesView bytes) {
    GeneralName name(GENERAL_NAME_new());
    ASN1_STRING* text = type == GEN_DNS ? static_cast<ASN1_STRING*>(ASN1_IA5STRING_new())
                                        : static_cast<ASN1_STRING*>(ASN1_OCTET_STRING_new());
    ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name.get(), type, text);
    return name;
}

// Address and mask one after the other, as a name constraint wants them.
Result<Bytes> network_bytes(const std::string& network) {
    const std::size_t slash = network.find('/');
    Bytes bytes = address_bytes(network.substr(0, slash));
    unsigned bits = 0;
    const char* end = network.data() + network.size();
    if (bytes.empty() || slash == network.npos ||
        std::from_chars(network.data() + slash + 1, end, bits).ptr != end ||
        bits > bytes.size() * 8) {
        return fail(ErrorKind::InvalidInput, fmt::format("'{}' is not a network", network));
    }
    const std::size_t size = bytes.size();
    for (std::size_t i = 0; i < size; ++i, bits -= std::min(bits, 8U)) {
        bytes.push_back(static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff00 >> bits));
        bytes[i] &= bytes.back();
    }
    return bytes;
}

Result<void> add_permitted(NAME_CONSTRAINTS& constraints, GeneralName name) {
    if (constraints.permittedSubtrees == nullptr) {
        constraints.permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
    }
    GENERAL_SUBTREE* subtree = GENERAL_SUBTREE_new();
    if (subtree == nullptr || constraints.permittedSubtrees == nullptr) {
        return broken("cannot add a name constraint");
    }
    GENERAL_NAME_free(subtree->base);
    subtree->base = name.release();
    sk_GENERAL_SUBTREE_push(constraints.permittedSubtrees, subtree);
    return {};
}

Result<void> add_name_constraints(X509& certificate, const AuthorityRequest& request) {
    if (request.permitted_dns.empty() && request.permitted_networks.empty()) return {};
    const std::unique_ptr<NAME_CONSTRAINTS, Release<NAME_CONSTRAINTS_free>> constraints(
        NAME_CONSTRAINTS_new());
    for (const std::string& name : request.permitted_dns) {
        if (auto added = add_permitted(*constraints, text_name(GEN_DNS, bytes_of(name))); !added) {
            return added;
        }
    }
    for (const std::string& network : request.permitted_networks) {
        const auto bytes = network_bytes(network);
        if (!bytes) return fail(bytes.error());
        if (auto added = add_permitted(*constraints, text_name(GEN_IPADD, *bytes)); !added) {
            return added;
        }
    }
    constexpr int critical = 1;
    if (X509_add1_ext_i2d(&certificate, NID_name_constraints, constraints.get(), critical,
                          X509V3_ADD_DEFAULT) != 1) {
        return broken("cannot add the name constraints");
    }
    return {};
}

Result<void> add_alternative_names(X509& certificate, const Names& names) {
    if (names.dns.empty() && names.ip_addresses.empty()) return {};
    const std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>> list(GENERAL_NAMES_new());
    for (const std::string& name : names.dns) {
        sk_GENERAL_NAME_push(list.get(), text_name(GEN_DNS, bytes_of(name)).release());
    }
    for (const std::string& address : names.ip_addresses) {
        const Bytes bytes = address_bytes(address);
        if (bytes.empty()) {
            return fail(ErrorKind::InvalidInput, fmt::format("'{}' is not an address", address));
        }
        sk_GENERAL_NAME_push(list.get(), text_name(GEN_IPADD, bytes).release());
    }
    constexpr int not_critical = 0;
    if (X509_add1_ext_i2d(&certificate, NID_subject_alt_name, list.get(), not_critical,
                          X509V3_ADD_DEFAULT) != 1) {
        return broken("cannot add the names");
    }
    return {};
}

std::string usage_of(Purpose purpose) {
    return purpose == Purpose::Server ? "serverAuth" : "clientAuth";
}

// Version, serial number, validity, subject, issuer and key.
Result<openssl::Certificate> begin(std::string_view common_name, const Validity& validity,
                                   EVP_PKEY& key, Random& random) {
    openssl::Certificate certificate(X509_new());
    if (certificate == nullptr) return broken("cannot make a certificate");
    constexpr long version_3 = 2;
    X509_set_version(certificate.get(), version_3);
    if (auto set = set_serial(*certificate, random); !set) return fail(set.error());
    if (auto set = set_validity(*certificate, validity); !set) return fail(set.error());
    if (auto set = set_subject(*certificate, common_name); !set) return fail(set.error());
    if (X509_set_pubkey(certificate.get(), &key) != 1) return broken("cannot set a key");
    return certificate;
}

Result<void> add_extensions(X509& certificate, X509& issuer,
                            std::initializer_list<std::pair<int, std::string>> extensions) {
    for (const auto& [kind, value] : extensions) {
        if (auto added = add_extension(certificate, issuer, kind, value); !added) return added;
    }
    return {};
}

Result<IssuedPem> sign_leaf(const AuthorityPem& authority, const LeafRequest& request,
                            EVP_PKEY& key, Random& random) {
    auto issuer = openssl::read_certificate(authority.certificate_pem);
    if (!issuer) return fail(issuer.error());
    auto issuer_key = openssl::read_private_key(authority.private_key_pem);
    if (!issuer_key) return fail(issuer_key.error());
    auto leaf = begin(request.common_name, request.validity, key, random);
    if (!leaf) return fail(leaf.error());
    X509& certificate = **leaf;
    X509_set_issuer_name(&certificate, X509_get_subject_name(issuer->get()));
    auto added = add_extensions(certificate, **issuer,
                                {{NID_basic_constraints, "critical,CA:FALSE"},
                                 {NID_key_usage, "critical,digitalSignature"},
                                 {NID_ext_key_usage, usage_of(request.purpose)},
                                 {NID_subject_key_identifier, "hash"},
                                 {NID_authority_key_identifier, "keyid:always"}});
    if (!added) return fail(added.error());
    if (auto named = add_alternative_names(certificate, request.names); !named) {
        return fail(named.error());
    }
    if (X509_sign(&certificate, issuer_key->get(), EVP_sha256()) == 0) {
        return broken("cannot sign a certificate");
    }
    auto pem = openssl::to_pem(certificate);
    if (!pem) return fail(pem.error());
    auto public_key = openssl::public_key_to_pem(key);
    if (!public_key) return fail(public_key.error());
    return IssuedPem{std::move(*pem), "", std::move(*public_key), request.validity.not_after};
}

}  // namespace

Result<AuthorityPem> make_authority(const AuthorityRequest& request, Random& random) {
    auto key = make_key(NewKey::EcP256);
    if (!key) return fail(key.error());
    auto made = begin(request.common_name, request.validity, **key, random);
    if (!made) return fail(made.error());
    X509& certificate = **made;
    X509_set_issuer_name(&certificate, X509_get_subject_name(&certificate));
    auto added = add_extensions(certificate, certificate,
                                {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                 {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                 {NID_ext_key_usage, usage_of(request.purpose)},
                                 {NID_subject_key_identifier, "hash"}});
    if (!added) return fail(added.error());
    if (auto limited = add_name_constraints(certificate, request); !limited) {
        return fail(limited.error());
    }
    if (X509_sign(&certificate, key->get(), EVP_sha256()) == 0) {
        return broken("cannot sign a certificate");
    }
    auto certificate_pem = openssl::to_pem(certificate);
    if (!certificate_pem) return fail(certificate_pem.error());
    auto key_pem = openssl::private_key_to_pem(**key);
    if (!key_pem) return fail(key_pem.error());
    return AuthorityPem{std::move(*certificate_pem), std::move(*key_pem)};
}

Result<IssuedPem> issue(const AuthorityPem& authority, const LeafRequest& request, NewKey kind,
                        Random& random) {
    auto key = make_key(kind);
    if (!key) return fail(key.error());
    return issue_with(**key, authority, request, random);
}

Result<IssuedPem> issue_with(evp_pkey_st& key, const AuthorityPem& authority,
                             const LeafRequest& request, Random& random) {
    auto issued = sign_leaf(authority, request, key, random);
    if (!issued) return issued;
    auto key_pem = openssl::private_key_to_pem(key);
    if (!key_pem) return fail(key_pem.error());
    issued->private_key_pem = std::move(*key_pem);
    return issued;
}

Result<IssuedPem> issue_for_request(const AuthorityPem& authority, const LeafRequest& request,
                                    std::string_view request_pem, Random& random) {
    auto parsed = openssl::read_request(request_pem);
    if (!parsed) return fail(parsed.error());
    EVP_PKEY* key = X509_REQ_get0_pubkey(parsed->get());
    if (key == nullptr || X509_REQ_verify(parsed->get(), key) != 1) {
        return openssl::failed(ErrorKind::InvalidInput,
                               "the signing request is not signed with its own key");
    }
    return sign_leaf(authority, request, *key, random);
}

}  // namespace gatehouse::certificates
