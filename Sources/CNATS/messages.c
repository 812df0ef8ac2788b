#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void on_message(
    spn_connection *connection, spn_subscription *subscription, spn_raw_message *raw, void *context)
{
    (void)connection, (void)subscription;
    if (!raw)
        return;

    int length = spn_library.natsMsg_GetDataLength(raw);
    spn_message message = {
        .subject = spn_library.natsMsg_GetSubject(raw),
        .reply = spn_library.natsMsg_GetReply(raw),
        .data = spn_library.natsMsg_GetData(raw),
        .length = length > 0 ? (size_t)length : 0,
        .handle = raw,
    };
    spn_called.message((uintptr_t)context, &message);
    spn_library.natsMsg_Destroy(raw);
}

void spn_visit_headers(
    const spn_message *message, void *context, void (*visit)(void *context, const char *name, const char *value))
{
    const char **names = NULL;
    int name_count = 0;

    if (spn_library.natsMsgHeader_Keys(message->handle, &names, &name_count) != SPN_OK)
        return;
    for (int i = 0; i < name_count; i++) {
        const char **values = NULL;
        int value_count = 0;

        if (spn_library.natsMsgHeader_Values(message->handle, names[i], &values, &value_count) != SPN_OK)
            continue;
        for (int j = 0; j < value_count; j++)
            visit(context, names[i], values[j] ? values[j] : "");
        // The arrays are ours to free, their texts are not.
        free(values);
    }
    free(names);
}

static int publish_with_headers(
    spn_connection *connection, const char *subject, const char *reply, const void *data, int length,
    const char *headers, size_t header_count)
{
    spn_raw_message *raw = NULL;
    int status = spn_library.natsMsg_Create(&raw, subject, reply, data, length);

    for (size_t i = 0; status == SPN_OK && i < header_count; i++) {
        const char *value = headers + strlen(headers) + 1;
        status = spn_library.natsMsgHeader_Add(raw, headers, value);
        headers = value + strlen(value) + 1;
    }
    if (status == SPN_OK)
        status = spn_library.natsConnection_PublishMsg(connection, raw);
    spn_library.natsMsg_Destroy(raw);
    return status;
}

int spn_publish(
    spn_connection *connection, const char *subject, const char *reply, const void *data, size_t length,
    const char *headers, size_t header_count, spn_error *error)
{
    int status;

    // libnats counts in int.
    if (length > INT_MAX)
        return spn_fail_with(SPN_MAX_PAYLOAD, "the message is larger than 2 GiB", error);
    if (header_count > 0)
        status = publish_with_headers(connection, subject, reply, data, (int)length, headers, header_count);
    else if (reply)
        status = spn_library.natsConnection_PublishRequest(connection, subject, reply, data, (int)length);
    else
        status = spn_library.natsConnection_Publish(connection, subject, data, (int)length);
    return status == SPN_OK ? SPN_OK : spn_fail(status, error);
}

int spn_subscribe(
    spn_connection *connection, const char *subject, uintptr_t context, spn_subscription **subscription,
    spn_error *error)
{
    int status = spn_library.natsConnection_Subscribe(subscription, connection, subject, on_message, (void *)context);

    if (status != SPN_OK)
        return spn_fail(status, error);
    // The receivers have limits of their own. libnats holds only what the handlers' thread has not taken yet.
    spn_library.natsSubscription_SetPendingLimits(*subscription, -1, -1);
    return SPN_OK;
}

void spn_unsubscribe(spn_subscription *subscription)
{
    // Destroying unsubscribes, too; it does so without a word if the connection is closed.
    spn_library.natsSubscription_Destroy(subscription);
}
