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
// The command gets its own process group, since the terminal would send a
// Ctrl-C to it as well, and Terraform takes a second interrupt as the order to
// drop everything at once.
func stopGently(cmd *exec.Cmd) {
	ownGroup(cmd)
	cmd.Cancel = func() error { return interruptGroup(cmd.Process) }
	cmd.WaitDelay = grace
}

// runGently returns all that the command printed, which an error carries too.
func runGently(cmd *exec.Cmd) (string, error) {
	stopGently(cmd)
	var output bytes.Buffer
	cmd.Stdout = &output
	cmd.Stderr = &output
	if err := cmd.Run(); err != nil {
		line := append([]string{filepath.Base(cmd.Path)}, cmd.Args[1:]...)
		return output.String(), fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, strings.TrimSpace(output.String()))
	}
	return output.String(), nil
}
