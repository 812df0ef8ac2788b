#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "CNATS.h"

static int64_t now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool wait_for(int file, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - now_ms();
        struct pollfd polled = {.fd = file, .events = events};
        int count = poll(&polled, 1, left > 0 ? (int)left : 0);

        if (count > 0)
            return true;
        if (count == 0 || errno != EINTR)
            return false;
    }
}

static bool connect_to(int file, const struct addrinfo *address, int64_t deadline)
{
    int problem = 0;
    socklen_t size = sizeof problem;

    if (fcntl(file, F_SETFL, O_NONBLOCK) != 0 || fcntl(file, F_SETFD, FD_CLOEXEC) != 0)
        return false;
    if (connect(file, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    return errno == EINPROGRESS && wait_for(file, POLLOUT, deadline)
        && getsockopt(file, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

static bool read_line(int file, int64_t deadline, char *buffer, size_t capacity)
{
    size_t used = 0;

    while (used + 1 < capacity && wait_for(file, POLLIN, deadline)) {
        ssize_t count = read(file, buffer + used, capacity - 1 - used);

        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return false;
        used += (size_t)count;
        buffer[used] = '\0';
        char *end = strchr(buffer, '\n');
        if (end) {
            *end = '\0';
            return true;
        }
    }
    return false;
}

bool spn_server_greeting(const char *host, const char *port, int timeout_ms, char *buffer, size_t capacity)
{
    int64_t deadline = now_ms() + timeout_ms;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    bool found = false;

    if (getaddrinfo(host, port, &hints, &addresses) != 0)
        return false;
    for (struct addrinfo *address = addresses; address && !found; address = address->ai_next) {
        int file = socket(address->ai_family, address->ai_socktype, address->ai_protocol);

        if (file < 0)
            continue;
        found = connect_to(file, address, deadline) && read_line(file, deadline, buffer, capacity);
        close(file);
    }
    freeaddrinfo(addresses);
    return found;
}
