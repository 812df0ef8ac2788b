#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static void on_disconnected(spn_connection *connection, void *context)
{
    (void)connection;
    spn_called.disconnected((uintptr_t)context);
}

static void on_reconnected(spn_connection *connection, void *context)
{
    char url[1024] = "";

    spn_connected_url(connection, url, sizeof url);
    spn_called.reconnected((uintptr_t)context, url, spn_max_payload(connection));
}

static void on_closed(spn_connection *connection, void *context)
{
    const char *text = NULL;
    int status = spn_library.natsConnection_GetLastError(connection, &text);

    spn_called.closed((uintptr_t)context, status, status != SPN_OK && text ? text : "");
}

static void on_problem(spn_connection *connection, spn_subscription *subscription, int status, void *context)
{
    // libnats sets it for the thread of the handlers before it calls them.
    char text[512];
    spn_error error = {text, sizeof text};

    (void)connection, (void)subscription;
    spn_fail(status, &error);
    spn_called.problem((uintptr_t)context, status, text);
}

static int configure(spn_raw_options *raw, const spn_options *options, uintptr_t context)
{
    void *closure = (void *)context;
    int status;
#define TRY(call)                                                                                                      \
    if ((status = spn_library.call) != SPN_OK)                                                                         \
        return status;

    TRY(natsOptions_SetServers(raw, (const char **)options->servers, options->server_count))
    if (options->name)
        TRY(natsOptions_SetName(raw, options->name))
    if (options->user)
        TRY(natsOptions_SetUserInfo(raw, options->user, options->password))
    if (options->token)
        TRY(natsOptions_SetToken(raw, options->token))
    if (options->credentials_file)
        TRY(natsOptions_SetUserCredentialsFromFiles(raw, options->credentials_file, NULL))
    if (options->tls)
        TRY(natsOptions_SetSecure(raw, true))
    if (options->authorities_file)
        TRY(natsOptions_LoadCATrustedCertificates(raw, options->authorities_file))
    if (options->certificate_file)
        TRY(natsOptions_LoadCertificatesChain(raw, options->certificate_file, options->key_file))

    TRY(natsOptions_SetTimeout(raw, options->connect_timeout_ms))
    // A server that vanished without a word is noticed after half a minute, instead of after six.
    TRY(natsOptions_SetPingInterval(raw, 10 * 1000))
    TRY(natsOptions_SetMaxPingsOut(raw, 2))
    // Without it a write waits for ever for a server that takes nothing.
    TRY(natsOptions_SetWriteDeadline(raw, 10 * 1000))

    TRY(natsOptions_SetMaxReconnect(raw, -1))
    TRY(natsOptions_SetReconnectWait(raw, options->reconnect_wait_ms))
    TRY(natsOptions_SetReconnectJitter(raw, options->reconnect_jitter_ms, options->reconnect_jitter_ms))
    // While there is no connection, publications are refused instead of buffered: natsConn_publish compares what is in the
    // buffer with this size, and 0 is not less than 0.
    TRY(natsOptions_SetReconnectBufSize(raw, 0))
    // Each message is written at once. By itself libnats keeps it for a millisecond, and what it keeps when the connection
    // is lost it sends after the next one is made: what its sender has long given up would then arrive. So nothing
    // arrives late but what the network itself still has of the old connection.
    TRY(natsOptions_SetSendAsap(raw, true))
    // One thread for the messages of all subscriptions, instead of one each. The handlers never wait.
    TRY(natsOptions_UseGlobalMessageDelivery(raw, true))

    TRY(natsOptions_SetErrorHandler(raw, on_problem, closure))
    TRY(natsOptions_SetDisconnectedCB(raw, on_disconnected, closure))
    TRY(natsOptions_SetReconnectedCB(raw, on_reconnected, closure))
    TRY(natsOptions_SetClosedCB(raw, on_closed, closure))
#undef TRY
    return SPN_OK;
}

int spn_connect(const spn_options *options, uintptr_t context, spn_connection **connection, spn_error *error)
{
    spn_raw_options *raw = NULL;
    int status = spn_library.natsOptions_Create(&raw);

    if (status == SPN_OK)
        status = configure(raw, options, context);
    if (status == SPN_OK)
        status = spn_library.natsConnection_Connect(connection, raw);
    if (status != SPN_OK)
        spn_fail(status, error);
    spn_library.natsOptions_Destroy(raw);
    return status;
}

void spn_close(spn_connection *connection)
{
    spn_library.natsConnection_Close(connection);
    spn_library.natsConnection_Destroy(connection);
}

int spn_flush(spn_connection *connection, int64_t timeout_ms, spn_error *error)
{
    int status = spn_library.natsConnection_FlushTimeout(connection, timeout_ms);
    return status == SPN_OK ? SPN_OK : spn_fail(status, error);
}

int64_t spn_max_payload(spn_connection *connection) { return spn_library.natsConnection_GetMaxPayload(connection); }

bool spn_has_headers(spn_connection *connection)
{
    return spn_library.natsConnection_HasHeaderSupport(connection) == SPN_OK;
}

int spn_connected_url(spn_connection *connection, char *buffer, size_t capacity)
{
    return spn_library.natsConnection_GetConnectedUrl(connection, buffer, capacity);
}
