// Owners of OpenSSL's objects: std::unique_ptr<SSL, Freed<SSL_free>>.
#pragma once

namespace gatehouse::net {

template <auto release>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

}  // namespace gatehouse::net
