#include "api/logs/create_log_group.h"

#include "api/logs/errors.h"
#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<CreateLogGroupResponse>> CreateLogGroup::handle(
    const Caller& caller, CreateLogGroupRequest request) const {
    if (request.kms_key_id) {
        co_return wire::fail_as(errors::invalid_parameter_exception,
                                "kmsKeyId is not supported by Gatehouse, which encrypts nothing "
                                "with keys of KMS; leave it out");
    }
    const auto group_class =
        class_of(request.log_group_class).value_or(store::GroupClass::Standard);
    const auto done = co_await access.run([&] {
        return store::create_log_group(access.logs, caller.tenant, request.log_group_name,
                                       std::move(request.tags).value_or(ResourceTags()),
                                       group_class);
    });
    if (!done) co_return failure_of(done.error());
    co_return CreateLogGroupResponse();
}

}  // namespace gatehouse::api::logs
