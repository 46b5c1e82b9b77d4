// The schema of messages.db, step by step. A released step is never changed; add another.
#pragma once

#include <array>
#include <string_view>

#include "storage/migrations.h"

namespace gatehouse::storage {

inline constexpr std::array<std::string_view, 5> message_schema_steps = {
    R"sql(
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    account      TEXT NOT NULL,
    region       TEXT NOT NULL,
    client_id    BLOB NOT NULL,
    version      INTEGER NOT NULL,
    expiry       INTEGER NOT NULL,  -- seconds
    disconnected INTEGER NOT NULL,  -- milliseconds since 1970; 0: connected
    will         BLOB NOT NULL,
    checksum     INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
    session    INTEGER NOT NULL,
    filter     BLOB NOT NULL,
    options    INTEGER NOT NULL,
    identifier INTEGER NOT NULL,
    PRIMARY KEY (session, filter)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    topic      BLOB NOT NULL,
    properties BLOB NOT NULL,
    payload    BLOB NOT NULL,
    qos        INTEGER NOT NULL,
    retain     INTEGER NOT NULL,
    expiry_at  INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    checksum   INTEGER NOT NULL
) STRICT;

CREATE TABLE queued (
    session   INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    message   INTEGER NOT NULL,
    packet_id INTEGER NOT NULL,
    flags     INTEGER NOT NULL,  -- QoS, 4: retain, 8: received
    share     BLOB NOT NULL,
    PRIMARY KEY (session, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE held (
    session   INTEGER NOT NULL,
    packet_id INTEGER NOT NULL,
    PRIMARY KEY (session, packet_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE retained (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    topic      BLOB NOT NULL,
    properties BLOB NOT NULL,
    payload    BLOB NOT NULL,
    qos        INTEGER NOT NULL,
    expiry_at  INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    checksum   INTEGER NOT NULL,
    UNIQUE (account, region, topic)
) STRICT;
CREATE INDEX removed ON retained (version) WHERE length(payload) = 0;
)sql",
    R"sql(
ALTER TABLE retained ADD COLUMN retained_at INTEGER NOT NULL DEFAULT 0;  -- as `expires`; 0: unknown
)sql",
    // Checksums over whole rows (row_checksum.h), and who has the message of a held packet id.
    R"sql(
ALTER TABLE sessions ADD COLUMN attachment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queued ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET checksum =
    row_checksum(id, account, region, client_id, version, expiry, disconnected, will, attachment);
UPDATE subscriptions SET checksum = row_checksum(session, filter, options, identifier);
UPDATE messages SET checksum =
    row_checksum(id, topic, properties, payload, qos, retain, expiry_at, expires);
UPDATE queued SET checksum = row_checksum(session, place, message, packet_id, flags, share);
UPDATE retained SET checksum =
    row_checksum(account, region, topic, properties, payload, qos, expiry_at, expires, version,
                 retained_at);

CREATE TABLE held_parts (
    session   INTEGER NOT NULL,
    packet_id INTEGER NOT NULL,
    share     BLOB NOT NULL,     -- of a shared subscription that has the message; empty: a loop
    loop      INTEGER NOT NULL,  -- whose sessions have it
    loops     INTEGER NOT NULL,  -- how many there were; 0: all have it
    use       INTEGER NOT NULL,  -- of the packet id; the highest counts
    checksum  INTEGER NOT NULL,
    PRIMARY KEY (session, packet_id, share, loop)
) STRICT, WITHOUT ROWID;
INSERT INTO held_parts
    SELECT session, packet_id, x'', 0, 0, 0, row_checksum(session, packet_id, x'', 0, 0, 0)
    FROM held;
DROP TABLE held;

CREATE TABLE seed (
    value    INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
)sql",
    // How many commits there were (commit_mark.h).
    R"sql(
CREATE TABLE commits (
    number   INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
INSERT INTO commits VALUES (0, row_checksum(0));
)sql",
    // Messages that rules are not done with.
    R"sql(
CREATE TABLE pledges (
    number     INTEGER PRIMARY KEY,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    topic      BLOB NOT NULL,
    properties BLOB NOT NULL,
    payload    BLOB NOT NULL,
    qos        INTEGER NOT NULL,
    context    BLOB NOT NULL,
    checksum   INTEGER NOT NULL
) STRICT;
)sql",
};

inline constexpr Schema message_schema = {
    .application_id = 0x4754484D,  // "GTHM"
    .steps = message_schema_steps,
};

}  // namespace gatehouse::storage
