#include "server/ready_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/durable_file.h"
#include "base/json.h"

namespace gatehouse::server {
namespace {

json::value port_value(std::optional<std::uint16_t> port) {
    return port ? json::value(*port) : json::value(nullptr);
}

// The members of one ready file, read one after the other; the first that does not fit is kept.
class Members {
public:
    explicit Members(const json::object& object) : object_(object) {}

    void read(std::string_view name, std::string& into) {
        const json::value* member = find(name);
        if (member == nullptr) return;
        if (!member->is_string()) return wrong(name, "a string");
        into = std::string_view(member->get_string());
    }
    void read(std::string_view name, std::int64_t& into) {
        const json::value* member = find(name);
        if (member == nullptr) return;
        if (!member->is_int64()) return wrong(name, "a number");
        into = member->get_int64();
    }
    void read(std::string_view name, std::optional<std::uint16_t>& into) {
        const json::value* member = find(name);
        if (member == nullptr || member->is_null()) return;
        if (!member->is_int64() || member->get_int64() < 1 || member->get_int64() > 0xFFFF) {
            return wrong(name, "a port or null");
        }
        into = static_cast<std::uint16_t>(member->get_int64());
    }
    const std::optional<Error>& failure() const { return failure_; }

private:
    const json::value* find(std::string_view name) {
        const json::value* member = object_.if_contains(name);
        if (member == nullptr) wrong(name, "there");
        return member;
    }
    void wrong(std::string_view name, std::string_view expected) {
        if (failure_) return;
        failure_ =
            Error{ErrorKind::Corrupt, fmt::format("the ready file's {} is not {}", name, expected),
                  Place{std::string(name), 0, 0}};
    }

    const json::object& object_;
    std::optional<Error> failure_;
};

std::unexpected<Error> system_failure(std::string_view what, const std::string& path) {
    return fail(ErrorKind::Unavailable, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

Result<void> write_everything(int descriptor, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return system_failure("cannot write", path);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

std::string to_json(const ReadyFile& ready) {
    const json::object object{
        {"host", ready.host},
        {"mqtt", port_value(ready.mqtt)},
        {"mqtts", port_value(ready.mqtts)},
        {"https", port_value(ready.https)},
        {"https_mtls", port_value(ready.https_mtls)},
        {"api", port_value(ready.api)},
        {"metrics", port_value(ready.metrics)},
        {"api_url", ready.api_url},
        {"ca", ready.ca},
        {"api_ca", ready.api_ca},
        {"endpoint", ready.endpoint},
        {"account", ready.account},
        {"region", ready.region},
        {"data_dir", ready.data_dir},
        {"pid", ready.pid},
        {"version", ready.version},
    };
    return to_text(object);
}

Result<ReadyFile> parse_ready_file(std::string_view text) {
    auto parsed = parse_json(text, "the ready file");
    if (!parsed) return fail(std::move(parsed.error()));
    if (!parsed->is_object()) return fail(ErrorKind::Corrupt, "the ready file is not an object");
    ReadyFile ready;
    Members members(parsed->get_object());
    members.read("host", ready.host);
    members.read("mqtt", ready.mqtt);
    members.read("mqtts", ready.mqtts);
    members.read("https", ready.https);
    members.read("https_mtls", ready.https_mtls);
    members.read("api", ready.api);
    members.read("metrics", ready.metrics);
    members.read("api_url", ready.api_url);
    members.read("ca", ready.ca);
    members.read("api_ca", ready.api_ca);
    members.read("endpoint", ready.endpoint);
    members.read("account", ready.account);
    members.read("region", ready.region);
    members.read("data_dir", ready.data_dir);
    members.read("pid", ready.pid);
    members.read("version", ready.version);
    if (members.failure()) return fail(*members.failure());
    return ready;
}

std::string ready_file_path(std::string_view data_dir) {
    return fmt::format("{}/ready.json", data_dir);
}

// Not synced to the disk, unlike base/durable_file.h: after a crash of the machine no server runs
// that it could speak of.
Result<void> write_ready_file(const std::string& path, const ReadyFile& ready) {
    const std::string draft = fmt::format("{}.{}", path, ::getpid());
    const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) return system_failure("cannot create", draft);
    auto written = write_everything(descriptor, to_json(ready) + "\n", draft);
    if (::close(descriptor) != 0 && written) written = system_failure("cannot write", draft);
    if (written && ::rename(draft.c_str(), path.c_str()) != 0) {
        written = system_failure("cannot put the ready file at", path);
    }
    if (!written) ::unlink(draft.c_str());
    return written;
}

Result<ReadyFile> read_ready_file(const std::string& path) {
    constexpr std::size_t bytes_max = 64 * 1024;
    const auto text = read_file(path, bytes_max);
    if (text) return parse_ready_file(*text);
    if (text.error().kind != ErrorKind::NotFound) return fail(text.error());
    return fail(ErrorKind::NotFound,
                fmt::format("no server is running: there is no {}. Start one with `gatehouse "
                            "serve`, or name the data directory of one with --data-dir",
                            path));
}

}  // namespace gatehouse::server
