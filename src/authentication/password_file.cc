#include "authentication/password_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "authentication/password_hash.h"

namespace gatehouse::authentication {
namespace {

bool consists_of(std::string_view text, std::size_t size_max, std::string_view more) {
    const auto is_allowed = [more](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.contains(c);
    };
    return !text.empty() && text.size() <= size_max && std::ranges::all_of(text, is_allowed);
}

// Calls `take` with each line and its number, without its line end.
template <class Take>
Result<void> each_line(std::string_view text, Take take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (auto taken = take(line, number); !taken) return taken;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

bool is_comment(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    return first == line.npos || line[first] == '#';
}

Result<void> add_user(PasswordUsers& users, std::string_view line) {
    const auto wrong = [](std::string message) {
        return fail(ErrorKind::InvalidInput, std::move(message));
    };
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (!is_password_user_name(name)) {
        return wrong("the user's name has 1 to 128 letters, digits or any of _.@=,+-");
    }
    if (colon == line.npos) return wrong("write NAME:HASH or NAME:HASH:POLICY");
    std::string_view rest = line.substr(colon + 1);
    const auto second = rest.find(':');
    PasswordUser user{std::string(rest.substr(0, second)), std::string(default_policy_name)};
    if (second != rest.npos) user.policy = rest.substr(second + 1);
    if (!is_policy_name(user.policy)) {
        return wrong("a policy's name has 1 to 64 letters, digits, '_' or '-'");
    }
    if (auto checked = check_password_hash(user.hash); !checked) return checked;
    if (users.size() >= password_users_max) {
        return wrong(fmt::format("more than {} users", password_users_max));
    }
    if (!users.emplace(name, std::move(user)).second) {
        return wrong(fmt::format("'{}' stands there twice", name));
    }
    return {};
}

}  // namespace

bool is_password_user_name(std::string_view name) {
    return consists_of(name, 128, "_.@=,+-");
}

bool is_policy_name(std::string_view name) {
    return consists_of(name, 64, "_-");
}

Result<PasswordUsers> parse_password_file(std::string_view text, std::string_view file_name) {
    PasswordUsers users;
    auto read = each_line(text, [&](std::string_view line, std::size_t number) -> Result<void> {
        if (is_comment(line)) return {};
        auto added = add_user(users, line);
        if (added) return {};
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{}:{}: {}", file_name, number, added.error().message));
    });
    if (!read) return fail(std::move(read.error()));
    return users;
}

ChangedPasswordFile change_password_file(std::string_view text, std::string_view name,
                                         const PasswordUser& user) {
    ChangedPasswordFile changed;
    const std::string line = user.hash.empty() ? ""
                             : user.policy == default_policy_name
                                 ? fmt::format("{}:{}\n", name, user.hash)
                                 : fmt::format("{}:{}:{}\n", name, user.hash, user.policy);
    const std::string beginning = fmt::format("{}:", name);
    const auto copy = [&](std::string_view old, std::size_t) -> Result<void> {
        if (!old.starts_with(beginning)) {
            changed.text += fmt::format("{}\n", old);
        } else if (!std::exchange(changed.was_there, true)) {
            changed.text += line;
        }
        return {};
    };
    (void)each_line(text, copy);  // copying cannot fail
    if (!changed.was_there) changed.text += line;
    return changed;
}

}  // namespace gatehouse::authentication
