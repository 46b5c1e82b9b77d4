#include "functions/launch_spec.h"

#include <charconv>

namespace gatehouse::functions {
namespace {

// One field: a key byte, the length in decimal, ':' and that many bytes.
void put(std::string& out, char key, std::string_view value) {
    out += key;
    out += std::to_string(value.size());
    out += ':';
    out += value;
}

void put(std::string& out, char key, std::uint64_t value) {
    put(out, key, std::to_string(value));
}

struct Field {
    char key = 0;
    std::string_view value;
};

std::optional<Field> take(std::string_view& bytes) {
    Field field{.key = bytes.front(), .value = {}};
    std::size_t length = 0;
    const char* const end = bytes.data() + bytes.size();
    const auto [after, error] = std::from_chars(bytes.data() + 1, end, length);
    if (error != std::errc{} || after == end || *after != ':') return std::nullopt;
    const char* const value = after + 1;
    if (length > static_cast<std::size_t>(end - value)) return std::nullopt;
    field.value = {value, length};
    bytes.remove_prefix(static_cast<std::size_t>(value - bytes.data()) + length);
    return field;
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool assign(LaunchSpec& spec, const Field& field) {
    const std::string_view value = field.value;
    switch (field.key) {
        case 'a': spec.arguments.emplace_back(value); return true;
        case 'e': spec.environment.emplace_back(value); return true;
        case 'W': spec.has_wrapper = value == "1"; return true;
        case 'w': spec.working_directory = value; return true;
        case 't': spec.writable_directory = value; return true;
        case 'm': spec.mounts.push_back({std::string(value), {}}); return true;
        case 'M':
            if (spec.mounts.empty()) return false;
            spec.mounts.back().target = value;
            return true;
        case 'n': spec.use_namespaces = value == "1"; return true;
        case 'l': spec.use_landlock = value == "1"; return true;
        case 's': spec.use_seccomp = value == "1"; return true;
        case 'r': spec.require_all = value == "1"; return true;
        case 'N': spec.network = static_cast<NetworkAccess>(number(value)); return true;
        case 'u': spec.user = static_cast<std::uint32_t>(number(value)); return true;
        case 'g': spec.group = static_cast<std::uint32_t>(number(value)); return true;
        case 'p': spec.runtime_api_port = static_cast<std::uint16_t>(number(value)); return true;
        case 'f': spec.file_bytes_max = number(value); return true;
        case 'c': spec.processes_max = static_cast<std::uint32_t>(number(value)); return true;
        case 'd': spec.descriptors_max = static_cast<std::uint32_t>(number(value)); return true;
        default: return false;
    }
}

}  // namespace

std::string encode(const LaunchSpec& spec) {
    std::string out;
    for (const std::string& argument : spec.arguments) put(out, 'a', argument);
    for (const std::string& variable : spec.environment) put(out, 'e', variable);
    put(out, 'W', std::uint64_t{spec.has_wrapper});
    put(out, 'w', spec.working_directory);
    put(out, 't', spec.writable_directory);
    for (const Mount& mount : spec.mounts) {
        put(out, 'm', mount.source);
        put(out, 'M', mount.target);
    }
    put(out, 'n', std::uint64_t{spec.use_namespaces});
    put(out, 'l', std::uint64_t{spec.use_landlock});
    put(out, 's', std::uint64_t{spec.use_seccomp});
    put(out, 'r', std::uint64_t{spec.require_all});
    put(out, 'N', static_cast<std::uint64_t>(spec.network));
    put(out, 'u', std::uint64_t{spec.user});
    put(out, 'g', std::uint64_t{spec.group});
    put(out, 'p', std::uint64_t{spec.runtime_api_port});
    put(out, 'f', spec.file_bytes_max);
    put(out, 'c', std::uint64_t{spec.processes_max});
    put(out, 'd', std::uint64_t{spec.descriptors_max});
    return out;
}

std::optional<LaunchSpec> decode_launch_spec(std::string_view bytes) {
    LaunchSpec spec;
    while (!bytes.empty()) {
        const std::optional<Field> field = take(bytes);
        if (!field || !assign(spec, *field)) return std::nullopt;
    }
    if (spec.arguments.empty()) return std::nullopt;
    return spec;
}

}  // namespace gatehouse::functions
