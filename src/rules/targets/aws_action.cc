#include "rules/targets/aws_action.h"

#include <fmt/format.h>

namespace gatehouse::rules {

async::Task<Result<void>> AwsAction::check_role(const Job& job) const {
    co_return co_await parts_.roles->check(job.rule, role, need(job));
}

async::Task<Result<net::HttpResponse>> AwsAction::ask(Call call, Deadline deadline) const {
    auto answer = co_await parts_.aws->ask(service_, std::move(call), deadline);
    if (!answer) {
        co_return fail(answer.error().kind,
                       fmt::format("{} {}", words_.attempted, answer.error().message));
    }
    if (auto judged = judge_aws(service_, words_.attempted, *answer); !judged) {
        co_return fail(std::move(judged.error()));
    }
    co_return answer;
}

async::Task<Result<Done>> AwsAction::perform(const Job& job, Deadline deadline) const {
    auto made = call(job);
    if (!made) co_return fail(std::move(made.error()));
    if (auto allowed = co_await check_role(job); !allowed) {
        co_return fail(std::move(allowed.error()));
    }
    const auto answer = co_await ask(std::move(*made), deadline);
    if (!answer) co_return fail(answer.error());
    co_return Done{};
}

void check_endpoint(Parameters& parameters, const ActionParts& parts, AwsService service,
                    std::string_view member) {
    if (parts.aws == nullptr || parts.aws->has(service, parts.tenant.account)) return;
    parameters.refuse(
        member,
        fmt::format(
            "leads nowhere: this server knows no endpoint for {} "
            "that the account may use; declare '{}' in the file that rules.targets-file names",
            full_name(service), name_of_choice(service)));
}

}  // namespace gatehouse::rules
