#include "storage/message_store.h"

#include <array>
#include <cstring>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "storage/message_file.h"

namespace gatehouse::storage {
namespace {

constexpr std::uint32_t qos_bits = 3;
constexpr std::uint32_t retain_bit = 4;
constexpr std::uint32_t received_bit = 8;
constexpr std::uint32_t passed_bit = 16;
// Removed retained messages of which rows are left, before they are cleared away.
constexpr std::size_t removed_max = 10'000;

Result<void> configure_messages(Database& database) {
    return database.run_script(
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 33554432;");
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

// The statements of one transaction, each prepared when first needed.
class MessageWriting : Pinned {
public:
    explicit MessageWriting(Database& database) : database_(database) {}

    Result<void> write(const MessageBatch& batch) {
        for (BytesView left = batch.bytes_; !left.empty();) {
            std::memcpy(&change_, left.data(), sizeof change_);
            left = left.subspan(sizeof change_);
            for (std::size_t i = 0; i < texts_.size(); ++i) {
                texts_[i] = left.first(change_.text_sizes[i]);
                left = left.subspan(change_.text_sizes[i]);
            }
            if (auto done = apply(); !done) return done;
        }
        return {};
    }
    // Retained messages that were removed.
    std::size_t removed() const { return removed_; }

private:
    using Kind = MessageBatch::Kind;

    template <class... Values>
    Result<void> run(std::string_view sql, const Values&... values) {
        auto& statement = statements_[static_cast<std::size_t>(change_.kind)];
        if (!statement) {
            auto prepared = database_.prepare(sql);
            if (!prepared) return fail(std::move(prepared.error()));
            statement.emplace(std::move(*prepared));
        }
        statement->reset();
        return statement->bind_all(values...).run();
    }
    std::string_view text(std::size_t index) const { return text_of(texts_[index]); }

    Result<void> apply();
    Result<void> put_session();
    Result<void> remove_session();
    Result<void> put_message();
    Result<void> put_retained();
    Result<void> put_pledge();

    Database& database_;
    MessageBatch::Change change_;
    std::array<BytesView, MessageBatch::texts_max> texts_;
    std::size_t removed_ = 0;
    std::array<std::optional<Statement>, MessageBatch::kind_count> statements_;
};

Result<void> MessageWriting::apply() {
    const MessageBatch::Change& c = change_;
    switch (c.kind) {
        case Kind::PutSession: return put_session();
        case Kind::RemoveWill:
            return run(
                "UPDATE sessions SET will = x'', checksum = row_checksum(id, account, region,"
                " client_id, version, expiry, disconnected, x'', attachment) WHERE id = ?",
                number(c.first));
        case Kind::RemoveSession: return remove_session();
        case Kind::RemoveSubscriptions:
            return run("DELETE FROM subscriptions WHERE session = ?", number(c.first));
        case Kind::PutSubscription:
            return run(
                "INSERT OR REPLACE INTO subscriptions VALUES (?1, ?2, ?3, ?4,"
                " row_checksum(?1, ?2, ?3, ?4))",
                number(c.first), texts_[0], std::int64_t{c.number}, std::int64_t{c.other_number});
        case Kind::RemoveSubscription:
            return run("DELETE FROM subscriptions WHERE session = ? AND filter = ?",
                       number(c.first), texts_[0]);
        case Kind::PutMessage: return put_message();
        case Kind::RemoveMessage: return run("DELETE FROM messages WHERE id = ?", number(c.first));
        case Kind::PutQueued:
            return run(
                "INSERT INTO queued VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                " row_checksum(?1, ?2, ?3, ?4, ?5, ?6))",
                number(c.first), number(c.second), number(c.third), std::int64_t{c.number},
                std::int64_t{c.other_number}, texts_[0]);
        case Kind::RemoveQueued:
            return run("DELETE FROM queued WHERE session = ? AND place = ?", number(c.first),
                       number(c.second));
        case Kind::NumberQueued:
            return run(
                "UPDATE queued SET packet_id = ?1, flags = flags | ?4, checksum ="
                " row_checksum(session, place, message, ?1, flags | ?4, share)"
                " WHERE session = ?2 AND place = ?3",
                std::int64_t{c.number}, number(c.first), number(c.second),
                std::int64_t{c.other_number});
        case Kind::ReplaceMessage:
            return run(
                "UPDATE queued SET message = ?1, checksum ="
                " row_checksum(session, place, ?1, packet_id, flags, share)"
                " WHERE session = ?2 AND place = ?3",
                number(c.third), number(c.first), number(c.second));
        case Kind::NoteReceived:
            return run(
                "UPDATE queued SET message = 0, flags = flags | 8, checksum ="
                " row_checksum(session, place, 0, packet_id, flags | 8, share)"
                " WHERE session = ? AND place = ?",
                number(c.first), number(c.second));
        case Kind::HoldId:
            return run(
                "INSERT OR REPLACE INTO held_parts VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                " row_checksum(?1, ?2, ?3, ?4, ?5, ?6))",
                number(c.first), std::int64_t{c.number}, texts_[0], number(c.second),
                std::int64_t{c.other_number}, number(c.third));
        case Kind::ReleaseId:
            return run("DELETE FROM held_parts WHERE session = ? AND packet_id = ? AND use <= ?",
                       number(c.first), std::int64_t{c.number}, number(c.third));
        case Kind::PutRetained: return put_retained();
        case Kind::PutPledge: return put_pledge();
        case Kind::RemovePledge:
            return run("DELETE FROM pledges WHERE number = ?", number(c.first));
    }
    return {};
}

Result<void> MessageWriting::put_session() {
    return run(
        "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9), ?9)",
        number(change_.first), text(0), text(1), texts_[2], number(change_.second),
        std::int64_t{change_.number}, change_.time, texts_[3], std::int64_t{change_.other_number});
}

Result<void> MessageWriting::remove_session() {
    const std::int64_t id = number(change_.first);
    if (auto done = run("DELETE FROM sessions WHERE id = ?", id); !done) return done;
    if (auto done = database_.run("DELETE FROM subscriptions WHERE session = ?", id); !done) {
        return done;
    }
    return database_.run("DELETE FROM held_parts WHERE session = ?", id);
}

Result<void> MessageWriting::put_message() {
    return run(
        "INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
        number(change_.first), texts_[0], texts_[1], texts_[2], number(change_.second),
        number(change_.third), std::int64_t{change_.number}, change_.time);
}

Result<void> MessageWriting::put_retained() {
    if (texts_[4].empty()) ++removed_;
    return run(
        "INSERT INTO retained VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
        " row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10), ?10)"
        " ON CONFLICT DO UPDATE SET properties = excluded.properties,"
        " payload = excluded.payload, qos = excluded.qos, expiry_at = excluded.expiry_at,"
        " expires = excluded.expires, version = excluded.version,"
        " checksum = excluded.checksum, retained_at = excluded.retained_at"
        " WHERE excluded.version > version",
        text(0), text(1), texts_[2], texts_[3], texts_[4], number(change_.second),
        std::int64_t{change_.number}, change_.time, number(change_.first), number(change_.third));
}

Result<void> MessageWriting::put_pledge() {
    return run(
        "INSERT INTO pledges VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
        number(change_.first), text(0), text(1), texts_[2], texts_[3], texts_[4],
        number(change_.second), texts_[5]);
}

// Older rows of a removed topic may come while another loop holds one back. Those removed before
// the last clearing, which is long enough ago, are safe to clear.
Result<void> MessageStore::clear(Removed& removed) {
    if (auto done = database_->run("DELETE FROM retained WHERE length(payload) = 0 AND version < ?",
                                   number(removed.clear_below));
        !done) {
        return done;
    }
    auto highest = database_->number("SELECT max(version) FROM retained");
    if (!highest) return fail(std::move(highest.error()));
    removed = {.count = 0, .clear_below = static_cast<std::uint64_t>(*highest)};
    return {};
}

Result<std::unique_ptr<MessageStore>> MessageStore::open(const Settings& settings) {
    if (auto made = make_message_file_if_absent(settings.file); !made)
        return fail(std::move(made.error()));
    auto database = Database::open({.file = settings.file, .busy_timeout = settings.busy_timeout});
    if (!database) return fail(std::move(database.error()));
    // Before anything is written over what may be left of the log.
    if (auto done = check_message_commits(**database); !done) return fail(std::move(done.error()));
    if (auto done = configure_messages(**database); !done) return fail(std::move(done.error()));
    if (auto done = bring_messages_up_to_date(**database); !done)
        return fail(std::move(done.error()));
    const auto commits = count_message_commits(**database);
    if (!commits) return fail(commits.error());
    auto mark = CommitMark::open(settings.file, *commits);
    if (!mark) return fail(std::move(mark.error()));
    return std::unique_ptr<MessageStore>(
        new MessageStore(settings, std::move(*database), *commits, std::move(*mark)));
}

Result<void> MessageStore::write(std::span<const MessageBatch* const> batches) {
    auto transaction = Transaction::begin(*database_, Transaction::Kind::Write);
    if (!transaction) return fail(std::move(transaction.error()));
    Removed removed = removed_;  // once the transaction is on disk
    {
        MessageWriting writing(*database_);
        for (const MessageBatch* batch : batches) {
            if (auto done = writing.write(*batch); !done) return done;
        }
        removed.count += writing.removed();
    }
    const auto since = std::chrono::steady_clock::now() - removed.cleared_at;
    if (removed.count > removed_max && since >= settings_.late_rows_max) {
        if (auto done = clear(removed); !done) return done;
    }
    const std::uint64_t commits = commits_ + 1;
    if (auto done = database_->run("UPDATE commits SET number = ?1, checksum = row_checksum(?1)",
                                   number(commits));
        !done) {
        return done;
    }
    if (auto done = transaction->commit(); !done) return done;
    commits_ = commits;
    removed_ = removed;
    mark_.note(commits);
    return {};
}

// --- reading ---------------------------------------------------------------------------------

namespace {

template <class Visit>
Result<void> for_each_row(Database& database, std::string_view sql, Visit visit) {
    auto statement = database.prepare(sql);
    if (!statement) return fail(std::move(statement.error()));
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        if (auto done = visit(*statement); !done) return done;
    }
}

// Whether the column says that the row's checksum is right.
bool is_sound(const Statement& row, int column) {
    return row.number(column) != 0;
}

class Reading {
public:
    Reading(Database& database, MessageVisitor& visitor) : database_(database), visitor_(visitor) {}

    Result<MessageNumbers> run() {
        for (const auto step :
             {&Reading::sessions, &Reading::subscriptions, &Reading::messages, &Reading::queued,
              &Reading::held, &Reading::retained, &Reading::pledges}) {
            if (auto done = (this->*step)(); !done) return fail(std::move(done.error()));
        }
        return numbers_;
    }

private:
    template <class Visit>
    Result<void> each(std::string_view sql, Visit visit) {
        return for_each_row(database_, sql, visit);
    }
    std::unexpected<Error> damaged(std::string_view what, std::int64_t id) const {
        return message_row_is_damaged(database_, what, id);
    }
    static void raise(std::uint64_t& highest, std::uint64_t number) {
        if (number > highest) highest = number;
    }
    static std::uint64_t unsigned_at(const Statement& row, int column) {
        return static_cast<std::uint64_t>(row.number(column));
    }
    static std::uint32_t narrow_at(const Statement& row, int column) {
        return static_cast<std::uint32_t>(row.number(column));
    }

    Result<void> sessions() {
        constexpr auto sql =
            "SELECT id, account, region, client_id, version, expiry, disconnected, will, checksum ="
            " row_checksum(id, account, region, client_id, version, expiry, disconnected, will,"
            " attachment), attachment FROM sessions";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 8)) return damaged("session", row.number(0));
            const SessionRow session{.id = unsigned_at(row, 0),
                                     .account = row.text(1),
                                     .region = row.text(2),
                                     .client_id = text_of(row.blob(3)),
                                     .version = static_cast<std::uint8_t>(row.number(4)),
                                     .expiry_seconds = narrow_at(row, 5),
                                     .disconnected_at = row.number(6),
                                     .will = row.blob(7),
                                     .attachment = narrow_at(row, 9)};
            raise(numbers_.session, session.id);
            raise(numbers_.attachment, session.attachment);
            return visitor_.on_session(session);
        });
    }

    Result<void> subscriptions() {
        constexpr auto sql =
            "SELECT session, filter, options, identifier,"
            " checksum = row_checksum(session, filter, options, identifier) FROM subscriptions";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 4)) return damaged("a subscription of session", row.number(0));
            return visitor_.on_subscription({.session = unsigned_at(row, 0),
                                             .filter = text_of(row.blob(1)),
                                             .options = narrow_at(row, 2),
                                             .identifier = narrow_at(row, 3)});
        });
    }

    Result<void> messages() {
        constexpr auto sql =
            "SELECT id, topic, properties, payload, qos, retain, expiry_at, expires, checksum ="
            " row_checksum(id, topic, properties, payload, qos, retain, expiry_at, expires)"
            " FROM messages";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 8)) return damaged("message", row.number(0));
            const MessageRow message{.id = unsigned_at(row, 0),
                                     .topic = text_of(row.blob(1)),
                                     .properties = row.blob(2),
                                     .payload = row.blob(3),
                                     .qos = static_cast<std::uint8_t>(row.number(4)),
                                     .retain = row.number(5) != 0,
                                     .expiry_at = narrow_at(row, 6),
                                     .expires_at = row.number(7)};
            raise(numbers_.message, message.id);
            return visitor_.on_message(message);
        });
    }

    Result<void> queued() {
        constexpr auto sql =
            "SELECT session, place, message, packet_id, flags, share, checksum ="
            " row_checksum(session, place, message, packet_id, flags, share)"
            " FROM queued ORDER BY session, place";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 6)) return damaged("what is queued for session", row.number(0));
            const std::uint32_t flags = narrow_at(row, 4);
            const QueuedRow queued{.session = unsigned_at(row, 0),
                                   .place = unsigned_at(row, 1),
                                   .message = unsigned_at(row, 2),
                                   .packet_id = static_cast<std::uint16_t>(row.number(3)),
                                   .qos = static_cast<std::uint8_t>(flags & qos_bits),
                                   .retain = (flags & retain_bit) != 0,
                                   .is_received = (flags & received_bit) != 0,
                                   .has_passed = (flags & passed_bit) != 0,
                                   .share = text_of(row.blob(5))};
            raise(numbers_.place, queued.place);
            return visitor_.on_queued(queued);
        });
    }

    Result<void> held() {
        constexpr auto sql =
            "SELECT session, packet_id, share, loop, loops, use, checksum ="
            " row_checksum(session, packet_id, share, loop, loops, use),"
            " EXISTS (SELECT * FROM sessions WHERE id = session) FROM held_parts";
        const auto read = each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 6)) return damaged("a packet id of session", row.number(0));
            if (row.number(7) == 0) return {};
            raise(numbers_.place, unsigned_at(row, 5));
            return visitor_.on_held({.session = unsigned_at(row, 0),
                                     .packet_id = static_cast<std::uint16_t>(row.number(1)),
                                     .use = unsigned_at(row, 5),
                                     .loop = static_cast<std::uint16_t>(row.number(3)),
                                     .loops = static_cast<std::uint16_t>(row.number(4)),
                                     .share = text_of(row.blob(2))});
        });
        if (!read) return read;
        // What another loop wrote after the session had ended.
        return database_.run(
            "DELETE FROM held_parts WHERE session NOT IN (SELECT id FROM sessions)");
    }

    Result<void> retained() {
        // What was removed is only kept while older rows of its topic may still come.
        if (auto done = database_.run("DELETE FROM retained WHERE length(payload) = 0"); !done) {
            return done;
        }
        constexpr auto sql =
            "SELECT account, region, topic, properties, payload, qos, expiry_at, expires, version,"
            " retained_at, checksum = row_checksum(account, region, topic, properties, payload,"
            " qos, expiry_at, expires, version, retained_at) FROM retained";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 10)) return damaged("retained message", row.number(8));
            const RetainedRow retained{.account = row.text(0),
                                       .region = row.text(1),
                                       .topic = text_of(row.blob(2)),
                                       .properties = row.blob(3),
                                       .payload = row.blob(4),
                                       .qos = static_cast<std::uint8_t>(row.number(5)),
                                       .expiry_at = narrow_at(row, 6),
                                       .expires_at = row.number(7),
                                       .retained_at = row.number(9),
                                       .version = unsigned_at(row, 8)};
            raise(numbers_.retained, retained.version);
            return visitor_.on_retained(retained);
        });
    }

    Result<void> pledges() {
        constexpr auto sql =
            "SELECT number, account, region, topic, properties, payload, qos, context, checksum ="
            " row_checksum(number, account, region, topic, properties, payload, qos, context)"
            " FROM pledges ORDER BY number";
        return each(sql, [&](const Statement& row) -> Result<void> {
            if (!is_sound(row, 8)) return damaged("the rules' message", row.number(0));
            const PledgeRow pledge{.number = unsigned_at(row, 0),
                                   .account = row.text(1),
                                   .region = row.text(2),
                                   .topic = text_of(row.blob(3)),
                                   .properties = row.blob(4),
                                   .payload = row.blob(5),
                                   .qos = static_cast<std::uint8_t>(row.number(6)),
                                   .context = row.blob(7)};
            return visitor_.on_pledge(pledge);
        });
    }

    Database& database_;
    MessageVisitor& visitor_;
    MessageNumbers numbers_;
};

}  // namespace

Result<std::uint64_t> MessageStore::seed(std::uint64_t fresh) {
    if (auto done = database_->run(
            "INSERT INTO seed SELECT ?1, row_checksum(?1) WHERE NOT EXISTS (SELECT * FROM seed)",
            number(fresh));
        !done) {
        return fail(std::move(done.error()));
    }
    std::uint64_t seed = fresh;
    const auto read =
        for_each_row(*database_, "SELECT value, checksum = row_checksum(value) FROM seed",
                     [&](const Statement& row) -> Result<void> {
                         if (!is_sound(row, 1))
                             return message_row_is_damaged(*database_, "the seed", row.number(0));
                         seed = static_cast<std::uint64_t>(row.number(0));
                         return {};
                     });
    if (!read) return fail(read.error());
    return seed;
}

Result<MessageNumbers> MessageStore::read_all(MessageVisitor& visitor) {
    auto checking =
        std::async(std::launch::async, [this] { return check_message_pages(settings_.file); });
    auto numbers = Reading(*database_, visitor).run();
    const auto checked = checking.get();
    // What the reading found is the more exact.
    if (numbers && !checked) return fail(checked.error());
    return numbers;
}

}  // namespace gatehouse::storage
