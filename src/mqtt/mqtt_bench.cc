// What the codec costs for the packets that make up a broker's load: PUBLISH with 64 bytes.
#include <benchmark/benchmark.h>

#include <string>

#include "base/allocation_count.h"
#include "mqtt/ack.h"
#include "mqtt/frame.h"
#include "mqtt/packet.h"
#include "mqtt/publish.h"
#include "mqtt/topic.h"

namespace gatehouse::mqtt {
namespace {

constexpr std::string_view topic = "fleet/eu-west/device-00042/telemetry";
const std::string payload(64, 'p');

PublishParts parts_of(Qos qos) {
    return {.topic = topic,
            .payload = bytes_of(payload),
            .packet_id = static_cast<PacketId>(qos == Qos::AtMostOnce ? 0 : 7),
            .qos = qos};
}

Bytes publish_of(ProtocolVersion version, const PublishParts& parts) {
    Bytes bytes(encoded_publish_size(version, parts));
    encode_publish(bytes.data(), version, parts);
    return bytes;
}

void find_and_decode(benchmark::State& state, ProtocolVersion version, const Bytes& bytes) {
    AllocationsEach counted(state);
    for (auto _ : state) {
        BytesView input = bytes;
        benchmark::DoNotOptimize(input);
        const FrameScan scan = find_frame(input, 131'072);
        auto publish = decode_publish(scan.frame, version);
        benchmark::DoNotOptimize(publish);
    }
}

void find_frame_only(benchmark::State& state) {
    const Bytes bytes = publish_of(ProtocolVersion::V3_1_1, parts_of(Qos::AtMostOnce));
    AllocationsEach counted(state);
    for (auto _ : state) {
        BytesView input = bytes;
        benchmark::DoNotOptimize(input);
        FrameScan scan = find_frame(input, 131'072);
        benchmark::DoNotOptimize(scan);
    }
}
BENCHMARK(find_frame_only);

void decode_qos0_v311(benchmark::State& state) {
    const auto version = ProtocolVersion::V3_1_1;
    find_and_decode(state, version, publish_of(version, parts_of(Qos::AtMostOnce)));
}
BENCHMARK(decode_qos0_v311);

void decode_qos1_v311(benchmark::State& state) {
    const auto version = ProtocolVersion::V3_1_1;
    find_and_decode(state, version, publish_of(version, parts_of(Qos::AtLeastOnce)));
}
BENCHMARK(decode_qos1_v311);

void decode_qos1_v5(benchmark::State& state) {
    const auto version = ProtocolVersion::V5;
    find_and_decode(state, version, publish_of(version, parts_of(Qos::AtLeastOnce)));
}
BENCHMARK(decode_qos1_v5);

void decode_qos1_v5_with_properties(benchmark::State& state) {
    PropertyWriter properties;
    properties.add(PropertyId::MessageExpiryInterval, 3600u);
    properties.add(PropertyId::ContentType, "application/json");
    properties.add_user_property("sent", "2026-01-01");
    PublishParts parts = parts_of(Qos::AtLeastOnce);
    parts.properties = properties.bytes();
    find_and_decode(state, ProtocolVersion::V5, publish_of(ProtocolVersion::V5, parts));
}
BENCHMARK(decode_qos1_v5_with_properties);

void encode_parts(benchmark::State& state, Qos qos) {
    PublishParts parts = parts_of(qos);
    std::uint8_t out[256];
    AllocationsEach counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(parts);
        benchmark::DoNotOptimize(encode_publish(out, ProtocolVersion::V3_1_1, parts));
        benchmark::ClobberMemory();
    }
}
void encode_qos0_v311(benchmark::State& state) {
    encode_parts(state, Qos::AtMostOnce);
}
BENCHMARK(encode_qos0_v311);
void encode_qos1_v311(benchmark::State& state) {
    encode_parts(state, Qos::AtLeastOnce);
}
BENCHMARK(encode_qos1_v311);

// What fan-out pays for each further receiver: copy the encoded packet, put its identifier in.
void copy_and_patch(benchmark::State& state) {
    const Bytes bytes = publish_of(ProtocolVersion::V3_1_1, parts_of(Qos::AtLeastOnce));
    const std::uint32_t at = packet_id_offset(find_frame(bytes, packet_size_max).frame);
    std::uint8_t out[256];
    PacketId id = 1;
    AllocationsEach counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(static_cast<std::uint8_t*>(out));
        std::memcpy(out, bytes.data(), bytes.size());
        patch_packet_id(out, at, ++id);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(copy_and_patch);

void decode_puback_v311(benchmark::State& state) {
    std::uint8_t bytes[short_ack_size];
    encode_short_ack(bytes, PacketType::Puback, 7);
    AllocationsEach counted(state);
    for (auto _ : state) {
        BytesView input = bytes;
        benchmark::DoNotOptimize(input);
        auto ack = decode_ack(find_frame(input, 131'072).frame, ProtocolVersion::V3_1_1);
        benchmark::DoNotOptimize(ack);
    }
}
BENCHMARK(decode_puback_v311);

void read_short_puback(benchmark::State& state) {
    std::uint8_t bytes[short_ack_size];
    encode_short_ack(bytes, PacketType::Puback, 7);
    AllocationsEach counted(state);
    for (auto _ : state) {
        BytesView input = bytes;
        benchmark::DoNotOptimize(input);
        benchmark::DoNotOptimize(read_short_ack(find_frame(input, 131'072).frame));
    }
}
BENCHMARK(read_short_puback);

void check_name(benchmark::State& state) {
    std::string_view name = topic;
    AllocationsEach counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(name);
        benchmark::DoNotOptimize(check_topic_name(name));
    }
}
BENCHMARK(check_name);

void match_filter(benchmark::State& state) {
    std::string_view filter = "fleet/+/device-00042/#";
    AllocationsEach counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(filter);
        benchmark::DoNotOptimize(matches(filter, topic));
    }
}
BENCHMARK(match_filter);

void decode_connect_v5(benchmark::State& state) {
    Connect connect{.version = ProtocolVersion::V5, .keep_alive = 60, .client_id = "device-00042"};
    connect.properties.session_expiry_interval = 3600;
    connect.user_name = "user?x-amz-customauthorizer-name=AutoCustom";
    connect.password = bytes_of("secret");
    Bytes bytes;
    encode(connect, bytes);
    AllocationsEach counted(state);
    for (auto _ : state) {
        BytesView input = bytes;
        benchmark::DoNotOptimize(input);
        auto decoded = decode_connect(find_frame(input, 131'072).frame);
        benchmark::DoNotOptimize(decoded);
    }
}
BENCHMARK(decode_connect_v5);

}  // namespace
}  // namespace gatehouse::mqtt

BENCHMARK_MAIN();
