#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "authentication/password_file.h"
#include "authentication/password_hash.h"
#include "base/durable_file.h"
#include "base/random.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

using authentication::PasswordAlgorithm;
using authentication::PasswordUser;

constexpr std::string_view passwd_about =
    "Puts a user into a file of passwords (setting password-file.users), or changes or removes\n"
    "one. The password is asked for, or read from standard input up to its first line end. A\n"
    "running server takes the file up at SIGHUP.";

constexpr int links_max = 40;

// What is typed is not shown, until this dies.
class HiddenTyping {
public:
    HiddenTyping() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) return;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    HiddenTyping(const HiddenTyping&) = delete;
    HiddenTyping& operator=(const HiddenTyping&) = delete;
    ~HiddenTyping() {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    bool is_terminal() const { return is_terminal_; }

private:
    termios before_{};
    const bool is_terminal_;
};

std::string read_line() {
    std::string line;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
        line += static_cast<char>(c);
    }
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Result<std::string> ask_for_password(const Invocation& invocation) {
    const HiddenTyping hidden;
    const auto ask = [&](std::string_view prompt) {
        if (hidden.is_terminal()) print(invocation.err, prompt);
        std::string typed = read_line();
        if (hidden.is_terminal()) print(invocation.err, "\n");
        return typed;
    };
    std::string password = ask("Password: ");
    if (password.empty()) return fail(ErrorKind::InvalidInput, "the password is empty");
    if (hidden.is_terminal() && ask("Again: ") != password) {
        return fail(ErrorKind::InvalidInput, "the two are not the same; nothing was changed");
    }
    return password;
}

Result<PasswordUser> user_of(const Invocation& invocation, const Arguments& arguments) {
    PasswordUser user;
    user.policy = arguments.value("policy").value_or("");
    if (arguments.has("policy") && !authentication::is_policy_name(user.policy)) {
        return fail(ErrorKind::InvalidInput,
                    "--policy: a policy's name has 1 to 64 letters, digits, '_' or '-'");
    }
    const std::string typed = arguments.value("algorithm").value_or("argon2id");
    const auto algorithm = parse_choice<PasswordAlgorithm>(typed);
    if (!algorithm) {
        return fail(ErrorKind::InvalidInput, "--algorithm: there are argon2id and bcrypt");
    }
    const auto password = ask_for_password(invocation);
    if (!password) return fail(password.error());
    SystemRandom random;
    auto hash = authentication::hash_password(*password, *algorithm, random);
    if (!hash) return fail(std::move(hash.error()));
    user.hash = std::move(*hash);
    return user;
}

// Lets one at a time change the files of a folder, from here on until this dies.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& folder)
        : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) == 0) return;
        problem_ = std::generic_category().message(errno);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    // Empty: it is held.
    const std::string& problem() const { return problem_; }

private:
    const int descriptor_;
    std::string problem_;
};

struct Users {
    std::string text;
    authentication::PasswordUsers parsed;
};

// An absent file is an empty one. One that a server would refuse is not written over.
Result<Users> read_users(const std::filesystem::path& file) {
    auto text = read_file(file, authentication::password_file_bytes_max);
    if (!text && text.error().kind == ErrorKind::NotFound) return Users();
    if (!text) return fail(text.error());
    auto users = authentication::parse_password_file(*text, file.string());
    if (!users) return fail(users.error());
    return Users{std::move(*text), std::move(*users)};
}

// Behind a symbolic link the file itself is changed, which the server reads.
std::filesystem::path target_of(std::filesystem::path file) {
    std::error_code broken;
    for (int links = 0; links < links_max && std::filesystem::is_symlink(file, broken); ++links) {
        file = file.parent_path() / std::filesystem::read_symlink(file, broken);
    }
    return file;
}

// An empty hash takes the user out, an empty policy is the one it has. Whether it was there before.
Result<bool> change_user(const std::filesystem::path& given, const std::string& name,
                         PasswordUser user) {
    const auto file = target_of(std::filesystem::absolute(given));
    const FolderLock lock(file.parent_path());
    if (!lock.problem().empty()) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the folder {} cannot be locked: {}", file.parent_path().string(),
                                lock.problem()));
    }
    const auto users = read_users(file);
    if (!users) return fail(users.error());
    const auto found = users->parsed.find(name);
    const bool was_there = found != users->parsed.end();
    if (user.hash.empty() && !was_there) {
        return fail(ErrorKind::NotFound, fmt::format("there is no user '{}'", name));
    }
    if (user.policy.empty()) {
        user.policy = was_there ? found->second.policy : authentication::default_policy_name;
    }
    const auto changed = authentication::change_password_file(users->text, name, user);
    const auto written = rewrite_private_file(file, changed.text);
    if (!written) return fail(written.error());
    return was_there;
}

}  // namespace

Exit run_passwd(const Invocation& invocation) {
    const std::vector<Flag> flags{
        {"policy", "NAME",
         "The policy that says what the user may do; by default the one it has, or `default`."},
        {"algorithm", "argon2id|bcrypt", "How the password is hashed; by default argon2id."},
        {"delete", "", "Take the user out."},
    };
    const auto arguments = read_arguments(invocation, {.about = passwd_about,
                                                       .positional = "FILE USER",
                                                       .positional_max = 2,
                                                       .flags = flags,
                                                       .positional_min = 2});
    if (!arguments) return arguments.error();
    const std::filesystem::path file = arguments->positional()[0];
    const std::string& name = arguments->positional()[1];
    if (!authentication::is_password_user_name(name)) {
        return report(invocation,
                      {ErrorKind::InvalidInput,
                       "the user's name has 1 to 128 letters, digits or any of _.@=,+-",
                       {}},
                      Exit::WrongUse);
    }
    // Before the password is asked for.
    if (const auto users = read_users(file); !users) return report(invocation, users.error());
    const bool deletes = arguments->has("delete");
    Result<PasswordUser> user = PasswordUser();
    if (!deletes) user = user_of(invocation, *arguments);
    if (!user) return report(invocation, user.error(), Exit::WrongUse);
    const auto was_there = change_user(file, name, std::move(*user));
    if (!was_there) return report(invocation, was_there.error());
    print(invocation.out, fmt::format("user {} {}\n", name,
                                      deletes      ? "removed"
                                      : *was_there ? "changed"
                                                   : "added"));
    return Exit::Done;
}

}  // namespace gatehouse::server
