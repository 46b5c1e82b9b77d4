// One HTTP service elsewhere that is asked again and again: its connections are kept and used anew,
// and TLS proves who it is. Redirects are answers like any other: who is asked is fixed by the URL.
//
// Threads: its loop; close() on it, too. Lifetimes: who asks holds the endpoint until the answer is
// there.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "net/http.h"
#include "net/http_url.h"
#include "net/name_lookups.h"
#include "net/reach.h"
#include "net/tls_client.h"

namespace gatehouse::net {

// Where `http://`, which everybody on the way can read and change, may lead.
enum class PlainHttp : bool { ToThisMachine, Anywhere };

struct HttpEndpointSettings {
    HttpUrl url;
    std::shared_ptr<const TlsTrust> trust;  // for https
    PlainHttp plain_http = PlainHttp::ToThisMachine;
    HttpHeaders headers;  // sent with each request
    std::size_t answer_bytes_max = 256 * 1024;
    std::shared_ptr<const Reach> reach;  // where it may lead; null: anywhere
    std::size_t kept_max = 32;           // idle connections
    std::chrono::seconds kept_for{30};
};

// What one request of an endpoint is made of; the rest stands in its settings.
struct HttpQuestion {
    std::string method = "POST";
    std::optional<std::string> target;  // instead of the URL's
    HttpHeaders headers;
    std::string body;
    // Whether it may be sent a second time where a connection that was kept turns out to be dead.
    enum class Again : bool { Never, WhenNotAnswered };
    Again again = Again::Never;
};

class HttpEndpoint : Pinned {
public:
    // The loop and the look-ups must outlive it.
    HttpEndpoint(async::EventLoop& loop, NameLookups& lookups, HttpEndpointSettings settings);
    ~HttpEndpoint();

    const HttpUrl& url() const { return settings_.url; }

    struct Answer {
        HttpResponse response;
        bool was_kept = false;  // it came over a connection that was there already
    };
    // Whatever status came. Unavailable: nobody is there, or what came is no HTTP. NotAllowed: it
    // is where the reach does not go. Unauthorized: the server is not who it should be. Timeout.
    // TooLarge. Cancelled: closed.
    async::Task<Result<Answer>> ask(HttpQuestion question, Deadline deadline);

    // Requests under way fail with Cancelled, and later ones.
    void close();

private:
    struct Kept {
        std::unique_ptr<Stream> stream;
        SteadyTime since;
    };

    async::Task<Result<std::vector<Address>>> addresses(Deadline deadline);
    async::Task<Result<std::unique_ptr<Stream>>> connect(Deadline deadline);
    async::Task<Result<HttpResponse>> exchange(Stream& stream, const HttpQuestion& question,
                                               Deadline deadline);
    std::unique_ptr<Stream> take_kept();
    void keep(std::unique_ptr<Stream> stream);

    async::EventLoop& loop_;
    NameLookups& lookups_;
    const HttpEndpointSettings settings_;
    std::vector<Kept> kept_;  // the one used last at the end
    std::vector<Stream*> in_use_;
    bool is_closed_ = false;
};

}  // namespace gatehouse::net
