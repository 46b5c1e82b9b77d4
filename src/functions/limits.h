// The limits of functions, each with its source: the AWS Lambda Developer Guide, "Lambda quotas",
// the API reference of CreateFunction and Invoke, unless another is named.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gatehouse::functions {

inline constexpr std::size_t zipped_bytes_max = 52'428'800;
inline constexpr std::size_t unzipped_bytes_max = 262'144'000;
inline constexpr std::size_t package_entries_max = 50'000;    // ours: bounds inodes and memory
inline constexpr std::size_t package_name_bytes_max = 1'024;  // ours
inline constexpr std::size_t package_depth_max = 64;          // ours

inline constexpr std::size_t request_bytes_max = 6 * 1024 * 1024;
// With InvocationType Event; 256 KiB until autumn 2025.
inline constexpr std::size_t async_request_bytes_max = 1024 * 1024;
inline constexpr std::size_t client_context_bytes_max = 3'583;  // of base64
// "6 MB" is checked as 6 MiB plus 100 bytes (observed).
inline constexpr std::size_t response_bytes_max = 6'291'556;
inline constexpr std::size_t log_tail_bytes_max = 4 * 1024;

inline constexpr std::uint32_t timeout_s_min = 1;
inline constexpr std::uint32_t timeout_s_max = 900;
inline constexpr std::uint32_t timeout_s_default = 3;
inline constexpr std::uint32_t memory_mb_min = 128;
inline constexpr std::uint32_t memory_mb_max = 10'240;
inline constexpr std::uint32_t memory_mb_default = 128;
inline constexpr std::uint32_t ephemeral_storage_mb_min = 512;
inline constexpr std::uint32_t ephemeral_storage_mb_max = 10'240;
inline constexpr std::size_t environment_bytes_max = 4 * 1024;
inline constexpr std::size_t policy_bytes_max = 20 * 1024;
inline constexpr std::size_t function_name_max = 64;
inline constexpr std::size_t layer_name_max = 140;
inline constexpr std::size_t function_layers_max = 5;
inline constexpr std::size_t handler_max = 128;
inline constexpr std::size_t description_max = 256;
inline constexpr std::uint32_t account_concurrency_max = 1'000;
// What reservations leave to the other functions (API reference, PutFunctionConcurrency).
inline constexpr std::uint32_t unreserved_concurrency_min = 100;
// API reference, PutFunctionEventInvokeConfig.
inline constexpr std::uint32_t event_retries_max = 2;
inline constexpr std::uint32_t event_age_s_max = 21'600;

// Developer Guide, "Understanding the Lambda execution environment lifecycle": the init phase of
// an on-demand environment.
inline constexpr std::chrono::seconds init_phase_max{10};

inline constexpr std::uint32_t instance_descriptors_max = 1'024;
inline constexpr std::uint32_t instance_processes_max = 1'024;

static_assert(timeout_s_default >= timeout_s_min && timeout_s_default <= timeout_s_max);
static_assert(response_bytes_max > request_bytes_max);

}  // namespace gatehouse::functions
