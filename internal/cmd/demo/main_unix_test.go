// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Only Unix lets a test interrupt one process as Ctrl-C would.
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

func TestInterruptedDemoLeavesNothing(t *testing.T) {
	t.Parallel()
	demo := filepath.Join(t.TempDir(), "demo")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", demo, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, test := range map[string]struct {
		signal os.Signal
		at     string
	}{
		"Ctrl-C in the build": {os.Interrupt, "Building"},
		"Ctrl-C in init":      {os.Interrupt, "$ "},
		"SIGTERM in plan":     {syscall.SIGTERM, " plan "},
		"a closed terminal":   {syscall.SIGHUP, " plan "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			status, stderr := signalDemo(t, demo, tmp, test.at, test.signal)
			if status != interruptedStatus || strings.Count(stderr, "The demo was interrupted") != 1 {
				t.Errorf("exit status %d, stderr:\n%s", status, stderr)
			}
			wantEmpty(t, tmp)
		})
	}
}

// signalDemo signals the demo once it has printed the text at, and waits until
// it and all that it started have ended: only then its output ends.
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
			_ = cmd.Wait() // Until then its errors are still written.
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
	_ = cmd.Wait() // The status says all.
	return cmd.ProcessState.ExitCode(), errors.String()
}
