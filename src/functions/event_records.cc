#include "functions/event_records.h"

#include <fmt/format.h>

#include <map>

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::functions {
namespace {

const storage::Kind event_kind("function_event");
const storage::Kind payload_kind("function_event_payload");

// In base64 well below what a record may hold.
constexpr std::size_t piece_bytes = 512UL * 1024;

std::size_t pieces_of(const Payload& payload) {
    return (payload.size() + piece_bytes - 1) / piece_bytes;
}

storage::RecordKey event_key(const StoredEvent& event) {
    return {event.function.tenant, event_kind, event.request.value()};
}

storage::RecordKey piece_key(const StoredEvent& event, std::size_t number) {
    return {event.function.tenant, payload_kind,
            fmt::format("{}:{}", event.request.view(), number)};
}

std::int64_t ms_of(WallTime time) {
    return time.time_since_epoch().count();
}

std::optional<WallTime> time_in(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return WallTime(std::chrono::milliseconds(value->as_int64()));
}

std::optional<std::string> text_in(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->as_string());
}

std::optional<std::uint32_t> count_in(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return static_cast<std::uint32_t>(value->as_int64());
}

struct ReadEvent {
    StoredEvent event;
    std::size_t pieces = 0;
};

std::optional<ReadEvent> read_event(const storage::Record& record) {
    const auto value = parse_json(record.body, "the stored event");
    if (!value || !value->is_object()) return std::nullopt;
    const json::object& object = value->as_object();
    const auto name = text_in(object, "function");
    const auto qualifier = text_in(object, "qualifier");
    const auto trace = text_in(object, "trace_id");
    const auto taken = time_in(object, "taken_ms");
    const auto next_try = time_in(object, "next_try_ms");
    const auto failures = count_in(object, "failures");
    const auto throttles = count_in(object, "throttles");
    const auto pieces = count_in(object, "pieces");
    if (!name || !qualifier || !trace || !taken || !next_try || !failures || !throttles ||
        !pieces) {
        return std::nullopt;
    }
    return ReadEvent{{.function = {record.key.tenant, FunctionName(*name), Qualifier(*qualifier)},
                      .request = RequestId(record.key.name),
                      .trace_id = *trace,
                      .payload = {},
                      .taken = *taken,
                      .next_try = *next_try,
                      .failures = *failures,
                      .throttles = *throttles},
                     *pieces};
}

std::optional<Payload> read_piece(storage::ResourceStore& store, const storage::RecordKey& key) {
    const auto record = store.get(key);
    if (!record) return std::nullopt;
    const auto value =
        parse_json(record->body, "the stored payload", {.bytes_max = record->body.size()});
    if (!value || !value->is_object()) return std::nullopt;
    const auto text = text_in(value->as_object(), "base64");
    if (!text) return std::nullopt;
    const auto bytes = from_base64(*text);
    if (!bytes) return std::nullopt;
    return Payload(text_of(*bytes));
}

}  // namespace

void put_payload(storage::Batch& batch, const StoredEvent& event) {
    for (std::size_t i = 0; i < pieces_of(event.payload); ++i) {
        const auto piece = std::string_view(event.payload).substr(i * piece_bytes, piece_bytes);
        batch.put(piece_key(event, i),
                  to_text(json::object{{"base64", to_base64(bytes_of(piece))}}));
    }
}

void put_event(storage::Batch& batch, const StoredEvent& event) {
    batch.put(event_key(event),
              to_text(json::object{{"function", event.function.name.value()},
                                   {"qualifier", event.function.qualifier.value()},
                                   {"trace_id", event.trace_id},
                                   {"taken_ms", ms_of(event.taken)},
                                   {"next_try_ms", ms_of(event.next_try)},
                                   {"failures", event.failures},
                                   {"throttles", event.throttles},
                                   {"pieces", pieces_of(event.payload)}}));
}

void remove_event(storage::Batch& batch, const StoredEvent& event) {
    batch.change(storage::Remove{event_key(event)});
    for (std::size_t i = 0; i < pieces_of(event.payload); ++i) {
        batch.change(storage::Remove{piece_key(event, i)});
    }
}

Result<std::vector<StoredEvent>> load_events(storage::ResourceStore& store) {
    std::vector<ReadEvent> found;
    std::string corrupt;
    const auto scanned = store.scan(event_kind, [&](const storage::Record& record) {
        if (auto event = read_event(record)) {
            found.push_back(std::move(*event));
        } else {
            corrupt = record.key.name;
        }
    });
    if (!scanned) return fail(scanned.error());
    std::vector<StoredEvent> events;
    for (ReadEvent& one : found) {
        for (std::size_t i = 0; i < one.pieces; ++i) {
            const auto piece = read_piece(store, piece_key(one.event, i));
            if (!piece) corrupt = one.event.request.value();
            if (piece) one.event.payload += *piece;
        }
        events.push_back(std::move(one.event));
    }
    if (!corrupt.empty()) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("the stored event '{}' of a function does not read", corrupt));
    }
    return events;
}

}  // namespace gatehouse::functions
