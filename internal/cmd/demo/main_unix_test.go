// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Only on Unix can a test interrupt a single process as Ctrl-C does.
//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
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
		at     string // the output after which to send it
	}{
		"Ctrl-C during the build": {os.Interrupt, "Building"},
		"Ctrl-C during init":      {os.Interrupt, "$ "},
		"SIGTERM during plan":     {syscall.SIGTERM, " plan "},
		"closed terminal":         {syscall.SIGHUP, " plan "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			cmd := exec.CommandContext(t.Context(), demo)
			cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err = errors.Join(err, cmd.Start()); err != nil {
				t.Fatal(err)
			}
			// The output ends once the demo and all its child processes have ended.
			for lines, sent := bufio.NewScanner(stdout), false; lines.Scan(); {
				if !sent && strings.Contains(lines.Text(), test.at) {
					sent = true
					_ = cmd.Process.Signal(test.signal) // If the demo has ended, its status shows it.
				}
			}
			_ = cmd.Wait() // The exit status is enough.
			status := cmd.ProcessState.ExitCode()
			if text := stderr.String(); status == 1 && (strings.Contains(text, missing[0].Error()) || strings.Contains(text, missing[1].Error())) {
				t.Skip(text)
			} else if status != interruptedStatus || strings.Count(text, "The demo was interrupted") != 1 {
				t.Errorf("got exit status %d, want %d after one message, stderr:\n%s", status, interruptedStatus, text)
			}
			wantEmpty(t, tmp)
		})
	}
}
