#include "signature/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/encoding.h"
#include "signature/amz_time.h"

namespace gatehouse::signature {
namespace {

std::unexpected<Refusal> incomplete(std::string message) {
    return std::unexpected(
        Refusal{.problem = Problem::IncompleteSignature, .message = std::move(message)});
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_signature(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Lower-cases and splits "host;x-amz-date". Empty when a name is empty or comes twice.
std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    while (true) {
        const auto end = text.find(';');
        std::string name = to_lower(text.substr(0, end));
        if (name.empty() || std::ranges::find(names, name) != names.end()) return {};
        names.push_back(std::move(name));
        if (end == text.npos) return names;
        text.remove_prefix(end + 1);
    }
}

// The value of a query field, decoded.
std::optional<std::string> query_field(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view field = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(field.find('='), field.size());
        if (percent_decode(field.substr(0, equals)) != name) continue;
        return percent_decode(field.substr(std::min(equals + 1, field.size())));
    }
    return std::nullopt;
}

// The three named parts of an Authorization header.
struct HeaderParts {
    std::optional<std::string_view> credential;
    std::optional<std::string_view> signed_headers;
    std::optional<std::string_view> signature;
};

HeaderParts split_authorization(std::string_view fields) {
    HeaderParts parts;
    while (!fields.empty()) {
        const auto end = std::min(fields.find(','), fields.size());
        const std::string_view field = trimmed(fields.substr(0, end));
        fields.remove_prefix(std::min(end + 1, fields.size()));
        const auto equals = field.find('=');
        if (equals == field.npos) continue;
        const auto name = field.substr(0, equals);
        const auto value = field.substr(equals + 1);
        if (name == "Credential") parts.credential = value;
        if (name == "SignedHeaders") parts.signed_headers = value;
        if (name == "Signature") parts.signature = value;
    }
    return parts;
}

// Fills in what both forms share. `where` names the form in messages.
std::expected<void, Refusal> take_parts(Claim& claim, std::string_view credential,
                                        std::string_view signed_headers,
                                        std::string_view signature) {
    auto parsed = Credential::parse(credential);
    if (!parsed) {
        return incomplete(fmt::format(
            "Credential must have the form KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request, not '{}'",
            credential));
    }
    claim.credential = std::move(*parsed);
    claim.signed_headers = split_names(signed_headers);
    if (claim.signed_headers.empty()) {
        return incomplete(fmt::format(
            "SignedHeaders must be names joined by ';', each once, not '{}'", signed_headers));
    }
    if (std::ranges::find(claim.signed_headers, "host") == claim.signed_headers.end()) {
        return incomplete("'Host' must be one of SignedHeaders");
    }
    if (!is_signature(signature)) {
        return incomplete("Signature must be 64 lower-case hexadecimal digits");
    }
    claim.signature = std::string(signature);
    return {};
}

std::expected<void, Refusal> take_time(Claim& claim, const RequestView& request) {
    if (const auto amz = request.header("X-Amz-Date")) {
        const auto time = parse_amz_date(*amz);
        if (!time) {
            return incomplete(
                fmt::format("X-Amz-Date must look like 20150830T123600Z, not '{}'", *amz));
        }
        claim.amz_date = std::string(*amz);
        claim.signed_at = *time;
        return {};
    }
    // Without X-Amz-Date the Date header counts, in either of its forms.
    const auto date = request.header("Date").value_or("");
    auto time = parse_amz_date(date);
    if (!time) time = parse_http_date(date);
    if (!time) return incomplete(fmt::format("the Date header '{}' is not a time", date));
    claim.amz_date = format_amz_date(*time);
    claim.signed_at = *time;
    return {};
}

std::expected<Claim, Refusal> read_header_form(std::string_view authorization,
                                               const RequestView& request) {
    std::string_view fields = trimmed(authorization);
    if (!fields.starts_with(algorithm) || fields.size() == algorithm.size() ||
        fields[algorithm.size()] != ' ') {
        return incomplete(
            fmt::format("the Authorization header must begin with '{} '; requests are signed with "
                        "AWS Signature Version 4",
                        algorithm));
    }
    const HeaderParts parts = split_authorization(fields.substr(algorithm.size() + 1));
    std::string missing;
    for (const auto& [present, name] :
         {std::pair(parts.credential.has_value(), "Credential"),
          std::pair(parts.signature.has_value(), "Signature"),
          std::pair(parts.signed_headers.has_value(), "SignedHeaders")}) {
        if (!present) {
            missing += fmt::format("Authorization header requires '{}' parameter. ", name);
        }
    }
    if (!request.header("X-Amz-Date") && !request.header("Date")) {
        missing +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if (!missing.empty()) {
        missing.pop_back();
        return incomplete(std::move(missing));
    }
    Claim claim;
    if (auto done = take_parts(claim, *parts.credential, *parts.signed_headers, *parts.signature);
        !done) {
        return std::unexpected(std::move(done.error()));
    }
    if (auto done = take_time(claim, request); !done) {
        return std::unexpected(std::move(done.error()));
    }
    claim.session_token = std::string(request.header("X-Amz-Security-Token").value_or(""));
    return claim;
}

std::expected<std::chrono::seconds, Refusal> read_lifetime(const std::optional<std::string>& text,
                                                           std::string_view service) {
    const bool is_websocket = service == websocket_service;
    if (!text && is_websocket) return websocket_lifetime_usual;
    const std::chrono::seconds most = is_websocket ? websocket_lifetime : presigned_lifetime_max;
    std::int64_t seconds = 0;
    if (text) {
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), seconds);
        if (error != std::errc() || end != text->data() + text->size()) seconds = 0;
    }
    if (seconds < 1 || seconds > most.count()) {
        return incomplete(
            fmt::format("X-Amz-Expires must be a number of seconds from 1 to {}", most.count()));
    }
    return std::chrono::seconds(seconds);
}

std::expected<Claim, Refusal> read_query_form(const RequestView& request) {
    const auto field = [&](std::string_view name) { return query_field(request.query, name); };
    if (field("X-Amz-Algorithm") != algorithm) {
        return incomplete(fmt::format("X-Amz-Algorithm must be '{}'", algorithm));
    }
    std::string missing;
    for (const auto name :
         {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
        if (!field(name)) {
            missing += fmt::format("AWS query-string parameters must include '{}'. ", name);
        }
    }
    if (!missing.empty()) {
        missing.pop_back();
        return incomplete(std::move(missing));
    }
    Claim claim;
    claim.form = Claim::Form::Query;
    if (auto done = take_parts(claim, *field("X-Amz-Credential"), *field("X-Amz-SignedHeaders"),
                               *field("X-Amz-Signature"));
        !done) {
        return std::unexpected(std::move(done.error()));
    }
    claim.amz_date = *field("X-Amz-Date");
    const auto time = parse_amz_date(claim.amz_date);
    if (!time) {
        return incomplete(
            fmt::format("X-Amz-Date must look like 20150830T123600Z, not '{}'", claim.amz_date));
    }
    claim.signed_at = *time;
    const auto lifetime = read_lifetime(field("X-Amz-Expires"), claim.credential.scope.service);
    if (!lifetime) return std::unexpected(lifetime.error());
    claim.expires = *lifetime;
    claim.session_token = field("X-Amz-Security-Token").value_or("");
    return claim;
}

}  // namespace

std::expected<Claim, Refusal> read_claim(const RequestView& request) {
    auto claim = [&]() -> std::expected<Claim, Refusal> {
        if (query_field(request.query, "X-Amz-Algorithm")) return read_query_form(request);
        const auto authorization = request.header("Authorization");
        if (authorization) return read_header_form(*authorization, request);
        return std::unexpected(Refusal{
            .problem = Problem::MissingAuthenticationToken,
            .message = "Missing Authentication Token: requests are signed with AWS Signature "
                       "Version 4; run `eval \"$(gatehouse env)\"` for credentials and endpoint"});
    }();
    if (claim && !claim->amz_date.starts_with(claim->credential.scope.date)) {
        return incomplete(
            fmt::format("Date in Credential scope does not match YYYYMMDD from the "
                        "request: '{}' against '{}'",
                        claim->credential.scope.date, claim->amz_date));
    }
    return claim;
}

}  // namespace gatehouse::signature
