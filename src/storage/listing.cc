#include "storage/listing.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>

#include "base/encoding.h"

namespace gatehouse::storage {
namespace {

constexpr std::size_t fingerprint_bytes = 4;

// FNV-1a with separators. It tells listings apart; it is no secret.
std::string fingerprint(std::initializer_list<std::string_view> parts) {
    std::uint32_t hash = 2166136261U;
    const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; };
    for (const std::string_view part : parts) {
        for (const char c : part) mix(static_cast<std::uint8_t>(c));
        mix(0);
    }
    std::string bytes;
    for (std::size_t i = 0; i < fingerprint_bytes; ++i) {
        bytes += static_cast<char>(hash >> (8 * i));
    }
    return bytes;
}

std::string fingerprint_of(const ListQuery& query) {
    return fingerprint({"records", query.tenant.account.view(), query.tenant.region.view(),
                        query.kind.view(), query.prefix,
                        query.order == Order::Ascending ? "up" : "down"});
}

std::string fingerprint_of(const LinkQuery& query) {
    return fingerprint({"links", query.tenant.account.view(), query.tenant.region.view(),
                        query.relation.view(), query.direction == Direction::From ? "from" : "to",
                        query.name, query.order == Order::Ascending ? "up" : "down"});
}

std::string make_token(const std::string& fingerprint, std::string_view name) {
    return to_base64(bytes_of(fingerprint + std::string(name)));
}

template <class Query>
Result<std::optional<std::string>> start_of(const Query& query) {
    if (query.page_token.empty()) return std::nullopt;
    const auto bytes = from_base64(query.page_token);
    if (!bytes || bytes->size() <= fingerprint_bytes ||
        text_of(*bytes).substr(0, fingerprint_bytes) != fingerprint_of(query)) {
        return fail(ErrorKind::InvalidInput,
                    "the page token does not belong to this listing; leave it out to start again, "
                    "and keep the other parameters the same from page to page");
    }
    return std::string(text_of(*bytes).substr(fingerprint_bytes));
}

Result<void> check_text(std::string_view what, std::string_view text, std::size_t bytes_max) {
    if (text.empty() || text.size() > bytes_max) {
        return fail(ErrorKind::InvalidInput, fmt::format("a {} must have 1 to {} bytes; it has {}",
                                                         what, bytes_max, text.size()));
    }
    if (text.find('\0') != text.npos || !is_utf8(text)) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("a {} must be UTF-8 text without a zero character", what));
    }
    return {};
}

Result<void> check_limit(std::size_t limit) {
    if (limit >= 1 && limit <= page_records_max) return {};
    return fail(ErrorKind::InvalidInput, fmt::format("a page holds 1 to {} entries; {} were asked",
                                                     page_records_max, limit));
}

Result<void> check_end(const Relation& relation, std::string_view name) {
    if (auto checked = check_text("relation", relation.view(), kind_bytes_max); !checked) {
        return checked;
    }
    return check_text("name", name, name_bytes_max);
}

Result<void> check_link(const Link& link) {
    if (auto checked = check_end(link.relation, link.from); !checked) return checked;
    return check_text("name", link.to, name_bytes_max);
}

struct PartCheck {
    Result<void> operator()(const Put& put) const {
        if (put.body.size() > body_bytes_max) {
            return fail(
                ErrorKind::TooLarge,
                fmt::format("the record of {} '{}' has {} bytes; at most {} are stored",
                            put.key.kind.view(), put.key.name, put.body.size(), body_bytes_max));
        }
        return check_key(put.key);
    }
    Result<void> operator()(const FewerThan& fewer) const {
        return check_text("kind", fewer.kind.view(), kind_bytes_max);
    }
    template <class Part>
    Result<void> operator()(const Part& part) const {
        if constexpr (requires { part.key; }) {
            return check_key(part.key);
        } else if constexpr (requires { part.link; }) {
            return check_link(part.link);
        } else {
            return check_end(part.relation, part.name);
        }
    }
};

}  // namespace

Result<void> check_key(const RecordKey& key) {
    if (auto checked = check_text("kind", key.kind.view(), kind_bytes_max); !checked) {
        return checked;
    }
    return check_text("name", key.name, name_bytes_max);
}

Result<void> check_query(const ListQuery& query) {
    if (auto checked = check_text("kind", query.kind.view(), kind_bytes_max); !checked) {
        return checked;
    }
    return check_limit(query.limit);
}

Result<void> check_query(const LinkQuery& query) {
    if (auto checked = check_end(query.relation, query.name); !checked) return checked;
    return check_limit(query.limit);
}

Result<void> check_batch(const Batch& batch) {
    for (const Condition& condition : batch.conditions()) {
        if (auto checked = std::visit(PartCheck{}, condition.what); !checked) return checked;
    }
    for (const Change& change : batch.changes()) {
        if (auto checked = std::visit(PartCheck{}, change); !checked) return checked;
    }
    return {};
}

std::string page_token_after(const ListQuery& query, std::string_view name) {
    return make_token(fingerprint_of(query), name);
}
std::string page_token_after(const LinkQuery& query, std::string_view name) {
    return make_token(fingerprint_of(query), name);
}
Result<std::optional<std::string>> page_start(const ListQuery& query) {
    return start_of(query);
}
Result<std::optional<std::string>> page_start(const LinkQuery& query) {
    return start_of(query);
}

std::string end_of_prefix(std::string prefix) {
    while (!prefix.empty()) {
        const auto last = static_cast<std::uint8_t>(prefix.back());
        if (last != 0xFF) {
            prefix.back() = static_cast<char>(last + 1);
            return prefix;
        }
        prefix.pop_back();
    }
    return prefix;
}

}  // namespace gatehouse::storage
