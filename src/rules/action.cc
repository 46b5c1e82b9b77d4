#include "rules/action.h"

namespace gatehouse::rules {

std::size_t Job::bytes() const {
    std::size_t bytes = sizeof(*this) + message->bytes() + payload->size();
    for (const std::string& each : texts) bytes += sizeof(each) + each.size();
    return bytes;
}

async::Task<std::vector<Result<Done>>> Action::perform_all(std::span<const Job* const> jobs,
                                                           Deadline deadline) const {
    std::vector<Result<Done>> outcomes;
    for (const Job* job : jobs) outcomes.push_back(co_await perform(*job, deadline));
    co_return outcomes;
}

bool is_worth_repeating(ErrorKind kind) {
    return kind == ErrorKind::Timeout || kind == ErrorKind::Throttled ||
           kind == ErrorKind::Unavailable;
}

}  // namespace gatehouse::rules
