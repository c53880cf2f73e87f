// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package sandbox

import (
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// interruptGroup reaches a command's children too, as a terminal would: the
// compilers that go build has started end with it.
func interruptGroup(leader *os.Process) error {
	return syscall.Kill(-leader.Pid, syscall.SIGINT)
}
