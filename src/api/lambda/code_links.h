// Addresses under which the package of a function or a layer can be fetched without signing, for a
// while: what GetFunction answers as Code.Location and GetLayerVersion as Content.Location.
//
// Source: AWS Lambda API Reference, GetFunction ("a link to download the deployment package that's
// valid for 10 minutes").
//
// Threads: any; answer() on the API's loop.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/expiring_links.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/random.h"
#include "functions/function_directory.h"
#include "functions/invoker.h"
#include "functions/layer_directory.h"
#include "net/http.h"

namespace gatehouse::api::lambda {

class CodeLinks {
public:
    // What comes before account, region, name and, where there is one, qualifier in the path; of a
    // layer before account, region, "layer:NAME" and the version's number.
    static constexpr std::string_view path_prefix = "/gatehouse/v1/function-code/";

    // All must outlive it.
    CodeLinks(functions::FunctionDirectory& directory, functions::LayerDirectory& layers,
              const Clock& clock, Random& random)
        : directory_(directory),
          layers_(layers),
          links_(clock, random, std::chrono::minutes(10), "GetFunction or GetLayerVersion") {}

    // `origin`: "http://localhost:4566", as the caller reached this server.
    std::string link_to(std::string_view origin, const functions::FunctionRef& function) const;
    std::string link_to(std::string_view origin, const functions::LayerVersion& layer) const;
    // The package; 403 for an address that is over or was not made here.
    async::Task<net::HttpResponse> answer(net::HttpRequest request) const;

private:
    async::Task<Result<std::string>> package_at(functions::FunctionRef subject) const;

    functions::FunctionDirectory& directory_;
    functions::LayerDirectory& layers_;
    const ExpiringLinks links_;
};

}  // namespace gatehouse::api::lambda
