#include "api/lambda/layer_operations.h"

#include <charconv>
#include <utility>
#include <vector>

#include "api/lambda/errors.h"
#include "api/lambda/function_shapes.h"
#include "api/lambda/page.h"
#include "api/lambda/page_marker.h"
#include "api/shapes/lambda/errors.h"
#include "base/bytes.h"
#include "functions/package_store.h"
#include "functions/permission.h"

namespace gatehouse::api::lambda {
namespace {

constexpr std::string_view layers_list = "ListLayers";
constexpr std::string_view layer_versions_list = "ListLayerVersions";

// The order of versions' numbers, the newest first.
struct NewestFirst {
    bool operator()(const std::string& a, const std::string& b) const {
        return number(a) > number(b);
    }

private:
    static std::uint64_t number(const std::string& text) {
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }
};

wire::Outcome<functions::LayerReference> named_layer(const Caller& caller, std::string_view text) {
    auto reference = functions::parse_layer_reference(text);
    if (!reference) return failure_of(reference.error());
    if (reference->account.empty() || reference->region == caller.tenant.region.view()) {
        return std::move(*reference);
    }
    return wire::fail_as(errors::resource_not_found_exception,
                         "The resource you requested does not exist.");
}

// A layer of the caller's by its name or ARN. Of another account or region there is none.
wire::Outcome<functions::LayerReference> layer_of(const Caller& caller, std::string_view text) {
    auto reference = named_layer(caller, text);
    if (!reference) return reference;
    if (!reference->account.empty() && reference->account != caller.tenant.account.view()) {
        return wire::fail_as(errors::resource_not_found_exception,
                             "The resource you requested does not exist.");
    }
    return reference;
}

template <class Request>
functions::LayerFilter filter_of(const Request& request) {
    functions::LayerFilter filter{.runtime = request.compatible_runtime.value_or(""),
                                  .architecture = {}};
    if (request.compatible_architecture) {
        filter.architecture = to_text(*request.compatible_architecture);
    }
    return filter;
}

std::vector<std::string> names_of(const std::optional<std::vector<Architecture>>& architectures) {
    std::vector<std::string> names;
    for (const Architecture each : architectures.value_or(std::vector<Architecture>())) {
        names.emplace_back(to_text(each));
    }
    return names;
}

// What all shapes of a version tell.
template <class Shape>
Shape version_shape(const functions::LayerVersion& version) {
    Shape shape;
    shape.layer_version_arn = version.arn();
    shape.version = static_cast<std::int64_t>(version.number);
    shape.description = version.description;
    shape.created_date = lambda_time_text(version.created);
    if (!version.runtimes.empty()) shape.compatible_runtimes = version.runtimes;
    if (!version.license.empty()) shape.license_info = version.license;
    for (const std::string& name : version.architectures) {
        Architecture architecture{};
        if (!from_text(name, architecture)) continue;
        if (!shape.compatible_architectures) shape.compatible_architectures.emplace();
        shape.compatible_architectures->push_back(architecture);
    }
    return shape;
}

template <class Shape>
Shape whole_shape(const Caller& caller, const functions::LayerVersion& version,
                  const CodeLinks& code_links) {
    auto shape = version_shape<Shape>(version);
    shape.layer_arn = version.layer_arn();
    shape.content =
        LayerVersionContentOutput{.location = code_links.link_to(caller.origin, version),
                                  .code_sha256 = functions::code_sha256_base64(version.code_hash),
                                  .code_size = static_cast<std::int64_t>(version.code_bytes)};
    return shape;
}

wire::Outcome<void> check_content(const LayerVersionContentInput& content) {
    if (content.zip_file) return {};
    return wire::fail_as(errors::invalid_parameter_value_exception,
                         content.s3_bucket ? "Gatehouse does not support packages in S3"
                                           : "the package must be given as ZipFile");
}

}  // namespace

async::Task<wire::Outcome<PublishLayerVersionResponse>> PublishLayerVersion::handle(
    const Caller& caller, PublishLayerVersionRequest request) const {
    if (auto fine = check_content(request.content); !fine) {
        co_return std::unexpected(std::move(fine.error()));
    }
    auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(std::move(layer.error()));
    const auto published = co_await layers.publish(
        caller.tenant,
        {.name = std::move(layer->name),
         .zip = std::string(text_of(*request.content.zip_file)),
         .description = std::move(request.description).value_or(""),
         .license = std::move(request.license_info).value_or(""),
         .runtimes = std::move(request.compatible_runtimes).value_or(std::vector<std::string>()),
         .architectures = names_of(request.compatible_architectures)});
    if (!published) co_return failure_of(published.error());
    co_return whole_shape<PublishLayerVersionResponse>(caller, *published, code_links);
}

async::Task<wire::Outcome<GetLayerVersionResponse>> GetLayerVersion::handle(
    const Caller& caller, GetLayerVersionRequest request) const {
    auto layer = named_layer(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    layer->number = static_cast<std::uint64_t>(request.version_number);
    const auto found = co_await layers.get_for(caller.tenant, std::move(*layer));
    if (!found) co_return failure_of(found.error());
    co_return whole_shape<GetLayerVersionResponse>(caller, *found, code_links);
}

async::Task<wire::Outcome<GetLayerVersionResponse>> GetLayerVersionByArn::handle(
    const Caller& caller, GetLayerVersionByArnRequest request) const {
    auto layer = named_layer(caller, request.arn);
    if (!layer) co_return std::unexpected(layer.error());
    layer->number = layer->number.value_or(0);  // which no version has
    const auto found = co_await layers.get_for(caller.tenant, std::move(*layer));
    if (!found) co_return failure_of(found.error());
    co_return whole_shape<GetLayerVersionResponse>(caller, *found, code_links);
}

async::Task<wire::Outcome<AddLayerVersionPermissionResponse>> AddLayerVersionPermission::handle(
    const Caller& caller, AddLayerVersionPermissionRequest request) const {
    if (request.organization_id) {
        co_return wire::fail_as(errors::invalid_parameter_value_exception,
                                "organizations are not served by Gatehouse; leave OrganizationId "
                                "out");
    }
    auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    auto added = co_await layers.add_permission(
        caller.tenant, std::move(layer->name), static_cast<std::uint64_t>(request.version_number),
        {.statement_id = functions::StatementId(std::move(request.statement_id)),
         .action = std::move(request.action),
         .principal = std::move(request.principal),
         .source_arn = std::nullopt,
         .source_account = std::nullopt,
         .event_source_token = std::nullopt},
        revision_of(request.revision_id));
    if (!added) co_return failure_of(added.error());
    co_return AddLayerVersionPermissionResponse{.statement = std::move(added->text),
                                                .revision_id = added->revision.value()};
}

async::Task<wire::Outcome<GetLayerVersionPolicyResponse>> GetLayerVersionPolicy::handle(
    const Caller& caller, GetLayerVersionPolicyRequest request) const {
    auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    const auto version = co_await layers.get(caller.tenant, std::move(layer->name),
                                             static_cast<std::uint64_t>(request.version_number));
    if (!version) co_return failure_of(version.error());
    if (version->policy.permissions.empty()) {
        co_return wire::fail_as(errors::resource_not_found_exception,
                                "No policy is associated with the given resource.");
    }
    co_return GetLayerVersionPolicyResponse{
        .policy = functions::resource_policy_text(version->policy, version->arn()),
        .revision_id = version->policy.revision.value()};
}

async::Task<wire::Outcome<RemoveLayerVersionPermissionResponse>>
RemoveLayerVersionPermission::handle(const Caller& caller,
                                     RemoveLayerVersionPermissionRequest request) const {
    auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    const auto removed = co_await layers.remove_permission(
        caller.tenant, std::move(layer->name), static_cast<std::uint64_t>(request.version_number),
        functions::StatementId(std::move(request.statement_id)), revision_of(request.revision_id));
    if (!removed) co_return failure_of(removed.error());
    co_return RemoveLayerVersionPermissionResponse();
}

async::Task<wire::Outcome<ListLayersResponse>> ListLayers::handle(const Caller& caller,
                                                                  ListLayersRequest request) const {
    const auto after = read_page_marker(layers_list, request.marker);
    if (!after) co_return std::unexpected(after.error());
    const auto found = co_await layers.newest(caller.tenant, filter_of(request));
    if (!found) co_return failure_of(found.error());
    std::vector<std::pair<std::string, LayersListItem>> named;
    for (const functions::LayerVersion& version : *found) {
        LayersListItem item{
            .layer_name = version.name.value(),
            .layer_arn = version.layer_arn(),
            .latest_matching_version = version_shape<LayerVersionsListItem>(version)};
        named.emplace_back(version.name.value(), std::move(item));
    }
    auto page = page_of(std::move(named), *after, request.max_items);
    ListLayersResponse response{.layers = std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(layers_list, *page.last);
    co_return response;
}

async::Task<wire::Outcome<ListLayerVersionsResponse>> ListLayerVersions::handle(
    const Caller& caller, ListLayerVersionsRequest request) const {
    const auto after = read_page_marker(layer_versions_list, request.marker);
    if (!after) co_return std::unexpected(after.error());
    const auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    const auto found = co_await layers.versions(caller.tenant, layer->name, filter_of(request));
    if (!found) co_return failure_of(found.error());
    std::vector<std::pair<std::string, LayerVersionsListItem>> named;
    for (const functions::LayerVersion& version : *found) {
        named.emplace_back(std::to_string(version.number),
                           version_shape<LayerVersionsListItem>(version));
    }
    auto page = page_of(std::move(named), *after, request.max_items, NewestFirst());
    ListLayerVersionsResponse response{.layer_versions = std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(layer_versions_list, *page.last);
    co_return response;
}

async::Task<wire::Outcome<DeleteLayerVersionResponse>> DeleteLayerVersion::handle(
    const Caller& caller, DeleteLayerVersionRequest request) const {
    const auto layer = layer_of(caller, request.layer_name);
    if (!layer) co_return std::unexpected(layer.error());
    const auto done = co_await layers.remove(caller.tenant, layer->name,
                                             static_cast<std::uint64_t>(request.version_number));
    if (!done) co_return failure_of(done.error());
    co_return DeleteLayerVersionResponse();
}

}  // namespace gatehouse::api::lambda
