#include "gateway/http_routes.h"

#include <fmt/format.h>

#include <array>

#include "base/json.h"
#include "base/uuid.h"
#include "net/websocket.h"

namespace gatehouse::gateway {
namespace {

// The second one is what some clients of MQTT 3.1 offer.
constexpr std::array<std::string_view, 2> mqtt_protocols{"mqtt", "mqttv3.1"};

class DataPlane final : public net::Routes {
public:
    explicit DataPlane(Random& random) : random_(random) {}

    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        if (request.path == mqtt_websocket_path) co_return answer_mqtt_websocket(request);
        if (request.path.starts_with("/topics/")) {
            co_return answer(501,
                             "publishing over HTTPS is not served by this version; publish "
                             "over MQTT");
        }
        co_return answer(404, fmt::format("nothing is served at {} on this port; the AWS API is "
                                          "on the API port",
                                          request.path));
    }

private:
    net::HttpResponse answer(unsigned status, std::string_view message) {
        const std::string trace_id = make_uuid(random_);
        net::HttpResponse response{.status = status};
        response.headers.set("Content-Type", "application/json");
        response.headers.set("x-amzn-RequestId", trace_id);
        response.body =
            fmt::format(R"({{"message":{},"traceId":"{}"}})", quote_json(message), trace_id);
        return response;
    }

    Random& random_;
};

}  // namespace

net::HttpResponse answer_mqtt_websocket(const net::HttpRequest& request) {
    return net::answer_websocket(request, mqtt_protocols);
}

std::unique_ptr<net::Routes> make_http_routes(Random& random) {
    return std::make_unique<DataPlane>(random);
}

}  // namespace gatehouse::gateway
