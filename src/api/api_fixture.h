// For tests of operations: an Api without sockets, and callers who sign.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "api/api.h"
#include "async/task_group.h"
#include "signature/signer.h"

namespace gatehouse::api {

class ApiFixture : public ::testing::Test, public signature::KeyLookup {
protected:
    static constexpr auto key_id = "AKIDROOT";
    static constexpr auto secret = "wJalrXUtnFEMI";

    std::optional<signature::AccessKey> find(const signature::AccessKeyId& id) const override {
        if (id.view() != key_id) return std::nullopt;
        return signature::AccessKey{
            secret, AccountId("123456789012"), "arn:aws:iam::123456789012:root", "", {}};
    }

    // Serves these; call before the first request.
    void serve(std::vector<Service> services, std::vector<OpenEndpoint> open = {}) {
        api = std::make_unique<Api>(
            settings,
            ApiParts{*this, clock, random, workers, admit_account, judge,
                     [this](const CallRecord& record) { records.push_back(record); }},
            std::move(services), std::move(open));
    }

    net::HttpRequest request(std::string method, std::string target, std::string body = "",
                             signature::HeaderFields headers = {}) {
        net::HttpRequest made{.method = std::move(method), .target = std::move(target)};
        const auto question = made.target.find('?');
        made.path = made.target.substr(0, question);
        if (question != std::string::npos) made.query = made.target.substr(question + 1);
        made.headers.add("Host", "localhost:4566");
        for (auto& [name, value] : headers) made.headers.add(name, value);
        made.body = std::move(body);
        return made;
    }

    net::HttpRequest sign(net::HttpRequest made, std::string_view service) {
        const signature::RequestView view{made.method, made.path, made.query, made.headers.fields(),
                                          made.body};
        for (auto& [name, value] :
             signature::sign_headers(view, {signature::AccessKeyId(key_id), secret, ""},
                                     Region("us-east-1"), service, clock.wall_now())) {
            made.headers.add(name, value);
        }
        return made;
    }

    // Sends it and runs the loop until there is an answer.
    net::HttpResponse send(net::HttpRequest made) {
        net::HttpResponse response;
        tasks.start([](ApiFixture& self, net::HttpRequest made,
                       net::HttpResponse& response) -> async::Task<void> {
            response = co_await self.api->handle(std::move(made), self.peer, Deadline::never());
        }(*this, std::move(made), response));
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (tasks.running() > 0) {
            if (std::chrono::steady_clock::now() > give_up) {
                ADD_FAILURE() << "no answer";
                break;
            }
            loop.run_once(std::chrono::milliseconds(20));
        }
        return response;
    }

    // A signed call of an operation of `service`.
    net::HttpResponse call(std::string_view service, std::string method, std::string target,
                           std::string body = "", signature::HeaderFields headers = {}) {
        return send(
            sign(request(std::move(method), std::move(target), std::move(body), std::move(headers)),
                 service));
    }

    static std::string error_type(const net::HttpResponse& response) {
        return std::string(response.headers.find("x-amzn-ErrorType").value_or("(none)"));
    }

    ManualClock clock;
    SystemRandom random;
    async::WorkerPool workers{{.name = "api-test", .threads = 1}};
    async::EventLoop loop{clock, {}};
    async::TaskGroup tasks{loop, "api-test"};
    net::PeerFacts peer;
    ApiSettings settings;
    std::function<async::Task<Result<void>>(AccountId)> admit_account;
    std::function<async::Task<Result<::gatehouse::iam::Verdict>>(::gatehouse::iam::AccessQuestion)>
        judge;
    std::vector<CallRecord> records;
    std::unique_ptr<Api> api;
};

}  // namespace gatehouse::api
