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
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "api/caller.h"
#include "api/wire/operation_shape.h"
#include "async/task.h"

namespace gatehouse::async {
class WorkerPool;
}

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
    async::Task<wire::Outcome<wire::ResponseParts>> serve(const Caller& caller,
                                                          const wire::RequestParts& parts,
                                                          async::WorkerPool& workers) const;

protected:
    // A request of whatever operation. What there is of each operation is kept small: hundreds of
    // them are compiled.
    struct Decoded {
        virtual ~Decoded() = default;
    };

private:
    virtual wire::Outcome<std::unique_ptr<Decoded>> decode(
        const wire::RequestParts& parts) const = 0;
    virtual async::Task<wire::Outcome<wire::ResponseParts>> answer(
        const Caller& caller, std::unique_ptr<Decoded> decoded) const = 0;
};

template <Handler H>
class HandlerEndpoint final : public Endpoint {
public:
    using Shape = typename H::Shape;

    explicit HandlerEndpoint(H handler) : handler_(std::move(handler)) {}
    std::string_view name() const override { return Shape::name; }

private:
    struct DecodedRequest final : Decoded {
        explicit DecodedRequest(typename Shape::Request decoded) : request(std::move(decoded)) {}

        typename Shape::Request request;
    };

    wire::Outcome<std::unique_ptr<Decoded>> decode(const wire::RequestParts& parts) const override {
        auto request = Shape::decode(parts);
        if (!request) return std::unexpected(std::move(request.error()));
        return std::make_unique<DecodedRequest>(std::move(*request));
    }

    async::Task<wire::Outcome<wire::ResponseParts>> answer(
        const Caller& caller, std::unique_ptr<Decoded> decoded) const override {
        auto& request = static_cast<DecodedRequest&>(*decoded).request;
        using Returned = decltype(handler_.handle(caller, std::move(request)));
        if constexpr (std::same_as<Returned, Result<typename Shape::Response>> ||
                      std::same_as<Returned, wire::Outcome<typename Shape::Response>>) {
            co_return encode(handler_.handle(caller, std::move(request)));
        } else {
            co_return encode(co_await handler_.handle(caller, std::move(request)));
        }
    }

    static wire::Outcome<wire::ResponseParts> encode(
        wire::Outcome<typename Shape::Response> outcome) {
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        return Shape::encode(*outcome);
    }

    H handler_;
};

}  // namespace gatehouse::api
