#include "signature/json_web_key.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/release.h"
#include "signature/base64url.h"
#include "signature/unique_members.h"

namespace gatehouse::signature {
namespace {

using Type = JsonWebKey::Type;

constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;
constexpr std::size_t secret_bytes_min = 32;
constexpr std::size_t secret_bytes_max = 1024;
constexpr std::size_t id_bytes_max = 512;
constexpr std::size_t exponent_bytes_max = 8;

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;

// A failure leaves entries in the thread's error queue that others would trip over.
struct QueueCleared {
    ~QueueCleared() { ERR_clear_error(); }
};

std::unexpected<Error> malformed(std::string_view why) {
    return fail(ErrorKind::InvalidInput, fmt::format("the key {}", why));
}

std::unexpected<Error> unsupported(std::string_view why) {
    return fail(ErrorKind::Unsupported, fmt::format("the key {}", why));
}

Result<std::string> text_member(const json::object& key, std::string_view name) {
    const json::value* const value = key.if_contains({name.data(), name.size()});
    if (value == nullptr || !value->is_string()) {
        return malformed(fmt::format("has no text '{}'", name));
    }
    return std::string(value->as_string());
}

Result<Bytes> bytes_member(const json::object& key, std::string_view name) {
    const auto text = text_member(key, name);
    if (!text) return fail(text.error());
    auto bytes = from_base64url(*text);
    if (!bytes || bytes->empty())
        return malformed(fmt::format("has a '{}' that is no base64url", name));
    return std::move(*bytes);
}

Number number_of(const Bytes& bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// Null when OpenSSL takes no such key: a point off its curve, for example.
evp_pkey_st* key_from(const char* kind, OSSL_PARAM* params) {
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return nullptr;
    }
    return key;
}

struct Curve {
    std::string_view name;  // of JWA
    const char* group;      // of OpenSSL
    Type type;
    std::size_t bytes;  // of a coordinate
};
constexpr std::array<Curve, 3> curves{Curve{"P-256", "P-256", Type::P256, 32},
                                      Curve{"P-384", "P-384", Type::P384, 48},
                                      Curve{"P-521", "P-521", Type::P521, 66}};

struct Facts {
    const EVP_MD* (*digest)();
    std::size_t digest_bytes;
    bool is_pss = false;
};
Facts facts_of(TokenAlgorithm algorithm) {
    using enum TokenAlgorithm;
    switch (algorithm) {
        case RS256:
        case ES256:
        case HS256: return {EVP_sha256, 32};
        case RS384:
        case ES384:
        case HS384: return {EVP_sha384, 48};
        case RS512:
        case ES512:
        case HS512: return {EVP_sha512, 64};
        case PS256: return {EVP_sha256, 32, true};
        case PS384: return {EVP_sha384, 48, true};
        case PS512: return {EVP_sha512, 64, true};
        case EdDSA: break;
    }
    return {nullptr, 0};
}

bool fits(Type type, TokenAlgorithm algorithm) {
    using enum TokenAlgorithm;
    switch (algorithm) {
        case RS256:
        case RS384:
        case RS512:
        case PS256:
        case PS384:
        case PS512: return type == Type::Rsa;
        case ES256: return type == Type::P256;
        case ES384: return type == Type::P384;
        case ES512: return type == Type::P521;
        case EdDSA: return type == Type::Ed25519 || type == Type::Ed448;
        case HS256:
        case HS384:
        case HS512: return type == Type::Secret;
    }
    return false;
}

// JWA writes both numbers one behind the other, OpenSSL wants them in DER.
std::optional<Bytes> der_of(BytesView signature, Type type) {
    const auto curve = std::ranges::find(curves, type, &Curve::type);
    if (curve == curves.end() || signature.size() != 2 * curve->bytes) return std::nullopt;
    const EcSignature numbers(ECDSA_SIG_new());
    BIGNUM* const r = BN_bin2bn(signature.data(), static_cast<int>(curve->bytes), nullptr);
    BIGNUM* const s =
        BN_bin2bn(signature.data() + curve->bytes, static_cast<int>(curve->bytes), nullptr);
    if (ECDSA_SIG_set0(numbers.get(), r, s) != 1) return std::nullopt;
    unsigned char* text = nullptr;
    const int length = i2d_ECDSA_SIG(numbers.get(), &text);
    if (length <= 0) return std::nullopt;
    Bytes der(text, text + length);
    OPENSSL_free(text);
    return der;
}

// Whether a set may hold it without its being for us.
std::optional<std::string> other_purpose(const json::object& key) {
    if (const json::value* const use = key.if_contains("use"); use != nullptr && *use != "sig") {
        return "is not for signatures ('use')";
    }
    const json::value* const operations = key.if_contains("key_ops");
    if (operations == nullptr) return std::nullopt;
    if (!operations->is_array() ||
        std::ranges::find(operations->as_array(), json::value("verify")) ==
            operations->as_array().end()) {
        return "is not for verifying ('key_ops')";
    }
    return std::nullopt;
}

}  // namespace

void JsonWebKey::FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Result<JsonWebKey::PublicKey> JsonWebKey::rsa_key(const json::object& key) {
    const auto modulus = bytes_member(key, "n");
    if (!modulus) return fail(modulus.error());
    const auto exponent = bytes_member(key, "e");
    if (!exponent) return fail(exponent.error());
    if (modulus->size() > rsa_bits_max / 8 || exponent->size() > exponent_bytes_max) {
        return malformed("has numbers that are too large");
    }
    const Number n = number_of(*modulus);
    const Number e = number_of(*exponent);
    if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1 || BN_is_odd(n.get()) == 0) {
        return malformed("has numbers that make no RSA key");
    }
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    PublicKey made(key_from("RSA", params.get()));
    if (!made) return malformed("is no RSA key");
    return made;
}

Result<JsonWebKey::PublicKey> JsonWebKey::curve_key(const json::object& key) {
    const auto name = text_member(key, "crv");
    if (!name) return fail(name.error());
    const auto curve = std::ranges::find(curves, std::string_view(*name), &Curve::name);
    if (curve == curves.end()) return unsupported("is of a curve that is not used here");
    const auto x = bytes_member(key, "x");
    if (!x) return fail(x.error());
    const auto y = bytes_member(key, "y");
    if (!y) return fail(y.error());
    if (x->size() != curve->bytes || y->size() != curve->bytes) {
        return malformed(fmt::format("has coordinates of another length than {}'s", *name));
    }
    Bytes point{4};  // uncompressed
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    PublicKey made(key_from("EC", params.get()));
    if (!made) return malformed(fmt::format("is no point of {}", *name));
    return made;
}

Result<JsonWebKey::PublicKey> JsonWebKey::edwards_key(const json::object& key) {
    const auto name = text_member(key, "crv");
    if (!name) return fail(name.error());
    if (*name != "Ed25519" && *name != "Ed448") {
        return unsupported("is of a curve that is not used here");
    }
    const auto x = bytes_member(key, "x");
    if (!x) return fail(x.error());
    PublicKey made(EVP_PKEY_new_raw_public_key(
        *name == "Ed25519" ? EVP_PKEY_ED25519 : EVP_PKEY_ED448, nullptr, x->data(), x->size()));
    if (!made) return malformed(fmt::format("is no {} key", *name));
    return made;
}

Result<JsonWebKey> JsonWebKey::of(PublicKey key) {
    JsonWebKey made;
    switch (EVP_PKEY_get_base_id(key.get())) {
        case EVP_PKEY_RSA: {
            const int bits = EVP_PKEY_get_bits(key.get());
            if (bits < rsa_bits_min || bits > rsa_bits_max) {
                return malformed(fmt::format("has {} bits; RSA keys of {} to {} are taken", bits,
                                             rsa_bits_min, rsa_bits_max));
            }
            made.type_ = Type::Rsa;
            break;
        }
        case EVP_PKEY_EC: {
            const int bits = EVP_PKEY_get_bits(key.get());
            std::array<char, 64> group{};
            EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), nullptr);
            const std::string_view name(group.data());
            if (bits == 256 && (name == "prime256v1" || name == "P-256")) {
                made.type_ = Type::P256;
            } else if (bits == 384 && (name == "secp384r1" || name == "P-384")) {
                made.type_ = Type::P384;
            } else if (bits == 521 && (name == "secp521r1" || name == "P-521")) {
                made.type_ = Type::P521;
            } else {
                return unsupported("is of a curve that is not used here");
            }
            break;
        }
        case EVP_PKEY_ED25519: made.type_ = Type::Ed25519; break;
        case EVP_PKEY_ED448: made.type_ = Type::Ed448; break;
        default: return unsupported("is of a type that is not used here");
    }
    made.public_key_ = std::move(key);
    return made;
}

Result<JsonWebKey> JsonWebKey::from_json(const json::object& key) {
    const QueueCleared cleared;
    const auto type = text_member(key, "kty");
    if (!type) return fail(type.error());
    if (const auto other = other_purpose(key)) return unsupported(*other);
    Result<JsonWebKey> made = unsupported("is of a type that is not used here");
    if (*type == "oct") {
        const auto secret = bytes_member(key, "k");
        if (!secret) return fail(secret.error());
        if (secret->size() < secret_bytes_min || secret->size() > secret_bytes_max) {
            return malformed(fmt::format("is a secret of {} bytes; {} to {} are taken",
                                         secret->size(), secret_bytes_min, secret_bytes_max));
        }
        made = JsonWebKey();
        made->secret_.assign(secret->begin(), secret->end());
    } else {
        if (key.contains("d")) return malformed("is a private key; give its public part alone");
        Result<PublicKey> public_key = unsupported("is of a type that is not used here");
        if (*type == "RSA") public_key = rsa_key(key);
        if (*type == "EC") public_key = curve_key(key);
        if (*type == "OKP") public_key = edwards_key(key);
        if (!public_key) return fail(std::move(public_key.error()));
        made = of(std::move(*public_key));
    }
    if (!made) return made;
    if (key.contains("kid")) {
        auto id = text_member(key, "kid");
        if (!id || id->size() > id_bytes_max) return malformed("has a 'kid' that is no short text");
        made->id_ = std::move(*id);
    }
    if (key.contains("alg")) {
        const auto name = text_member(key, "alg");
        made->algorithm_ = name ? parse_choice<TokenAlgorithm>(*name) : std::nullopt;
        if (!made->algorithm_ || !fits(made->type_, *made->algorithm_)) {
            return unsupported("is for an algorithm ('alg') that is not used here");
        }
    }
    return made;
}

Result<JsonWebKey> JsonWebKey::from_pem(const std::string& pem) {
    const QueueCleared cleared;
    if (pem.contains("PRIVATE KEY")) {
        return malformed("is a private key; give the public key (openssl pkey -pubout)");
    }
    if (pem.contains("BEGIN CERTIFICATE")) {
        return malformed("is a certificate; give its public key (openssl x509 -pubkey -noout)");
    }
    const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    PublicKey key(PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr));
    if (!key) return malformed("is not a PEM public key (-----BEGIN PUBLIC KEY-----)");
    return of(std::move(key));
}

bool JsonWebKey::serves_for(TokenAlgorithm algorithm) const {
    if (!fits(type_, algorithm) || (algorithm_ && *algorithm_ != algorithm)) return false;
    // RFC 7518 section 3.2: a secret is at least as long as the hash.
    return type_ != Type::Secret || secret_.size() >= facts_of(algorithm).digest_bytes;
}

bool JsonWebKey::verifies(TokenAlgorithm algorithm, std::string_view text,
                          BytesView signature) const {
    if (!serves_for(algorithm)) return false;
    if (type_ != Type::Secret) {
        const QueueCleared cleared;
        return verifies_publicly(algorithm, text, signature);
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
    unsigned int length = 0;
    const bool is_made =
        HMAC(facts_of(algorithm).digest(), secret_.data(), static_cast<int>(secret_.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data(),
             &length) != nullptr;
    return is_made && equal_in_constant_time(
                          {reinterpret_cast<const char*>(made.data()), length},
                          {reinterpret_cast<const char*>(signature.data()), signature.size()});
}

bool JsonWebKey::verifies_publicly(TokenAlgorithm algorithm, std::string_view text,
                                   BytesView signature) const {
    const Facts facts = facts_of(algorithm);
    std::optional<Bytes> der;
    if (type_ == Type::P256 || type_ == Type::P384 || type_ == Type::P521) {
        der = der_of(signature, type_);
        if (!der) return false;
        signature = *der;
    }
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;  // the digest context's
    if (EVP_DigestVerifyInit(context.get(), &key_context,
                             facts.digest == nullptr ? nullptr : facts.digest(), nullptr,
                             public_key_.get()) != 1) {
        return false;
    }
    if (facts.is_pss &&
        (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return false;
    }
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

namespace {

Result<std::vector<json::object>> objects_in(const std::string& text, bool& is_set) {
    const auto value = parse_json(text, "the set of keys");
    if (!value) return fail(value.error());
    if (!has_unique_members(text)) {
        return fail(ErrorKind::InvalidInput, "the set of keys names a member twice");
    }
    if (!value->is_object()) return fail(ErrorKind::InvalidInput, "the set of keys is no object");
    const json::object& object = value->as_object();
    const json::value* const keys = object.if_contains("keys");
    if (keys == nullptr) return std::vector<json::object>{object};
    if (!keys->is_array()) return fail(ErrorKind::InvalidInput, "'keys' is no list");
    is_set = true;
    std::vector<json::object> objects;
    for (const json::value& key : keys->as_array()) {
        if (!key.is_object()) return fail(ErrorKind::InvalidInput, "a key is no object");
        objects.push_back(key.as_object());
    }
    return objects;
}

std::vector<std::string> pems_in(const std::string& text) {
    constexpr std::string_view begin = "-----BEGIN ";
    std::vector<std::string> pems;
    for (auto at = text.find(begin); at != text.npos;) {
        const auto next = text.find(begin, at + begin.size());
        pems.push_back(text.substr(at, next == text.npos ? next : next - at));
        at = next;
    }
    return pems;
}

}  // namespace

Result<JsonWebKeys> JsonWebKeys::parse(const std::string& text, KeyOrigin origin) {
    std::vector<Result<JsonWebKey>> read;
    bool is_set = false;
    if (origin == KeyOrigin::OwnFile && text.contains("-----BEGIN ")) {
        for (const std::string& pem : pems_in(text)) read.push_back(JsonWebKey::from_pem(pem));
    } else {
        const auto objects = objects_in(text, is_set);
        if (!objects) return fail(objects.error());
        for (const json::object& key : *objects) read.push_back(JsonWebKey::from_json(key));
    }
    if (read.size() > web_keys_max && origin == KeyOrigin::OwnFile) {
        return fail(ErrorKind::InvalidInput, fmt::format("there are {} keys; at most {} are taken",
                                                         read.size(), web_keys_max));
    }
    JsonWebKeys keys;
    for (std::size_t i = 0; i < read.size(); ++i) {
        Result<JsonWebKey>& key = read[i];
        if (key && (origin == KeyOrigin::OwnFile || key->type() != Type::Secret)) {
            if (keys.keys_.size() == web_keys_max) break;
            keys.keys_.push_back(std::move(*key));
        } else if (!key && origin == KeyOrigin::OwnFile &&
                   key.error().kind != ErrorKind::Unsupported) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("key {}: {}", i + 1, key.error().message));
        }
    }
    const bool may_be_empty = is_set && origin == KeyOrigin::Fetched;
    if (keys.keys_.empty() && !may_be_empty) {
        return fail(ErrorKind::InvalidInput, "there is no key that could verify a signature");
    }
    return keys;
}

}  // namespace gatehouse::signature
