// For tests of commands: an API on a port of its own that answers what it was told to, and
// remembers what it was asked. It checks no signature.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "server/command_fixture.h"

namespace gatehouse::server {

class FakeApi final : public net::Routes {
public:
    FakeApi() {
        listener_ =
            net::Listener::open(
                loop_, net::Address::parse("127.0.0.1", 0).value(), limits_,
                [this](net::AcceptedSocket socket) { tasks_.start(serve(socket.descriptor)); },
                [](std::size_t, const Error&) {})
                .value();
        data_.ready_.api_url = "http://" + listener_->address().text();
        data_.ready_.account = "000000000000";
        data_.ready_.region = "us-east-1";
        data_.save();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~FakeApi() override {
        loop_.post([this] {
            listener_->close();
            loop_.stop();
        });
        thread_.join();
        while (tasks_.running() > 0) loop_.run_once(std::chrono::milliseconds(10));
    }

    // What "GET /path?query" is answered; JSON 1.1 calls are "POST Operation". Several answers to
    // the same are given in turn, the last one again and again.
    void answer(const std::string& request, std::string body, unsigned status = 200,
                std::string error_type = "") {
        net::HttpResponse response{.status = status};
        response.body = std::move(body);
        if (!error_type.empty()) response.headers.set("x-amzn-ErrorType", error_type);
        const std::scoped_lock lock(mutex_);
        answers_[request].push_back(std::move(response));
    }
    void answer_whole(const std::string& request, net::HttpResponse response) {
        const std::scoped_lock lock(mutex_);
        answers_[request].push_back(std::move(response));
    }

    // The requests so far, and their bodies, by the names above.
    std::vector<std::string> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    std::string body_of(const std::string& request) const {
        const std::scoped_lock lock(mutex_);
        const auto found = bodies_.find(request);
        return found == bodies_.end() ? "(never asked)" : found->second;
    }

    Outcome run(std::vector<std::string> words) const {
        words.insert(words.end(), {"--data-dir", data_.path()});
        return server::run(std::move(words));
    }
    const DataDirectory& data() const { return data_; }

private:
    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        std::string name = request.method + " " + request.target;
        if (const auto target = request.headers.find("X-Amz-Target")) {
            name = "POST " + std::string(target->substr(target->find('.') + 1));
        }
        const std::scoped_lock lock(mutex_);
        requests_.push_back(name);
        bodies_[name] = request.body;
        const auto found = answers_.find(name);
        if (found == answers_.end()) {
            net::HttpResponse missing{.status = 404};
            missing.headers.set("x-amzn-ErrorType", "ResourceNotFoundException");
            missing.body = R"({"message":"no such thing"})";
            co_return missing;
        }
        net::HttpResponse next = found->second.front();
        if (found->second.size() > 1) found->second.pop_front();
        co_return next;
    }
    async::Task<void> serve(int descriptor) {
        net::Stream stream(loop_, net::make_plain_transport(descriptor), {});
        co_await net::serve_http(stream, "", *this, http_);
    }

    SystemClock clock_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "fake-api"};
    net::ConnectionLimits limits_{{}};
    net::HttpServerSettings http_{.idle_wait = std::chrono::milliseconds(200)};
    std::unique_ptr<net::Listener> listener_;
    DataDirectory data_;
    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::map<std::string, std::deque<net::HttpResponse>> answers_;
    std::vector<std::string> requests_;
    std::map<std::string, std::string> bodies_;
    std::thread thread_;
};

}  // namespace gatehouse::server
