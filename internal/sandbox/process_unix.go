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
	return signalGroup(leader, syscall.SIGINT)
}

func killGroup(leader *os.Process) {
	_ = signalGroup(leader, syscall.SIGKILL)
}

// signalGroup asks first whether the leader is still there, because the number
// of a group that is gone may have become another's.
func signalGroup(leader *os.Process, signal syscall.Signal) error {
	if err := leader.Signal(syscall.Signal(0)); err != nil {
		return err
	}
	return syscall.Kill(-leader.Pid, signal)
}
