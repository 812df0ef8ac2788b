#ifndef CNATS_H
#define CNATS_H

// What is used of libnats, with signatures of our own: libnats is loaded when the first connection is made, so that it need
// not be installed where there is no NATS. Its header is not included. Of its types only pointers to opaque ones are used, and
// nothing of its JetStream functions, whose structs have grown from version to version: a newer library would write beyond
// the end of ours.
//
// All functions may be called from any thread. Those that say so may block for long.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spn_connection spn_connection;
typedef struct spn_subscription spn_subscription;

// Where a call copies what went wrong, always NUL terminated.
typedef struct {
    char *text;
    size_t capacity;
} spn_error;

// The first ones are libnats' own numbers, which have not changed since they exist.
enum {
    SPN_OK = 0,
    SPN_CONNECTION_CLOSED = 5,
    SPN_NO_SERVER = 6,
    SPN_SECURE_WANTED = 8,
    SPN_SECURE_REQUIRED = 9,
    SPN_DISCONNECTED = 10,
    SPN_AUTHENTICATION = 11,
    SPN_NOT_PERMITTED = 12,
    SPN_ADDRESS_MISSING = 14,
    SPN_INVALID_SUBJECT = 15,
    SPN_INVALID_ARGUMENT = 16,
    SPN_SLOW_CONSUMER = 20,
    SPN_MAX_PAYLOAD = 21,
    // The buffer for publications while there is no connection, which has no space.
    SPN_INSUFFICIENT_BUFFER = 23,
    SPN_NO_MEMORY = 24,
    SPN_TIMEOUT = 26,
    SPN_TLS = 29,
    SPN_NO_SERVER_SUPPORT = 30,
    // libnats is not there or lacks a function.
    SPN_NO_LIBRARY = -1,
};

// A message that came. All of it is valid during the call only; the texts end in NUL, `reply` may be NULL.
typedef struct {
    const char *subject;
    const char *reply;
    const void *data;
    size_t length;
    void *handle;
} spn_message;

// Called on threads of libnats. `context` is the number that was given with the connection or the subscription: not a
// pointer, since libnats may still call when the other side has let go.
typedef struct {
    void (*message)(uintptr_t context, const spn_message *message);
    void (*disconnected)(uintptr_t context);
    void (*reconnected)(uintptr_t context, const char *url, int64_t max_payload);
    // The last call for a connection. `reason` is empty when it was closed by spn_close.
    void (*closed)(uintptr_t context, int status, const char *reason);
    // Of something that nobody waits for.
    void (*problem)(uintptr_t context, int status, const char *text);
} spn_handlers;

typedef struct {
    const char *const *servers;
    int server_count;
    // NULL: none.
    const char *name;
    const char *user;
    const char *password;
    const char *token;
    const char *credentials_file;
    bool tls;
    const char *authorities_file;
    const char *certificate_file;
    const char *key_file;
    int64_t connect_timeout_ms;
    int64_t reconnect_wait_ms;
    int64_t reconnect_jitter_ms;
} spn_options;

// Loads libnats, once. The handlers of the first call are those of all connections.
int spn_load(const spn_handlers *handlers, spn_error *error);

// libnats' version, such as "3.4.1".
const char *spn_library_version(void);

// Connects. Blocks for up to the timeout for each address of each server. Needs spn_load.
int spn_connect(const spn_options *options, uintptr_t context, spn_connection **connection, spn_error *error);

// Writes a message, or says that it cannot: nothing is buffered. Blocks while the server takes nothing, up to ten seconds,
// and while libnats connects again. `headers` has `header_count` times a name and a value, each ended by NUL. `reply` may be
// NULL.
int spn_publish(
    spn_connection *connection, const char *subject, const char *reply, const void *data, size_t length,
    const char *headers, size_t header_count, spn_error *error);

// Subscribes; may block as spn_publish does. Messages go to the handler with this context.
int spn_subscribe(
    spn_connection *connection, const char *subject, uintptr_t context, spn_subscription **subscription,
    spn_error *error);

// May block as spn_publish does. A message that is being handed over may still come.
void spn_unsubscribe(spn_subscription *subscription);

// Waits until the server has taken all that was written. Blocks.
int spn_flush(spn_connection *connection, int64_t timeout_ms, spn_error *error);

int64_t spn_max_payload(spn_connection *connection);
bool spn_has_headers(spn_connection *connection);
// Without credentials.
int spn_connected_url(spn_connection *connection, char *buffer, size_t capacity);

// Closes the connection and lets go of it. Blocks. Not from a handler.
void spn_close(spn_connection *connection);

// Each value of each header of a message, ordered by nothing. During the message's handler only.
void spn_visit_headers(
    const spn_message *message, void *context, void (*visit)(void *context, const char *name, const char *value));

// Copies the line by which the server at this host and port introduces itself, which has its version, as libnats does not
// tell it. Blocks. False if none came in time.
bool spn_server_greeting(const char *host, const char *port, int timeout_ms, char *buffer, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
