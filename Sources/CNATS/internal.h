#ifndef SPN_INTERNAL_H
#define SPN_INTERNAL_H

#include "CNATS.h"

typedef struct spn_raw_message spn_raw_message;
typedef struct spn_raw_options spn_raw_options;

typedef void (*spn_raw_message_handler)(spn_connection *, spn_subscription *, spn_raw_message *, void *);
typedef void (*spn_raw_connection_handler)(spn_connection *, void *);
typedef void (*spn_raw_error_handler)(spn_connection *, spn_subscription *, int, void *);

// libnats' functions as its documentation has them: natsStatus is an enum, which is passed as an int.
#define SPN_FUNCTIONS(X)                                                                                               \
    X(int, nats_Open, (int64_t))                                                                                       \
    X(const char *, nats_GetLastError, (int *))                                                                        \
    X(const char *, nats_GetVersion, (void))                                                                           \
    X(const char *, natsStatus_GetText, (int))                                                                         \
    X(int, natsOptions_Create, (spn_raw_options **))                                                                   \
    X(void, natsOptions_Destroy, (spn_raw_options *))                                                                  \
    X(int, natsOptions_SetServers, (spn_raw_options *, const char **, int))                                            \
    X(int, natsOptions_SetName, (spn_raw_options *, const char *))                                                     \
    X(int, natsOptions_SetUserInfo, (spn_raw_options *, const char *, const char *))                                   \
    X(int, natsOptions_SetToken, (spn_raw_options *, const char *))                                                    \
    X(int, natsOptions_SetUserCredentialsFromFiles, (spn_raw_options *, const char *, const char *))                   \
    X(int, natsOptions_SetSecure, (spn_raw_options *, bool))                                                           \
    X(int, natsOptions_LoadCATrustedCertificates, (spn_raw_options *, const char *))                                   \
    X(int, natsOptions_LoadCertificatesChain, (spn_raw_options *, const char *, const char *))                         \
    X(int, natsOptions_SetTimeout, (spn_raw_options *, int64_t))                                                       \
    X(int, natsOptions_SetPingInterval, (spn_raw_options *, int64_t))                                                  \
    X(int, natsOptions_SetMaxPingsOut, (spn_raw_options *, int))                                                       \
    X(int, natsOptions_SetWriteDeadline, (spn_raw_options *, int64_t))                                                 \
    X(int, natsOptions_SetMaxReconnect, (spn_raw_options *, int))                                                      \
    X(int, natsOptions_SetReconnectWait, (spn_raw_options *, int64_t))                                                 \
    X(int, natsOptions_SetReconnectJitter, (spn_raw_options *, int64_t, int64_t))                                      \
    X(int, natsOptions_SetReconnectBufSize, (spn_raw_options *, int))                                                  \
    X(int, natsOptions_SetSendAsap, (spn_raw_options *, bool))                                                         \
    X(int, natsOptions_UseGlobalMessageDelivery, (spn_raw_options *, bool))                                            \
    X(int, natsOptions_SetErrorHandler, (spn_raw_options *, spn_raw_error_handler, void *))                            \
    X(int, natsOptions_SetDisconnectedCB, (spn_raw_options *, spn_raw_connection_handler, void *))                     \
    X(int, natsOptions_SetReconnectedCB, (spn_raw_options *, spn_raw_connection_handler, void *))                      \
    X(int, natsOptions_SetClosedCB, (spn_raw_options *, spn_raw_connection_handler, void *))                           \
    X(int, natsConnection_Connect, (spn_connection **, spn_raw_options *))                                             \
    X(void, natsConnection_Close, (spn_connection *))                                                                  \
    X(void, natsConnection_Destroy, (spn_connection *))                                                                \
    X(int, natsConnection_GetLastError, (spn_connection *, const char **))                                             \
    X(int, natsConnection_GetConnectedUrl, (spn_connection *, char *, size_t))                                         \
    X(int64_t, natsConnection_GetMaxPayload, (spn_connection *))                                                       \
    X(int, natsConnection_HasHeaderSupport, (spn_connection *))                                                        \
    X(int, natsConnection_FlushTimeout, (spn_connection *, int64_t))                                                   \
    X(int, natsConnection_Publish, (spn_connection *, const char *, const void *, int))                                \
    X(int, natsConnection_PublishRequest, (spn_connection *, const char *, const char *, const void *, int))           \
    X(int, natsConnection_PublishMsg, (spn_connection *, spn_raw_message *))                                           \
    X(int, natsConnection_Subscribe,                                                                                   \
      (spn_subscription **, spn_connection *, const char *, spn_raw_message_handler, void *))                          \
    X(int, natsSubscription_SetPendingLimits, (spn_subscription *, int, int))                                          \
    X(int, natsSubscription_Unsubscribe, (spn_subscription *))                                                         \
    X(void, natsSubscription_Destroy, (spn_subscription *))                                                            \
    X(int, natsMsg_Create, (spn_raw_message **, const char *, const char *, const char *, int))                        \
    X(void, natsMsg_Destroy, (spn_raw_message *))                                                                      \
    X(const char *, natsMsg_GetSubject, (const spn_raw_message *))                                                     \
    X(const char *, natsMsg_GetReply, (const spn_raw_message *))                                                       \
    X(const char *, natsMsg_GetData, (const spn_raw_message *))                                                        \
    X(int, natsMsg_GetDataLength, (const spn_raw_message *))                                                           \
    X(int, natsMsgHeader_Add, (spn_raw_message *, const char *, const char *))                                         \
    X(int, natsMsgHeader_Keys, (spn_raw_message *, const char ***, int *))                                             \
    X(int, natsMsgHeader_Values, (spn_raw_message *, const char *, const char ***, int *))

typedef struct {
#define SPN_FIELD(result, name, parameters) result(*name) parameters;
    SPN_FUNCTIONS(SPN_FIELD)
#undef SPN_FIELD
} spn_functions;

extern spn_functions spn_library;
extern spn_handlers spn_called;

// Copies the text that belongs to a status of libnats, and returns the status.
int spn_fail(int status, spn_error *error);
int spn_fail_with(int status, const char *text, spn_error *error);

#endif
