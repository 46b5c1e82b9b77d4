#include "api/logs/get_log_record.h"

#include "api/logs/errors.h"
#include "api/logs/record_pointer.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<GetLogRecordResponse>> GetLogRecord::handle(
    const Caller& caller, GetLogRecordRequest request) const {
    auto fields = co_await access.run(
        [&] { return fields_of(access.logs, caller.tenant, request.log_record_pointer); });
    if (!fields) co_return failure_of(fields.error());
    co_return GetLogRecordResponse{.log_record = std::move(*fields)};
}

}  // namespace gatehouse::api::logs
