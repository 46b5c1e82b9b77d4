#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "api/gatehouse/device_kit.h"
#include "base/durable_file.h"
#include "base/encoding.h"
#include "base/random.h"
#include "server/client/answer.h"
#include "server/client/kit_file.h"
#include "server/client/password_device.h"
#include "server/client/session.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view about =
    "Makes a thing NAME, an active certificate and a policy that allows it the topics below\n"
    "devices/NAME/, ties them, and writes a zip with which the device connects: certificate, key,\n"
    "CA, a sample and the scripts that start it. The zip holds the only copy of the private key.\n"
    "With --credentials password it makes a function and an authorizer instead.";

std::vector<Flag> connect_device_flags() {
    return with_data_dir({
        {"language", "NAME", "Of the sample: python, c++ or node (python)."},
        {"platform", "NAME", "Where it will run: linux, macos or windows (linux)."},
        {"credentials", "KIND",
         "certificate, or password: no certificate, but a function and an "
         "authorizer that let it in (certificate)."},
        {"out", "FILE", "The zip; there must be no such file yet (NAME.zip)."},
        {"renew", "",
         "A new certificate for a thing that is there, beside those it has; or a new password."},
    });
}

// The API's word for what was typed.
Result<std::string> choice_of(const Arguments& arguments, std::string_view flag,
                              const std::vector<std::pair<std::string, std::string>>& choices) {
    const auto typed = arguments.value(flag);
    if (!typed) return choices.front().second;
    const auto found =
        std::ranges::find(choices, *typed, &std::pair<std::string, std::string>::first);
    if (found != choices.end()) return found->second;
    std::string known;
    for (const auto& [word, value] : choices) {
        known += fmt::format("{}{}", known.empty() ? "" : ", ", word);
    }
    return fail(ErrorKind::InvalidInput,
                fmt::format("--{} is one of {}, not '{}'", flag, known, typed->substr(0, 40)));
}

// What the words ask for, in the API's words.
struct Wanted {
    std::string name;
    std::string language;
    std::string platform;
    bool has_password = false;
    bool renew = false;
};

Result<Wanted> read_wanted(const Session& session) {
    const Arguments& arguments = session.arguments;
    const auto language =
        choice_of(arguments, "language",
                  {{"python", "python"}, {"c++", "cpp"}, {"cpp", "cpp"}, {"node", "node"}});
    if (!language) return fail(language.error());
    const auto platform = choice_of(
        arguments, "platform", {{"linux", "linux"}, {"macos", "macos"}, {"windows", "windows"}});
    if (!platform) return fail(platform.error());
    const auto credentials = choice_of(arguments, "credentials",
                                       {{"certificate", "certificate"}, {"password", "password"}});
    if (!credentials) return fail(credentials.error());
    return Wanted{.name = session.word(0),
                  .language = *language,
                  .platform = *platform,
                  .has_password = *credentials == "password",
                  .renew = arguments.value("renew") == "true"};
}

// The zip, and what there is to tell of it.
struct Made {
    std::string kit;
    std::string text;
    std::string if_lost;  // what to do where the zip cannot be written
};

std::string earlier_text(const json::value& made) {
    const auto earlier = elements_at(made, "/earlierCertificates");
    if (earlier.empty()) return "";
    std::string text =
        "note: these certificates of the thing stay as they were; `aws iot update-certificate "
        "--new-status REVOKED` ends one\n";
    for (const json::value& each : earlier) text += fmt::format("  {}\n", text_at(each, ""));
    return text;
}

Answer<Made> connect_by_certificate(const ApiClient& client, const Wanted& wanted) {
    const json::object request{
        {"language", wanted.language}, {"platform", wanted.platform}, {"renew", wanted.renew}};
    const auto made = client.call({.service = "gatehouse",
                                   .method = "POST",
                                   .path = path_of("/gatehouse/v1/devices/", wanted.name),
                                   .body = to_text(request)});
    if (!made) return std::unexpected(made.error());
    const auto kit = from_base64(text_at(*made, "/kit"));
    if (!kit) return std::unexpected(ApiError{{ErrorKind::Corrupt, "no kit came", {}}, ""});
    return Made{std::string(text_of(*kit)),
                fmt::format("  thing        {}\n  certificate  {}\n  policy       {}\n"
                            "  endpoint     {}, port {}\n{}",
                            text_at(*made, "/thingArn"), text_at(*made, "/certificateArn"),
                            text_at(*made, "/policyName"), text_at(*made, "/endpoint"),
                            number_at(*made, "/port").value_or(0), earlier_text(*made)),
                fmt::format("the certificate {} is active, and its private key is lost: `aws iot "
                            "update-certificate --new-status REVOKED` ends it, and `gatehouse "
                            "connect-device {} --renew` makes another",
                            text_at(*made, "/certificateArn"), wanted.name)};
}

// Of 256 bits, since the function that checks it hashes it once.
std::string new_password() {
    std::array<std::uint8_t, 32> bytes;
    SystemRandom().fill(bytes);
    return to_hex(bytes);
}

api::gatehouse::DeviceKit password_kit(const ReadyFile& server, const Wanted& wanted,
                                       const PasswordDevice& device) {
    using api::gatehouse::KitLanguage;
    return {.name = device.name,
            .language = wanted.language == "cpp"    ? KitLanguage::Cpp
                        : wanted.language == "node" ? KitLanguage::Node
                                                    : KitLanguage::Python,
            .platform = wanted.platform == "windows" ? api::gatehouse::KitPlatform::Windows
                                                     : api::gatehouse::KitPlatform::Linux,
            .endpoint = server.endpoint,
            .port = *server.https,
            .root_ca_pem = "",
            .login = api::gatehouse::KitPassword{device.authorizer_name(), device.password},
            .policy_document = device.policy_document};
}

Result<void> check_password_device(const ReadyFile& server, const std::string& name) {
    const bool is_name = !name.starts_with('-') && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    if (name.empty() || name.size() > password_device_name_max || !is_name) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the name of a device with a password has 1 to {} letters, "
                                "digits, '_' and '-', and does not begin with '-'",
                                password_device_name_max));
    }
    if (!server.https) {
        return fail(ErrorKind::Conflict,
                    "the HTTPS door is closed, through which a device with a password connects as "
                    "on AWS; open it with --https-port");
    }
    return {};
}

Answer<Made> connect_by_password(const ApiClient& client, const Wanted& wanted) {
    const ReadyFile& server = client.server();
    const auto refuse = [](Error error) { return std::unexpected(ApiError{std::move(error), ""}); };
    if (auto good = check_password_device(server, wanted.name); !good) return refuse(good.error());
    PasswordDevice device{.name = wanted.name,
                          .password = new_password(),
                          .policy_document = api::gatehouse::kit_policy_document(
                              {AccountId(server.account), Region(server.region)}, wanted.name)};
    std::optional<PasswordFunction> there;
    if (wanted.renew) {
        auto found = find_password_function(client, device);
        if (!found) return std::unexpected(found.error());
        device.policy_document = found->policy_document;
        there = std::move(*found);
    }
    api::gatehouse::DeviceKit kit = password_kit(server, wanted, device);
    if (!server.ca.empty()) {
        auto ca = read_file(server.ca);
        if (!ca) return refuse(std::move(ca.error()));
        kit.root_ca_pem = std::move(*ca);
    }
    auto zip = api::gatehouse::pack_kit(kit);
    if (!zip) return refuse(std::move(zip.error()));
    const auto made = there ? renew_password_device(client, device, std::move(*there))
                            : create_password_device(client, device);
    if (!made) return std::unexpected(made.error());
    return Made{std::move(*zip),
                fmt::format("  function and authorizer  {}\n"
                            "  endpoint                 {}, port {}\n",
                            device.authorizer_name(), kit.endpoint, kit.port),
                fmt::format("the password is lost: `gatehouse connect-device {} --credentials "
                            "password --renew` makes another",
                            wanted.name)};
}

// Of a function that is there; what else may be in the way says itself what to do.
ApiError with_hint(ApiError error, const Wanted& wanted) {
    if (wanted.renew || !wanted.has_password || error.code != "ResourceConflictException") {
        return error;
    }
    error.error.message += fmt::format(
        "\n`gatehouse connect-device {} --credentials password --renew` gives one that is there a "
        "new password",
        wanted.name);
    return error;
}

}  // namespace

Exit run_connect_device(const Invocation& invocation) {
    const auto flags = connect_device_flags();
    const auto session = begin_session(invocation, {.about = about,
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const auto wanted = read_wanted(*session);
    if (!wanted) return report(invocation, wanted.error(), Exit::WrongUse);
    const std::string out = session->arguments.value("out").value_or(wanted->name + ".zip");
    KitFile file(out);
    if (const auto reserved = file.reserve(); !reserved) {
        return report(invocation, reserved.error());
    }
    const auto made = wanted->has_password ? connect_by_password(session->client, *wanted)
                                           : connect_by_certificate(session->client, *wanted);
    if (!made) return report(invocation, with_hint(made.error(), *wanted));
    if (auto filled = file.fill(made->kit); !filled) {
        if (!file.is_kept()) filled.error().message += "; " + made->if_lost;
        return report(invocation, filled.error());
    }
    print(invocation.out,
          fmt::format("wrote {}, with the only copy of the {}\n{}On the device: unzip it, and run "
                      "start.sh (Windows: start.ps1) in it\n",
                      out, wanted->has_password ? "password" : "private key", made->text));
    return Exit::Done;
}

}  // namespace gatehouse::server
