// Functions as rules call them.
//
// Threads: the loop of actions, which is that of asynchronous invocations.
#pragma once

#include "authentication/called_function.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "base/random.h"
#include "functions/async_invocations.h"
#include "functions/instance_pool.h"
#include "functions/invoker.h"
#include "rules/doors.h"

namespace gatehouse::rules {

class FunctionCalls final : public FunctionDoor, Pinned {
public:
    // All must outlive it.
    struct Parts {
        functions::FunctionInvoker& invoker;
        functions::AsyncInvocations& events;
        // Whether there is such a function.
        const functions::FunctionLookup& lookup;
        const authentication::InvokePermissions& permissions;
        MissingPermission missing_permission = MissingPermission::InvokeAndExplain;
        Random& random;
    };
    explicit FunctionCalls(const Parts& parts) : parts_(parts) {}

    async::Task<Result<std::string>> hand_over(FunctionCall call) override;
    async::Task<Result<std::string>> ask(FunctionCall call, Deadline deadline) override;

private:
    // NotAllowed; else what AWS would say, mostly nothing.
    Result<std::string> permission(const functions::FunctionRef& function,
                                   const FunctionCall& call) const;

    const Parts parts_;
};

// "Root=1-…" of the digits of a UUID, so that the function's own log shows the message's trace id.
std::string tracing_header(std::string_view uuid);

}  // namespace gatehouse::rules
