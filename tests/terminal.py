"""Runs a command on a terminal of some width and prints what it would show: `python terminal.py COLUMNS COMMAND ...`."""

import fcntl
import os
import pty
import struct
import sys
import termios


def main() -> int:
    columns, command = int(sys.argv[1]), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        # Its own size, before it looks.
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execv(command[0], command)
    shown = b""
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:
            # Linux says so at the end.
            break
        if not read:
            break
        shown += read
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
