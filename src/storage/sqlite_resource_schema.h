// The schema of gatehouse.db, step by step. A released step is never changed; add another.
#pragma once

#include <array>
#include <string_view>

#include "storage/migrations.h"

namespace gatehouse::storage {

inline constexpr std::array<std::string_view, 1> resource_schema_steps = {
    // 1: records, links, and the revision of the last batch.
    R"sql(
CREATE TABLE records (
    account  TEXT NOT NULL,
    region   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    body     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created  INTEGER NOT NULL,  -- milliseconds since 1970
    modified INTEGER NOT NULL,
    PRIMARY KEY (account, region, kind, name)
) STRICT;
CREATE INDEX records_by_kind ON records (kind, name);

CREATE TABLE links (
    account  TEXT NOT NULL,
    region   TEXT NOT NULL,
    relation TEXT NOT NULL,
    origin   TEXT NOT NULL,
    target   TEXT NOT NULL,
    PRIMARY KEY (account, region, relation, origin, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_backwards ON links (account, region, relation, target, origin);
CREATE INDEX links_by_relation ON links (relation);

CREATE TABLE last_revision (number INTEGER NOT NULL) STRICT;
INSERT INTO last_revision VALUES (0);
)sql",
};

inline constexpr Schema resource_schema = {
    .application_id = 0x47544853,  // "GTHS"
    .steps = resource_schema_steps,
};

}  // namespace gatehouse::storage
