#include "api/iot/audit_suppressions.h"

#include "api/iot/audit_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/present.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

wire::Outcome<audit::SuppressionKey> suppression_key_of(const std::string& check_name,
                                                        const ResourceIdentifier& identifier) {
    const auto check = check_named(check_name);
    if (!check) return std::unexpected(check.error());
    auto resource = identifier_of(identifier);
    if (!resource) return std::unexpected(std::move(resource.error()));
    return audit::SuppressionKey{*check, std::move(*resource)};
}

// One of both, not both.
wire::Outcome<void> check_end(const std::optional<WallTime>& expires, bool for_good) {
    if (expires && for_good) {
        return wire::fail_as(errors::invalid_request_exception,
                             "expirationDate: it does not go with suppressIndefinitely");
    }
    if (!expires && !for_good) {
        return wire::fail_as(errors::invalid_request_exception,
                             "expirationDate: it, or suppressIndefinitely, is required");
    }
    return {};
}

}  // namespace

async::Task<wire::Outcome<CreateAuditSuppressionResponse>> CreateAuditSuppression::handle(
    const Caller& caller, CreateAuditSuppressionRequest request) const {
    auto key = suppression_key_of(request.check_name, request.resource_identifier);
    if (!key) co_return std::unexpected(std::move(key.error()));
    const bool for_good = request.suppress_indefinitely.value_or(false);
    if (auto checked = check_end(request.expiration_date, for_good); !checked) {
        co_return std::unexpected(std::move(checked.error()));
    }
    const audit::Suppression wanted{.key = std::move(*key),
                                    .expires = request.expiration_date,
                                    .description = request.description.value_or("")};
    const auto made = co_await suppressions.run([&](audit::SuppressionRecords& records) {
        return records.create(caller.tenant, wanted, request.client_request_token);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateAuditSuppressionResponse();
}

async::Task<wire::Outcome<DeleteAuditSuppressionResponse>> DeleteAuditSuppression::handle(
    const Caller& caller, DeleteAuditSuppressionRequest request) const {
    const auto key = suppression_key_of(request.check_name, request.resource_identifier);
    if (!key) co_return std::unexpected(key.error());
    const auto deleted = co_await suppressions.run(
        [&](audit::SuppressionRecords& records) { return records.remove(caller.tenant, *key); });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteAuditSuppressionResponse();
}

async::Task<wire::Outcome<DescribeAuditSuppressionResponse>> DescribeAuditSuppression::handle(
    const Caller& caller, DescribeAuditSuppressionRequest request) const {
    const auto key = suppression_key_of(request.check_name, request.resource_identifier);
    if (!key) co_return std::unexpected(key.error());
    const auto found = co_await suppressions.run(
        [&](audit::SuppressionRecords& records) { return records.describe(caller.tenant, *key); });
    if (!found) co_return failure_of(found.error());
    co_return DescribeAuditSuppressionResponse{
        .check_name = std::string(name_of_choice(found->key.check)),
        .resource_identifier = shape_of(found->key.resource),
        .expiration_date = found->expires,
        .suppress_indefinitely = !found->expires,
        .description = present(found->description)};
}

async::Task<wire::Outcome<ListAuditSuppressionsResponse>> ListAuditSuppressions::handle(
    const Caller& caller, ListAuditSuppressionsRequest request) const {
    audit::SuppressionFilter filter;
    if (request.check_name) {
        const auto check = check_named(*request.check_name);
        if (!check) co_return std::unexpected(check.error());
        filter.check = *check;
    }
    if (request.resource_identifier) {
        auto resource = identifier_of(*request.resource_identifier);
        if (!resource) co_return std::unexpected(std::move(resource.error()));
        filter.resource = std::move(*resource);
    }
    const auto listing =
        listing_of(request.max_results, request.next_token, request.ascending_order);
    auto page = co_await suppressions.run([&](audit::SuppressionRecords& records) {
        return records.list(caller.tenant, filter, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListAuditSuppressionsResponse response{.suppressions = std::vector<AuditSuppression>()};
    for (const audit::Suppression& each : page->items) {
        response.suppressions->push_back({.check_name = std::string(name_of_choice(each.key.check)),
                                          .resource_identifier = shape_of(each.key.resource),
                                          .expiration_date = each.expires,
                                          .suppress_indefinitely = !each.expires,
                                          .description = present(each.description)});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

async::Task<wire::Outcome<UpdateAuditSuppressionResponse>> UpdateAuditSuppression::handle(
    const Caller& caller, UpdateAuditSuppressionRequest request) const {
    const auto key = suppression_key_of(request.check_name, request.resource_identifier);
    if (!key) co_return std::unexpected(key.error());
    if (request.expiration_date && request.suppress_indefinitely.value_or(false)) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "expirationDate: it does not go with suppressIndefinitely");
    }
    const audit::SuppressionChange change{.expires = request.expiration_date,
                                          .for_good = request.suppress_indefinitely,
                                          .description = std::move(request.description)};
    const auto updated = co_await suppressions.run([&](audit::SuppressionRecords& records) {
        return records.update(caller.tenant, *key, change);
    });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateAuditSuppressionResponse();
}

}  // namespace gatehouse::api::iot
