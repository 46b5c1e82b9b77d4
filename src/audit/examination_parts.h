// Inside of examine(): one function a check, by what it is about.
#pragma once

#include "audit/examination.h"

namespace gatehouse::audit {

inline constexpr std::size_t examined_at_once = 200;

// Client certificates that are ACTIVE or PENDING_TRANSFER.
Outcome<ExaminedPage> examine_certificate_expiry(const Examination& examination);
Outcome<ExaminedPage> examine_certificate_age(const Examination& examination);
Outcome<ExaminedPage> examine_certificate_keys(const Examination& examination);
// CA certificates that are ACTIVE.
Outcome<ExaminedPage> examine_ca_expiry(const Examination& examination);
Outcome<ExaminedPage> examine_ca_keys(const Examination& examination);

// The default versions of policies.
Outcome<ExaminedPage> examine_broad_policies(const Examination& examination);
Outcome<ExaminedPage> examine_misconfigured_policies(const Examination& examination);

Outcome<ExaminedPage> examine_role_aliases(const Examination& examination);
Outcome<ExaminedPage> examine_logging(const Examination& examination);

// The records of a kind: `look` takes one and adds to the page.
template <class Look>
Outcome<ExaminedPage> examine_records(const Examination& examination, const storage::Kind& kind,
                                      Look look) {
    const auto records = examination.store.list({.tenant = examination.tenant,
                                                 .kind = kind,
                                                 .limit = examined_at_once,
                                                 .page_token = examination.page_token});
    if (!records) return registry::refuse(registry::refused_by(records.error()));
    ExaminedPage page{.next = records->next_page};
    for (const storage::Record& record : records->records) {
        if (auto looked = look(record, page); !looked) {
            return registry::refuse(registry::refused_by(looked.error()));
        }
    }
    return page;
}

}  // namespace gatehouse::audit
