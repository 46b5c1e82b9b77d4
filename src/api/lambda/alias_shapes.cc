#include "api/lambda/alias_shapes.h"

#include <fmt/format.h>

#include "api/shapes/lambda/errors.h"
#include "base/arn.h"

namespace gatehouse::api::lambda {
namespace {

std::string arn_of(const Tenant& tenant, const functions::FunctionName& function,
                   std::string_view alias) {
    return make_arn(tenant, "lambda", fmt::format("function:{}:{}", function.view(), alias));
}

}  // namespace

AliasConfiguration shape_of(const Tenant& tenant, const functions::FunctionName& function,
                            const functions::Alias& alias) {
    AliasConfiguration shape{.alias_arn = arn_of(tenant, function, alias.name.view()),
                             .name = alias.name.value(),
                             .function_version = alias.version.value(),
                             .description = alias.description,
                             .revision_id = alias.revision.value()};
    if (!alias.other_versions.empty()) {
        std::map<std::string, double> weights;
        for (const auto& [version, share] : alias.other_versions) weights[version.value()] = share;
        shape.routing_config =
            AliasRoutingConfiguration{.additional_version_weights = std::move(weights)};
    }
    return shape;
}

std::optional<std::map<functions::FunctionVersion, double>> shares_of(
    const std::optional<AliasRoutingConfiguration>& routing) {
    if (!routing) return std::nullopt;
    std::map<functions::FunctionVersion, double> shares;
    if (!routing->additional_version_weights) return shares;
    for (const auto& [version, share] : *routing->additional_version_weights) {
        shares[functions::FunctionVersion(version)] = share;
    }
    return shares;
}

std::unexpected<wire::Failure> no_alias(const Tenant& tenant,
                                        const functions::FunctionName& function,
                                        std::string_view alias) {
    return wire::fail_as(errors::resource_not_found_exception,
                         "Cannot find alias arn: " + arn_of(tenant, function, alias));
}

}  // namespace gatehouse::api::lambda
