#include "api/lambda/update_function_configuration.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<UpdateFunctionConfigurationResponse>> UpdateFunctionConfiguration::handle(
    const Caller& caller, UpdateFunctionConfigurationRequest request) const {
    if (auto fine = check_features(request); !fine) co_return std::unexpected(fine.error());
    const auto name = unqualified_name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    if (auto may = co_await check_may_use_layers(caller, request.layers); !may) {
        co_return std::unexpected(std::move(may.error()));
    }
    auto changed = co_await directory.update_configuration(
        caller.tenant, *name,
        {.runtime = std::move(request.runtime),
         .role = std::move(request.role),
         .handler = std::move(request.handler),
         .description = std::move(request.description),
         .timeout_s = number_of(request.timeout),
         .memory_mb = number_of(request.memory_size),
         .ephemeral_storage_mb = size_of(request.ephemeral_storage),
         .environment = variables_of(request.environment),
         .log_group = log_group_of(request.logging_config),
         .tracing = tracing_of(request.tracing_config),
         .revision = revision_of(request.revision_id),
         .layers = std::move(request.layers)});
    if (!changed) co_return failure_of(changed.error());
    co_return shape_of(changed->configuration);
}

}  // namespace gatehouse::api::lambda
