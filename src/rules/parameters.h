// Reads an action's parameters from the request or record: each member once, by name and type.
//
//     Result<ActionPtr> make_s3(Parameters& parameters, const ActionParts& parts) {
//         auto action = std::make_shared<S3Action>(parts);
//         action->role = parameters.role_arn();
//         action->key = parameters.text("key");
//         action->acl = parameters.choice("cannedAcl", acls, "private");
//         if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
//         return action;
//     }
//
// The first mistake is remembered, with the path of its member ("actions[0].s3.key"); what is read
// after it is empty. Members that nobody read are a mistake, too: what is not done here is refused,
// and never passed over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "rules/text.h"

namespace gatehouse::rules {

class Parameters {
public:
    // All must outlive it. `path`: "actions[0].s3".
    Parameters(const json::object& object, std::string path, ActionTexts& texts);

    bool has(std::string_view name) const;

    // A text that is there and not empty, without control characters, in which ${…} means nothing
    // (and is a mistake).
    std::string literal(std::string_view name);
    std::string literal(std::string_view name, std::string_view otherwise);
    // A text that may hold ${…}.
    Text text(std::string_view name);
    std::optional<Text> optional_text(std::string_view name,
                                      OnUndefined on_undefined = OnUndefined::Empty);
    // One of these.
    std::string choice(std::string_view name, std::span<const std::string_view> of);
    std::string choice(std::string_view name, std::span<const std::string_view> of,
                       std::string_view otherwise);
    bool truth(std::string_view name, bool otherwise);
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most,
                        std::int64_t otherwise);
    // "roleArn", the ARN of a role.
    std::string role_arn();
    std::optional<std::string> optional_role_arn();
    // A map of texts without ${…}, and its keys in order.
    std::vector<std::pair<std::string, Text>> texts_by_name(std::string_view name);

    // A list of texts that may hold ${…}; none where it is not there.
    std::vector<Text> texts(std::string_view name, std::size_t most);

    // Objects within it. Each shares the memory of mistakes, and is finished with this one.
    std::optional<Parameters> object(std::string_view name);
    std::vector<Parameters> objects(std::string_view name, std::size_t least, std::size_t most);

    // A mistake of the target's own rules about a member.
    void refuse(std::string_view name, std::string sentence);
    // InvalidInput or Unsupported: the first mistake.
    Result<void> finish();

private:
    struct Shared;
    Parameters(const json::object& object, std::string path, std::shared_ptr<Shared> shared);

    const json::value* take(std::string_view name);
    const json::string* take_text(std::string_view name);
    std::string path_of(std::string_view name) const;
    Text compiled(std::string_view name, std::string_view text, OnUndefined on_undefined);

    const json::object* object_;
    std::string path_;
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<std::set<std::string, std::less<>>> taken_;
};

}  // namespace gatehouse::rules
