#include <openssl/evp.h>

#include <array>

#include "base/encoding.h"
#include "sql/function.h"
#include "sql/lexer.h"
#include "sql/md2.h"

namespace gatehouse::sql {
namespace {

bool is_base64(const Value& scheme) {
    return scheme.text() != nullptr && is_same_word(scheme.text()->view(), "base64");
}

// Of *, the caller gives the bytes of the payload.
Value encoded(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text || !is_base64(arguments[1])) return {};
    return Value(to_base64(bytes_of(*text)));
}

Value decoded(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text || !is_base64(arguments[1])) return {};
    const auto bytes = from_base64(*text);
    if (!bytes) return Null();
    const std::string_view plain = gatehouse::text_of(BytesView(*bytes));
    // Of a list of digits; what else it may be is smaller.
    constexpr std::size_t made_bytes_per_byte = sizeof(Value) / 2;
    if (!surroundings.effort.make(made_bytes_per_byte * plain.size())) return {};
    if (Value value = Value::parse(plain, surroundings.version); !value.is_undefined()) {
        return value;
    }
    return is_utf8(plain) ? Value(std::string(plain)) : Value(Null());
}

template <const EVP_MD* (*algorithm)()>
Value digest(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text) return {};
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned size = 0;
    if (EVP_Digest(text->data(), text->size(), hash.data(), &size, algorithm(), nullptr) != 1) {
        return {};
    }
    return Value(to_hex(BytesView(hash.data(), size)));
}

// It goes 54 times over each byte.
Value digest_md2(const Surroundings& surroundings, Arguments arguments) {
    constexpr std::size_t bytes_per_step = 2;
    const auto text = text_of(arguments[0]);
    if (!text || !surroundings.effort.step(text->size() / bytes_per_step)) return {};
    return Value(to_hex(md2(*text)));
}

constexpr std::array<Function, 9> encoding_table{{
    {"decode", 2, 2, Version::V2016, decoded, 2},
    {"encode", 2, 2, Version::V2016, encoded, 2},
    {"md2", 1, 1, Version::V2015, digest_md2},
    {"md5", 1, 1, Version::V2015, digest<EVP_md5>},
    {"sha1", 1, 1, Version::V2015, digest<EVP_sha1>},
    {"sha224", 1, 1, Version::V2015, digest<EVP_sha224>},
    {"sha256", 1, 1, Version::V2015, digest<EVP_sha256>},
    {"sha384", 1, 1, Version::V2015, digest<EVP_sha384>},
    {"sha512", 1, 1, Version::V2015, digest<EVP_sha512>},
}};

}  // namespace

std::span<const Function> encoding_functions() {
    return encoding_table;
}

}  // namespace gatehouse::sql
