// Everything that is decided about an instance before its process starts: environment, file
// system, confinement.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "functions/invoker.h"
#include "functions/runtimes.h"
#include "functions/settings.h"

namespace gatehouse::functions {

// A function made ready to run: its package is unpacked and its runtime found. Immutable.
struct PreparedFunction {
    FunctionSnapshot function;
    Runtime runtime;
    std::string package;      // the unpacked directory
    Interpreter interpreter;  // of Python and Node.js alone
    std::string layers = {};  // the directory of what its layers hold; empty: it has none
};

// What this system turned out to allow; learnt by trying.
//
// Threads: one loop.
class Isolation {
public:
    using OnReached = std::function<void(std::string_view reached)>;

    // `is_root`: whether the server runs as root and instances get users of their own. The users
    // begin at a random one, so that two servers on one machine do not give the same.
    // `on_reached`, may be empty: told what the first instance reached, and whenever one differs.
    Isolation(IsolationMode mode, bool is_root, Random& random, OnReached on_reached);

    IsolationMode mode() const { return mode_; }
    bool use_namespaces() const { return namespaces_; }
    // The user of the next instance; 0: the server's own.
    std::uint32_t next_user();
    // Whether this user is one instance's alone.
    bool is_own_user(std::uint32_t user) const;
    // A start failed at this stage. True: try again, something less was asked for.
    bool give_way(std::string_view stage);
    // Grows whenever it gave way: what was started before was asked for more.
    std::uint32_t times_given_way() const { return times_given_way_; }
    // What an instance reached as it started, "namespaces landlock=7 seccomp".
    void set_reached(std::string_view text);

private:
    IsolationMode mode_;
    bool namespaces_;
    bool is_root_;
    bool own_users_ = true;
    std::uint64_t next_user_;  // counted from the first of all
    std::uint32_t times_given_way_ = 0;
    OnReached on_reached_;
    std::optional<std::string> reached_;
};

struct LaunchPlan {
    LaunchSpec spec;
    std::string log_stream;
    std::string scratch_directory;  // to be made before and removed after; empty: none
    bool private_network = false;   // the sandbox opens the Runtime API's port
};

// `api_port` is that of an endpoint already open on the machine's loopback, 0 with a private
// network. `log_stream_id` is 32 hexadecimal digits.
struct LaunchInput {
    const PreparedFunction& prepared;
    const FunctionSettings& settings;
    const RuntimeFiles& files;
    Isolation& isolation;
    std::optional<FunctionCredentials> credentials;
    WallTime now{};
    std::string log_stream_id;
};
LaunchPlan plan_launch(const LaunchInput& input);
// Sees to it that the plan's user can reach the files it is to run, where the instance sees the
// machine's own file system: lets others pass through the server's own folders. Unavailable when
// another is in the way, with the command that opens it.
Result<void> make_reachable(const LaunchPlan& plan, const FunctionSettings& settings);
// Fills in what depends on the Runtime API's port.
void set_runtime_api_port(LaunchPlan& plan, std::uint16_t port);

}  // namespace gatehouse::functions
