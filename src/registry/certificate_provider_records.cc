#include "registry/certificate_provider_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/resource_tags.h"
#include "registry/certificate_provider_record.h"
#include "registry/function_arn.h"
#include "registry/persistently.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view provider_function_field = "lambdaFunctionArn";

}  // namespace

Outcome<CertificateProvider> CertificateProviderRecords::create(
    const Tenant& tenant, const NewCertificateProvider& wanted) {
    if (auto checked = check_function_arn(wanted.function_arn, provider_function_field); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    const CertificateProvider provider{.tenant = tenant,
                                       .name = wanted.name,
                                       .function_arn = wanted.function_arn,
                                       .operations = wanted.operations,
                                       .tags = wanted.tags,
                                       .client_token = wanted.client_token};
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key},
                  changed_meanwhile(certificate_provider_words, wanted.name.view()));
    batch.require(storage::FewerThan{tenant, certificate_provider_kind, certificate_providers_max},
                  Error{ErrorKind::LimitExceeded,
                        "an account has at most one certificate provider in a region",
                        {}});
    batch.put(key, encode(provider));
    const auto created = store_.apply(batch);
    if (created) return describe(tenant, wanted.name);
    auto refused = refused_by(created.error());
    if (refused.refusal != Refusal::VersionConflict) return refuse(std::move(refused));
    return answer_repeated(tenant, wanted);
}

Outcome<CertificateProvider> CertificateProviderRecords::answer_repeated(
    const Tenant& tenant, const NewCertificateProvider& wanted) {
    auto present = describe(tenant, wanted.name);
    if (!present) return present;
    if (!wanted.client_token.empty() && present->client_token == wanted.client_token &&
        present->function_arn == wanted.function_arn && present->operations == wanted.operations) {
        return present;
    }
    return refuse(Refused{
        Refusal::ResourceAlreadyExists,
        fmt::format("Certificate provider {} already exists.", wanted.name.view()),
        std::string(certificate_provider_words.field), wanted.name.value(), present->arn()});
}

Outcome<Stored<CertificateProvider>> CertificateProviderRecords::read(
    const Tenant& tenant, const CertificateProviderName& name) {
    return read_stored(store_, key_of(tenant, name), certificate_provider_words,
                       decode_certificate_provider);
}

Outcome<CertificateProvider> CertificateProviderRecords::describe(
    const Tenant& tenant, const CertificateProviderName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<CertificateProvider> CertificateProviderRecords::update(
    const Tenant& tenant, const CertificateProviderName& name,
    const CertificateProviderChange& change) {
    if (change.function_arn) {
        if (auto checked = check_function_arn(*change.function_arn, provider_function_field);
            !checked) {
            return refuse(std::move(checked.error()));
        }
    }
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<CertificateProvider> CertificateProviderRecords::try_update(
    const Tenant& tenant, const CertificateProviderName& name,
    const CertificateProviderChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    CertificateProvider& provider = stored->value;
    provider.function_arn = change.function_arn.value_or(provider.function_arn);
    provider.operations = change.operations.value_or(provider.operations);
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision},
                  changed_meanwhile(certificate_provider_words, name.view()));
    batch.put(key, encode(provider));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return provider;
}

Outcome<void> CertificateProviderRecords::remove(const Tenant& tenant,
                                                 const CertificateProviderName& name) {
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::Exists{key}, Error{ErrorKind::NotFound, "", {}});
    batch.change(storage::Remove{key});
    const auto removed = store_.apply(batch);
    if (removed) return {};
    if (removed.error().kind == ErrorKind::NotFound) {
        return refuse(missing(store_, key, certificate_provider_words));
    }
    return refuse(refused_by(removed.error()));
}

Outcome<Page<CertificateProvider>> CertificateProviderRecords::list(const Tenant& tenant,
                                                                    const Listing& listing) {
    return list_records<CertificateProvider>(
        store_, {.tenant = tenant, .kind = certificate_provider_kind}, listing,
        decode_certificate_provider, [](const CertificateProvider&) { return true; });
}

Outcome<std::optional<CertificateProvider>> CertificateProviderRecords::default_for(
    const Tenant& tenant, std::string_view operation) {
    auto all = list(tenant, {.page_size = certificate_providers_max});
    if (!all) return refuse(std::move(all.error()));
    for (CertificateProvider& provider : all->items) {
        if (std::ranges::count(provider.operations, operation) > 0) return std::move(provider);
    }
    return std::nullopt;
}

}  // namespace gatehouse::registry
