#include "server/device/mosquitto_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/library_functions.h"

namespace gatehouse::server::device {
namespace {

constexpr const char* file_name = "libmosquitto.so.1";

void find_client_functions(LibraryFunctions& functions, MosquittoLibrary& library) {
    functions.find("mosquitto_new", library.create);
    functions.find("mosquitto_destroy", library.destroy);
    functions.find("mosquitto_int_option", library.int_option);
    functions.find("mosquitto_string_option", library.string_option);
    functions.find("mosquitto_tls_set", library.tls_set);
    functions.find("mosquitto_username_pw_set", library.username_pw_set);
    functions.find("mosquitto_log_callback_set", library.log_callback_set);
    functions.find("mosquitto_connect_v5_callback_set", library.connect_v5_callback_set);
    functions.find("mosquitto_disconnect_v5_callback_set", library.disconnect_v5_callback_set);
    functions.find("mosquitto_publish_v5_callback_set", library.publish_v5_callback_set);
    functions.find("mosquitto_subscribe_v5_callback_set", library.subscribe_v5_callback_set);
    functions.find("mosquitto_message_v5_callback_set", library.message_v5_callback_set);
    functions.find("mosquitto_connect", library.connect);
    functions.find("mosquitto_loop", library.loop);
    functions.find("mosquitto_socket", library.socket);
    functions.find("mosquitto_want_write", library.want_write);
    functions.find("mosquitto_publish_v5", library.publish_v5);
    functions.find("mosquitto_subscribe_v5", library.subscribe_v5);
    functions.find("mosquitto_disconnect_v5", library.disconnect_v5);
    functions.find("mosquitto_ssl_get", library.ssl_get);
    functions.find("mosquitto_strerror", library.strerror);
    functions.find("mosquitto_property_read_string", library.property_read_string);
}

}  // namespace

Result<MosquittoLibrary> load_mosquitto() {
    // Local: the OpenSSL that it brings must not answer for ours. A look-up in the handle finds
    // the functions of that OpenSSL as well.
    void* const handle = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the MQTT client library {} cannot be loaded; on Debian, `apt-get "
                                "install libmosquitto1` brings it ({})",
                                file_name, ::dlerror()));
    }
    MosquittoLibrary library{};
    decltype(&::mosquitto_lib_init) initialise = nullptr;
    LibraryFunctions functions(handle);
    find_client_functions(functions, library);
    functions.find("mosquitto_lib_init", initialise);
    functions.find("SSL_get_version", library.ssl_version);
    functions.find("SSL_is_init_finished", library.ssl_is_init_finished);
    functions.find("SSL_get0_alpn_selected", library.ssl_alpn_selected);
    if (functions.missing() != nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the MQTT client library {} has no {}; version 2.0 built with TLS "
                                "is needed",
                                file_name, functions.missing()));
    }
    initialise();
    return library;
}

}  // namespace gatehouse::server::device
