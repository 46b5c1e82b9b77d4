// What users have on AWS and not here: passwords, second factors, SSH keys, signing certificates,
// credentials of single services. Tools ask for all of it before they delete a user, and find that
// there is none.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include <fmt/format.h>

#include <string>
#include <type_traits>
#include <utility>

#include "api/endpoint.h"
#include "api/iam/errors.h"
#include "api/iam/iam_access.h"
#include "api/iam/iam_shapes.h"
#include "api/shapes/iam/delete_login_profile.h"
#include "api/shapes/iam/get_login_profile.h"
#include "api/shapes/iam/list_mfa_devices.h"
#include "api/shapes/iam/list_service_specific_credentials.h"
#include "api/shapes/iam/list_signing_certificates.h"
#include "api/shapes/iam/list_ssh_public_keys.h"
#include "api/shapes/iam/list_virtual_mfa_devices.h"

namespace gatehouse::api::iam {

// NotFound when there is no such user; without a name the caller is meant, who is there.
template <class Request>
async::Task<Result<void>> check_user(const IamAccess& access, const Caller& caller,
                                     const Request& request) {
    std::string name;
    if constexpr (requires { request.user_name.has_value(); }) {
        if (!request.user_name) co_return Result<void>();
        name = *request.user_name;
    } else {
        name = request.user_name;
    }
    const auto found = co_await access.read([&](Records& records) {
        return records.identities.get(caller.tenant, {store::IdentityKind::User, name});
    });
    if (!found) co_return fail(found.error());
    co_return Result<void>();
}

template <class S>
struct ListNone {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        if constexpr (requires { request.user_name; }) {
            const auto there = co_await check_user(access, caller, request);
            if (!there) co_return failure_of(there.error());
        }
        typename S::Response response;
        if constexpr (requires { response.is_truncated; }) set_marker(response, "");
        // An empty list is not the same as none to clients.
        if constexpr (requires { response.ssh_public_keys.emplace(); }) {
            response.ssh_public_keys.emplace();
        }
        if constexpr (requires { response.service_specific_credentials.emplace(); }) {
            response.service_specific_credentials.emplace();
        }
        co_return response;
    }
};
using ListMFADevices = ListNone<ListMFADevicesShape>;
using ListServiceSpecificCredentials = ListNone<ListServiceSpecificCredentialsShape>;
using ListSigningCertificates = ListNone<ListSigningCertificatesShape>;
using ListSSHPublicKeys = ListNone<ListSSHPublicKeysShape>;
using ListVirtualMFADevices = ListNone<ListVirtualMFADevicesShape>;

template <class S>
struct NoLoginProfile {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto there = co_await check_user(access, caller, request);
        if (!there) co_return failure_of(there.error());
        co_return failure_of(
            {ErrorKind::NotFound,
             fmt::format("Login Profile for User {} cannot be found.", request.user_name),
             {}});
    }
};
using GetLoginProfile = NoLoginProfile<GetLoginProfileShape>;
using DeleteLoginProfile = NoLoginProfile<DeleteLoginProfileShape>;

}  // namespace gatehouse::api::iam
