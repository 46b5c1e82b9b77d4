// The commands of `gatehouse authorizer`.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_authorizer_clear_default(const Invocation& invocation);
Exit run_authorizer_create(const Invocation& invocation);
Exit run_authorizer_delete(const Invocation& invocation);
Exit run_authorizer_describe(const Invocation& invocation);
Exit run_authorizer_describe_default(const Invocation& invocation);
Exit run_authorizer_list(const Invocation& invocation);
Exit run_authorizer_set_default(const Invocation& invocation);
Exit run_authorizer_test(const Invocation& invocation);
Exit run_authorizer_trace(const Invocation& invocation);
Exit run_authorizer_update(const Invocation& invocation);

}  // namespace gatehouse::server
