#include "api/lambda/create_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/lambda/publish_written.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<CreateFunctionResponse>> CreateFunction::handle(
    const Caller& caller, CreateFunctionRequest request) const {
    if (auto fine = check_features(request); !fine) co_return std::unexpected(fine.error());
    const auto name = name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    if (auto may = co_await check_may_use_layers(caller, request.layers); !may) {
        co_return std::unexpected(std::move(may.error()));
    }
    const bool publish = request.publish.value_or(false);
    auto made = co_await directory.create(
        caller.tenant,
        {.name = *name,
         .runtime = std::move(request.runtime).value_or(""),
         .role = std::move(request.role),
         .handler = std::move(request.handler).value_or(""),
         .zip = std::string(text_of(*request.code.zip_file)),
         .description = std::move(request.description).value_or(""),
         .timeout_s = number_of(request.timeout),
         .memory_mb = number_of(request.memory_size),
         .ephemeral_storage_mb = size_of(request.ephemeral_storage),
         .environment = variables_of(request.environment),
         .log_group = log_group_of(request.logging_config),
         .architecture = architecture_of(request.architectures),
         .tracing = tracing_of(request.tracing_config).value_or(functions::Tracing::PassThrough),
         .tags = std::move(request.tags).value_or(std::map<std::string, std::string>()),
         .layers = std::move(request.layers).value_or(std::vector<std::string>())});
    if (!made) co_return failure_of(made.error());
    if (publish) {
        const auto version = co_await publish_written(directory, caller.tenant, *name,
                                                      made->configuration.code_hash);
        if (!version) co_return failure_of(version.error());
        made->configuration.version = (*version)->configuration.version;
    }
    co_return shape_of(made->configuration);
}

}  // namespace gatehouse::api::lambda
