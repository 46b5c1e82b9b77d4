// Certificate providers and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names; Developer Guide, "Self-managed
// certificate signing using AWS IoT Core certificate provider": one of an account and region.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string_view>

#include "registry/certificate_provider.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class CertificateProviderRecords {
public:
    struct Parts {};
    // The store must outlive it.
    CertificateProviderRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    // InvalidRequest (no function's ARN, bad tags), ResourceAlreadyExists, LimitExceeded. Answers
    // what is there already to a call that repeats the one which created it, token included.
    Outcome<CertificateProvider> create(const Tenant& tenant, const NewCertificateProvider& wanted);
    // ResourceNotFound.
    Outcome<CertificateProvider> describe(const Tenant& tenant,
                                          const CertificateProviderName& name);
    // ResourceNotFound, InvalidRequest.
    Outcome<CertificateProvider> update(const Tenant& tenant, const CertificateProviderName& name,
                                        const CertificateProviderChange& change);
    // ResourceNotFound.
    Outcome<void> remove(const Tenant& tenant, const CertificateProviderName& name);
    Outcome<Page<CertificateProvider>> list(const Tenant& tenant, const Listing& listing);

    // The one that makes the certificates of an operation.
    Outcome<std::optional<CertificateProvider>> default_for(const Tenant& tenant,
                                                            std::string_view operation);

private:
    Outcome<Stored<CertificateProvider>> read(const Tenant& tenant,
                                              const CertificateProviderName& name);
    Outcome<CertificateProvider> try_update(const Tenant& tenant,
                                            const CertificateProviderName& name,
                                            const CertificateProviderChange& change);
    // To who wanted to create what is there.
    Outcome<CertificateProvider> answer_repeated(const Tenant& tenant,
                                                 const NewCertificateProvider& wanted);

    storage::ResourceStore& store_;
};

using CertificateProviders = OnWorkers<CertificateProviderRecords>;

}  // namespace gatehouse::registry
