// Certificates on their way from one account to another of the same region, one operation a method.
//
// A transfer puts a second record into the account that may accept it; accepting removes the first
// one, rejecting and cancelling the second one. Both change in one batch.
// Source: AWS IoT API Reference, TransferCertificate, AcceptCertificateTransfer,
// RejectCertificateTransfer, CancelCertificateTransfer, ListOutgoingCertificates; Developer Guide,
// "Transfer a certificate to another account". Deliberate differences: messages say what to do;
// whether the other account exists is not asked, since accounts come and go here.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "registry/listing.h"
#include "registry/registered_certificate.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class CertificateTransferRecords {
public:
    struct Parts {
        const Clock& clock;
    };
    // The store must outlive it.
    CertificateTransferRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // CertificateState: it is ACTIVE, revoked, or on its way already. TransferConflict: a policy or
    // a thing is attached, or the other account has the certificate. InvalidRequest: to itself.
    Outcome<RegisteredCertificate> start(const Tenant& tenant, const CertificateId& id,
                                         const AccountId& to, const std::string& message);
    // For the account that it goes to. ResourceNotFound; TransferAlreadyCompleted: nothing waits.
    Outcome<void> accept(const Tenant& tenant, const CertificateId& id, CertificateStatus as);
    Outcome<void> reject(const Tenant& tenant, const CertificateId& id, const std::string& reason);
    // For the account that it leaves; the same errors.
    Outcome<void> cancel(const Tenant& tenant, const CertificateId& id);
    // Those that nobody accepted or rejected yet, in the order of their creation.
    Outcome<Page<RegisteredCertificate>> list_outgoing(const Tenant& tenant,
                                                       const Listing& listing);

private:
    // The two records of a transfer.
    struct Pair {
        Stored<RegisteredCertificate> leaving;
        Stored<RegisteredCertificate> arriving;
    };
    Outcome<Stored<RegisteredCertificate>> read(const Tenant& tenant, const CertificateId& id);
    Outcome<RegisteredCertificate> try_start(const Tenant& tenant, const CertificateId& id,
                                             const Transfer& transfer);
    Outcome<Pair> read_arriving(const Tenant& tenant, const CertificateId& id);
    Outcome<Pair> read_leaving(const Tenant& tenant, const CertificateId& id);
    // Gives it back to the account that it would leave, with what is to be told of the transfer.
    Outcome<void> give_back(const Pair& pair, std::optional<Transfer> told);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
