// Loop devices, mounts and namespaces: what emulated disks and hosts are made of. Raw results: -1 and errno.
#ifndef SLUICE_DEVICES_H
#define SLUICE_DEVICES_H

#include <stdbool.h>

/// The number of a loop device that no file backs now; another process can be faster to take it. See loop(4).
int sluice_loop_free(void);
/// Puts a file behind a loop device, all at once (LOOP_CONFIGURE, Linux 5.8). The device lets go of it
/// when it is closed and unmounted everywhere (autoclear). `direct` asks for direct I/O on the file;
/// the kernel may not be able to.
int sluice_loop_configure(int device, int backing, const char *name, bool direct);
/// Takes the file away from behind a loop device.
int sluice_loop_clear(int device);

int sluice_mount(const char *source, const char *target, const char *type);
/// Mounts and unmounts that are made from here on stay in this mount namespace.
int sluice_mounts_are_private(void);
int sluice_unmount(const char *target);

/// A namespace of its own for the calling thread, and for the threads and programs that it starts from now on.
int sluice_unshare_mounts(void);
int sluice_unshare_network(void);
/// Puts the calling thread into a network namespace.
int sluice_enter_network(int descriptor);

#endif
