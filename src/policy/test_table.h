// A table of questions and expected decisions, for `gatehouse policy test FILE` in CI.
//
//   {
//     "policies": [{"name": "device", "file": "device.json"},
//                  {"name": "inline", "document": {"Version": "2012-10-17", "Statement": …}}],
//     "region": "us-east-1", "account": "000000000000",
//     "variables": {"iot:ClientId": "basicPubSub", "iot:DomainName": null},
//     "cases": [
//       {"rule": "devices publish under their own name", "action": "iot:Publish",
//        "resource": "topic/basicPubSub/data", "expect": "allowed", "statement": "PublishOwn"},
//       {"action": "iot:Connect", "resource": "client/other", "expect": "denied",
//        "explains": ["basicPubSub"], "context": {"iot:ConnectAttributes": ["LastWill"]}}]
//   }
//
// A policy that cannot be read is an error; a case may also expect that with "invalid-policy".
// `policies`, `region`, `account` and `variables` may be given again in a case; there variables
// add to the table's and the rest replaces. `expect`: allowed, denied (either way), implicit-deny,
// explicit-deny. `statement` is a Sid or a number from 1 through all documents. `explains` lists
// texts that the explanation must contain.
//
// A table has no clock, so that it says the same on every day: a case whose action is allowed or
// denied by the time gives it (or says with null that it is absent), as aws:CurrentTime or
// aws:EpochTime in `variables` or `context`, and fails else.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/explanation.h"

namespace gatehouse::policy {

// File names as the table writes them, and the texts they hold.
using FileTexts = std::map<std::string, std::string, std::less<>>;

struct TestResult {
    std::size_t number = 0;  // from 1
    std::string rule;
    std::string question;               // "iot:Publish on topic/a/b"
    std::vector<std::string> failures;  // empty: passed
    Explanation explanation;

    bool passed() const { return failures.empty(); }
};

struct TestReport {
    std::vector<TestResult> results;

    std::size_t failed() const;
};

// The files that a table needs. Errors: as run_test_table.
Result<std::vector<std::string>> files_of_test_table(std::string_view text);

// Errors: InvalidInput with the place, when the table itself cannot be read.
Result<TestReport> run_test_table(std::string_view text, const FileTexts& files);

// A line a case, failures with their explanation, then a count. Ends in a newline.
std::string to_text(const TestReport& report);

}  // namespace gatehouse::policy
