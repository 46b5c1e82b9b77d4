#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "functions/remote_functions.h"
#include "server/client/answer.h"
#include "server/client/file_watch.h"
#include "server/client/functions_api.h"
#include "server/client/package.h"
#include "server/client/session.h"
#include "server/commands/function/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view default_runtime = "python3.11";
constexpr std::string_view default_handler = "lambda_function.lambda_handler";

std::vector<Flag> deploy_flags() {
    return with_data_dir({
        {"handler", "FILE.FUNCTION", "What to call (lambda_function.lambda_handler)."},
        {"runtime", "NAME",
         "python3.11, nodejs20.x and the like, or provided.al2023 (python3.11)."},
        {"timeout", "SECONDS", "How long an invocation may take, 1-900 (3)."},
        {"memory", "MIB", "How much memory an instance may use, 128-10240 (128)."},
        {"env", "NAME=VALUE", "A variable of the function; repeat it. Replaces those it had."},
        {"role", "ARN", "The role it runs in (any ARN; one is made up without it)."},
        {"allow-iot", "", "Permit AWS IoT to invoke it, as authorizers need on AWS."},
        {"url", "URL",
         "Instead of PATH: where the code runs already, behind an invoke URL such as "
         "http://HOST:8080/2015-03-31/functions/function/invocations."},
        {"watch", "", "Go on, and deploy again whenever the files change, until Ctrl-C."},
    });
}

Result<std::int64_t> whole_number(std::string_view flag, std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    return fail(ErrorKind::InvalidInput,
                fmt::format("--{} wants a whole number, not '{}'", flag, text.substr(0, 40)));
}

// The configuration that the flags ask for, as the API's members.
Result<json::object> wanted_configuration(const Arguments& arguments) {
    json::object wanted;
    for (const auto& [flag, member] :
         {std::pair{"handler", "Handler"}, {"runtime", "Runtime"}, {"role", "Role"}}) {
        if (const auto value = arguments.value(flag)) wanted[member] = *value;
    }
    for (const auto& [flag, member] : {std::pair{"timeout", "Timeout"}, {"memory", "MemorySize"}}) {
        const auto value = arguments.value(flag);
        if (!value) continue;
        const auto number = whole_number(flag, *value);
        if (!number) return fail(number.error());
        wanted[member] = *number;
    }
    json::object variables;
    for (const std::string& each : arguments.values("env")) {
        const auto equals = each.find('=');
        if (equals == each.npos || equals == 0) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("--env wants NAME=VALUE, not '{}'",
                                    each.substr(0, std::min<std::size_t>(equals, 40))));
        }
        variables[each.substr(0, equals)] = each.substr(equals + 1);
    }
    if (!variables.empty()) wanted["Environment"] = json::object{{"Variables", variables}};
    return wanted;
}

// Code from a path, or where it runs.
Result<void> check_source(const Arguments& arguments, const std::string& url) {
    const bool has_path = arguments.positional().size() > 1;
    if (has_path == !url.empty()) {
        return fail(ErrorKind::InvalidInput, "give either the PATH of the code, or --url");
    }
    if (url.empty()) return {};
    for (const std::string_view flag : {"watch", "runtime", "handler"}) {
        if (!arguments.has(flag)) continue;
        return fail(ErrorKind::InvalidInput, fmt::format("--{} has no effect with --url", flag));
    }
    return {};
}

Answer<json::value> create(const ApiClient& client, const std::string& name,
                           const std::string& package, json::object wanted) {
    wanted["FunctionName"] = name;
    wanted["Code"] = json::object{{"ZipFile", to_base64(bytes_of(package))}};
    if (!wanted.contains("Runtime")) wanted["Runtime"] = default_runtime;
    if (!wanted.contains("Handler")) wanted["Handler"] = default_handler;
    if (!wanted.contains("Role")) {
        wanted["Role"] =
            fmt::format("arn:aws:iam::{}:role/gatehouse-function", client.server().account);
    }
    const auto created = client.call({.service = "lambda",
                                      .method = "POST",
                                      .path = "/2015-03-31/functions",
                                      .body = to_text(wanted)});
    if (!created) return created;
    return wait_until_active(client, name);
}

Answer<json::value> put(const ApiClient& client, const std::string& name, std::string_view what,
                        const json::object& body) {
    const auto sent = client.call({.service = "lambda",
                                   .method = "PUT",
                                   .path = function_path(name, what),
                                   .body = to_text(body)});
    if (!sent) return sent;
    return wait_until_active(client, name);
}

Answer<json::value> update(const ApiClient& client, const std::string& name,
                           const std::string& package, const json::object& wanted) {
    json::object code{{"ZipFile", to_base64(bytes_of(package))}};
    if (wanted.empty()) return put(client, name, "/code", code);
    // Nothing is changed unless both are taken: new code under an old handler lets nobody in.
    code["DryRun"] = true;
    if (auto taken = put(client, name, "/code", code); !taken) return taken;
    if (auto configured = put(client, name, "/configuration", wanted); !configured) {
        return configured;
    }
    code.erase("DryRun");
    return put(client, name, "/code", code);
}

// What is deployed, and to what: reads the package anew each time.
struct Deployment {
    const Invocation& invocation;
    const ApiClient& client;
    std::string name;
    std::filesystem::path path;
    json::object wanted;
    std::string url = {};  // instead of the path
    std::string last_package = {};

    Exit run() {
        const auto started = std::chrono::steady_clock::now();
        const auto package = url.empty() ? read_package(path) : remote_package(url);
        if (!package) return report(invocation, package.error());
        if (*package == last_package) return Exit::Done;
        const auto existing =
            client.call({.service = "lambda", .path = function_path(name, "/configuration")});
        const bool is_new = !existing && existing.error().error.kind == ErrorKind::NotFound;
        if (!existing && !is_new) return report(invocation, existing.error());
        take_runtime(existing.value_or(json::object()));
        if (const auto fits = handler_fits(existing.value_or(json::object())); !fits) {
            return report(invocation, fits.error());
        }
        const auto deployed = is_new ? create(client, name, *package, wanted)
                                     : update(client, name, *package, wanted);
        if (!deployed) return report(invocation, deployed.error());
        last_package = *package;
        wanted.clear();  // a further deployment is of the code alone
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - started);
        print(invocation.out,
              fmt::format("function {} {}: {}, handler {}, {} bytes, in {} ms\n{}\n", name,
                          is_new ? "created" : "updated", text_at(*deployed, "/Runtime"),
                          text_at(*deployed, "/Handler"), package->size(), took.count(),
                          text_at(*deployed, "/FunctionArn")));
        return Exit::Done;
    }

    // One that ran elsewhere and comes home, or the other way round.
    void take_runtime(const json::value& existing) {
        if (!url.empty()) {
            wanted["Runtime"] = functions::remote_runtime;
            wanted["Handler"] = url;
        } else if (text_at(existing, "/Runtime") == functions::remote_runtime) {
            if (!wanted.contains("Runtime")) wanted["Runtime"] = default_runtime;
            if (!wanted.contains("Handler")) wanted["Handler"] = default_handler;
        }
    }

    Result<void> handler_fits(const json::value& existing) const {
        const auto in_force = [&](std::string_view member, std::string_view otherwise) {
            if (const json::value* given = wanted.if_contains(member)) {
                return std::string(given->as_string());
            }
            const std::string kept = text_at(existing, "/" + std::string(member));
            return kept.empty() ? std::string(otherwise) : kept;
        };
        return check_handler(path, in_force("Runtime", default_runtime),
                             in_force("Handler", default_handler));
    }
};

// Returns only when watching fails; what cannot be deployed is reported and tried again at the
// next change.
Exit deploy_on_change(Deployment& deployment, FileWatch& watch) {
    constexpr auto settled = std::chrono::milliseconds(150);
    constexpr auto for_ever = std::chrono::milliseconds(-1);
    print(deployment.invocation.err,
          fmt::format("watching {} for changes; Ctrl-C ends\n", deployment.path.string()));
    while (true) {
        const auto changed = watch.wait(settled, for_ever);
        if (!changed) return report(deployment.invocation, changed.error());
        deployment.run();
    }
}

}  // namespace

Exit run_function_deploy(const Invocation& invocation) {
    const auto flags = deploy_flags();
    auto session = begin_session(
        invocation,
        {.about =
             "Makes a function of the code in PATH (a directory, or a zip file), or of what runs "
             "behind --url, or replaces the code of the\nfunction of that name. Flags that are not "
             "given leave the "
             "function's configuration as it is.",
         .positional = "NAME [PATH]",
         .positional_max = 2,
         .flags = flags,
         .positional_min = 1});
    if (!session) return session.error();
    const std::string url = session->arguments.value("url").value_or("");
    if (const auto checked = check_source(session->arguments, url); !checked) {
        return report(invocation, checked.error(), Exit::WrongUse);
    }
    auto wanted = wanted_configuration(session->arguments);
    if (!wanted) return report(invocation, wanted.error(), Exit::WrongUse);
    Deployment deployment{invocation,         session->client,
                          session->word(0),   url.empty() ? session->word(1) : std::string(),
                          std::move(*wanted), url};
    // From before the first deployment on, so that no change falls in between.
    std::unique_ptr<FileWatch> watch;
    if (session->arguments.has("watch")) {
        auto opened = FileWatch::open(deployment.path);
        if (!opened) return report(invocation, opened.error());
        watch = std::move(*opened);
    }
    const Exit deployed = deployment.run();
    if (deployed != Exit::Done && !watch) return deployed;
    if (session->arguments.has("allow-iot") && deployed == Exit::Done) {
        const auto permitted =
            permit_iot(session->client, deployment.name, "gatehouse-allow-iot", "");
        if (!permitted) return report(invocation, permitted.error());
        print(invocation.out, "AWS IoT may invoke it\n");
    }
    return watch ? deploy_on_change(deployment, *watch) : Exit::Done;
}

}  // namespace gatehouse::server
