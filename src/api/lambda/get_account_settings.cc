#include "api/lambda/get_account_settings.h"

#include "functions/limits.h"

namespace gatehouse::api::lambda {
namespace {

// What AWS gives an account; here the disk is the bound (Developer Guide, "Lambda quotas").
constexpr std::int64_t code_bytes_max = 80'530'636'800;

}  // namespace

wire::Outcome<GetAccountSettingsResponse> GetAccountSettings::handle(
    const Caller& caller, GetAccountSettingsRequest) const {
    const auto usage = directory.usage(caller.tenant);
    constexpr auto concurrency = static_cast<std::int32_t>(functions::account_concurrency_max);
    return GetAccountSettingsResponse{
        .account_limit =
            AccountLimit{
                .total_code_size = code_bytes_max,
                .code_size_unzipped = static_cast<std::int64_t>(functions::unzipped_bytes_max),
                .code_size_zipped = static_cast<std::int64_t>(functions::zipped_bytes_max),
                .concurrent_executions = concurrency,
                .unreserved_concurrent_executions =
                    concurrency - static_cast<std::int32_t>(usage.reserved)},
        .account_usage =
            AccountUsage{.total_code_size = static_cast<std::int64_t>(usage.code_bytes),
                         .function_count = static_cast<std::int64_t>(usage.functions)}};
}

}  // namespace gatehouse::api::lambda
