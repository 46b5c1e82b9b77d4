// Deleters for objects of C libraries: std::unique_ptr<BIO, Release<BIO_free_all>>.
#pragma once

namespace gatehouse {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

}  // namespace gatehouse
