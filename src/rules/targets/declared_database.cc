#include "rules/targets/declared_database.h"

#include <string_view>
#include <utility>

#include "rules/targets/declared_object.h"

namespace gatehouse::rules {
namespace {

constexpr std::uint64_t connections_most = 32;

Result<DeclaredDatabase> declared_database(const json::object& json, std::string path,
                                           const std::filesystem::path& around,
                                           const std::set<AccountId>& accounts) {
    DeclaredObject object(json, std::move(path));
    DeclaredDatabase made;
    made.url = object.wanted_text("url");
    const std::string_view url = made.url;
    if (!url.empty() && !url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
        object.refuse("url", "has to be postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
    }
    if (const std::string file = object.text("caFile"); !file.empty()) {
        made.ca_file = around / file;
    }
    made.allows_plain = object.truth("allowPlain");
    made.connections = object.number("connections", 1, connections_most, made.connections);
    made.accounts = object.accounts(accounts);
    if (auto read = object.finish({"url", "caFile", "allowPlain", "connections", "accounts"});
        !read) {
        return fail(std::move(read.error()));
    }
    return made;
}

}  // namespace

Result<DeclaredDatabases> declared_databases(const json::value& value,
                                             const std::filesystem::path& around,
                                             const std::set<AccountId>& accounts) {
    DeclaredDatabases databases;
    auto read = read_named_targets(value, "databases", databases,
                                   [&](const json::object& object, const std::string& path) {
                                       return declared_database(object, path, around, accounts);
                                   });
    if (!read) return fail(std::move(read.error()));
    return databases;
}

}  // namespace gatehouse::rules
