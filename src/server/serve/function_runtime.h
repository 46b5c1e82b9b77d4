// Users' functions as the program runs them: the directory of functions, the pool of instances,
// where their output goes, and whether the service may call them.
//
// Lifetimes: built before the loops run, destroyed after they ended.
#pragma once

#include <memory>
#include <string>

#include "async/worker_pool.h"
#include "authentication/called_function.h"
#include "base/result.h"
#include "functions/async_invocations.h"
#include "functions/function_directory.h"
#include "functions/instance_pool.h"
#include "functions/invoker.h"
#include "functions/layer_directory.h"
#include "functions/package_store.h"
#include "functions/remote_functions.h"
#include "iam/function_keys.h"
#include "net/name_lookups.h"
#include "server/serve/foundation.h"
#include "server/serve/loops.h"
#include "server/settings.h"

namespace gatehouse::server {

class FunctionRuntime : Pinned {
public:
    static Result<std::unique_ptr<FunctionRuntime>> make(const Settings& settings,
                                                         Foundation& foundation, Loops& loops,
                                                         iam::FunctionKeys& keys);
    ~FunctionRuntime();

    functions::FunctionDirectory& directory() { return *directory_; }
    functions::LayerDirectory& layers() { return *layers_; }
    functions::FunctionInvoker& invoker() { return *remote_; }
    const authentication::InvokePermissions& permissions() const { return *permissions_; }
    functions::AsyncInvocations& async_invocations() { return *async_invocations_; }
    // How the memory of functions is held, in words.
    const std::string& memory_text() const { return memory_text_; }
    // Tells functions where the API is; instances that run already do not learn of it.
    void announce_api(const std::string& url);
    // Goes on with the events that were taken before the server was started again.
    Result<void> resume_events();
    // Ends all instances. From a task on the main loop.
    async::Task<void> stop(Deadline deadline);

private:
    FunctionRuntime() = default;
    // The pool and the packages have to be there.
    void make_directories(Foundation& foundation, iam::FunctionKeys& keys);
    // The network has to be known.
    void make_invokers(Foundation& foundation, Loops& loops);

    functions::NetworkAccess network_ = functions::NetworkAccess::None;
    std::unique_ptr<functions::FunctionLogSink> log_;
    std::unique_ptr<functions::PackageStore> packages_;
    std::unique_ptr<functions::MemoryGroups> memory_groups_;  // null: nothing is delegated
    std::string memory_text_;
    async::WorkerPool workers_{{.name = "gh-code", .threads = 1}};
    std::unique_ptr<functions::InstancePool> pool_;
    std::unique_ptr<functions::FunctionDirectory> directory_;
    std::unique_ptr<functions::LayerDirectory> layers_;
    std::unique_ptr<functions::PooledInvoker> invoker_;  // of those that run here
    std::unique_ptr<net::NameLookups> lookups_;
    std::unique_ptr<functions::RemoteInvoker> remote_;
    std::unique_ptr<functions::AsyncInvocations> async_invocations_;
    std::unique_ptr<authentication::InvokePermissions> permissions_;
};

}  // namespace gatehouse::server
