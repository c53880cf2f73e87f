// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// grace is how long an interrupted command may take to end. Terraform needs it
// to stop its providers and write its state.
const grace = 10 * time.Second

// stopGently interrupts the command once when its context ends, as Ctrl-C does,
// and kills it if it has not ended in time.
//
// The command gets its own process group. Otherwise a Ctrl-C in the terminal
// would reach it as well, and Terraform aborts at once on a second interrupt.
func stopGently(cmd *exec.Cmd) {
	ownGroup(cmd)
	cmd.Cancel = func() error { return interruptGroup(cmd.Process) }
	cmd.WaitDelay = grace
}

// runGently runs a command and returns its output, which errors include too.
func runGently(cmd *exec.Cmd) (string, error) {
	stopGently(cmd)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return string(output), fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(output))
	}
	return string(output), nil
}
