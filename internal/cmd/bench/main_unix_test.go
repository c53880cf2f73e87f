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
	"testing"
)

func TestInterruptedBenchLeavesNothing(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "bench")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, at := range map[string]string{
		"in the build":   "Building",
		"in a benchmark": "Go benchmarks, ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp, out := t.TempDir(), t.TempDir()
			status, stderr := interrupt(t, program, tmp, out, at)
			if status != interruptedStatus || strings.Count(stderr, "The benchmark was interrupted") != 1 {
				t.Errorf("exit status %d, stderr:\n%s", status, stderr)
			}
			wantEmpty(t, tmp)
			wantEmpty(t, out)
		})
	}
}

// interrupt interrupts the benchmark once it has printed the text at, and waits
// until it has ended.
func interrupt(t *testing.T, program, tmp, out, at string) (status int, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-runs=1", "-largest=2", "-benchtime=1x", "-http="+noHTTP, "-out="+out)
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
			t.Fatalf("the benchmark ended before %q: %v\n%s", at, err, &errors)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // The status says all.
	return cmd.ProcessState.ExitCode(), errors.String()
}
