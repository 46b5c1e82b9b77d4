#include "registry/encryption_settings.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "registry/account_record.h"
#include "registry/role_arn.h"

namespace gatehouse::registry {
namespace {

const storage::Kind encryption_kind{"encryption-configuration"};
constexpr RecordWords encryption_words{"encryption configuration", "encryptionType"};

EncryptionSettings decode_encryption(RecordReader& reader) {
    EncryptionSettings settings{.kms_key_arn = reader.text("kmsKeyArn"),
                                .kms_role_arn = reader.text("kmsAccessRoleArn")};
    const auto key = parse_choice<EncryptionKey>(reader.text("encryptionType"));
    reader.note(key.has_value());
    settings.key = key.value_or(EncryptionKey::AwsOwned);
    return settings;
}

Outcome<void> check_kms_key(const Tenant& tenant, std::string_view text) {
    constexpr std::string_view field = "kmsKeyArn";
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "kms" || !is_account_id(arn->account) ||
        !arn->resource.starts_with("key/") || arn->resource.ends_with('/')) {
        return refuse_field(field, fmt::format("'{}' is not the ARN of a key "
                                               "(arn:aws:kms:REGION:ACCOUNT:key/ID)",
                                               text));
    }
    if (arn->region != tenant.region.view()) {
        return refuse_field(
            field, fmt::format("the key has to be in the region {}", tenant.region.view()));
    }
    return {};
}

Outcome<void> check_encryption(const Tenant& tenant, const EncryptionSettings& wanted) {
    if (wanted.key == EncryptionKey::AwsOwned) {
        if (!wanted.kms_key_arn.empty()) {
            return refuse_field("kmsKeyArn", "it goes with CUSTOMER_MANAGED_KMS_KEY alone");
        }
        if (!wanted.kms_role_arn.empty()) {
            return refuse_field("kmsAccessRoleArn", "it goes with CUSTOMER_MANAGED_KMS_KEY alone");
        }
        return {};
    }
    if (auto checked = check_kms_key(tenant, wanted.kms_key_arn); !checked) return checked;
    return check_role_arn(wanted.kms_role_arn, "kmsAccessRoleArn");
}

}  // namespace

Outcome<EncryptionSettings> EncryptionSettingsRecords::get(const Tenant& tenant) {
    auto read = read_account_record<EncryptionSettings>(
        store_, account_key(tenant, encryption_kind), encryption_words, decode_encryption);
    if (!read) return refuse(std::move(read.error()));
    read->value.modified = read->modified;
    return std::move(read->value);
}

Outcome<void> EncryptionSettingsRecords::set(const Tenant& tenant,
                                             const EncryptionSettings& wanted) {
    if (auto checked = check_encryption(tenant, wanted); !checked) return checked;
    const json::object body{{"encryptionType", name_of_choice(wanted.key)},
                            {"kmsKeyArn", wanted.kms_key_arn},
                            {"kmsAccessRoleArn", wanted.kms_role_arn}};
    storage::Batch batch;
    batch.put(account_key(tenant, encryption_kind), to_text(body));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
