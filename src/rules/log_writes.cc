#include "rules/log_writes.h"

#include <algorithm>
#include <utility>

#include "logs/log_requests.h"

namespace gatehouse::rules {
namespace {

Result<void> write_entries(logs::LogStore& logs, const Tenant& tenant, const std::string& group,
                           const std::string& stream, const std::vector<LogEntry>& entries) {
    auto made = logs::create_log_stream(logs, tenant, group, stream);
    if (!made && made.error().kind != ErrorKind::Conflict) return made;
    std::vector<const LogEntry*> in_order;
    for (const LogEntry& each : entries) in_order.push_back(&each);
    std::ranges::sort(in_order, {}, [](const LogEntry* each) {
        return std::pair(each->timestamp_ms, each);  // those of one time as they came
    });
    std::vector<logs::PutEvent> events;
    for (const LogEntry* const each : in_order) {
        events.push_back({each->timestamp_ms, each->message});
    }
    const auto put = logs::put_log_events(logs, tenant, group, stream, events);
    if (!put) return fail(put.error());
    if (!put->too_new_start && !put->too_old_end && !put->expired_end) return {};
    return fail(ErrorKind::InvalidInput,
                "not all entries were taken: they are more than two weeks old, or more than two "
                "hours ahead");
}

}  // namespace

async::Task<Result<void>> LogWrites::put(Tenant tenant, std::string group, std::string stream,
                                         std::vector<LogEntry> entries) {
    co_return co_await workers_.run(
        loop_, [&logs = logs_, tenant = std::move(tenant), group = std::move(group),
                stream = std::move(stream), entries = std::move(entries)] {
            return write_entries(logs, tenant, group, stream, entries);
        });
}

}  // namespace gatehouse::rules
