#include "server/client/package.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "base/durable_file.h"
#include "functions/package_packer.h"

namespace gatehouse::server {
namespace {

namespace fs = std::filesystem;

// AWS's limit of a zip that is sent with the request.
constexpr std::size_t zip_bytes_max = 52'428'800;

std::vector<std::string> python_modules_in(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        if (entry.path().extension() == ".py") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

Result<void> check_bootstrap(const fs::path& file, std::string_view runtime) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::is_regular_file(status)) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("there is no {}: with runtime {} the package holds an executable "
                                "of that name, which speaks the Runtime API",
                                file.string(), runtime));
    }
    if ((status.permissions() & fs::perms::others_exec) == fs::perms::none) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} is not executable, and functions run as a user of their own: "
                                "chmod 755 {}",
                                file.string(), file.string()));
    }
    return {};
}

}  // namespace

Result<std::string> remote_package(std::string_view url) {
    std::error_code error;
    std::string folder = (fs::temp_directory_path(error) / "gatehouse-remote-XXXXXX").string();
    if (error || ::mkdtemp(folder.data()) == nullptr) {
        return fail(ErrorKind::Unavailable, "no temporary directory can be made");
    }
    Result<std::string> packed = fail(ErrorKind::Unavailable, "");
    if (auto written = write_file(fs::path(folder) / "url", url, FileAccess::Readable); written) {
        packed = functions::pack_directory(folder);
    } else {
        packed = fail(std::move(written.error()));
    }
    fs::remove_all(folder, error);
    return packed;
}

Result<std::string> read_package(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no {}; give a directory with the code, or a zip file",
                                path.string()));
    }
    if (fs::is_directory(path, error)) return functions::pack_directory(path);
    auto zip = read_file(path, zip_bytes_max);
    if (!zip) return fail(std::move(zip.error()));
    if (!zip->starts_with("PK")) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} is no zip file; give the directory that holds it, or a zip",
                                path.string()));
    }
    return zip;
}

Result<void> check_handler(const fs::path& path, std::string_view runtime,
                           std::string_view handler) {
    std::error_code error;
    if (runtime.starts_with("provided") && fs::is_directory(path, error)) {
        return check_bootstrap(path / "bootstrap", runtime);
    }
    if (!runtime.starts_with("python") || !fs::is_directory(path, error)) return {};
    const auto dot = handler.rfind('.');
    if (dot == handler.npos || dot == 0) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' is no handler; write FILE.FUNCTION, such as "
                                "lambda_function.lambda_handler",
                                handler));
    }
    // Dots and slashes in the module's part both lead into directories.
    std::string module(handler.substr(0, dot));
    std::ranges::replace(module, '.', '/');
    if (fs::exists(path / (module + ".py"), error) || fs::is_directory(path / module, error)) {
        return {};
    }
    // Compiled extension modules carry the interpreter's name.
    for (const auto& entry : fs::directory_iterator((path / module).parent_path(), error)) {
        if (entry.path().filename().string().starts_with(fs::path(module).filename().string() +
                                                         ".")) {
            return {};
        }
    }
    const auto modules = python_modules_in(path);
    std::string advice = "; it has no .py file at all";
    if (modules.size() == 1) {
        advice = fmt::format("; did you mean --handler {}.{}?", modules.front(),
                             handler.substr(dot + 1));
    } else if (!modules.empty()) {
        advice = fmt::format("; it has {}", fmt::join(modules, ", "));
    }
    return fail(ErrorKind::InvalidInput, fmt::format("{} has no {}.py, which handler {} names{}",
                                                     path.string(), module, handler, advice));
}

}  // namespace gatehouse::server
