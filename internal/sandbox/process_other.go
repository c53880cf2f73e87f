// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package sandbox

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

// interruptGroup kills: Windows has no interrupt that one process could send
// to another alone.
func interruptGroup(leader *os.Process) error {
	return leader.Kill()
}
