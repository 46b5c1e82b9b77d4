#include "api/service.h"

#include <algorithm>
#include <cassert>

namespace gatehouse::api {

void Service::add(std::unique_ptr<Endpoint> endpoint) {
    assert(std::ranges::find(model_->operations, endpoint->name(), &wire::Operation::name) !=
           model_->operations.end());
    const std::string_view name = endpoint->name();
    [[maybe_unused]] const bool added = endpoints_.emplace(name, std::move(endpoint)).second;
    assert(added);
}

Permission Service::permission_for(const Caller& caller, std::string_view operation,
                                   const RequestNames& names) const {
    if (permission_of_ != nullptr) return permission_of_(caller, operation, names);
    return {std::string(model_->name).append(":").append(operation), {"*"}};
}

const Endpoint* Service::find(std::string_view operation) const {
    const auto found = endpoints_.find(operation);
    return found == endpoints_.end() ? nullptr : found->second.get();
}

std::vector<std::string_view> Service::operations() const {
    std::vector<std::string_view> names;
    for (const auto& [name, endpoint] : endpoints_) names.push_back(name);
    return names;
}

const wire::ErrorShape& Service::shape_of(const wire::Failure& failure) const {
    if (failure.shape != nullptr) return *failure.shape;
    switch (failure.stage) {
        case wire::Failure::Stage::Malformed: return *errors_.malformed;
        case wire::Failure::Stage::Constraint: return *errors_.constraint;
        case wire::Failure::Stage::Handler: break;
    }
    return errors_.of_kind(failure.error.kind);
}

wire::ResponseParts Service::encode(const wire::Failure& failure) const {
    auto parts = wire::encode_error(model_->protocol, shape_of(failure), failure.error.message,
                                    failure.members);
    parts.headers.insert(parts.headers.end(), failure.headers.begin(), failure.headers.end());
    return parts;
}

ServiceTable::ServiceTable(std::vector<Service> services) : services_(std::move(services)) {
    for (std::size_t i = 0; i < services_.size(); ++i) {
        for (const auto name : services_[i].model().signing_names) {
            [[maybe_unused]] const bool added = by_name_.emplace(name, i).second;
            assert(added);
        }
    }
}

const Service* ServiceTable::by_signing_name(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &services_[found->second];
}

std::string ServiceTable::signing_names() const {
    std::string names;
    for (const auto& [name, index] : by_name_) {
        if (!names.empty()) names += ", ";
        names += name;
    }
    return names;
}

}  // namespace gatehouse::api
