#include "api/lambda/update_function_code.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/lambda/publish_written.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<UpdateFunctionCodeResponse>> UpdateFunctionCode::handle(
    const Caller& caller, UpdateFunctionCodeRequest request) const {
    if (auto fine = check_features(request); !fine) co_return std::unexpected(fine.error());
    const auto name = unqualified_name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    const bool publish = request.publish.value_or(false) && !request.dry_run.value_or(false);
    auto changed = co_await directory.update_code(
        caller.tenant, *name,
        {.zip = std::string(text_of(*request.zip_file)),
         .revision = revision_of(request.revision_id),
         .dry_run =
             request.dry_run.value_or(false) ? functions::DryRun::Yes : functions::DryRun::No});
    if (!changed) co_return failure_of(changed.error());
    if (!publish) co_return shape_of(changed->configuration);
    const auto version =
        co_await publish_written(directory, caller.tenant, *name, changed->configuration.code_hash);
    if (!version) co_return failure_of(version.error());
    co_return shape_of((*version)->configuration);
}

}  // namespace gatehouse::api::lambda
