#include "api/logs/logs_service.h"

#include "api/logs/create_log_group.h"
#include "api/logs/create_log_stream.h"
#include "api/logs/delete_log_group.h"
#include "api/logs/delete_log_stream.h"
#include "api/logs/delete_retention_policy.h"
#include "api/logs/describe_log_groups.h"
#include "api/logs/describe_log_streams.h"
#include "api/logs/describe_queries.h"
#include "api/logs/errors.h"
#include "api/logs/filter_log_events.h"
#include "api/logs/get_log_events.h"
#include "api/logs/get_log_record.h"
#include "api/logs/get_query_results.h"
#include "api/logs/list_tags_for_resource.h"
#include "api/logs/list_tags_log_group.h"
#include "api/logs/permissions.h"
#include "api/logs/put_log_events.h"
#include "api/logs/put_retention_policy.h"
#include "api/logs/start_query.h"
#include "api/logs/stop_query.h"
#include "api/logs/tag_log_group.h"
#include "api/logs/tag_resource.h"
#include "api/logs/untag_log_group.h"
#include "api/logs/untag_resource.h"
#include "api/shapes/logs/model.h"

namespace gatehouse::api {
namespace {

// PutLogEvents takes 1 MiB of messages, which JSON may spell at six times the length.
constexpr std::size_t logs_body_bytes_max = 8 * 1024 * 1024;

}  // namespace

Service make_logs_service(const LogsParts& parts) {
    Service service(logs::model(), logs::error_table(), logs_body_bytes_max);
    service.needs(&logs::permission_of);
    const logs::LogAccess access{parts.logs, parts.workers};
    service.handle(logs::CreateLogGroup{access})
        .handle(logs::CreateLogStream{access})
        .handle(logs::DeleteLogGroup{access})
        .handle(logs::DeleteLogStream{access})
        .handle(logs::DeleteRetentionPolicy{access})
        .handle(logs::DescribeLogGroups{access})
        .handle(logs::DescribeLogStreams{access})
        .handle(logs::DescribeQueries{parts.queries})
        .handle(logs::FilterLogEvents{access})
        .handle(logs::GetLogEvents{access})
        .handle(logs::GetLogRecord{access})
        .handle(logs::GetQueryResults{access, parts.queries})
        .handle(logs::ListTagsForResource{access})
        .handle(logs::ListTagsLogGroup{access})
        .handle(logs::PutLogEvents{access})
        .handle(logs::PutRetentionPolicy{access})
        .handle(logs::StartQuery{access, parts.queries})
        .handle(logs::StopQuery{parts.queries})
        .handle(logs::TagLogGroup{access})
        .handle(logs::TagResource{access})
        .handle(logs::UntagLogGroup{access})
        .handle(logs::UntagResource{access});
    return service;
}

}  // namespace gatehouse::api
