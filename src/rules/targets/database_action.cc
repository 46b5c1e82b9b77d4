#include "rules/targets/database_action.h"

#include <utility>
#include <vector>

#include "base/encoding.h"
#include "rules/targets/database_door.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t statement_parameters_max = 100;

struct DatabaseMembers {
    std::string target;
    std::string statement;
    std::vector<Text> parameters;
    bool binds_payload = false;  // behind the parameters
};

class SqlAction final : public Action {
public:
    SqlAction(DatabaseMembers members, DatabaseDoor* databases)
        : members_(std::move(members)), databases_(databases) {}

    std::string_view name() const override { return "SqlAction"; }
    std::string resource(const Job&) const override { return members_.target; }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job&) const override {
        return {{"Target", members_.target}};
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        DatabaseStatement statement{.text = members_.statement, .parameters = {}};
        for (const Text& parameter : members_.parameters) {
            statement.parameters.emplace_back(job.text(parameter));
        }
        if (members_.binds_payload) statement.parameters.push_back(*job.payload);
        for (const std::string& parameter : statement.parameters) {
            if (parameter.contains('\0') || !is_utf8(parameter)) {
                co_return fail(ErrorKind::InvalidInput,
                               "a parameter comes to what no text of a database holds: U+0000, or "
                               "no UTF-8");
            }
        }
        auto done = co_await databases_->run(members_.target, std::move(statement), deadline);
        if (!done) co_return fail(std::move(done.error()));
        co_return Done{};
    }

private:
    const DatabaseMembers members_;
    DatabaseDoor* const databases_;
};

}  // namespace

std::size_t DatabaseStatement::bytes() const {
    std::size_t bytes = sizeof(*this) + text.size();
    for (const std::string& each : parameters) bytes += sizeof(each) + each.size();
    return bytes;
}

Result<ActionPtr> make_sql_action(Parameters& parameters, const ActionParts& parts) {
    DatabaseMembers members{.target = parameters.literal("target"),
                            .statement = parameters.literal("statement"),
                            .parameters = parameters.texts("parameters", statement_parameters_max),
                            .binds_payload = parameters.truth("bindPayload", false)};
    DatabaseDoor* const databases = parts.declared.databases;
    if (databases != nullptr && !members.target.empty()) {
        if (auto may = databases->may_use(parts.tenant.account, members.target); !may) {
            parameters.refuse("target", may.error().message);
        }
    }
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<SqlAction>(std::move(members), databases);
}

}  // namespace gatehouse::rules
