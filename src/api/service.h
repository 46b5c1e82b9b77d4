// One AWS service: its model, the operations that have a handler, and its own error codes.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "api/endpoint.h"
#include "api/permission.h"
#include "api/wire/service_model.h"

namespace gatehouse::api {

// How a service names failures. One table a service, in its errors.cc.
struct ErrorTable {
    const wire::ErrorShape* malformed;   // the request cannot be read
    const wire::ErrorShape* constraint;  // a value is outside what the model allows
    // Everything the service's parts report.
    const wire::ErrorShape& (*of_kind)(ErrorKind);
};

// Threads: built once, then immutable and shared.
class Service {
public:
    // Larger bodies are refused before their signature is looked at.
    Service(const wire::ServiceModel& model, const ErrorTable& errors, std::size_t body_bytes_max)
        : model_(&model), errors_(errors), body_bytes_max_(body_bytes_max) {}

    // Requires: an operation of the model that has no handler yet.
    template <Handler H>
    Service& handle(H handler) {
        add(std::make_unique<HandlerEndpoint<H>>(std::move(handler)));
        return *this;
    }

    // What the operations need permission for. Without it: "SERVICE:OPERATION" on every resource.
    Service& needs(PermissionOf permission_of) {
        permission_of_ = permission_of;
        return *this;
    }
    Permission permission_for(const Caller& caller, std::string_view operation,
                              const RequestNames& names) const;

    const wire::ServiceModel& model() const { return *model_; }
    std::size_t body_bytes_max() const { return body_bytes_max_; }
    // Null when the operation has no handler.
    const Endpoint* find(std::string_view operation) const;
    // The operations with a handler, sorted.
    std::vector<std::string_view> operations() const;
    // The failure as this service puts it on the wire.
    wire::ResponseParts encode(const wire::Failure& failure) const;
    const wire::ErrorShape& shape_of(const wire::Failure& failure) const;

private:
    void add(std::unique_ptr<Endpoint> endpoint);

    const wire::ServiceModel* model_;
    ErrorTable errors_;
    std::size_t body_bytes_max_;
    PermissionOf permission_of_ = nullptr;
    std::map<std::string_view, std::unique_ptr<Endpoint>> endpoints_;
};

// The services of one Api, found by the name in a signature's scope.
class ServiceTable {
public:
    explicit ServiceTable(std::vector<Service> services);

    const Service* by_signing_name(std::string_view name) const;
    std::span<const Service> all() const { return services_; }
    // "execute-api, gatehouse, iot, ...": for messages.
    std::string signing_names() const;

private:
    std::vector<Service> services_;
    std::map<std::string_view, std::size_t> by_name_;
};

}  // namespace gatehouse::api
