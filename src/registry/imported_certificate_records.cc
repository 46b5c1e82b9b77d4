#include "registry/imported_certificate_records.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>

#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "certificates/issuer.h"
#include "certificates/local_authority.h"
#include "net/tls_context.h"
#include "registry/domain_configuration_record.h"
#include "registry/domain_configuration_rules.h"
#include "registry/imported_certificate_record.h"
#include "registry/persistently.h"

namespace gatehouse::registry {
namespace {

std::unexpected<Refused> invalid_import(std::string why, std::string field) {
    return refuse(Refusal::CertificateValidation, std::move(why), std::move(field));
}

// Read once as TLS reads it: what OpenSSL would not show later is refused now.
Outcome<void> check(const CertificateImport& wanted, WallTime now) {
    const auto facts = certificates::parse_single_certificate_pem(wanted.certificate_pem);
    if (!facts) return invalid_import(facts.error().message, "Certificate");
    if (now > facts->not_after) return invalid_import("the certificate has run out", "Certificate");
    if (now < facts->not_before) {
        return invalid_import("the certificate is not valid yet", "Certificate");
    }
    const auto identity = net::TlsIdentity::read(wanted.certificate_pem + "\n" + wanted.chain_pem,
                                                 wanted.private_key_pem);
    if (!identity) return invalid_import(identity.error().message, "Certificate");
    // With every cipher, so that none is missed for a key that older policies alone can use.
    const auto shown = net::TlsContext::make({.identity = *identity});
    if (!shown) return invalid_import(shown.error().message, "PrivateKey");
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "Tags");
    }
    return {};
}

Error overtaken(const ImportedCertificate& certificate) {
    return changed_meanwhile(imported_certificate_words, certificate.id.view());
}

storage::LinkQuery users_of(const Tenant& tenant, const ImportedCertificateId& id) {
    return {.tenant = tenant,
            .relation = domain_certificate_relation,
            .direction = storage::Direction::To,
            .name = id.value()};
}

}  // namespace

std::string server_name_fault(const certificates::Certificate& certificate,
                              std::string_view host_name) {
    const certificates::ServerIdentity shown{.names = {.dns = certificate.dns_names}};
    if (shown.is_for(host_name)) return {};
    if (certificate.dns_names.empty()) {
        return fmt::format(
            "the certificate is not for '{}': it has no DNS name among its subject "
            "alternative names, and clients do not look at its common name",
            host_name);
    }
    return fmt::format("the certificate is not for '{}', but for {}", host_name,
                       fmt::join(certificate.dns_names, ", "));
}

std::string server_certificate_fault(const certificates::Certificate& certificate,
                                     std::string_view host_name, WallTime now) {
    if (auto fault = server_name_fault(certificate, host_name); !fault.empty()) return fault;
    if (certificate.dns_names.size() > certificate_domains_max) {
        return fmt::format("the certificate is for {} domain names; AWS IoT takes up to {}",
                           certificate.dns_names.size(), certificate_domains_max);
    }
    if (now > certificate.not_after) return "the certificate has run out";
    if (now < certificate.not_before) return "the certificate is not valid yet";
    return {};
}

Outcome<ImportedCertificate> ImportedCertificateRecords::import(const Tenant& tenant,
                                                                std::string_view arn,
                                                                const CertificateImport& wanted) {
    const WallTime now = parts_.clock.wall_now();
    if (auto checked = check(wanted, now); !checked) return refuse(std::move(checked.error()));
    ImportedCertificate certificate{.tenant = tenant,
                                    .id = ImportedCertificateId(make_uuid(parts_.random)),
                                    .certificate_pem = wanted.certificate_pem,
                                    .chain_pem = wanted.chain_pem,
                                    .imported = now,
                                    .tags = wanted.tags,
                                    .created = now};
    if (!arn.empty()) {
        auto id = imported_certificate_of(tenant, arn, "CertificateArn");
        if (!id) return refuse(std::move(id.error()));
        if (!wanted.tags.empty()) {
            return refuse(Refusal::InvalidRequest,
                          "Tags: a certificate that is imported again keeps its tags; change them "
                          "with AddTagsToCertificate",
                          "Tags");
        }
        certificate.id = std::move(*id);
    }
    certificate.sealed_key =
        parts_.box.seal(wanted.private_key_pem, seal_context(tenant, certificate.id));
    if (arn.empty()) return add(std::move(certificate));
    return persistently([&] { return replace(arn, certificate); });
}

Outcome<ImportedCertificate> ImportedCertificateRecords::add(ImportedCertificate certificate) {
    const auto key = key_of(certificate.tenant, certificate.id);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, overtaken(certificate));
    batch.require(
        storage::FewerThan{certificate.tenant, imported_certificate_kind,
                           imported_certificates_max},
        Error{ErrorKind::LimitExceeded,
              fmt::format("an account has at most {} certificates", imported_certificates_max),
              {}});
    batch.put(key, encode(certificate));
    if (const auto added = store_.apply(batch); !added) return refuse(refused_by(added.error()));
    return certificate;
}

Outcome<ImportedCertificate> ImportedCertificateRecords::replace(std::string_view arn,
                                                                 ImportedCertificate certificate) {
    auto stored = read(certificate.tenant, arn);
    if (!stored) return refuse(std::move(stored.error()));
    certificate.tags = stored->value.tags;
    certificate.created = stored->value.created;
    if (auto written = write({certificate, stored->revision}); !written) {
        return refuse(std::move(written.error()));
    }
    return certificate;
}

Outcome<void> ImportedCertificateRecords::write(const Stored<ImportedCertificate>& stored) {
    const auto key = key_of(stored.value.tenant, stored.value.id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored.revision}, overtaken(stored.value));
    batch.put(key, encode(stored.value));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<Stored<ImportedCertificate>> ImportedCertificateRecords::read(const Tenant& tenant,
                                                                      std::string_view arn) {
    const auto id = imported_certificate_of(tenant, arn, "CertificateArn");
    if (!id) return refuse(id.error());
    return read_stored(store_, key_of(tenant, *id), imported_certificate_words,
                       decode_imported_certificate);
}

Outcome<ImportedCertificateInUse> ImportedCertificateRecords::describe(const Tenant& tenant,
                                                                       std::string_view arn) {
    auto stored = read(tenant, arn);
    if (!stored) return refuse(std::move(stored.error()));
    ImportedCertificateInUse found{.certificate = std::move(stored->value), .in_use_by = {}};
    const auto users = all_links(store_, users_of(tenant, found.certificate.id));
    if (!users) return refuse(users.error());
    for (const std::string& name : *users) {
        const auto record = store_.get(key_of(tenant, DomainConfigurationName(name)));
        if (!record) continue;  // deleted meanwhile
        if (const auto user = decode_domain_configuration(*record)) {
            found.in_use_by.push_back(user->arn());
        }
    }
    return found;
}

Outcome<void> ImportedCertificateRecords::remove(const Tenant& tenant, std::string_view arn) {
    const auto stored = read(tenant, arn);
    if (!stored) return refuse(stored.error());
    const auto key = key_of(tenant, stored->value.id);
    storage::Batch batch;
    batch.require(storage::Exists{key}, Error{ErrorKind::NotFound, "it was just deleted", {}});
    batch.require(storage::HasNoLinks{tenant, domain_certificate_relation, storage::Direction::To,
                                      stored->value.id.value()},
                  Error{ErrorKind::Conflict,
                        fmt::format("Certificate {} is in use by a domain configuration of AWS "
                                    "IoT; delete that first",
                                    arn),
                        {}});
    batch.change(storage::Remove{key});
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error(), Refusal::DeleteConflict));
    }
    return {};
}

Outcome<Page<ImportedCertificate>> ImportedCertificateRecords::list(const Tenant& tenant,
                                                                    const Listing& listing) {
    return list_records<ImportedCertificate>(
        store_, {.tenant = tenant, .kind = imported_certificate_kind}, listing,
        decode_imported_certificate, [](const ImportedCertificate&) { return true; });
}

template <class Change>
Outcome<void> ImportedCertificateRecords::change_tags(const Tenant& tenant, std::string_view arn,
                                                      Change change) {
    return persistently([&]() -> Outcome<void> {
        auto stored = read(tenant, arn);
        if (!stored) return refuse(stored.error());
        change(stored->value.tags);
        if (const auto fault = tags_fault(stored->value.tags)) {
            return refuse(stored->value.tags.size() > resource_tags_max ? Refusal::LimitExceeded
                                                                        : Refusal::InvalidRequest,
                          *fault, "Tags");
        }
        return write(*stored);
    });
}

Outcome<void> ImportedCertificateRecords::add_tags(const Tenant& tenant, std::string_view arn,
                                                   const Texts& tags) {
    return change_tags(tenant, arn, [&](Texts& present) {
        for (const auto& [key, value] : tags) present[key] = value;
    });
}

Outcome<void> ImportedCertificateRecords::remove_tags(
    const Tenant& tenant, std::string_view arn,
    const std::vector<std::pair<std::string, std::string>>& tags) {
    return change_tags(tenant, arn, [&](Texts& present) {
        for (const auto& [key, value] : tags) {
            const auto found = present.find(key);
            if (found != present.end() && (value.empty() || found->second == value)) {
                present.erase(found);
            }
        }
    });
}

Outcome<net::TlsIdentity> ImportedCertificateRecords::identity(const Tenant& tenant,
                                                               const ImportedCertificateId& id) {
    const auto stored = read_stored(store_, key_of(tenant, id), imported_certificate_words,
                                    decode_imported_certificate);
    if (!stored) return refuse(stored.error());
    const ImportedCertificate& certificate = stored->value;
    auto key = parts_.box.open(certificate.sealed_key, seal_context(tenant, id));
    if (!key) return refuse(refused_by(key.error()));
    auto identity =
        net::TlsIdentity::read(certificate.certificate_pem + "\n" + certificate.chain_pem, *key);
    OPENSSL_cleanse(key->data(), key->size());
    if (!identity) return refuse(refused_by(identity.error()));
    return std::move(*identity);
}

}  // namespace gatehouse::registry
