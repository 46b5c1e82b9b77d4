// With whose key an account wants its resources encrypted.
// Source: AWS IoT API Reference, DescribeEncryptionConfiguration, UpdateEncryptionConfiguration;
// Developer Guide, "Data encryption at rest in AWS IoT Core".
//
// What is secret is always encrypted here, with the installation's own key (storage/secret_box.h).
// There is no KMS: a key of the customer's is recorded, and said to be out of reach, so that nobody
// takes it for used.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "registry/on_workers.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

enum class EncryptionKey : std::uint8_t { AwsOwned, CustomerManaged };

struct EncryptionSettings {
    EncryptionKey key = EncryptionKey::AwsOwned;
    std::string kms_key_arn;   // empty unless CustomerManaged, as is
    std::string kms_role_arn;  // the role in whose name the key would be used
    WallTime modified{};       // 0: nothing was ever set

    bool operator==(const EncryptionSettings&) const = default;
};

class EncryptionSettingsRecords {
public:
    struct Parts {};
    // The store must outlive it.
    EncryptionSettingsRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    Outcome<EncryptionSettings> get(const Tenant& tenant);
    // All of it anew, but for `modified`. InvalidRequest: an ARN is missing, is no key's of this
    // account's region or no role's, or is given for a key that is AWS's own.
    Outcome<void> set(const Tenant& tenant, const EncryptionSettings& wanted);

private:
    storage::ResourceStore& store_;
};

using EncryptionConfigurations = OnWorkers<EncryptionSettingsRecords>;

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::EncryptionKey> {
    static constexpr std::array<std::string_view, 2> names{"AWS_OWNED_KMS_KEY",
                                                           "CUSTOMER_MANAGED_KMS_KEY"};
};
