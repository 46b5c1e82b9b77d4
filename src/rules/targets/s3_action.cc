// The action s3: the message becomes an object.
// Source: AWS IoT Developer Guide, "S3"; Amazon S3 API Reference, PutObject.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/arn.h"
#include "base/encoding.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"
#include "signature/digest.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 8> canned_acls{"private",
                                                      "public-read",
                                                      "public-read-write",
                                                      "aws-exec-read",
                                                      "authenticated-read",
                                                      "bucket-owner-read",
                                                      "bucket-owner-full-control",
                                                      "log-delivery-write"};
constexpr std::size_t object_key_bytes_max = 1024;

// Source: Amazon S3 User Guide, "General purpose bucket naming rules".
bool is_bucket_name(std::string_view name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, is_plain) &&
           name.front() != '.' && name.front() != '-' && !name.contains("..");
}

// Whoever normalises the path would find another object, or another bucket.
bool has_dot_segment(std::string_view key) {
    for (std::size_t at = 0; at <= key.size();) {
        const auto slash = std::min(key.find('/', at), key.size());
        const std::string_view segment = key.substr(at, slash - at);
        if (segment == "." || segment == "..") return true;
        at = slash + 1;
    }
    return false;
}

class S3Action final : public AwsAction {
public:
    explicit S3Action(const ActionParts& parts)
        : AwsAction(AwsService::S3, {"S3Action", "S3Bucket", "Failed to put S3 object."}, parts) {}

    Result<Call> call(const Job& job) const override {
        const std::string_view bucket = job.text(target);
        const std::string_view object = job.text(key);
        if (!is_bucket_name(bucket)) {
            return fail(ErrorKind::InvalidInput, "bucketName comes to what is no bucket's name");
        }
        if (object.empty() || object.size() > object_key_bytes_max || !is_utf8(object)) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("key has to come to 1 to {} bytes of UTF-8", object_key_bytes_max));
        }
        if (has_dot_segment(object)) {
            return fail(ErrorKind::InvalidInput,
                        "key comes to a path with '.' or '..', which may lead elsewhere");
        }
        Call made{.method = "PUT",
                  .path = fmt::format("/{}/{}", bucket, percent_encode(object, "/")),
                  .headers = {{"Content-Type", "application/octet-stream"},
                              {"X-Amz-Content-Sha256", signature::sha256_hex(*job.payload)}},
                  .body = *job.payload};
        if (!canned_acl.empty()) made.headers.emplace_back("X-Amz-Acl", canned_acl);
        return made;
    }

    RoleNeed need(const Job& job) const override {
        return {"s3:PutObject",
                fmt::format("arn:{}:s3:::{}/{}", partition_of(job.rule->tenant.region),
                            job.text(target), job.text(key))};
    }

    Text key;
    std::string canned_acl;
};

}  // namespace

Result<ActionPtr> make_s3_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<S3Action>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("bucketName");
    action->key = parameters.text("key");
    action->canned_acl = parameters.choice("cannedAcl", canned_acls, "");
    if (action->target.is_constant() && !action->target.constant().empty() &&
        !is_bucket_name(action->target.constant())) {
        parameters.refuse("bucketName", "is no bucket's name");
    }
    check_endpoint(parameters, parts, AwsService::S3, "bucketName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
