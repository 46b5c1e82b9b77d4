#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/random.h"
#include "certificates/local_authority.h"
#include "server/commands/table.h"
#include "server/load_settings.h"
#include "storage/data_dir.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view renew_about =
    "Makes a new server CA and server certificate; the old ones are kept as NAME.old. Needed when\n"
    "the CA has run out, or does not permit a name that --endpoint adds. Whoever trusts the old\n"
    "root-CA.crt needs the new one. The server must not be running.";

// The settings that a CA depends on, as `serve` would have them.
std::vector<Flag> renew_flags() {
    constexpr std::array<std::string_view, 4> wanted{"config", "data-dir", "endpoint", "region"};
    std::vector<Flag> flags;
    for (Flag& flag : setting_flags()) {
        if (std::ranges::find(wanted, flag.name) != wanted.end()) flags.push_back(std::move(flag));
    }
    return flags;
}

Result<void> renew(const Settings& settings) {
    const std::filesystem::path folder = std::filesystem::path(settings.data_dir) / "ca";
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no {}, so there is nothing to renew: `gatehouse serve` "
                                "makes the CA when it starts",
                                folder.string()));
    }
    // Held until the end, so that no server starts meanwhile; refused while one runs.
    const auto lock = storage::DataDir::open(settings.data_dir);
    if (!lock && lock.error().kind == ErrorKind::Conflict) {
        return fail(ErrorKind::Conflict,
                    fmt::format("a server is running on {}; stop it first, since it shows its "
                                "present certificate until it ends",
                                settings.data_dir));
    }
    if (!lock) return fail(lock.error());
    certificates::AuthoritySettings authority;
    authority.endpoints = settings.endpoints;
    authority.host_names = certificates::machine_names();
    authority.regions = {settings.region.value()};
    const SystemClock clock;
    SystemRandom random;
    return certificates::LocalAuthority::renew_server_authority(folder, authority, clock, random);
}

Exit run_ca_renew(const Invocation& invocation) {
    const auto flags = renew_flags();
    const auto arguments = read_arguments(invocation, {.about = renew_about, .flags = flags});
    if (!arguments) return arguments.error();
    const auto loaded = load_settings(*arguments, invocation.environment);
    if (!loaded) {
        for (const Error& problem : loaded.error()) report(invocation, problem);
        return Exit::WrongUse;
    }
    if (const auto renewed = renew(loaded->settings); !renewed) {
        return report(invocation, renewed.error());
    }
    print(
        invocation.out,
        fmt::format("made a new CA: give {}/ca/root-CA.crt to everybody who trusted the old one\n",
                    loaded->settings.data_dir));
    return Exit::Done;
}

}  // namespace

Exit run_ca(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"renew", "make a new server CA", run_ca_renew},
    };
    return run_group(commands, "The local CA that the server's certificates come from.",
                     invocation);
}

}  // namespace gatehouse::server
