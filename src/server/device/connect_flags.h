// The flags by which device, pub and sub say where to connect and as whom.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "server/arguments.h"
#include "server/device/conversation.h"
#include "server/device/mqtt_client.h"
#include "server/environment.h"

namespace gatehouse::server::device {

// A password in here shows in no process list.
inline constexpr std::string_view password_variable = "DEVICE_PASSWORD";

std::vector<Flag> connect_flags();

struct ConnectWish {
    ConnectPlan plan;
    bool named_authorizer = false;
    Patience patience;
};
// `client_id` and `attempts` are what is taken when the flags do not say. Reads the ready file of
// the server on this machine, and the password's file.
struct ConnectDefaults {
    std::string client_id;
    int attempts_max;
};
Result<ConnectWish> read_connect_flags(const Arguments& arguments, const Environment& environment,
                                       const ConnectDefaults& defaults);

// How a command ends that could not start: WrongUse when the flags are at fault, else Failed.
Exit exit_of(const Error& error);

// "gatehouse-pub-1b9f3c…": no two commands get in each other's way.
std::string random_client_id(std::string_view command, Random& random);

// From --password, --password-file or the variable.
Result<std::optional<std::string>> read_password(const Arguments& arguments,
                                                 const Environment& environment);

// What flags say; `flag` is for the message: "--count 0: …".
// "2s", "500ms", "1m", "1h", and a bare number of seconds ("0.5").
Result<std::chrono::milliseconds> parse_interval(std::string_view flag, std::string_view text);
Result<std::uint64_t> parse_count(std::string_view flag, std::string_view text);
Result<Qos> parse_qos(std::string_view text);
// What --topic says, checked before there is a connection: to publish to, to subscribe to.
Result<std::string> parse_topic_name(std::string text);
Result<std::string> parse_topic_filter(std::string text);

}  // namespace gatehouse::server::device
