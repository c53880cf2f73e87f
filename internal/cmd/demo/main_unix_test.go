// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Only on Unix can a test interrupt a single process as Ctrl-C does.
//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDemo_interruptLeavesNothing(t *testing.T) {
	t.Parallel()
	demo := filepath.Join(t.TempDir(), "demo")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", demo, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, test := range map[string]struct {
		signal os.Signal
		at     string
	}{
		"Ctrl-C during the build": {os.Interrupt, "Building"},
		"Ctrl-C during init":      {os.Interrupt, "$ "},
		"SIGTERM during plan":     {syscall.SIGTERM, " plan "},
		"closed terminal":         {syscall.SIGHUP, " plan "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			status, stderr := signalDemo(t, demo, tmp, test.at, test.signal)
			if status != interruptedStatus || strings.Count(stderr, "The demo was interrupted") != 1 {
				t.Errorf("got exit status %d, want %d after one message, stderr:\n%s", status, interruptedStatus, stderr)
			}
			wantEmpty(t, tmp)
		})
	}
}

// signalDemo sends the signal once the demo has printed the text at. It waits
// until the output ends, which means that the demo and all its child processes
// have ended.
func signalDemo(t *testing.T, demo, tmp, at string, signal os.Signal) (status int, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), demo)
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if !seen && strings.Contains(lines.Text(), at) {
			seen = true
			_ = cmd.Process.Signal(signal) // If the demo has ended, its status shows it.
		}
	}
	_ = cmd.Wait() // The exit status is enough.
	for _, reason := range missing {
		if strings.Contains(problems.String(), reason.Error()) {
			t.Skip(reason)
		}
	}
	return cmd.ProcessState.ExitCode(), problems.String()
}
