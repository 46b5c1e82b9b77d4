#include "certificates/revocation_lists.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/durable_file.h"
#include "certificates/name_text.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {

namespace {

using Crl = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;
using DistributionPoint = std::unique_ptr<ISSUING_DIST_POINT, Release<ISSUING_DIST_POINT_free>>;
using Serial = std::unique_ptr<ASN1_INTEGER, Release<ASN1_INTEGER_free>>;
using Enumerated = std::unique_ptr<ASN1_ENUMERATED, Release<ASN1_ENUMERATED_free>>;

struct FreedInfos {
    void operator()(STACK_OF(X509_INFO) * stack) const {
        sk_X509_INFO_pop_free(stack, X509_INFO_free);
    }
};
using Infos = std::unique_ptr<STACK_OF(X509_INFO), FreedInfos>;

}  // namespace

struct RevocationLists::List {
    Crl crl;
    std::string issuer;
    std::optional<WallTime> next_update;  // none: it never runs out
};

namespace {

using List = RevocationLists::List;

// What the files hold, before the ones are held against the others.
struct FoundInFiles {
    struct File {
        std::string path;
        Crl crl;
    };
    std::vector<File> lists;
    std::vector<openssl::Certificate> authorities;
};

std::unexpected<Error> unusable(std::string_view file, std::string_view why) {
    return fail(ErrorKind::InvalidInput, fmt::format("{}: {}", file, why));
}

Result<void> take_pem(const std::string& text, const std::string& file, FoundInFiles& found) {
    const openssl::Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const Infos infos(PEM_X509_INFO_read_bio(bio.get(), nullptr, nullptr, nullptr));
    if (infos == nullptr) return openssl::failed(ErrorKind::InvalidInput, file + " does not read");
    for (int i = 0; i < sk_X509_INFO_num(infos.get()); ++i) {
        X509_INFO* const info = sk_X509_INFO_value(infos.get(), i);
        if (info->crl != nullptr) {
            found.lists.push_back({file, Crl(std::exchange(info->crl, nullptr))});
        }
        if (info->x509 != nullptr) {
            found.authorities.emplace_back(std::exchange(info->x509, nullptr));
        }
    }
    return {};
}

Result<void> take_file(const std::string& text, const std::string& file, FoundInFiles& found) {
    const std::size_t before = found.lists.size() + found.authorities.size();
    if (text.contains("-----BEGIN ")) {
        if (auto taken = take_pem(text, file, found); !taken) return taken;
    } else {
        const auto* at = reinterpret_cast<const unsigned char*>(text.data());
        const auto* const end = at + text.size();
        Crl crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(text.size())));
        ERR_clear_error();
        if (crl != nullptr && at == end) found.lists.push_back({file, std::move(crl)});
    }
    if (found.lists.size() + found.authorities.size() > before) return {};
    return unusable(file, "neither a revocation list in PEM or DER nor a certificate in PEM");
}

Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return std::vector{path};
    std::vector<std::filesystem::path> files;
    std::filesystem::directory_iterator at(path, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        if (at->path().filename().string().starts_with('.')) continue;
        if (at->is_directory(error)) continue;
        files.push_back(at->path());
        if (files.size() > revocation_files_max) {
            return fail(ErrorKind::TooLarge, fmt::format("{} has more than {} files", path.string(),
                                                         revocation_files_max));
        }
    }
    if (error) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("{} cannot be listed: {}", path.string(), error.message()));
    }
    std::ranges::sort(files);  // so that the first complaint is always the same one
    return files;
}

bool is_signed_by(X509_CRL& crl, X509& authority) {
    const bool may_sign = (X509_get_key_usage(&authority) & KU_CRL_SIGN) != 0;
    const bool is_named =
        X509_NAME_cmp(X509_CRL_get_issuer(&crl), X509_get_subject_name(&authority)) == 0;
    EVP_PKEY* const key = X509_get0_pubkey(&authority);
    const bool is_signed =
        may_sign && is_named && key != nullptr && X509_CRL_verify(&crl, key) == 1;
    ERR_clear_error();
    return is_signed;
}

// Extensions that nobody may pass over without understanding them; empty: there are none.
// Source: RFC 5280, section 5.2.
std::string_view refused_extension(X509_CRL& crl) {
    for (int i = 0; i < X509_CRL_get_ext_count(&crl); ++i) {
        X509_EXTENSION* const extension = X509_CRL_get_ext(&crl, i);
        const int kind = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (kind == NID_delta_crl) return "it is a delta CRL; a complete list is needed";
        if (kind != NID_issuing_distribution_point && X509_EXTENSION_get_critical(extension) != 0) {
            return "it has a critical extension that is not understood here";
        }
    }
    const DistributionPoint point(static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(&crl, NID_issuing_distribution_point, nullptr, nullptr)));
    if (point != nullptr && point->indirectCRL > 0) {
        return "it is an indirect CRL; a list of its issuer's own certificates is needed";
    }
    return {};
}

Result<std::shared_ptr<const List>> checked(FoundInFiles::File file,
                                            const std::vector<openssl::Certificate>& authorities) {
    X509_CRL& crl = *file.crl;
    const std::string issuer = distinguished_name_text(X509_CRL_get_issuer(&crl));
    if (const auto why = refused_extension(crl); !why.empty()) return unusable(file.path, why);
    const bool is_known = std::ranges::any_of(
        authorities, [&](const auto& authority) { return is_signed_by(crl, *authority); });
    if (!is_known) {
        return unusable(file.path,
                        fmt::format("no CA certificate beside it signed the list of {}; put the "
                                    "certificate of that CA into the same file or folder, in PEM",
                                    issuer));
    }
    std::optional<WallTime> next_update;
    if (const ASN1_TIME* const until = X509_CRL_get0_nextUpdate(&crl)) {
        const auto time = openssl::time_of(until, "the list's next update");
        if (!time) return unusable(file.path, time.error().message);
        next_update = *time;
    }
    // It is sorted by its first search, which is best over before others search, too.
    const Serial nobody(ASN1_INTEGER_new());
    X509_REVOKED* none = nullptr;
    X509_CRL_get0_by_serial(&crl, &none, nobody.get());
    return std::make_shared<const List>(List{std::move(file.crl), issuer, next_update});
}

// Source: RFC 5280, section 5.3.1; 7 is not used.
std::string reason_of(const X509_REVOKED& entry) {
    constexpr std::array<const char*, 11> names{
        "",
        "keyCompromise",
        "cACompromise",
        "affiliationChanged",
        "superseded",
        "cessationOfOperation",
        "certificateHold",
        "",
        "removeFromCRL",
        "privilegeWithdrawn",
        "aACompromise",
    };
    const Enumerated code(static_cast<ASN1_ENUMERATED*>(
        X509_REVOKED_get_ext_d2i(&entry, NID_crl_reason, nullptr, nullptr)));
    const long number = code == nullptr ? 0 : ASN1_ENUMERATED_get(code.get());
    return number < 0 || number >= static_cast<long>(names.size())
               ? std::string()
               : names.at(static_cast<std::size_t>(number));
}

}  // namespace

RevocationLists::RevocationLists(std::vector<std::shared_ptr<const List>> lists)
    : lists_(std::move(lists)) {}

RevocationLists::~RevocationLists() = default;

Result<std::shared_ptr<const RevocationLists>> RevocationLists::read(
    const std::filesystem::path& path) {
    const auto paths = files_of(path);
    if (!paths) return fail(paths.error());
    std::vector<RevocationFile> files;
    std::size_t bytes_left = revocation_bytes_max;
    for (const std::filesystem::path& each : *paths) {
        auto text = read_file(each, bytes_left);
        if (!text) return fail(std::move(text.error()));
        bytes_left -= text->size();
        files.push_back({each.string(), std::move(*text)});
    }
    return parse(files);
}

Result<std::shared_ptr<const RevocationLists>> RevocationLists::parse(
    std::span<const RevocationFile> files) {
    FoundInFiles found;
    for (const RevocationFile& file : files) {
        if (auto taken = take_file(file.text, file.path, found); !taken) {
            return fail(std::move(taken.error()));
        }
    }
    std::vector<std::shared_ptr<const List>> lists;
    for (FoundInFiles::File& file : found.lists) {
        auto list = checked(std::move(file), found.authorities);
        if (!list) return fail(std::move(list.error()));
        lists.push_back(std::move(*list));
    }
    return std::make_shared<const RevocationLists>(std::move(lists));
}

bool RevocationLists::is_same_as(const RevocationLists& other) const {
    return std::ranges::equal(lists_, other.lists_, [](const auto& own, const auto& its) {
        return X509_CRL_match(own->crl.get(), its->crl.get()) == 0;
    });
}

std::optional<RevocationLists::Revocation> RevocationLists::find(BytesView certificate_der) const {
    const unsigned char* at = certificate_der.data();
    const openssl::Certificate certificate(
        d2i_X509(nullptr, &at, static_cast<long>(certificate_der.size())));
    ERR_clear_error();
    if (certificate == nullptr) return std::nullopt;
    for (const auto& list : lists_) {
        if (X509_NAME_cmp(X509_CRL_get_issuer(list->crl.get()),
                          X509_get_issuer_name(certificate.get())) != 0) {
            continue;
        }
        X509_REVOKED* entry = nullptr;
        constexpr int is_revoked = 1;  // 2: taken off a list that it was on
        if (X509_CRL_get0_by_cert(list->crl.get(), &entry, certificate.get()) != is_revoked) {
            continue;
        }
        const auto since =
            openssl::time_of(X509_REVOKED_get0_revocationDate(entry), "the time of revocation");
        return Revocation{list->issuer, since.value_or(WallTime()), reason_of(*entry)};
    }
    return std::nullopt;
}

std::vector<std::string> RevocationLists::outdated(WallTime now) const {
    std::vector<std::string> sentences;
    for (const auto& list : lists_) {
        if (!list->next_update || *list->next_update >= now) continue;
        sentences.push_back(fmt::format(
            "the revocation list of {} has run out at {}: certificates that were revoked since are "
            "let in until a newer one lies there",
            list->issuer, format_iso8601(*list->next_update)));
    }
    return sentences;
}

}  // namespace gatehouse::certificates
