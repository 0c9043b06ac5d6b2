"""Runs a command as Lambda's init might: orphans become this process's children, and it never reaps them."""

import ctypes
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36

if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit(77)
sys.exit(subprocess.Popen(sys.argv[1:]).wait())
