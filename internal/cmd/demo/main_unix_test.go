// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Only on Unix can a test interrupt a single process as Ctrl-C does.
//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
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
	var errors bytes.Buffer
	cmd.Stderr = &errors
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	for line := ""; !strings.Contains(line, at); {
		if line, err = lines.ReadString('\n'); err != nil {
			_ = cmd.Wait() // After that, stderr is complete.
			if strings.Contains(errors.String(), errTooOld.Error()) {
				t.Skip(errTooOld)
			}
			t.Fatalf("the demo ended before %q: %v\n%s", at, err, &errors)
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // The exit status is enough.
	return cmd.ProcessState.ExitCode(), errors.String()
}
