// libmosquitto, loaded when a device, pub or sub command starts and not before: the server needs
// neither it nor the OpenSSL that comes with it (docs/decisions/0003-mqtt-client-library.md).
#pragma once

#include <mosquitto.h>

#include "base/result.h"

namespace gatehouse::server::device {

// The functions of the library that are used, each under its name without "mosquitto_".
// Threads: as the library's own rules say; everything here is called from one thread.
struct MosquittoLibrary {
    decltype(&::mosquitto_new) create;
    decltype(&::mosquitto_destroy) destroy;
    decltype(&::mosquitto_int_option) int_option;
    decltype(&::mosquitto_string_option) string_option;
    decltype(&::mosquitto_tls_set) tls_set;
    decltype(&::mosquitto_username_pw_set) username_pw_set;
    decltype(&::mosquitto_log_callback_set) log_callback_set;
    decltype(&::mosquitto_connect_v5_callback_set) connect_v5_callback_set;
    decltype(&::mosquitto_disconnect_v5_callback_set) disconnect_v5_callback_set;
    decltype(&::mosquitto_publish_v5_callback_set) publish_v5_callback_set;
    decltype(&::mosquitto_subscribe_v5_callback_set) subscribe_v5_callback_set;
    decltype(&::mosquitto_message_v5_callback_set) message_v5_callback_set;
    decltype(&::mosquitto_connect) connect;
    decltype(&::mosquitto_loop) loop;
    decltype(&::mosquitto_socket) socket;
    decltype(&::mosquitto_want_write) want_write;
    decltype(&::mosquitto_publish_v5) publish_v5;
    decltype(&::mosquitto_subscribe_v5) subscribe_v5;
    decltype(&::mosquitto_disconnect_v5) disconnect_v5;
    decltype(&::mosquitto_ssl_get) ssl_get;
    decltype(&::mosquitto_strerror) strerror;
    decltype(&::mosquitto_property_read_string) property_read_string;

    // Of the OpenSSL that the library uses, which is not the one in this program.
    const char* (*ssl_version)(const void* ssl);
    int (*ssl_is_init_finished)(const void* ssl);
    void (*ssl_alpn_selected)(const void* ssl, const unsigned char** name, unsigned* length);
};

// Loads and initialises it; it stays loaded until the program ends. Unavailable, with the package
// to install, when it is not there.
Result<MosquittoLibrary> load_mosquitto();

}  // namespace gatehouse::server::device
