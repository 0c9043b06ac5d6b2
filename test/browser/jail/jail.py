"""Runs a command under AWS Lambda's constraints: see jail.ts. One argument, JSON:

uid         the user it runs as; not 0
writable    folders that stay writable; everything else is read-only
root        optional: a folder that becomes the root; without it the machine's own root, read-only
binds       [source, target] pairs, read-only unless named in writable; without root, targets lie in a writable folder
command     what to run

Exit code 77: this machine lacks a right that the jail needs; the reason is on stderr.
"""

import ctypes
import json
import os
import platform
import struct
import sys

NEWNS, NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4096, 16384, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, ATTR_RDONLY = 442, -100, 0x8000, 1
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
PRCTL_NUMBER = {"x86_64": 157, "aarch64": 167}
DEVICES = ("null", "zero", "full", "random", "urandom")
EPERM = 1

libc = ctypes.CDLL(None, use_errno=True)


def call(what, result):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(source, target, kind=None, flags=0, options=None):
    encoded = [None if part is None else part.encode() for part in (source, target, kind, options)]
    call(f"mount {target}", libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]))


def set_read_only(path, on=True):
    attributes = struct.pack("=4Q", ATTR_RDONLY if on else 0, 0 if on else ATTR_RDONLY, 0, 0)
    numbers = (ctypes.c_long(MOUNT_SETATTR), AT_FDCWD, path.encode(), AT_RECURSIVE)
    call(f"mount_setattr {path}", libc.syscall(*numbers, attributes, ctypes.c_size_t(len(attributes))))


def bind(source, target):
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    mount(source, target, flags=MS_BIND | MS_REC)


def own_namespace(uid):
    if os.getuid() == 0:
        call("unshare", libc.unshare(NEWNS))
    else:
        outside_uid, outside_gid = os.getuid(), os.getgid()
        call("unshare", libc.unshare(NEWNS | NEWUSER))
        for name, text in (("setgroups", "deny"), ("gid_map", f"{uid} {outside_gid} 1"), ("uid_map", f"{uid} {outside_uid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)


def mount_devices(root):
    """A /dev without /dev/shm, as in Lambda."""
    kept = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    mount("none", f"{root}/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for name, opened in kept.items():
        open(f"{root}/dev/{name}", "w").close()
        mount(f"/proc/self/fd/{opened}", f"{root}/dev/{name}", flags=MS_BIND)
        os.close(opened)
    os.symlink("/proc/self/fd", f"{root}/dev/fd")


def read_only_machine(binds, writable):
    kept = {path: os.open(path, os.O_PATH) for path in writable}
    set_read_only("/")
    for path, opened in kept.items():
        mount(f"/proc/self/fd/{opened}", path, flags=MS_BIND)
        set_read_only(path, on=False)
        os.close(opened)
    for source, target in binds:
        bind(source, target)
        set_read_only(target)
    mount_devices("")


def bare_root(root, binds, writable):
    mount("none", root, "tmpfs", MS_NOSUID, "mode=755,size=8m")
    for source, target in binds:
        bind(source, root + target)
    for path in ("/proc", "/dev", "/tmp"):
        os.makedirs(root + path, exist_ok=True)
    bind("/proc", f"{root}/proc")
    mount_devices(root)
    set_read_only(root)
    for path in writable:
        set_read_only(root + path, on=False)
    os.chroot(root)
    os.chdir("/")


def refuse_no_new_privs():
    """What Lambda answers to prctl(PR_SET_NO_NEW_PRIVS): EPERM."""
    program = [
        (0x20, 0, 0, 0),  # A = number of the system call
        (0x15, 0, 3, PRCTL_NUMBER[platform.machine()]),
        (0x20, 0, 0, 16),  # A = its first argument
        (0x15, 0, 1, PR_SET_NO_NEW_PRIVS),
        (0x06, 0, 0, 0x00050000 | EPERM),
        (0x06, 0, 0, 0x7FFF0000),  # allow
    ]
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    filter_program = struct.pack("HxxxxxxP", len(program), ctypes.addressof(instructions))
    call("seccomp", libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_program, 0, 0))
    ctypes.set_errno(0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != -1 or ctypes.get_errno() != EPERM:
        raise RuntimeError("prctl(PR_SET_NO_NEW_PRIVS) isn't refused")


def enter(plan):
    own_namespace(plan["uid"])
    if plan.get("root"):
        bare_root(plan["root"], plan["binds"], plan["writable"])
    else:
        read_only_machine(plan["binds"], plan["writable"])
    refuse_no_new_privs()
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(plan["uid"])
        os.setuid(plan["uid"])


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    try:
        enter(plan)
    except (OSError, KeyError) as error:
        print(f"no jail on this machine: {error}", file=sys.stderr)
        sys.exit(77)
    os.execvpe(plan["command"][0], plan["command"] + sys.argv[2:], os.environ)
