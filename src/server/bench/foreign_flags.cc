#include "server/bench/foreign_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gatehouse::server::bench {
namespace {

struct ForeignName {
    std::string_view theirs;  // with its dashes
    std::string_view ours;    // without
};

// Of emqtt-bench, mqtt-stresser, mosquitto_pub and our own `pub` and `device`.
constexpr std::array foreign_names = {
    ForeignName{"-h", "host"},
    ForeignName{"-p", "port"},
    ForeignName{"-c", "clients"},
    ForeignName{"-n", "messages"},
    ForeignName{"-u", "user"},
    ForeignName{"-P", "password"},
    ForeignName{"-t", "topic"},
    ForeignName{"-q", "qos"},
    ForeignName{"-r", "retain"},
    ForeignName{"-R", "connect-rate"},
    ForeignName{"-s", "size"},
    ForeignName{"-k", "keep-alive"},
    ForeignName{"-I", "interval"},
    ForeignName{"-i", "connect-rate"},
    ForeignName{"-L", "messages"},
    ForeignName{"-l", "size"},
    ForeignName{"-S", "tls"},
    ForeignName{"-V", "protocol"},
    ForeignName{"-F", "in-flight"},
    ForeignName{"--broker", "host"},
    ForeignName{"--endpoint", "host"},
    ForeignName{"--cafile", "ca"},
    ForeignName{"--cacertfile", "ca"},
    ForeignName{"--certfile", "cert"},
    ForeignName{"--keyfile", "key"},
    ForeignName{"--count", "clients"},
    ForeignName{"--num-clients", "clients"},
    ForeignName{"--num-messages", "messages"},
    ForeignName{"--limit", "messages"},
    ForeignName{"--repeat", "messages"},
    ForeignName{"--connrate", "connect-rate"},
    ForeignName{"--rampup-size", "connect-rate"},
    ForeignName{"--id", "prefix"},
    ForeignName{"--client-id", "prefix"},
    ForeignName{"--id-prefix", "prefix"},
    ForeignName{"--inflight", "in-flight"},
    ForeignName{"--interval_of_msg", "interval"},
    ForeignName{"--repeat-delay", "interval"},
    ForeignName{"--publisher-qos", "qos"},
    ForeignName{"--subscriber-qos", "qos"},
    ForeignName{"--payload-size", "size"},
    ForeignName{"--pw", "password"},
    ForeignName{"--ssl", "tls"},
    ForeignName{"--topic-prefix", "topic"},
    ForeignName{"--username", "user"},
    ForeignName{"--mqtt-version", "protocol"},
    ForeignName{"--protocol-version", "protocol"},
};

const Flag* find_flag(std::span<const Flag> flags, std::string_view name) {
    const auto found = std::ranges::find(flags, name, &Flag::name);
    return found == flags.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Error> foreign_flag(std::span<const Flag> flags, std::span<const std::string> words) {
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        const std::string_view word = std::string_view(words[i]).substr(0, words[i].find('='));
        if (!word.starts_with('-')) continue;
        const Flag* const own = word.starts_with("--") ? find_flag(flags, word.substr(2)) : nullptr;
        if (own != nullptr) {
            if (!own->value_name.empty() && word.size() == words[i].size()) ++i;  // its value
            continue;
        }
        const auto foreign = std::ranges::find(foreign_names, word, &ForeignName::theirs);
        if (foreign != foreign_names.end() && find_flag(flags, foreign->ours) != nullptr) {
            return Error{
                ErrorKind::InvalidInput,
                fmt::format("there is no flag {}; did you mean --{}?", word, foreign->ours),
                {}};
        }
        if (!word.starts_with("--")) {
            return Error{ErrorKind::InvalidInput,
                         fmt::format("there is no flag {}; --help lists those there are",
                                     word.substr(0, 40)),
                         {}};
        }
    }
    return std::nullopt;
}

}  // namespace gatehouse::server::bench
