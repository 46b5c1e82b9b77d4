// Arbitrary bytes as a package: no entry escapes, no limit is passed.
#include <cstdlib>

#include "functions/package_reader.h"

namespace gatehouse::functions {
namespace {

constexpr PackageLimits limits{
    .bytes_max = 100'000, .entries_max = 50, .name_bytes_max = 100, .depth_max = 5};

class CheckingSink final : public PackageSink {
public:
    std::string directory(const std::string& path) override { return check(path); }
    std::string open_file(const std::string& path, Executable) override { return check(path); }
    std::string write(std::string_view bytes) override {
        written_ += bytes.size();
        if (written_ > limits.bytes_max) std::abort();
        return {};
    }
    std::string close_file() override { return {}; }

private:
    static std::string check(const std::string& path) {
        if (!path_problem(path, limits).empty() || path.back() == '/') std::abort();
        return {};
    }
    std::uint64_t written_ = 0;
};

}  // namespace
}  // namespace gatehouse::functions

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::functions;
    const Utf8Names names;
    CheckingSink sink;
    const PackageResult result = read_package({data, size}, limits, sink);
    if (!result && result.error().detail.empty()) std::abort();
    return 0;
}
