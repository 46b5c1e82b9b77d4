#include "api/logs/create_log_stream.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<CreateLogStreamResponse>> CreateLogStream::handle(
    const Caller& caller, CreateLogStreamRequest request) const {
    const auto done = co_await access.run([&] {
        return store::create_log_stream(access.logs, caller.tenant, request.log_group_name,
                                        request.log_stream_name);
    });
    if (!done) co_return failure_of(done.error());
    co_return CreateLogStreamResponse();
}

}  // namespace gatehouse::api::logs
