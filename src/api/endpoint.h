// One operation: a small handler type, and the adapter that decodes for it and encodes after it.
//
//   struct CreateAuthorizer {
//       using Shape = CreateAuthorizerShape;  // generated
//       registry::Authorizers& authorizers;
//       async::Task<Result<CreateAuthorizerResponse>> handle(const Caller& caller,
//                                                            CreateAuthorizerRequest request)
//                                                            const;
//   };
//
// handle() may also return its Result directly where nothing is waited for, and wire::Outcome
// instead of Result where it names an error of the service itself (wire::fail_as). The caller
// outlives the task.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "api/caller.h"
#include "api/wire/operation_shape.h"
#include "async/event_loop.h"
#include "async/task.h"
#include "async/worker_pool.h"

namespace gatehouse::api {

// What a handler may return for its Response.
template <class Returned, class Response>
concept Answer =
    std::same_as<Returned, async::Task<Result<Response>>> ||
    std::same_as<Returned, async::Task<wire::Outcome<Response>>> ||
    std::same_as<Returned, Result<Response>> || std::same_as<Returned, wire::Outcome<Response>>;

template <class H>
concept Handler =
    wire::OperationShape<typename H::Shape> && std::move_constructible<H> &&
    requires(const H& handler, const Caller& caller, typename H::Shape::Request request) {
        { handler.handle(caller, std::move(request)) } -> Answer<typename H::Shape::Response>;
    };

// Threads: any loop; handlers are const and safe to share.
class Endpoint {
public:
    virtual ~Endpoint() = default;
    virtual std::string_view name() const = 0;
    // Bodies over this size are decoded on a worker.
    static constexpr std::size_t decode_inline_max = 256 * 1024;
    virtual async::Task<wire::Outcome<wire::ResponseParts>> serve(
        const Caller& caller, const wire::RequestParts& parts,
        async::WorkerPool& workers) const = 0;
};

template <Handler H>
class HandlerEndpoint final : public Endpoint {
public:
    using Shape = typename H::Shape;
    using Response = typename Shape::Response;

    explicit HandlerEndpoint(H handler) : handler_(std::move(handler)) {}
    std::string_view name() const override { return Shape::name; }

    async::Task<wire::Outcome<wire::ResponseParts>> serve(
        const Caller& caller, const wire::RequestParts& parts,
        async::WorkerPool& workers) const override {
        auto request = parts.body.size() <= decode_inline_max
                           ? Shape::decode(parts)
                           : co_await workers.run(*async::EventLoop::current(),
                                                  [&parts] { return Shape::decode(parts); });
        if (!request) co_return std::unexpected(std::move(request.error()));
        wire::Outcome<Response> outcome = co_await call(caller, std::move(*request));
        if (!outcome) co_return std::unexpected(std::move(outcome.error()));
        co_return Shape::encode(*outcome);
    }

private:
    async::Task<wire::Outcome<Response>> call(const Caller& caller,
                                              typename Shape::Request request) const {
        using Returned = decltype(handler_.handle(caller, std::move(request)));
        if constexpr (std::same_as<Returned, Result<Response>> ||
                      std::same_as<Returned, wire::Outcome<Response>>) {
            co_return handler_.handle(caller, std::move(request));
        } else {
            co_return co_await handler_.handle(caller, std::move(request));
        }
    }

    H handler_;
};

}  // namespace gatehouse::api
