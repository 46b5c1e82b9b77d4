#include "api/endpoint.h"

#include "async/event_loop.h"
#include "async/worker_pool.h"

namespace gatehouse::api {

async::Task<wire::Outcome<wire::ResponseParts>> Endpoint::serve(const Caller& caller,
                                                                const wire::RequestParts& parts,
                                                                async::WorkerPool& workers) const {
    auto decoded =
        parts.body.size() <= decode_inline_max
            ? decode(parts)
            : co_await workers.run(*async::EventLoop::current(), [&] { return decode(parts); });
    if (!decoded) co_return std::unexpected(std::move(decoded.error()));
    co_return co_await answer(caller, std::move(*decoded));
}

}  // namespace gatehouse::api
