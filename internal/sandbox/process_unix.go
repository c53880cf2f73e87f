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

// interruptGroup interrupts a command and its children, as a terminal does, so
// that the compilers that go build has started end too.
func interruptGroup(leader *os.Process) error {
	return syscall.Kill(-leader.Pid, syscall.SIGINT)
}
