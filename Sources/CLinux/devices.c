#define _GNU_SOURCE
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

int sluice_loop_free(void) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return -1;
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    int code = errno;
    close(control);
    errno = code;
    return number;
}

int sluice_loop_configure(int device, int backing, const char *name, bool direct) {
    struct loop_config config;
    memset(&config, 0, sizeof config);
    config.fd = (unsigned)backing;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (direct ? LO_FLAGS_DIRECT_IO : 0);
    strncpy((char *)config.info.lo_file_name, name, LO_NAME_SIZE - 1);
    return ioctl(device, LOOP_CONFIGURE, &config);
}

int sluice_loop_clear(int device) { return ioctl(device, LOOP_CLR_FD); }

int sluice_mount(const char *source, const char *target, const char *type) {
    return mount(source, target, type, MS_NOATIME, NULL);
}

int sluice_mounts_are_private(void) { return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL); }

int sluice_unmount(const char *target) { return umount2(target, UMOUNT_NOFOLLOW); }

int sluice_unshare_mounts(void) { return unshare(CLONE_NEWNS); }

int sluice_unshare_network(void) { return unshare(CLONE_NEWNET); }

int sluice_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }
