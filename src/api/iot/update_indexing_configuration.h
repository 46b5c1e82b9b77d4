// UpdateIndexingConfiguration: what is to be indexed.
// Source: AWS IoT API Reference, UpdateIndexingConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_indexing_configuration.h"
#include "indexing/indexing_configurations.h"

namespace gatehouse::api::iot {

struct UpdateIndexingConfiguration {
    using Shape = UpdateIndexingConfigurationShape;

    indexing::IndexingConfigurations& configurations;

    async::Task<wire::Outcome<UpdateIndexingConfigurationResponse>> handle(
        const Caller& caller, UpdateIndexingConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
