// What actions have in common that are one request to a service which speaks one of AWS's
// protocols.
//
// Threads: as Action.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/action.h"
#include "rules/action_kinds.h"
#include "rules/doors.h"
#include "rules/parameters.h"
#include "rules/targets/aws_answer.h"
#include "rules/targets/aws_door.h"
#include "rules/targets/call.h"

namespace gatehouse::rules {

// How logs and error actions speak of a kind of action.
struct AwsActionWords {
    std::string_view name;       // "S3Action"
    std::string_view resource;   // "S3Bucket"
    std::string_view attempted;  // "Failed to put S3 object."
};

class AwsAction : public Action {
public:
    std::string_view name() const final { return words_.name; }
    std::string resource(const Job& job) const override { return std::string(job.text(target)); }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const final {
        return {{words_.resource, resource(job)}};
    }
    std::string_view role_arn() const final { return role; }
    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override;

    // The request for a job. InvalidInput: it cannot be made, now or later.
    virtual Result<Call> call(const Job& job) const = 0;
    // What the role has to be allowed for it.
    virtual RoleNeed need(const Job& job) const = 0;

    std::string role;
    Text target;  // what is written to: bucket, queue, table …

protected:
    AwsAction(AwsService service, const AwsActionWords& words, const ActionParts& parts)
        : service_(service), words_(words), parts_(parts) {}

    // Whether the role may do it.
    async::Task<Result<void>> check_role(const Job& job) const;
    // Asks once, and judges the answer.
    async::Task<Result<net::HttpResponse>> ask(Call call, Deadline deadline) const;
    const ActionParts& parts() const { return parts_; }

private:
    const AwsService service_;
    const AwsActionWords words_;
    const ActionParts parts_;
};

// Unsupported: this server has no endpoint for the service, so that the action would come to
// nothing. Noted as a mistake about `member`, the action's own.
void check_endpoint(Parameters& parameters, const ActionParts& parts, AwsService service,
                    std::string_view member);

}  // namespace gatehouse::rules
