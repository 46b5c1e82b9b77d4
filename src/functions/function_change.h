// What the operations of FunctionDirectory share: which record, the refusals, one change at a time.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/arn.h"
#include "functions/function_directory.h"

namespace gatehouse::functions {

inline const storage::Kind function_kind("function");
inline const storage::Kind version_kind("function_version");  // "NAME:NUMBER"

inline storage::RecordKey record_key(const Tenant& tenant, const FunctionName& name) {
    return {tenant, function_kind, name.value()};
}
inline storage::RecordKey record_key(const Tenant& tenant, const FunctionName& name,
                                     const FunctionVersion& version) {
    return {tenant, version_kind, name.value() + ':' + version.value()};
}

inline std::string arn_of(const Tenant& tenant, const FunctionName& name,
                          const Qualifier& qualifier = {}) {
    return make_arn(
        tenant, "lambda",
        "function:" + name.value() + (qualifier.empty() ? std::string() : ':' + qualifier.value()));
}

inline Error function_not_found(const Tenant& tenant, const FunctionName& name,
                                const Qualifier& qualifier = {}) {
    return {ErrorKind::NotFound, "Function not found: " + arn_of(tenant, name, qualifier), {}};
}

// The packages that a function with this configuration needs.
inline void note_packages(const FunctionConfiguration& configuration, std::set<CodeHash>& used) {
    used.insert(configuration.code_hash);
    for (const LayerUse& layer : configuration.layers) used.insert(layer.code_hash);
}

inline Result<void> check_revision(const std::optional<RevisionId>& wanted,
                                   const RevisionId& present) {
    if (!wanted || *wanted == present) return {};
    return fail(ErrorKind::Conflict,
                "The Revision Id provided does not match the latest Revision Id. Call the "
                "GetFunction/GetAlias API to retrieve the latest Revision Id",
                Place{"revisionId", 0, 0});
}

// Holds a function's name while one operation changes it.
class FunctionDirectory::Change {
public:
    Change(FunctionDirectory& directory, Key key) : directory_(&directory), key_(std::move(key)) {}
    Change(Change&& other) noexcept
        : directory_(std::exchange(other.directory_, nullptr)), key_(std::move(other.key_)) {}
    Change& operator=(Change&&) = delete;
    ~Change() {
        if (directory_ != nullptr) directory_->state_.lock()->changing.erase(key_);
    }

private:
    FunctionDirectory* directory_;
    Key key_;
};

}  // namespace gatehouse::functions
