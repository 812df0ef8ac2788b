// Makes each fsync take 5 ms, as on a disk without a cache: to be preloaded.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#define DELAY_MICROSECONDS 5000

static int slowed(const char *name, int descriptor) {
    int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    usleep(DELAY_MICROSECONDS);
    return original(descriptor);
}

int fsync(int descriptor) { return slowed("fsync", descriptor); }
int fdatasync(int descriptor) { return slowed("fdatasync", descriptor); }
