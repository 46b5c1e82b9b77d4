// The tags of what users manage, for conditions of IAM's policies (aws:ResourceTag/KEY).
#pragma once

#include <optional>
#include <string>

#include "base/resource_tags.h"
#include "base/result.h"
#include "functions/function_directory.h"
#include "storage/resource_store.h"

namespace gatehouse::server {

// As iam::TagsOf. Of log groups and of certificates of ACM nobody can tell.
Result<std::optional<ResourceTags>> tags_of_resource(storage::ResourceStore& store,
                                                     const functions::FunctionDirectory& functions,
                                                     const std::string& arn);

}  // namespace gatehouse::server
