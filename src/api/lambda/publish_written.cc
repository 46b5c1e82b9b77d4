#include "api/lambda/publish_written.h"

namespace gatehouse::api::lambda {

async::Task<Result<functions::FunctionSnapshot>> publish_written(
    functions::FunctionDirectory& directory, Tenant tenant, functions::FunctionName name,
    functions::CodeHash written) {
    auto version = co_await directory.publish(
        tenant, name, {.code_sha256 = functions::code_sha256_base64(written)});
    const auto present = directory.find(tenant, name);
    const bool is_others = present && present->configuration.code_hash != written;
    if (!version && version.error().kind == ErrorKind::InvalidInput && is_others) {
        co_return fail(ErrorKind::Conflict,
                       "The function's code was changed by another call before it was published; "
                       "nothing was published.");
    }
    co_return version;
}

}  // namespace gatehouse::api::lambda
