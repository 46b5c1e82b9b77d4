// Layers: publishing, reading, listing, sharing and deleting their versions.
// Source: AWS Lambda API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/lambda/code_links.h"
#include "api/shapes/lambda/add_layer_version_permission.h"
#include "api/shapes/lambda/delete_layer_version.h"
#include "api/shapes/lambda/get_layer_version.h"
#include "api/shapes/lambda/get_layer_version_by_arn.h"
#include "api/shapes/lambda/get_layer_version_policy.h"
#include "api/shapes/lambda/list_layer_versions.h"
#include "api/shapes/lambda/list_layers.h"
#include "api/shapes/lambda/publish_layer_version.h"
#include "api/shapes/lambda/remove_layer_version_permission.h"
#include "functions/layer_directory.h"

namespace gatehouse::api::lambda {

struct AddLayerVersionPermission {
    using Shape = AddLayerVersionPermissionShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<AddLayerVersionPermissionResponse>> handle(
        const Caller& caller, AddLayerVersionPermissionRequest request) const;
};

struct DeleteLayerVersion {
    using Shape = DeleteLayerVersionShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<DeleteLayerVersionResponse>> handle(
        const Caller& caller, DeleteLayerVersionRequest request) const;
};

struct GetLayerVersion {
    using Shape = GetLayerVersionShape;
    functions::LayerDirectory& layers;
    const CodeLinks& code_links;

    async::Task<wire::Outcome<GetLayerVersionResponse>> handle(
        const Caller& caller, GetLayerVersionRequest request) const;
};

struct GetLayerVersionByArn {
    using Shape = GetLayerVersionByArnShape;
    functions::LayerDirectory& layers;
    const CodeLinks& code_links;

    async::Task<wire::Outcome<GetLayerVersionResponse>> handle(
        const Caller& caller, GetLayerVersionByArnRequest request) const;
};

struct GetLayerVersionPolicy {
    using Shape = GetLayerVersionPolicyShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<GetLayerVersionPolicyResponse>> handle(
        const Caller& caller, GetLayerVersionPolicyRequest request) const;
};

struct ListLayers {
    using Shape = ListLayersShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<ListLayersResponse>> handle(const Caller& caller,
                                                          ListLayersRequest request) const;
};

struct ListLayerVersions {
    using Shape = ListLayerVersionsShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<ListLayerVersionsResponse>> handle(
        const Caller& caller, ListLayerVersionsRequest request) const;
};

struct PublishLayerVersion {
    using Shape = PublishLayerVersionShape;
    functions::LayerDirectory& layers;
    const CodeLinks& code_links;

    async::Task<wire::Outcome<PublishLayerVersionResponse>> handle(
        const Caller& caller, PublishLayerVersionRequest request) const;
};

struct RemoveLayerVersionPermission {
    using Shape = RemoveLayerVersionPermissionShape;
    functions::LayerDirectory& layers;

    async::Task<wire::Outcome<RemoveLayerVersionPermissionResponse>> handle(
        const Caller& caller, RemoveLayerVersionPermissionRequest request) const;
};

}  // namespace gatehouse::api::lambda
