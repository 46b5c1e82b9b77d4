#include "storage/secret_box.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/bytes.h"
#include "base/durable_file.h"
#include "base/encoding.h"

namespace gatehouse::storage {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t key_name_bytes = 4;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t header_bytes = 1 + key_name_bytes + nonce_bytes;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher make_cipher() {
    return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

const std::uint8_t* data_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string name_of_key(BytesView key) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256(key.data(), key.size(), digest.data());
    return std::string(text_of(digest).substr(0, key_name_bytes));
}

Result<std::string> make_key_file(const std::filesystem::path& file, Random& random) {
    std::array<std::uint8_t, SecretBox::key_bytes> key{};
    random.fill(key);
    std::string text = to_hex(key) + "\n";
    OPENSSL_cleanse(key.data(), key.size());
    if (auto written = write_file(file, text, FileAccess::Private); !written) {
        return fail(std::move(written.error()));
    }
    return text;
}

}  // namespace

Result<std::unique_ptr<SecretBox>> SecretBox::open_key_file(const std::filesystem::path& file,
                                                            Random& random) {
    auto text = read_private_file(file, Readers::OwnerAlone, 4096);
    if (!text && text.error().kind == ErrorKind::NotFound) text = make_key_file(file, random);
    if (!text) return fail(std::move(text.error()));
    std::string_view digits = *text;
    while (digits.ends_with('\n') || digits.ends_with('\r')) digits.remove_suffix(1);
    auto bytes = from_hex(digits);
    OPENSSL_cleanse(text->data(), text->size());
    if (!bytes || bytes->size() != key_bytes) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("{} does not hold a key of {} hexadecimal digits; restore it from "
                                "a copy (without it the stored secrets cannot be read)",
                                file.string(), 2 * key_bytes));
    }
    Key key{};
    std::ranges::copy(*bytes, key.begin());
    OPENSSL_cleanse(bytes->data(), bytes->size());
    auto box = std::unique_ptr<SecretBox>(new SecretBox(key, name_of_key(key), file, random));
    OPENSSL_cleanse(key.data(), key.size());
    return box;
}

SecretBox::SecretBox(const Key& key, std::string key_name, std::filesystem::path file,
                     Random& random)
    : key_(key), key_name_(std::move(key_name)), file_(std::move(file)), random_(random) {}

SecretBox::~SecretBox() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

std::string SecretBox::seal(std::string_view secret, std::string_view context) const {
    Bytes sealed;
    sealed.reserve(header_bytes + secret.size() + tag_bytes);
    sealed.push_back(format_version);
    sealed.insert(sealed.end(), key_name_.begin(), key_name_.end());
    sealed.resize(header_bytes + secret.size() + tag_bytes);
    const std::span<std::uint8_t> all(sealed);
    const auto nonce = all.subspan(1 + key_name_bytes, nonce_bytes);
    random_.fill(nonce);

    const Cipher cipher = make_cipher();
    int count = 0;
    const bool done =
        cipher &&
        EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce.data()) ==
            1 &&
        EVP_EncryptUpdate(cipher.get(), nullptr, &count, data_of(context),
                          static_cast<int>(context.size())) == 1 &&
        EVP_EncryptUpdate(cipher.get(), all.data() + header_bytes, &count, data_of(secret),
                          static_cast<int>(secret.size())) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), all.data() + header_bytes + count, &count) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                            all.last(tag_bytes).data()) == 1;
    assert(done && "sealing fails for want of memory only; nothing unsealed is ever stored");
    static_cast<void>(done);
    return to_base64(sealed);
}

Result<std::string> SecretBox::open(std::string_view sealed, std::string_view context) const {
    const auto bytes = from_base64(sealed);
    if (!bytes || bytes->size() < header_bytes + tag_bytes || bytes->front() != format_version) {
        return fail(ErrorKind::Corrupt, "a stored secret is damaged: it is not a sealed text");
    }
    const BytesView all(*bytes);
    if (text_of(all.subspan(1, key_name_bytes)) != key_name_) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("a stored secret was sealed with another key than the one in {}; "
                                "put the key file that belongs to this database back",
                                file_.string()));
    }
    const auto nonce = all.subspan(1 + key_name_bytes, nonce_bytes);
    const auto text = all.subspan(header_bytes, all.size() - header_bytes - tag_bytes);
    auto tag = Bytes(all.end() - tag_bytes, all.end());

    std::string secret(text.size(), '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(secret.data());
    const Cipher cipher = make_cipher();
    int count = 0;
    if (!cipher ||
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce.data()) !=
            1 ||
        EVP_DecryptUpdate(cipher.get(), nullptr, &count, data_of(context),
                          static_cast<int>(context.size())) != 1 ||
        EVP_DecryptUpdate(cipher.get(), out, &count, text.data(), static_cast<int>(text.size())) !=
            1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), out + count, &count) != 1) {
        OPENSSL_cleanse(secret.data(), secret.size());
        return fail(ErrorKind::Corrupt,
                    "a stored secret is damaged, or was moved from another record");
    }
    return secret;
}

std::string SecretBox::derived_key(std::string_view purpose) const {
    const std::string message = std::string(purpose) + '\x01';
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> key{};
    const bool done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                           data_of(message), message.size(), key.data(), nullptr) != nullptr;
    assert(done && "HMAC fails for want of memory only");
    static_cast<void>(done);
    return std::string(text_of(key));
}

}  // namespace gatehouse::storage
