// Whatever a function answers is either usable within all bounds, a no, or explained.
#include <cstdlib>
#include <string_view>

#include "authentication/authorizer_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::authentication;
    const AnswerRules rules;
    const AuthorizerAnswer answer =
        read_authorizer_answer({reinterpret_cast<const char*>(data), size}, rules);
    if (answer.granted) {
        const bool sound = !answer.refused && !answer.granted->principal_id.empty() &&
                           answer.granted->principal_id.size() <= 128 &&
                           answer.granted->policy_documents.size() <= rules.documents_max &&
                           answer.granted->refresh_after.count() >= rules.interval_seconds_min &&
                           answer.granted->disconnect_after.count() <= rules.interval_seconds_max;
        if (!sound) std::abort();
    } else if (!answer.refused && answer.problem.empty()) {
        std::abort();
    }
    return 0;
}
