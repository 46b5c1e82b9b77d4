#include "server/serve/resource_tags.h"

#include <utility>

#include "audit/scheduled_audit_record.h"
#include "base/arn.h"
#include "functions/function_requests.h"
#include "registry/tag_records.h"

namespace gatehouse::server {
namespace {

ResourceTags tags_of_function(const functions::FunctionDirectory& functions, const Tenant& tenant,
                              const std::string& arn) {
    const auto reference = functions::parse_function_reference(arn);
    if (!reference) return {};
    const auto function = functions.find(tenant, reference->name);
    return function == nullptr ? ResourceTags() : function->tags;
}

}  // namespace

Result<std::optional<ResourceTags>> tags_of_resource(storage::ResourceStore& store,
                                                     const functions::FunctionDirectory& functions,
                                                     const std::string& arn) {
    using Tags = std::optional<ResourceTags>;
    const auto parts = parse_arn(arn);
    if (!parts || !is_account_id(parts->account) || !is_region(parts->region)) return Tags();
    const Tenant tenant{AccountId(parts->account), Region(parts->region)};
    if (parts->service == "lambda") return Tags(tags_of_function(functions, tenant, arn));
    if (parts->service != "iot") return Tags();
    auto tags =
        registry::TagRecords(store, {.others = {audit::tagged_audits()}}).asked_of(tenant, arn);
    if (!tags) return fail(tags.error().as_error());
    return Tags(std::move(*tags));
}

}  // namespace gatehouse::server
