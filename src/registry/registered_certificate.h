// A client certificate that the registry knows: what became of it, not the key to it.
// Source: AWS IoT API Reference, CertificateDescription.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "certificates/certificate.h"

namespace gatehouse::registry {

using certificates::CertificateId;

enum class CertificateStatus : std::uint8_t {
    Active,  // the only one that may connect
    Inactive,
    Revoked,  // for good
    PendingTransfer,
    RegisterInactive,  // of old
    PendingActivation
};

// Whether a client has to name the host it wants (SNI); then several accounts may register the
// certificate.
enum class CertificateMode : std::uint8_t { Default, SniOnly };

// How a certificate goes to another account of the region, or went.
struct Transfer {
    AccountId from;
    AccountId to;
    std::string message;
    WallTime started{};
    std::optional<WallTime> accepted;
    std::optional<WallTime> rejected;
    std::string reject_reason;

    bool operator==(const Transfer&) const = default;
};

// While it is PENDING_TRANSFER there are two of them: one in the account that it leaves, and one in
// the account that may accept it.
struct RegisteredCertificate {
    Tenant tenant;
    CertificateId id;
    CertificateStatus status = CertificateStatus::Inactive;
    CertificateMode mode = CertificateMode::Default;
    std::string pem;
    CertificateId authority;    // that issued it, if it is registered; else empty
    std::string generation_id;  // of this registration among all of the certificate
    std::uint64_t customer_version = 1;
    WallTime not_before{};
    WallTime not_after{};
    WallTime created{};
    WallTime modified{};
    std::optional<Transfer> transfer;  // the last one
    AccountId previous_owner{""};      // empty: it was never another's

    // Whose it is: until a transfer is accepted, the account's that it leaves.
    const AccountId& owner() const;
    bool is_incoming() const;
    bool is_outgoing() const;
    // arn:aws:iot:REGION:ACCOUNT:cert/ID
    std::string arn() const;
    bool operator==(const RegisteredCertificate&) const = default;
};

std::string arn_of(const Tenant& tenant, const CertificateId& id);

// 64 hexadecimal digits in lower case, as ids are made; AWS takes others for the same.
CertificateId certificate_id_of_text(std::string_view text);

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::CertificateStatus> {
    static constexpr std::array<std::string_view, 6> names{
        "ACTIVE",           "INACTIVE",          "REVOKED",
        "PENDING_TRANSFER", "REGISTER_INACTIVE", "PENDING_ACTIVATION"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::CertificateMode> {
    static constexpr std::array<std::string_view, 2> names{"DEFAULT", "SNI_ONLY"};
};
