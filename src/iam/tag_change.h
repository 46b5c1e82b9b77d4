// A change of the tags of something: what is added replaces what was there under the same key, and
// keys that are removed need not be there.
// Source: IAM API Reference, TagRole, UntagRole.
#pragma once

#include <string>
#include <vector>

#include "base/resource_tags.h"
#include "base/result.h"

namespace gatehouse::iam {

struct TagChange {
    ResourceTags added;
    std::vector<std::string> removed;
};

// InvalidInput: too many, or some that no tag may be. `tags` may be changed nevertheless.
inline Result<void> apply_change(const TagChange& change, ResourceTags& tags) {
    for (const auto& [key, value] : change.added) tags.insert_or_assign(key, value);
    for (const std::string& key : change.removed) tags.erase(key);
    if (const auto fault = tags_fault(tags)) return fail(ErrorKind::InvalidInput, *fault);
    return {};
}

}  // namespace gatehouse::iam
