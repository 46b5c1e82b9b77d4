#include "api/logs/delete_log_stream.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<DeleteLogStreamResponse>> DeleteLogStream::handle(
    const Caller& caller, DeleteLogStreamRequest request) const {
    const auto done = co_await access.run([&] {
        return access.logs.delete_stream(caller.tenant, request.log_group_name,
                                         request.log_stream_name);
    });
    if (!done) co_return failure_of(done.error());
    co_return DeleteLogStreamResponse();
}

}  // namespace gatehouse::api::logs
