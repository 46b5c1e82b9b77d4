// Whom the names in a role's trust policy mean: who had them when it was written, since another may
// get them later.
// Source: IAM User Guide, "AWS JSON policy elements: Principal" (IAM turns an ARN into the unique
// id when the policy is saved). Deliberate difference: a name that nobody has may be written down,
// and means whoever has it.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/document.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

// The ids of the users and roles that the document names, by the ARNs that it names them by.
Result<std::map<std::string, std::string>> ids_named_in(storage::ResourceStore& store,
                                                        std::string_view trust_policy);

// Without what it allows those who are named but are not the one with this id.
policy::Document without_others(policy::Document document,
                                const std::map<std::string, std::string>& ids, std::string_view id);

}  // namespace gatehouse::iam
