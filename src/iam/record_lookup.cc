#include "iam/record_lookup.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "iam/identity_record.h"
#include "policy/ascii_case.h"

namespace gatehouse::iam {

Result<FoundIdentity> find_identity(storage::ResourceStore& store, const AccountId& account,
                                    const IdentityName& name) {
    const auto record = store.get(key_of(account, name));
    if (!record && record.error().kind == ErrorKind::NotFound) {
        return fail(ErrorKind::NotFound, fmt::format("The {} with name {} cannot be found.",
                                                     name_of_choice(name.kind), name.name));
    }
    if (!record) return fail(record.error());
    auto identity = decode_identity(*record, name.kind);
    if (!identity) return fail(std::move(identity.error()));
    return FoundIdentity{std::move(*identity), record->revision};
}

Result<void> check_case(storage::ResourceStore& store, const storage::RecordKey& key,
                        const Error& exists) {
    storage::ListQuery query{.tenant = key.tenant, .kind = key.kind, .limit = 1000};
    for (;;) {
        const auto page = store.list(query);
        if (!page) return fail(page.error());
        for (const storage::Record& record : page->records) {
            const std::string& other = record.key.name;
            if (other != key.name && policy::same_ignoring_case(other, key.name)) {
                return std::unexpected(exists);
            }
        }
        if (page->next_page.empty()) return {};
        query.page_token = page->next_page;
    }
}

Result<FoundPolicy> find_policy(storage::ResourceStore& store, const Tenant& tenant,
                                std::string_view text) {
    const auto missing = [&] {
        return fail(ErrorKind::NotFound, fmt::format("Policy {} was not found.", text));
    };
    if (!parse_arn(text)) {
        return fail(ErrorKind::InvalidInput, fmt::format("ARN {} is not valid.", text));
    }
    const auto arn = parse_policy_arn(tenant, text);
    if (!arn) return missing();
    if (arn->is_aws) {
        const ManagedPolicy* known = find_aws_managed(arn->name.view());
        if (known == nullptr || known->path != arn->path) return missing();
        return FoundPolicy{*known, {}};
    }
    const auto record = store.get(key_of(tenant.account, arn->name));
    if (!record && record.error().kind == ErrorKind::NotFound) return missing();
    if (!record) return fail(record.error());
    auto policy = decode_managed_policy(*record);
    if (!policy) return fail(std::move(policy.error()));
    if (policy->path != arn->path) return missing();
    return FoundPolicy{std::move(*policy), record->revision};
}

Result<ManagedPolicy> linked_policy(storage::ResourceStore& store, const AccountId& account,
                                    std::string_view link_end) {
    const auto slash = link_end.find('/');
    const PolicyName name{std::string(link_end.substr(slash + 1))};
    if (link_end.starts_with("aws/")) {
        const ManagedPolicy* known = find_aws_managed(name.view());
        if (known != nullptr) return *known;
        return fail(ErrorKind::Corrupt,
                    fmt::format("the policy {} of AWS is attached and not known here; detach it",
                                name.view()));
    }
    const auto record = store.get(key_of(account, name));
    if (!record) return fail(record.error());
    return decode_managed_policy(*record);
}

}  // namespace gatehouse::iam
