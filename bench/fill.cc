// Writes a messages.db as a server leaves it whose clients are all away: sessions with a
// subscription each, and messages that wait for them in turn.
//
//   bench_fill FILE SESSIONS MESSAGES BYTES
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "storage/message_batch.h"
#include "storage/message_store.h"

namespace gatehouse::bench {
namespace {

using storage::MessageBatch;

// A transaction each.
constexpr std::size_t batch_bytes_max = 16 * 1024 * 1024;
constexpr std::uint32_t expiry_seconds = 30 * 24 * 3600;
constexpr std::uint8_t version_5 = 5;

std::uint64_t number(const char* word) {
    const std::string_view text(word);
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    if (text.empty() || std::from_chars(text.data(), end, value).ptr != end) {
        fmt::print(stderr, "bench_fill: '{}' is no number\n", text);
        std::exit(2);
    }
    return value;
}

void check(const Result<void>& done) {
    if (done) return;
    fmt::print(stderr, "bench_fill: {}\n", done.error().message);
    std::exit(1);
}

class Filling {
public:
    explicit Filling(storage::MessageStore& store) : store_(store) {}

    void add_session(std::uint64_t id) {
        const std::string client_id = fmt::format("client-{}", id);
        const std::string filter = fmt::format("stored/{}/+", id);
        batch_.put_session({.id = id,
                            .account = "000000000000",
                            .region = "us-east-1",
                            .client_id = client_id,
                            .version = version_5,
                            .expiry_seconds = expiry_seconds,
                            .disconnected_at = now_.time_since_epoch().count(),
                            .will = {}});
        batch_.put_subscription({.session = id, .filter = filter, .options = 1, .identifier = 0});
        write_if(batch_.bytes() > batch_bytes_max);
    }
    void add_message(std::uint64_t id, std::uint64_t session, BytesView payload) {
        const std::string topic = fmt::format("stored/{}/x", session);
        batch_.put_message({.id = id,
                            .topic = topic,
                            .properties = {},
                            .payload = payload,
                            .qos = 1,
                            .retain = false,
                            .expiry_at = 0,
                            .expires_at = 0});
        batch_.put_queued({.session = session,
                           .place = id,
                           .message = id,
                           .packet_id = 0,
                           .qos = 1,
                           .retain = false,
                           .is_received = false,
                           .share = {}});
        write_if(batch_.bytes() > batch_bytes_max);
    }
    void finish() { write_if(!batch_.is_empty()); }

private:
    void write_if(bool is_due) {
        if (!is_due) return;
        const MessageBatch* const batches[] = {&batch_};
        check(store_.write(batches));
        batch_.clear();
    }

    storage::MessageStore& store_;
    const WallTime now_ = SystemClock().wall_now();
    MessageBatch batch_;
};

int run(int count, char** words) {
    if (count != 5) {
        fmt::print(stderr, "usage: bench_fill FILE SESSIONS MESSAGES BYTES\n");
        return 2;
    }
    const std::uint64_t sessions = number(words[2]);
    const std::uint64_t messages = number(words[3]);
    if (sessions == 0 && messages != 0) {
        fmt::print(stderr, "bench_fill: messages wait for sessions\n");
        return 2;
    }
    const Bytes payload(number(words[4]), std::uint8_t{'x'});
    auto store = storage::MessageStore::open({.file = words[1]});
    if (!store) check(fail(store.error()));
    Filling filling(**store);
    for (std::uint64_t id = 1; id <= sessions; ++id) filling.add_session(id);
    for (std::uint64_t id = 1; id <= messages; ++id) {
        filling.add_message(id, 1 + id % sessions, payload);
    }
    filling.finish();
    return 0;
}

}  // namespace
}  // namespace gatehouse::bench

int main(int count, char** words) {
    return gatehouse::bench::run(count, words);
}
