// The actions openSearch and elasticsearch: the message becomes a document of an index. It is sent
// to the declared endpoint, whatever host `endpoint` has. Source: AWS IoT Developer Guide,
// "OpenSearch"; OpenSearch documentation, "Index document".
#include <fmt/format.h>

#include "base/arn.h"
#include "base/encoding.h"
#include "net/http_url.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t document_id_bytes_max = 512;

class OpenSearchAction final : public AwsAction {
public:
    OpenSearchAction(std::string_view name, const ActionParts& parts)
        : AwsAction(AwsService::OpenSearch, {name, "Endpoint", "Failed to index document."},
                    parts) {}

    Result<Call> call(const Job& job) const override {
        if (!job.is_json) return fail(ErrorKind::InvalidInput, "a document is JSON");
        std::string path;
        for (const Text* const each : {&index, &type, &id}) {
            const std::string_view part = job.text(*each);
            if (part.empty() || part == "." || part == ".." ||
                part.size() > document_id_bytes_max || !is_utf8(part)) {
                return fail(ErrorKind::InvalidInput,
                            fmt::format("index, type and id have to come to 1 to {} bytes of "
                                        "UTF-8, and to neither '.' nor '..'",
                                        document_id_bytes_max));
            }
            path += '/';
            path += percent_encode(part);
        }
        return Call{.method = "PUT",
                    .path = std::move(path),
                    .headers = {{"Content-Type", "application/json"}},
                    .body = *job.payload};
    }

    RoleNeed need(const Job& job) const override {
        return {"es:ESHttpPut",
                make_arn(job.rule->tenant, "es",
                         fmt::format("domain/{}/{}/{}/{}", domain(job.text(target)),
                                     job.text(index), job.text(type), job.text(id)))};
    }

    Text index;
    Text type;
    Text id;

private:
    // "search-NAME-SUFFIX.REGION.es.amazonaws.com" is of the domain NAME; other hosts are called
    // by their first label.
    static std::string domain(std::string_view endpoint) {
        const auto url = net::HttpUrl::parse(endpoint);
        if (!url) return "*";
        std::string label = url->host.substr(0, url->host.find('.'));
        for (const std::string_view prefix : {"search-", "vpc-"}) {
            const auto dash = label.rfind('-');
            if (label.starts_with(prefix) && dash >= prefix.size()) {
                return label.substr(prefix.size(), dash - prefix.size());
            }
        }
        return label;
    }
};

Result<ActionPtr> make_search_action(std::string_view name, Parameters& parameters,
                                     const ActionParts& parts) {
    auto action = std::make_shared<OpenSearchAction>(name, parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("endpoint");
    action->index = parameters.text("index");
    action->type = parameters.text("type");
    action->id = parameters.text("id");
    const std::string endpoint = action->target.is_constant() ? action->target.constant() : "";
    if (!endpoint.empty() && !net::HttpUrl::parse(endpoint)) {
        parameters.refuse("endpoint", "is no URL");
    }
    check_endpoint(parameters, parts, AwsService::OpenSearch, "endpoint");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace

Result<ActionPtr> make_open_search_action(Parameters& parameters, const ActionParts& parts) {
    return make_search_action("OpenSearchAction", parameters, parts);
}

Result<ActionPtr> make_elasticsearch_action(Parameters& parameters, const ActionParts& parts) {
    return make_search_action("ElasticsearchAction", parameters, parts);
}

}  // namespace gatehouse::rules
