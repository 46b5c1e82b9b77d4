#include "net/name_lookups.h"

#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "async/wake.h"

namespace gatehouse::net {
namespace {

constexpr std::size_t addresses_max = 8;

Result<std::vector<Address>> ask_system(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    if (code != 0) return fail(ErrorKind::Unavailable, ::gai_strerror(code));
    std::vector<Address> addresses;
    for (const addrinfo* one = found; one != nullptr && addresses.size() < addresses_max;
         one = one->ai_next) {
        addresses.emplace_back(one->ai_addr, one->ai_addrlen);
    }
    ::freeaddrinfo(found);
    return addresses;
}

Address with_port(const Address& address, std::uint16_t port) {
    sockaddr_in6 raw{};
    std::memcpy(&raw, address.raw(), std::min<std::size_t>(address.raw_length(), sizeof raw));
    // Where IPv4 has it, too.
    raw.sin6_port = htons(port);
    return {reinterpret_cast<const sockaddr*>(&raw), address.raw_length()};
}

}  // namespace

struct NameLookups::Waiter {
    Waiter(async::EventLoop& loop, const void* owner) : wake(loop), owner(owner) {}
    async::Wake wake;
    const void* owner;
    std::optional<Result<std::vector<Address>>> result;
};

struct NameLookups::Entry {
    bool is_under_way = false;
    std::vector<std::shared_ptr<Waiter>> waiting;
    std::optional<Result<std::vector<Address>>> result;
    SteadyTime until{};
};

// Shared with the threads, which may outlive the look-ups and their loop.
struct NameLookups::State {
    void take(const std::string& host, Result<std::vector<Address>> result, SteadyTime until) {
        Entry& entry = entries[host];
        entry.is_under_way = false;
        --under_way;
        entry.until = until;
        for (const auto& waiter : std::exchange(entry.waiting, {})) {
            waiter->result = result;
            waiter->wake.notify();
        }
        entry.result = std::move(result);
    }

    std::mutex mutex;
    async::EventLoop* loop = nullptr;  // under the mutex; null: nobody wants answers any more
    // On the loop alone.
    std::map<std::string, Entry> entries;
    std::size_t under_way = 0;
};

NameLookups::NameLookups(async::EventLoop& loop) : NameLookups(loop, {}, ask_system) {}

NameLookups::NameLookups(async::EventLoop& loop, Settings settings, Resolve resolve)
    : loop_(loop),
      settings_(settings),
      resolve_(std::make_shared<const Resolve>(std::move(resolve))),
      state_(std::make_shared<State>()) {
    state_->loop = &loop;
}

NameLookups::~NameLookups() {
    state_->entries.clear();  // which belong to the loop, and not to the last thread
    const std::lock_guard lock(state_->mutex);
    state_->loop = nullptr;
}

async::Task<Result<std::vector<Address>>> NameLookups::addresses(std::string host,
                                                                 std::uint16_t port,
                                                                 const void* owner,
                                                                 Deadline deadline) {
    const auto at_port = [port](Result<std::vector<Address>> found) {
        if (found) {
            for (Address& one : *found) one = with_port(one, port);
        }
        return found;
    };
    if (const auto known = state_->entries.find(host); known != state_->entries.end()) {
        const Entry& entry = known->second;
        if (entry.result && loop_.now() < entry.until) co_return at_port(*entry.result);
        if (entry.waiting.size() >= settings_.waiting_max) {
            co_return fail(ErrorKind::Unavailable,
                           fmt::format("too many wait for the address of {}", host));
        }
    }
    if (auto begun = begin(host); !begun) co_return fail(std::move(begun.error()));
    const auto waiter = std::make_shared<Waiter>(loop_, owner);
    state_->entries[host].waiting.push_back(waiter);
    co_await waiter->wake.wait(deadline);
    if (waiter->result) co_return at_port(std::move(*waiter->result));
    std::erase(state_->entries[host].waiting, waiter);
    if (waiter->owner == nullptr) {
        co_return fail(ErrorKind::Cancelled, fmt::format("{} is not wanted any more", host));
    }
    co_return fail(ErrorKind::Timeout, fmt::format("looking up {} takes too long", host));
}

// Unless it is being looked up already.
Result<void> NameLookups::begin(const std::string& host) {
    if (const auto known = state_->entries.find(host);
        known != state_->entries.end() && known->second.is_under_way) {
        return {};
    }
    if (state_->under_way >= settings_.under_way_max) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("too many names are being looked up to find {}", host));
    }
    const auto work = [state = state_, resolve = resolve_, host, kept = settings_.kept_for,
                       failure_kept = settings_.failure_kept_for] {
        pthread_setname_np(pthread_self(), "gh-resolve");
        auto result = (*resolve)(host);
        if (!result || result->empty()) {
            result = fail(ErrorKind::Unavailable,
                          fmt::format("no address for {}{}{}", host, result ? "" : ": ",
                                      result ? "" : result.error().message));
        }
        const std::lock_guard lock(state->mutex);
        if (state->loop == nullptr) return;
        state->loop->post([state, host, loop = state->loop, kept, failure_kept,
                           result = std::move(result)]() mutable {
            const SteadyTime until = loop->now() + (result ? kept : failure_kept);
            state->take(host, std::move(result), until);
        });
    };
    make_room();
    try {
        std::thread(work).detach();
    } catch (const std::system_error& problem) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("no thread to look up {}: {}", host, problem.what()));
    }
    state_->entries[host].is_under_way = true;
    ++state_->under_way;
    return {};
}

void NameLookups::make_room() {
    if (state_->entries.size() < settings_.kept_max) return;
    std::erase_if(state_->entries, [now = loop_.now()](const auto& one) {
        return !one.second.is_under_way && one.second.until <= now;
    });
    if (state_->entries.size() < settings_.kept_max) return;
    std::erase_if(state_->entries, [](const auto& one) { return !one.second.is_under_way; });
}

void NameLookups::cancel(const void* owner) {
    for (auto& [host, entry] : state_->entries) {
        for (const auto& waiter : entry.waiting) {
            if (waiter->owner != owner) continue;
            waiter->owner = nullptr;
            waiter->wake.notify();
        }
    }
}

void NameLookups::forget(const std::string& host) {
    const auto known = state_->entries.find(host);
    if (known != state_->entries.end()) known->second.result.reset();
}

}  // namespace gatehouse::net
