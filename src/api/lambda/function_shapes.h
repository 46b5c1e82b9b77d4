// Functions between the API's shapes and the module's values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/caller.h"
#include "api/shapes/lambda/create_function.h"
#include "api/shapes/lambda/types/function_configuration.h"
#include "api/shapes/lambda/update_function_code.h"
#include "api/shapes/lambda/update_function_configuration.h"
#include "async/task.h"
#include "functions/function.h"

namespace gatehouse::api::lambda {

// The qualifier is the asker's, and ends the ARN as it does at AWS; else a published version's
// number does.
FunctionConfiguration shape_of(const functions::FunctionConfiguration& configuration,
                               std::string_view qualifier = "");

// "2025-01-01T00:00:00.000+0000", as Lambda writes LastModified and CreatedDate.
std::string lambda_time_text(WallTime time);

// The caller may read the versions of layers that it gives to a function, as on AWS.
async::Task<wire::Outcome<void>> check_may_use_layers(
    const Caller& caller, const std::optional<std::vector<std::string>>& arns);

// What Gatehouse does not have (images, packages in S3) is refused by name
// instead of being ignored. Settings without an effect here (VPC, tracing, dead letters, keys) are
// taken and not kept.
wire::Outcome<void> check_features(const CreateFunctionRequest& request);
wire::Outcome<void> check_features(const UpdateFunctionCodeRequest& request);
wire::Outcome<void> check_features(const UpdateFunctionConfigurationRequest& request);

// Members of requests. The model's bounds keep numbers positive.
std::optional<std::uint32_t> number_of(std::optional<std::int32_t> number);
std::optional<std::uint32_t> size_of(const std::optional<EphemeralStorage>& storage);
std::optional<functions::EnvironmentVariables> variables_of(
    const std::optional<Environment>& environment);
std::optional<std::string> log_group_of(const std::optional<LoggingConfig>& logging);
std::optional<functions::Tracing> tracing_of(const std::optional<TracingConfig>& tracing);
std::string architecture_of(const std::optional<std::vector<Architecture>>& architectures);
std::optional<functions::RevisionId> revision_of(const std::optional<std::string>& revision);

}  // namespace gatehouse::api::lambda
