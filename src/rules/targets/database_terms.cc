#include "rules/targets/database_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/address.h"

namespace gatehouse::rules {
namespace {

// Debian's; libpq has no word for it before 16.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

using UrlOptions = std::map<std::string, std::string, std::less<>>;

// What the URL says, by libpq's keywords.
Result<UrlOptions> options_of(const PostgresLibrary& library, const std::string& url) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(library.conninfo_free)> options(
        library.conninfo_parse(url.c_str(), &problem), library.conninfo_free);
    if (!options) {
        // The sentence may repeat the password.
        library.freemem(problem);
        return fail(ErrorKind::InvalidInput, "has a url that PostgreSQL's library cannot read");
    }
    UrlOptions found;
    for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
        if (each->val != nullptr) found.emplace(each->keyword, each->val);
    }
    return found;
}

bool is_of_this_machine(std::string_view host) {
    // A path is that of a socket of the machine.
    if (host.empty() || host.starts_with('/') || host == "localhost") return true;
    const auto address = net::Address::parse(host, 0);
    return address && address->is_loopback();
}

// All of a list with commas between.
bool are_of_this_machine(std::string_view hosts) {
    for (;;) {
        const auto comma = hosts.find(',');
        if (!is_of_this_machine(hosts.substr(0, comma))) return false;
        if (comma == hosts.npos) return true;
        hosts.remove_prefix(comma + 1);
    }
}

}  // namespace

Result<DatabaseTerms> database_terms(const PostgresLibrary& library,
                                     const DeclaredDatabase& declared) {
    const auto options = options_of(library, declared.url);
    if (!options) return fail(options.error());
    const auto said = [&](std::string_view keyword) {
        const auto found = options->find(keyword);
        return found == options->end() ? std::string_view() : std::string_view(found->second);
    };
    const bool is_near = are_of_this_machine(said("host")) && are_of_this_machine(said("hostaddr"));
    std::string_view mode = said("sslmode");
    DatabaseTerms terms{{"dbname", declared.url}};
    if (mode.empty() && !is_near && !declared.allows_plain) {
        mode = "verify-full";
        terms.emplace_back("sslmode", mode);
    }
    const bool is_proved = mode == "verify-full" || mode == "verify-ca";
    if (!is_near && !is_proved && !declared.allows_plain) {
        return fail(
            ErrorKind::InvalidInput,
            fmt::format("leads to another machine with sslmode={}, where it may be anybody's; "
                        "use verify-full, or set allowPlain",
                        mode));
    }
    if (!declared.ca_file.empty()) {
        terms.emplace_back("sslrootcert", declared.ca_file.string());
    } else if (is_proved && said("sslrootcert").empty()) {
        terms.emplace_back("sslrootcert", system_authorities);
    }
    if (said("gssencmode").empty()) terms.emplace_back("gssencmode", "disable");
    if (said("application_name").empty()) terms.emplace_back("application_name", "gatehouse");
    if (said("client_encoding").empty()) terms.emplace_back("client_encoding", "UTF8");
    return terms;
}

}  // namespace gatehouse::rules
