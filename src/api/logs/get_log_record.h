// GetLogRecord: one event with all its fields, by the @ptr of a query.
// Source: Amazon CloudWatch Logs API Reference, GetLogRecord.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/get_log_record.h"

namespace gatehouse::api::logs {

struct GetLogRecord {
    using Shape = GetLogRecordShape;

    LogAccess access;

    async::Task<wire::Outcome<GetLogRecordResponse>> handle(const Caller& caller,
                                                            GetLogRecordRequest request) const;
};

}  // namespace gatehouse::api::logs
