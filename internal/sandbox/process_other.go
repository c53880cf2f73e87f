// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package sandbox

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

// interruptGroup kills the process, because Windows cannot interrupt a single
// process.
func interruptGroup(leader *os.Process) error {
	return leader.Kill()
}
