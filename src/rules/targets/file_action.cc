#include "rules/targets/file_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "rules/targets/file_door.h"
#include "rules/targets/file_path.h"

namespace gatehouse::rules {
namespace {

// So that one write, and one flush, is for many.
constexpr BatchTerms file_batch{.jobs_max = 256, .bytes_max = 1024UL * 1024};

struct FileMembers {
    std::string target;
    Text path;
};

// One line of JSON, whatever the result is.
std::string line_of(const Job& job) {
    if (!job.is_json) {
        const BytesView bytes(reinterpret_cast<const std::uint8_t*>(job.payload->data()),
                              job.payload->size());
        return fmt::format(R"({{"payload":"{}"}})", to_base64(bytes));
    }
    std::string line = *job.payload;
    // Where JSON has ends of lines they mean no more than blanks.
    std::ranges::replace(line, '\n', ' ');
    std::ranges::replace(line, '\r', ' ');
    return line;
}

class FileAction final : public Action {
public:
    FileAction(FileMembers members, FileDoor* files)
        : members_(std::move(members)), files_(files) {}

    std::string_view name() const override { return "FileAction"; }
    std::string resource(const Job& job) const override {
        return fmt::format("{}/{}", members_.target, job.text(members_.path));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"Target", members_.target}, {"Path", std::string(job.text(members_.path))}};
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        const Job* const one = &job;
        auto outcomes = co_await perform_all({&one, 1}, deadline);
        co_return std::move(outcomes.front());
    }

    BatchTerms batch_terms() const override { return file_batch; }
    async::Task<std::vector<Result<Done>>> perform_all(std::span<const Job* const> jobs,
                                                       Deadline deadline) const override;

private:
    const FileMembers members_;
    FileDoor* const files_;
};

async::Task<std::vector<Result<Done>>> FileAction::perform_all(std::span<const Job* const> jobs,
                                                               Deadline deadline) const {
    std::vector<Result<Done>> outcomes(jobs.size());
    std::vector<std::size_t> places;  // of the lines, among the jobs
    std::vector<FileLine> lines;
    OnDisk on_disk = OnDisk::Soon;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const Job& job = *jobs[i];
        std::string path(job.text(members_.path));
        if (!is_file_path(path)) {
            outcomes[i] = fail(ErrorKind::InvalidInput, "path comes to what no file may be called");
            continue;
        }
        places.push_back(i);
        lines.push_back({std::move(path), line_of(job)});
        // What was promised to outlive a crash of the server leaves its own store after this.
        if (job.message->hold.is_held()) on_disk = OnDisk::First;
    }
    if (lines.empty()) co_return outcomes;
    const auto written =
        co_await files_->append(members_.target, std::move(lines), on_disk, deadline);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!written[i]) outcomes[places[i]] = fail(written[i].error());
    }
    co_return outcomes;
}

}  // namespace

Result<ActionPtr> make_file_action(Parameters& parameters, const ActionParts& parts) {
    FileMembers members{.target = parameters.literal("target"), .path = parameters.text("path")};
    if (members.path.is_constant() && !members.path.constant().empty() &&
        !is_file_path(members.path.constant())) {
        parameters.refuse("path",
                          "cannot be the path of a file within a folder: parts with / between, "
                          "which do not begin with a point, the last without a number at its end "
                          "as in x.1");
    }
    FileDoor* const files = parts.declared.files;
    if (files != nullptr && !members.target.empty()) {
        auto may = files->may_use(parts.tenant.account, members.target);
        if (may && parts.is_new) may = files->check(members.target);
        if (!may) parameters.refuse("target", may.error().message);
    }
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<FileAction>(std::move(members), files);
}

}  // namespace gatehouse::rules
