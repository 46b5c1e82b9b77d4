#include <fmt/format.h>

#include <memory>

#include "audit/examination_parts.h"
#include "audit/policy_probe.h"
#include "policy/document.h"
#include "registry/policy_record.h"

namespace gatehouse::audit {
namespace {

struct ReadPolicy {
    registry::Policy policy;
    policy::DocumentPointer document;
};

Result<ReadPolicy> read_policy(const storage::Record& record) {
    auto policy = registry::decode_policy(record);
    if (!policy) return fail(policy.error());
    // It was checked against its limits when it was written.
    auto document = policy::parse_document(policy->counting().document, policy::Dialect::IotPolicy,
                                           {.characters_max = 404'600});
    if (!document) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("policy '{}' does not read: {}", policy->name.view(),
                                document.error().describe()));
    }
    return ReadPolicy{std::move(*policy),
                      std::make_shared<const policy::Document>(std::move(*document))};
}

NonCompliance non_compliance_of(const registry::Policy& policy, std::string reason,
                                std::string reason_code) {
    return {.resource = {.identifier = {.type = ResourceType::IotPolicy,
                                        .id = policy.name.value(),
                                        .version = registry::text_of(policy.default_version)},
                         .additional = {}},
            .related = {},
            .reason = std::move(reason),
            .reason_code = std::move(reason_code)};
}

// `note` takes a policy, and the page.
template <class Note>
Outcome<ExaminedPage> examine_policies(const Examination& examination, Note note) {
    return examine_records(examination, registry::policy_kind,
                           [&](const storage::Record& record, ExaminedPage& page) -> Result<void> {
                               const auto read = read_policy(record);
                               if (!read) return fail(read.error());
                               ++page.looked_at;
                               note(*read, page);
                               return {};
                           });
}

}  // namespace

Outcome<ExaminedPage> examine_broad_policies(const Examination& examination) {
    return examine_policies(examination, [&](const ReadPolicy& read, ExaminedPage& page) {
        const auto broad =
            broad_permission({{read.policy.name.value(), read.document}}, examination.tenant);
        if (!broad) return;
        page.found.push_back(non_compliance_of(
            read.policy,
            fmt::format("Policy allows broad access to IoT data plane actions: {}.", *broad),
            "ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS"));
    });
}

Outcome<ExaminedPage> examine_misconfigured_policies(const Examination& examination) {
    return examine_policies(examination, [&](const ReadPolicy& read, ExaminedPage& page) {
        std::string where;
        switch (misconfiguration_of(read.document, examination.tenant, where)) {
            case Misconfiguration::None: return;
            case Misconfiguration::WildcardsInDeny:
                page.found.push_back(non_compliance_of(
                    read.policy,
                    fmt::format("A statement that denies has MQTT wildcards, which policies take "
                                "for the characters themselves: {}.",
                                where),
                    "POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT"));
                return;
            case Misconfiguration::DeniedFilterAllowed:
                page.found.push_back(non_compliance_of(
                    read.policy,
                    fmt::format(
                        "A topic filter with wildcards is permitted that takes the messages "
                        "of one that is denied: {}.",
                        where),
                    "TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS"));
                return;
        }
    });
}

}  // namespace gatehouse::audit
