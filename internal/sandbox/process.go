// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// grace is how long a command may take to end once it was interrupted.
// Terraform uses it to stop its providers and to write its state.
const grace = 10 * time.Second

// stopGently makes the end of the command's context interrupt it once, as
// Ctrl-C in a terminal would, and kill it only when it does not end in time.
//
// The command gets a process group of its own, since the terminal would send a
// Ctrl-C to it as well, and Terraform takes a second interrupt as the order to
// drop everything at once.
func stopGently(cmd *exec.Cmd, grace time.Duration) {
	ownGroup(cmd)
	cmd.Cancel = func() error {
		time.AfterFunc(grace, func() { killGroup(cmd.Process) })
		return interruptGroup(cmd.Process)
	}
	cmd.WaitDelay = grace + time.Second
}

// runQuietly returns what the command printed to its standard output. An error
// carries the command line and all that the command said.
func runQuietly(cmd *exec.Cmd) (string, error) {
	var stdout, all bytes.Buffer
	cmd.Stdout = &stdout
	cmd.Stderr = &all
	if err := cmd.Run(); err != nil {
		return stdout.String(), commandError(cmd, err, stdout.String()+all.String())
	}
	return stdout.String(), nil
}

func commandError(cmd *exec.Cmd, err error, output string) error {
	line := append([]string{filepath.Base(cmd.Path)}, cmd.Args[1:]...)
	return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, strings.TrimSpace(output))
}
