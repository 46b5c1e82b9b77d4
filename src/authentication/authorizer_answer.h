// The answer of a custom authorizer's function, validated field by field.
//
// Source: AWS IoT Core Developer Guide, "Defining your Lambda function"; TestInvokeAuthorizer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gatehouse::authentication {

// The function's yes.
struct Granted {
    std::string principal_id;
    std::vector<std::string> policy_documents;  // JSON text each, not yet parsed as policies
    std::chrono::seconds disconnect_after{0};
    std::chrono::seconds refresh_after{0};
};

// One rule that was checked, for the trace.
struct AnswerCheck {
    std::string rule;  // "principalId is 1 to 128 letters and digits"
    bool passed = false;
    std::string finding;  // what was there instead; may be empty when passed
};

struct AuthorizerAnswer {
    // Empty with `refused`: the function said no. Empty otherwise: the answer is not usable and
    // `problem` says why.
    std::optional<Granted> granted;
    bool refused = false;
    std::string problem;
    std::vector<AnswerCheck> checks;
    // Likely mistakes that do not invalidate the answer: misspelt members and the like.
    std::vector<std::string> notes;
};

struct AnswerRules {
    std::uint32_t documents_max = 10;
    std::uint32_t interval_seconds_min = 300;  // of refreshAfter… and disconnectAfter…
    std::uint32_t interval_seconds_max = 86'400;
    // Of a certificate that the client showed, beside which the function decides: its principalId
    // has to be this, and it need not answer policies. Empty: there is none.
    std::string certificate_id = {};
};

// Never fails itself: whatever the function answered is described.
AuthorizerAnswer read_authorizer_answer(std::string_view payload, const AnswerRules& rules);

}  // namespace gatehouse::authentication
