#include "api/sts/get_caller_identity.h"

#include "iam/principal.h"
#include "iam/record_lookup.h"

namespace gatehouse::api::sts {

async::Task<wire::Outcome<GetCallerIdentityResponse>> GetCallerIdentity::handle(
    const Caller& caller, GetCallerIdentityRequest) const {
    GetCallerIdentityResponse response{.user_id = caller.tenant.account.value(),
                                       .account = caller.tenant.account.value(),
                                       .arn = caller.principal};
    const auto self = ::gatehouse::iam::parse_caller(caller.principal);
    if (!self || self->is_root()) co_return response;
    const auto found = co_await records.run([&](storage::ResourceStore& store) {
        return ::gatehouse::iam::find_identity(store, caller.tenant.account, *self->identity);
    });
    // A function's role need not exist; its session has a name nevertheless.
    const std::string id = found ? found->identity.id : self->identity->name;
    response.user_id = self->session.empty() ? id : id + ":" + self->session;
    co_return response;
}

}  // namespace gatehouse::api::sts
