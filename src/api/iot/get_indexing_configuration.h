// GetIndexingConfiguration: what is indexed, with the fields whose types are known.
// Source: AWS IoT API Reference, GetIndexingConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_indexing_configuration.h"
#include "indexing/indexing_configurations.h"

namespace gatehouse::api::iot {

struct GetIndexingConfiguration {
    using Shape = GetIndexingConfigurationShape;

    indexing::IndexingConfigurations& configurations;

    async::Task<wire::Outcome<GetIndexingConfigurationResponse>> handle(
        const Caller& caller, GetIndexingConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
